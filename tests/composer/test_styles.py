"""Every style is real: it composes in its own key, range and tempo, and never only one way."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import compositions.composer.styles as styles_module
from compositions.composer import Composition, compose, parse_prompt
from compositions.composer.effects import KIT
from compositions.composer.grooves import pick_pattern
from compositions.composer.keyfinder import find_key
from compositions.composer.overlap import cross_song_overlap
from compositions.composer.patterns import FILL_FAMILIES, PIECES
from compositions.composer.plan import make_plan
from compositions.composer.prompt_words import lexicon, moods
from compositions.composer.rhythm import grid_for
from compositions.composer.styles import Style, _read, instruments, styles
from compositions.score.document import Score
from compositions.score.harmony import MINOR_MODES, pitch_class

NAMES = sorted(styles())
TABLE = """
pop synthpop indie-folk rock metal punk blues swing-jazz jazz-ballad bossa-nova funk soul
r-and-b neo-soul gospel boom-bap trap lo-fi house techno trance drum-and-bass reggae salsa
tango country celtic waltz baroque-chorale classical-piano cinematic ambient chiptune
lullaby march afrobeat cumbia samba flamenco klezmer gamelan bollywood k-pop city-pop
synthwave dubstep drill hyperpop shoegaze post-rock surf ska disco bluegrass new-age hymn
film-noir uk-garage reggaeton polka ragtime gypsy-jazz minimalism game-orchestral
"""


def song(name: str, seed: int, **asked: object) -> Composition:
    return compose(parse_prompt("", overrides={"genre": name, "bars": 16, **asked}), seed=seed)


@pytest.fixture(scope="module")
def songs() -> dict[str, list[Score]]:
    """Two songs of every style, in another key each time, everything else left open."""
    keys = ("D", "G")
    return {
        name: [song(name, seed, key=f"{keys[seed]} {mode(name)}").score for seed in (0, 1)]
        for name in NAMES
    }


def mode(name: str) -> str:
    """The style's favourite of the modes that a key detector can tell: major and minor."""
    modes = styles()[name].modes
    plain = {kind: modes.get(kind, 0) for kind in ("major", "minor")}
    return max(plain, key=lambda kind: plain[kind])


def test_the_genres_of_the_design_are_all_there() -> None:
    assert set(TABLE.split()) <= set(NAMES)
    assert len(NAMES) >= 55


def test_no_two_styles_share_a_name() -> None:
    words = Counter(
        word.lower()
        for style in styles().values()
        for word in {style.name, style.name.replace("-", " "), *style.aliases}
    )
    assert [word for word, count in words.items() if count > 1] == []


def test_a_styles_own_name_leads_to_it() -> None:
    for style in styles().values():
        for word in (style.name, style.title.lower(), *style.aliases):
            assert lexicon().get(word.lower(), ("genre", style.name)) == ("genre", style.name), word


def test_styles_tell_what_they_are_in_words_of_their_own() -> None:
    texts = [style.description for style in styles().values()]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert 60 <= len(text) <= 220, text
        assert "\n" not in text


@pytest.mark.parametrize("name", NAMES)
def test_a_style_has_several_ways_to_go(name: str) -> None:
    style = styles()[name]
    assert set(style.moods) <= set(moods())
    for kind in style.modes:
        if kind in style.progressions:
            main = [
                texts
                for section, texts in style.progressions[kind].items()
                if section in ("verse", "head", "chorus")
            ]
            assert max(len(set(texts)) for texts in main) >= 3, kind
            assert len({text for texts in main for text in texts}) >= 5, kind
    for meter, groove in style.grooves.items():
        ways = sum(ways_of(groove[kind]) for kind in groove)
        assert ways >= 6, meter
    home = style.grooves.get("/".join(map(str, style.meters[0])))
    assert home is not None, "no groove for the style's own meter"
    assert ways_of(home["drums"]) >= 3 or ways_of(home.get("comp", {})) >= 2 or not home["drums"]


def ways_of(table: dict[str, list[object]]) -> int:
    """Different bars a table can give."""
    count = 0
    for entries in table.values():
        for entry in entries:
            if isinstance(entry, dict):
                ways = 1
                for patterns in entry.values():
                    ways *= 1 if isinstance(patterns, str) else len(patterns)
                count += ways
            else:
                count += 1
    return count


@pytest.mark.parametrize("name", NAMES)
def test_a_style_keeps_its_tempo_meter_and_band(name: str, songs: dict[str, list[Score]]) -> None:
    style = styles()[name]
    for score in songs[name]:
        peak = max(section.energy for section in score.sections)
        band = {part.role for part in style.parts if part.enter <= peak}
        meter = score.meters[0]
        factor = (
            style.compound_tempo if grid_for(meter.numerator, meter.denominator).compound else 1
        )
        low, high = style.tempo
        assert round(low * factor) - 1 <= score.tempos[0].bpm <= round(high * factor) + 1
        assert (meter.numerator, meter.denominator) in style.meters
        playing = {track.role.value for track in score.tracks if track.notes}
        assert band & {"bass", "drums", "percussion"} <= playing
        assert band & {"lead", "chords", "arpeggio"} & playing


@pytest.mark.parametrize("name", NAMES)
def test_no_player_leaves_the_range_of_the_instrument(
    name: str, songs: dict[str, list[Score]]
) -> None:
    for score in songs[name]:
        for track in score.tracks:
            own = {**instruments(), KIT.name: KIT}[track.name.split(" (")[0]]
            if own.percussion and own != KIT:
                assert {note.pitch for note in track.notes} <= set(PIECES.values())
                continue
            pitches = [note.pitch for note in track.notes]
            assert own.low <= min(pitches) <= max(pitches) <= own.high, track.name


