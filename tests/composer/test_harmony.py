"""Chords: every bar has one, phrases end on cadences, devices and keys are what they are called."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.composer import compose, parse_prompt
from compositions.composer.cadences import cadence_of, function_of, phrase_lengths
from compositions.composer.devices import colour
from compositions.composer.grammar import vocabulary, write_section
from compositions.composer.harmony import Changes, make_changes
from compositions.composer.plan import SongPlan, make_plan
from compositions.composer.roman import resolve_roman
from compositions.composer.seeds import stream
from compositions.composer.spec import KeyRequest, MusicSpec
from compositions.composer.styles import styles
from compositions.composer.tonality import LARGEST_SHARE, LocalKey, related_key
from compositions.score.document import Mode, Score
from compositions.score.harmony import pitch_class
from compositions.score.midi import read_midi, write_midi
from tests.composer.strategies import specs

C_MAJOR, A_MINOR = LocalKey("C", Mode.MAJOR), LocalKey("A", Mode.MINOR)
CLASSICAL = ("hymn", "baroque-chorale", "classical-piano", "waltz", "baroque")


def planned(seed: int = 1, attempt: int = 0, **asked: Any) -> tuple[SongPlan, Changes]:
    plan = make_plan(parse_prompt("", overrides=asked), seed, None)
    return plan, make_changes(plan, attempt)


def romans(changes: Changes, first: int, last: int) -> list[str]:
    return [slot.harmony.roman for slot in changes.slots if first <= slot.bar < last]


@given(specs(), st.integers(0, 99), st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_chords_fill_the_song_and_it_ends_at_home(spec: MusicSpec, seed: int, attempt: int) -> None:
    plan = make_plan(spec, seed, None)
    changes = make_changes(plan, attempt)
    ticks = plan.grid.ticks
    assert changes.slots[0].start == 0
    assert changes.slots[-1].end == plan.bars * ticks
    assert all(a.end == b.start for a, b in pairwise(changes.slots))
    assert {slot.bar for slot in changes.slots} == set(range(plan.bars))
    assert changes.slots[-1].harmony.root == plan.key_of(plan.sections[-1]).tonic_class
    assert len(changes.cadences) == len(plan.sections)
    place = 0
    for phrase in changes.phrases:
        assert phrase.start_bar == place
        place += phrase.bars
    assert place == plan.bars
    assert changes.phrases[-1].ending == "closed"


@given(st.integers(1, 200))
def test_phrases_cover_their_section(bars: int) -> None:
    lengths = phrase_lengths(bars)
    assert sum(lengths) == bars
    assert all(2 <= length <= 5 for length in lengths) or bars == 1


@pytest.mark.parametrize(
    ("before", "last", "name"),
    [
        ("V7", "I", "authentic"), ("viio", "I", "authentic"), ("IV", "I", "plagal"),
        ("vi", "I", "tonic"), ("V", "vi", "deceptive"), ("IV", "V", "half"), ("I", "IV", "open"),
        ("bII7", "I", "authentic"), ("iv", "I", "plagal"), ("V/V", "V", "half"),
    ],
)  # fmt: skip
def test_cadences_have_their_names(before: str, last: str, name: str) -> None:
    chords = [resolve_roman(token, 0, Mode.MAJOR) for token in (before, last)]
    assert cadence_of(chords[0], chords[1], C_MAJOR) == name


def test_functions_of_a_key() -> None:
    wanted = {"I": "T", "vi": "T", "iii": "T", "ii": "S", "IV": "S", "V": "D", "viio": "D",
              "V7/V": "S", "bII7": "D", "iv": "S"}  # fmt: skip
    for token, function in wanted.items():
        assert function_of(resolve_roman(token, 0, Mode.MAJOR), C_MAJOR) == function, token
    for token, function in {"i": "T", "VI": "T", "iv": "S", "V": "D", "VII": "D"}.items():
        assert function_of(resolve_roman(token, 9, Mode.MINOR), A_MINOR) == function, token


def test_a_period_asks_and_answers() -> None:
    words = vocabulary(["I IV V I", "I vi ii V", "IV V I I"], C_MAJOR)
    for seed in range(20):
        rng = stream(seed, "test", "period", "chords")
        bars = write_section(words, 8, rng, period=True, pace=1, closes="authentic")
        assert bars is not None
        assert [chord.root for chord in bars[3]][-1] == 7
        assert bars[7][-1].root == 0
        assert function_of(bars[6][-1], C_MAJOR) == "D"
        assert bars[:2] == bars[4:6]  # the consequent begins as the antecedent does


def test_written_progressions_keep_to_the_chords_of_the_style() -> None:
    texts = ["i VI III VII", "i iv VI V", "VI VII i i"]
    known = {token for text in texts for token in text.split()}
    words = vocabulary(texts, A_MINOR)
    seen = set()
    for seed in range(30):
        rng = stream(seed, "test", "loop", "chords")
        bars = write_section(words, 8, rng, period=False, pace=1, closes="half")
        assert bars is not None
        assert bars[:4] == bars[4:]
        assert {chord.roman for bar in bars for chord in bar} <= known
        assert bars[0][0].roman == "i"
        seen.add(tuple(bar[0].roman for bar in bars[:4]))
    assert len(seen) >= 10


@pytest.mark.parametrize("name", CLASSICAL)
def test_strong_styles_close_their_phrases(name: str) -> None:
    """Where a style has cadences, a phrase in two ends on one at least, and sections do."""
    good = total = 0
    for seed in range(6):
        plan, changes = planned(seed, genre=name, bars=48)
        for section in plan.sections:
            if section.bars < 4:
                continue
            last = changes.phrases_in(section)[-1].cadence
            good += last in ("authentic", "half", "plagal", "deceptive", "modulating")
            total += 1
    assert good / total >= 0.9


def test_before_a_chorus_the_verse_stays_open() -> None:
    for seed in range(8):
        plan, changes = planned(seed, genre="hymn", bars=48)
        for one, following in pairwise(plan.sections):
            if following.kind == "chorus" and one.bars >= 4 and not following.tonic:
                assert changes.phrases_in(one)[-1].ending == "open"


@pytest.mark.parametrize(
    ("device", "key", "before", "found"),
    [
        ("secondary", C_MAJOR, "I IV V V I", "V7/V"),
        ("secondary", C_MAJOR, "I I vi V I", "V7/vi"),
        ("borrowed", C_MAJOR, "I IV I V I", "iv"),
        ("tritone", C_MAJOR, "I ii7 V7 I I", "bII7"),
        ("diminished", C_MAJOR, "I I ii V I", "#io7"),
        ("neapolitan", A_MINOR, "i iv V V i", "bII"),
        ("mediant", C_MAJOR, "I vi IV V I", "bVI"),
        ("suspension", C_MAJOR, "I V I V I", "Vsus4"),
    ],
)
def test_devices_do_what_they_are_called(
    device: str, key: LocalKey, before: str, found: str
) -> None:
    bars = [[resolve_roman(token, key.tonic_class, key.mode)] for token in before.split()]
    rates = dict.fromkeys(
        ("secondary", "borrowed", "neapolitan", "tritone", "diminished", "mediant",
         "suspension", "inversion"), 0.0,
    )  # fmt: skip
    colour(bars, key, rates, 1.0, stream(1, "test", device, "none"))
    assert [bar[0].roman for bar in bars] == before.split()
    colour(bars, key, {**rates, device: 1.0}, 1.0, stream(1, "test", device, "all"))
    names = [chord.roman for bar in bars for chord in bar]
    assert found in names or (found == "#io7" and "biio7" in names)


@pytest.mark.parametrize(
    ("home", "relation", "wanted"),
    [
        (C_MAJOR, "dominant", ("G", Mode.MAJOR)), (C_MAJOR, "relative", ("A", Mode.MINOR)),
        (A_MINOR, "relative", ("C", Mode.MAJOR)), (A_MINOR, "parallel", ("A", Mode.MAJOR)),
        (LocalKey("B", Mode.MAJOR), "up 1", ("C", Mode.MAJOR)),
        (LocalKey("Bb", Mode.MINOR), "up 2", ("C", Mode.MINOR)),
        (C_MAJOR, "F# minor", ("F#", Mode.MINOR)), (C_MAJOR, "up 1", ("Db", Mode.MAJOR)),
    ],
)  # fmt: skip
def test_related_keys(home: LocalKey, relation: str, wanted: tuple[str, Mode]) -> None:
    assert related_key(home, relation) == LocalKey(*wanted)


def test_unknown_relations_are_refused() -> None:
    for text in ("", "sideways", "up much"):
        with pytest.raises(ValueError, match=r".*"):
            related_key(C_MAJOR, text)


@given(st.sampled_from(sorted(styles())), st.integers(0, 300))
@settings(max_examples=80, deadline=None)
def test_keys_that_nobody_asked_for_stay_a_small_part(name: str, seed: int) -> None:
    plan, changes = planned(seed, genre=name)
    away = [section for section in plan.sections if section.tonic]
    assert sum(section.bars for section in away) <= LARGEST_SHARE * plan.bars
    assert not plan.sections[0].tonic
    home = plan.key_of(plan.sections[0])
    lifted = bool(plan.sections[-1].tonic)
    assert [key for _, key in plan.key_changes][-1] == home or lifted
    for one, following in pairwise(plan.sections):
        old, new = plan.key_of(one), plan.key_of(following)
        if old == new or (new.mode is old.mode and plan.lift_of(following) in (1, 2)):
            continue
        leads = [slot.harmony for slot in changes.slots if slot.bar == following.start_bar - 1][-1]
        assert leads.root == (new.tonic_class + 7) % 12, "prepared by its dominant"
        assert leads.dominant


def test_some_styles_leave_their_key_and_most_songs_do_not() -> None:
    moved = sum(
        any(section.tonic for section in planned(seed, genre=name)[0].sections)
        for name in ("gospel", "k-pop", "polka", "pop", "classical-piano")
        for seed in range(12)
    )
    assert 2 <= moved <= 30


def lifted_song(prompt: str, seed: int = 4) -> Score:
    return compose(parse_prompt(prompt), seed=seed).score


def test_a_lift_moves_chords_melody_and_bass_and_is_written_as_a_key() -> None:
    plain = lifted_song("pop song in C major, no key change, 2 minutes")
    score = lifted_song("pop song in C major, key change up a tone at the end, 2 minutes")
    assert [key.tonic for key in plain.keys] == ["C"]
    assert [(key.tonic, key.mode) for key in score.keys] == [("C", Mode.MAJOR), ("D", Mode.MAJOR)]
    tick = score.keys[1].tick
    assert tick in {section.start for section in score.sections}
    assert score.chords[-1].root == "D"
    end = max(section.end for section in score.sections if section.kind == "chorus")

    def tune(song: Score) -> list[tuple[int, int]]:
        lead = next(track for track in song.tracks if track.role.value == "lead")
        return [(note.start, note.pitch) for note in lead.notes if tick <= note.start < end]

    assert len(tune(plain)) > 10
    assert [pitch % 12 for _, pitch in tune(score)] == [
        (pitch + 2) % 12 for _, pitch in tune(plain)
    ]
    bass = next(track for track in score.tracks if track.role.value == "bass")
    first = next(note for note in bass.notes if note.start >= tick)
    chord = next(chord for chord in score.chords if chord.start >= tick)
    assert first.pitch % 12 == pitch_class(chord.root)


def test_changes_of_key_are_told() -> None:
    prompt = "waltz in Eb major that modulates to the dominant in the bridge"
    song = compose(parse_prompt(prompt), seed=4)
    assert "Bridge moves to Bb major." in song.explanation
    assert any(line.endswith("is back in Eb major.") for line in song.explanation)
    assert [key["key"] for key in song.theory["keys"]] == ["Eb major", "Bb major", "Eb major"]


def test_key_changes_chords_and_markers_are_in_the_midi_file() -> None:
    score = lifted_song("waltz in Eb major that modulates to the dominant in the bridge")
    again = read_midi(write_midi(score)).score
    assert [(key.tick, key.tonic, key.mode) for key in again.keys] == [
        (key.tick, key.tonic, key.mode) for key in score.keys
    ]
    assert [key.tonic for key in score.keys] == ["Eb", "Bb", "Eb"]
    assert [(c.start, c.symbol) for c in again.chords] == [
        (c.start, c.symbol) for c in score.chords
    ]
    assert [(s.start, s.label) for s in again.sections] == [
        (s.start, s.label) for s in score.sections
    ]
    assert [(t.tick, round(t.bpm, 1)) for t in again.tempos] == [
        (t.tick, round(t.bpm, 1)) for t in score.tempos
    ]


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("pop, key change at the end", [("last chorus", "up 2")]),
        ("waltz that modulates to the dominant in the bridge", [("bridge", "dominant")]),
        ("gospel, goes up a half step for the final chorus", [("last chorus", "up 1")]),
        ("rock in E minor, goes to E major in the chorus", [("chorus", "E major")]),
        ("with a truck driver's gear change", [("last chorus", "up 2")]),
        ("modulate up a minor third for the outro", [("outro", "up 3")]),
        ("no key change please", []),
    ],
)
def test_changes_of_key_are_read_from_prompts(prompt: str, wanted: list[tuple[str, str]]) -> None:
    spec = parse_prompt(prompt)
    assert spec.key_changes.value == tuple(KeyRequest(*pair) for pair in wanted)
    assert MusicSpec.from_dict(spec.to_dict()).key_changes == spec.key_changes


def test_a_prompt_without_a_word_on_keys_leaves_them_to_the_style() -> None:
    assert parse_prompt("happy pop in G, piano and strings").key_changes.value is None


def test_asked_chords_move_with_an_asked_key() -> None:
    plan, changes = planned(
        genre="pop", key="C major", chords="C Am F G", key_changes="last chorus: up 2", bars=48
    )
    lift = next(section for section in plan.sections if section.tonic)
    roots = [s.harmony.root for s in changes.slots if s.bar >= lift.start_bar][:4]
    assert roots == [2, 11, 7, 9]
    assert romans(changes, lift.start_bar, lift.start_bar + 4) == ["I", "vi", "IV", "V"]
