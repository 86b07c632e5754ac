"""Does confidence tell good from spoilt? Copies with known faults, AUC and calibration error."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from compositions.score.document import Note, Score, Track

WRONG_NOTES, JITTER, SHUFFLED, KEY_SLIP = (
    "5 % wrong notes",
    "10 % jitter",
    "shuffled bars",
    "key slip",
)
_SLIP = (-5, -2, 1, 2, 3, 6)


def wrong_notes(score: Score, rng: random.Random, share: float = 0.05) -> Score:
    """Return a copy in which this share of the pitched notes is one or two semitones off."""

    def spoil(note: Note) -> Note:
        if rng.random() >= share:
            return note
        move = rng.choice((-2, -1, 1, 2))
        return replace(note, pitch=min(127, max(0, note.pitch + move)))

    return _pitched(score, spoil)


def jitter(score: Score, rng: random.Random, share: float = 0.1) -> Score:
    """Return a copy in which this share of all notes begins an eighth or sixteenth off."""
    end = score.end

    def spoil(note: Note) -> Note:
        if rng.random() >= share:
            return note
        start = note.start + rng.choice((-240, -120, 120, 240))
        return replace(note, start=min(max(0, start), max(0, end - note.duration)))

    return _tracks(score, lambda track: [spoil(note) for note in track.notes])


def shuffled_bars(score: Score, rng: random.Random) -> Score:
    """Return a copy in which the bars of each track stand in another order."""
    bar = score.meters[0].ticks_per_bar
    count = max(1, -(-score.end // bar))

    def spoil(track: Track) -> list[Note]:
        order = list(range(count))
        rng.shuffle(order)
        return [
            replace(note, start=order[min(count - 1, note.start // bar)] * bar + note.start % bar)
            for note in track.notes
        ]

    return _tracks(score, spoil)


def key_slip(score: Score, rng: random.Random) -> Score:
    """Return a copy whose melody slips into another key half-way."""
    middle, move = score.end // 2, rng.choice(_SLIP)

    def spoil(note: Note) -> Note:
        return replace(note, pitch=note.pitch + move) if note.start >= middle else note

    leads = {"lead", "vocal"}
    tracks = [track for track in score.tracks if track.role.value in leads]
    chosen = {track.id for track in tracks} or {
        track.id for track in score.tracks if not track.percussion
    }
    return _tracks(
        score,
        lambda track: [spoil(n) for n in track.notes] if track.id in chosen else track.notes,
    )


FAULTS: dict[str, Callable[[Score, random.Random], Score]] = {
    WRONG_NOTES: wrong_notes,
    JITTER: jitter,
    SHUFFLED: shuffled_bars,
    KEY_SLIP: key_slip,
}


def _pitched(score: Score, spoil: Callable[[Note], Note]) -> Score:
    return _tracks(
        score,
        lambda track: track.notes if track.percussion else [spoil(note) for note in track.notes],
    )


def _tracks(score: Score, spoil: Callable[[Track], Sequence[Note]]) -> Score:
    return replace(
        score, tracks=tuple(track.with_notes(list(spoil(track))) for track in score.tracks)
    )


def auc(good: Sequence[float], bad: Sequence[float]) -> float | None:
    """Return the chance that a good song has more than a bad one; ties count half."""
    if not good or not bad:
        return None
    one, other = np.array(good)[:, None], np.array(bad)[None, :]
    return float(np.mean((one > other) + 0.5 * (one == other)))


def calibration_error(
    chances: Sequence[float], truths: Sequence[bool], bins: int = 10
) -> float | None:
    """Return the expected calibration error over equal bins of the stated chance."""
    if not chances:
        return None
    stated, real = np.array(chances), np.array(truths, dtype=float)
    places = np.minimum(bins - 1, (stated * bins).astype(int))
    error = 0.0
    for place in range(bins):
        inside = places == place
        if inside.any():
            error += inside.mean() * abs(float(stated[inside].mean() - real[inside].mean()))
    return float(error)
