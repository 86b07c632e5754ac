"""Confidence is measured on the song's MIDI: it falls when the song is spoilt."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from compositions.composer import Composition, MusicSpec, compose, measure, parse_prompt
from compositions.composer.bench.confidence import FAULTS, WRONG_NOTES, auc, calibration_error
from compositions.composer.calibration import chance_of
from compositions.composer.critics_music import MUSIC
from compositions.score.document import Score, TempoChange

PROMPTS = [
    "lo-fi in D minor, 82 bpm, Rhodes, upright bass and brushed drums, 24 bars",
    "pop in G major, 32 bars",
    "swing jazz in F major, 32 bars",
    "cinematic in C minor, 6/8, 24 bars",
    "folk in A major, 24 bars",
    "house in F minor, 32 bars",
]


@pytest.fixture(scope="module")
def songs() -> list[Composition]:
    return [compose(parse_prompt(p), seed=seed) for p in PROMPTS for seed in (1, 2)]


def scrambled(score: Score, seed: int, share: float = 1.0) -> Score:
    """The same notes at random pitches (drums stay)."""
    rng = random.Random(seed)
    tracks = []
    for track in score.tracks:
        if track.percussion:
            tracks.append(track)
            continue
        low = min(note.pitch for note in track.notes)
        high = max(note.pitch for note in track.notes)
        tracks.append(
            track.with_notes(
                [
                    replace(note, pitch=rng.randint(low, high)) if rng.random() < share else note
                    for note in track.notes
                ]
            )
        )
    return replace(score, tracks=tuple(tracks))


def part(score: Score, spec: MusicSpec, name: str) -> float | None:
    return next(entry.value for entry in measure(score, spec).parts if entry.name == name)


def test_random_notes_leave_hardly_any_confidence(songs: list[Composition]) -> None:
    trusted = 0
    for number, song in enumerate(songs):
        good = song.confidence.overall
        bad = measure(scrambled(song.score, number), song.spec).overall
        assert good is not None
        assert bad is not None
        assert bad < 0.2, (song.spec.prompt, song.seed, bad)
        assert bad < good, (song.spec.prompt, song.seed)
        trusted += good > 0.5
    assert trusted >= 10  # of 12: a calibrated chance doubts some unspoilt songs too


def test_more_wrong_notes_never_mean_more_confidence(songs: list[Composition]) -> None:
    song = songs[2]
    values = [
        measure(scrambled(song.score, 3, share), song.spec).overall or 0.0
        for share in (0.0, 0.1, 0.4, 1.0)
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] - values[-1] > 0.4


def test_few_wrong_notes_are_told_from_none(songs: list[Composition]) -> None:
    """The target of the bench, on songs that the calibration has not seen."""
    good = [song.confidence.overall or 0.0 for song in songs]
    bad = [
        measure(FAULTS[WRONG_NOTES](song.score, random.Random(at)), song.spec).overall or 0.0
        for at, song in enumerate(songs)
    ]
    area = auc(good, bad)
    assert area is not None
    assert area >= 0.78


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_changes_the_song_and_lowers_musicality(
    fault: str, songs: list[Composition]
) -> None:
    lower = 0
    for number, song in enumerate(songs[::2]):
        spoilt = FAULTS[fault](song.score, random.Random(number))
        assert spoilt != song.score
        assert spoilt.note_count == song.score.note_count
        found, whole = measure(spoilt, song.spec).musicality, song.confidence.musicality
        assert found is not None
        assert whole is not None
        lower += found < whole
    assert lower >= 5


def test_each_part_answers_to_its_own_fault(songs: list[Composition]) -> None:
    song = songs[0]
    score, spec = song.score, song.spec
    slow = replace(score, tempos=(TempoChange(score.tempos[0].id, 0, 60.0),))
    assert (part(slow, spec, "tempo") or 0.0) < (part(score, spec, "tempo") or 0.0)
    without = replace(score, tracks=tuple(t for t in score.tracks if t.name != "Upright Bass"))
    assert (part(without, spec, "instruments") or 0.0) < 0.7
    moved = replace(
        score,
        tracks=tuple(
            t if t.percussion else t.with_notes([replace(n, pitch=n.pitch + 1) for n in t.notes])
            for t in score.tracks
        ),
    )
    assert (part(moved, spec, "key") or 0.0) < 0.6
    assert (part(moved, spec, "melody over chords") or 0.0) < 0.5
    assert (part(moved, spec, "foreign notes") or 0.0) < 0.2


def test_form_and_chords_are_measured_when_they_were_asked_for() -> None:
    prompt = "pop in C major, chords C G Am F, [Intro 4] [Verse 8] [Chorus 8] [Outro 4]"
    song = compose(parse_prompt(prompt), seed=4)
    assert part(song.score, song.spec, "form") == 1.0
    assert (part(song.score, song.spec, "chords") or 0.0) > 0.95
    other = replace(song.score, sections=song.score.sections[1:])
    assert part(other, song.spec, "form") == 0.0
    swapped = replace(
        song.score, chords=tuple(replace(chord, root="Eb") for chord in song.score.chords)
    )
    assert part(swapped, song.spec, "chords") == 0.0


def test_the_whole_is_adherence_times_musicality(songs: list[Composition]) -> None:
    for song in songs:
        found = song.confidence
        assert found.adherence is not None
        assert found.musicality is not None
        assert found.overall == pytest.approx(found.adherence * found.musicality, abs=2e-3)
        assert all(entry.reason for entry in found.parts)
        assert found.to_dict()["parts"][0].keys() == {"name", "value", "reason", "kind"}


def test_what_cannot_be_computed_is_none_with_a_reason() -> None:
    confidence = measure(Score(), MusicSpec())
    assert confidence.overall is None
    assert all(entry.value is None and entry.reason for entry in confidence.parts)
    song = compose(parse_prompt("pop"), seed=1)
    lengths = [entry for entry in song.confidence.parts if entry.name == "length"]
    assert lengths[0].value is None
    assert chance_of(dict.fromkeys(MUSIC)) is None


def test_the_chance_rises_with_every_value() -> None:
    """Weights are never negative, so no critic is contradicted."""
    for name in MUSIC:
        low, high = (chance_of({**dict.fromkeys(MUSIC, 0.8), name: value}) for value in (0.1, 1.0))
        assert low is not None
        assert high is not None
        assert low <= high


def test_area_and_calibration_error_of_known_numbers() -> None:
    assert auc([0.9, 0.8], [0.1, 0.8]) == pytest.approx(3.5 / 4)
    assert auc([], [0.1]) is None
    assert calibration_error([1.0, 1.0, 0.0, 0.0], [True, True, False, False]) == 0.0
    assert calibration_error([0.8] * 4, [True, True, False, False]) == pytest.approx(0.3)
    assert calibration_error([], []) is None


def test_a_key_is_judged_where_the_song_stands_in_it() -> None:
    prompt = "pop in G major, 2 minutes, up a tone for the last chorus"
    song = compose(parse_prompt(prompt), seed=3)
    home, lifted = ((key.tonic, key.tick) for key in song.score.keys)
    assert (home[0], lifted[0]) == ("G", "A")
    assert 0 < lifted[1] < song.score.end
    (part,) = (part for part in song.confidence.parts if part.name == "key")
    assert part.value is not None
    assert part.value > 0.5
    # The same notes do not stand in the key that they go to.
    wrong = replace(song.score, keys=(replace(song.score.keys[0], tonic="C#"),))
    spec = parse_prompt("pop in C# major")
    (part,) = (part for part in measure(wrong, spec).parts if part.name == "key")
    assert part.value == 0.0