@pytest.mark.parametrize("name", NAMES)
def test_the_chorus_rises_and_the_notes_are_not_all_equally_loud(
    name: str, songs: dict[str, list[Score]]
) -> None:
    style = styles()[name]
    assert style.energy["chorus"] > style.energy["verse"]
    assert style.energy["intro"] <= style.energy["chorus"]
    for score in songs[name]:
        loud = [note.velocity for track in score.tracks for note in track.notes]
        assert max(loud) - min(loud) >= 20
        by_kind = {section.kind: section.energy for section in score.sections}
        if {"verse", "chorus"} <= by_kind.keys():
            assert by_kind["chorus"] > by_kind["verse"]


def test_the_key_of_the_written_notes_is_the_key_asked(songs: dict[str, list[Score]]) -> None:
    exact, near = 0, []
    for name, scores in songs.items():
        for score in scores:
            tonic = pitch_class(score.keys[0].tonic)
            minor = score.keys[0].mode in MINOR_MODES
            found = find_key(score)
            assert found is not None
            relative = ((tonic + 3) % 12, False) if minor else ((tonic + 9) % 12, True)
            exact += (found.tonic, found.minor) == (tonic, minor)
            if (found.tonic, found.minor) not in ((tonic, minor), relative):
                near.append((name, score.keys[0].tonic, score.keys[0].mode.value, found))
    total = 2 * len(songs)
    assert exact >= 0.85 * total, exact / total
    assert len(near) <= 0.05 * total, near


def test_low_notes_do_not_clash(songs: dict[str, list[Score]]) -> None:
    """Below C3 no two parts strike a second at once more than now and then."""
    for name, scores in songs.items():
        for score in scores:
            low = [
                (round(note.start / 120), note.pitch)
                for track in score.tracks
                if not track.percussion
                for note in track.notes
                if note.pitch < 48
            ]
            struck: dict[int, set[int]] = {}
            for step, pitch in low:
                struck.setdefault(step, set()).add(pitch)
            clashes = sum(
                any(0 < abs(a - b) <= 2 for a in pitches for b in pitches)
                for pitches in struck.values()
            )
            assert clashes <= 0.1 * max(10, len(struck)), (name, clashes, len(struck))


@pytest.mark.parametrize("name", ["rock", "salsa", "samba", "house", "swing-jazz", "flamenco"])
def test_two_songs_of_a_style_are_not_one_template(name: str) -> None:
    found = cross_song_overlap([song(name, seed).score for seed in range(4)])
    assert found.rhythm is not None
    assert found.rhythm <= 0.6
    assert found.progression is not None
    assert found.progression <= 0.6


def test_the_same_song_overlaps_with_itself_wholly() -> None:
    score = song("rock", 3).score
    found = cross_song_overlap([score, score])
    assert (found.rhythm, found.progression) == (1.0, 1.0)
    assert cross_song_overlap([score]).rhythm is None


def test_an_anticipation_holds_over_the_bar_line() -> None:
    """The tumbao's last note sounds the next chord early and leaves the downbeat out."""
    score = song("salsa", 1).score
    bass = next(track for track in score.tracks if track.role.value == "bass")
    downbeats = sum(note.start % 1920 < 60 or note.start % 1920 > 1880 for note in bass.notes)
    over = sum(
        note.start % 1920 < 1880 and note.start % 1920 + note.duration > 1980 for note in bass.notes
    )
    assert over >= 4
    assert downbeats < 20


def test_interlocking_parts_fill_each_others_rests() -> None:
    """The two halves of a gamelan seldom strike together and together leave few holes."""
    score = song("gamelan", 2).score
    halves = [
        {round(note.start / 120) for note in track.notes}
        for track in score.tracks
        if track.role.value == "arpeggio"
    ]
    assert len(halves) == 2
    assert len(halves[0] & halves[1]) < 0.35 * min(map(len, halves))


def test_a_pattern_has_layers() -> None:
    plan = make_plan(parse_prompt("", overrides={"genre": "indie-folk", "meter": "4/4"}), 1, None)
    layers = pick_pattern(plan, plan.sections[0], "travis", 0).split("|")
    assert len(layers) == 2
    assert {len(layer) for layer in layers} == {plan.grid.steps}


def raw(style: Style) -> dict[str, object]:
    path = Path(styles_module.__file__).parent / "styles" / f"{style.name}.json"
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"description": " "}, "description"),
        ({"fills": ["kazoo"]}, "fills"),
        ({"grooves": {"4/4": {"drums": {"mid": [{"kick": "x..."}]}, "bass": {}, "comp": {},
                              "arpeggio": {}}}}, "odd length"),
        ({"grooves": {"4/4": {"drums": {"mid": [{"kazoo": "x" * 16}]}, "bass": {}, "comp": {},
                              "arpeggio": {}}}}, "no kit piece"),
        ({"grooves": {"4/4": {"drums": {}, "bass": {"mid": ["Q" * 16]}, "comp": {},
                              "arpeggio": {}}}}, "uses"),
        ({"grooves": {"4/4": {"drums": {}, "bass": {"mid": ["@nothing"]}, "comp": {},
                              "arpeggio": {}}}}, "no such rhythm"),
        ({"grooves": {"4/4": {"drums": {}, "bass": {}, "comp": {}}}}, "no table"),
    ],
)  # fmt: skip
def test_a_broken_style_says_what_is_broken(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _read({**raw(styles()["pop"]), **change}, "pop")


def test_every_family_of_fills_is_used() -> None:
    used = {family for style in styles().values() for family in style.fills}
    assert used == set(FILL_FAMILIES)
