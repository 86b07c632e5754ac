"""Confidence is measured on the score: it falls when the score is spoilt."""

from __future__ import annotations

import random
from dataclasses import replace

from compositions.composer import MusicSpec, compose, measure, parse_prompt
from compositions.score.document import Score, TempoChange

PROMPTS = [
    "lo-fi in D minor, 82 bpm, Rhodes, upright bass and brushed drums",
    "pop in G major, 2 minutes",
    "swing jazz in F major",
    "cinematic in C minor, 6/8",
]


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


def test_random_notes_lower_confidence_clearly_on_every_seed() -> None:
    for prompt in PROMPTS:
        for seed in range(8):
            song = compose(parse_prompt(prompt), seed=seed)
            good = song.confidence.overall
            bad = measure(scrambled(song.score, seed), song.spec).overall
            assert good is not None
            assert bad is not None
            assert good > 0.8
            assert bad < good - 0.25, (prompt, seed, good, bad)


def test_more_wrong_notes_mean_less_confidence() -> None:
    song = compose(parse_prompt(PROMPTS[0]), seed=1)
    values = [
        measure(scrambled(song.score, 3, share), song.spec).overall or 0.0
        for share in (0.0, 0.25, 0.6, 1.0)
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] - values[-1] > 0.25


def test_each_part_answers_to_its_own_fault() -> None:
    song = compose(parse_prompt(PROMPTS[0]), seed=1)
    score, spec = song.score, song.spec
    slow = replace(score, tempos=(TempoChange("t", 0, 60.0),))
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


def test_what_cannot_be_computed_is_none_with_a_reason() -> None:
    confidence = measure(Score(), MusicSpec())
    assert confidence.overall is None
    assert all(entry.value is None and entry.reason for entry in confidence.parts)
    song = compose(parse_prompt("pop"), seed=1)
    lengths = [entry for entry in song.confidence.parts if entry.name == "length"]
    assert lengths[0].value is None
