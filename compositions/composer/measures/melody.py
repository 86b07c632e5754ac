"""Figures of a melody: what comes back, how it sits on the chords, what it costs in bits.

Sources: chord tone to non-chord tone ratio and pitch consonance score from Yeh et al.,
"Automatic melody harmonization with triad chords", 2021; the share of repeated interval
4-grams and the bits per note are those of the melody model's own study.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from compositions.composer.melody_model.features import Setting, nearest_mode, reference_tonic
from compositions.composer.melody_model.network import WEIGHTS, load_network
from compositions.composer.melody_model.prior import MelodyMemory
from compositions.score.document import (
    TICKS_PER_QUARTER,
    Chord,
    KeyChange,
    Note,
    Score,
    Track,
    TrackRole,
)
from compositions.score.harmony import chord_pitch_classes, pitch_class
from compositions.score.timeline import Timeline

GRAM = 4
"""Intervals in a row that count as something that can come back."""

_SIXTEENTH = TICKS_PER_QUARTER // 4
_CONSONANT = frozenset({0, 3, 4, 7, 8, 9})
_PERFECT_FOURTH = 5
_STEP = 2


def melody_track(score: Score) -> Track | None:
    """Return the track that sings or leads, None when there is none with notes.

    Without a role (files of others) the highest pitched track that plays one note at a
    time for most of its notes is taken for the melody.
    """
    for role in (TrackRole.VOCAL, TrackRole.LEAD):
        tracks = [track for track in score.tracks if track.role is role and track.notes]
        if tracks:
            return max(tracks, key=lambda track: len(track.notes))
    single = [
        track
        for track in score.tracks
        if not track.percussion
        and track.role is not TrackRole.BASS
        and len(track.notes) >= 2 * GRAM
        and len(skyline(track.notes)) >= 0.8 * len(track.notes)
    ]
    return max(single, key=lambda t: sum(n.pitch for n in t.notes) / len(t.notes), default=None)


def skyline(notes: Sequence[Note]) -> list[Note]:
    """Return the highest note of each onset, in time order."""
    highest: dict[int, Note] = {}
    for note in notes:
        kept = highest.get(note.start)
        if kept is None or note.pitch > kept.pitch:
            highest[note.start] = note
    return [highest[start] for start in sorted(highest)]


def melody_of(score: Score) -> list[Note]:
    """Return the notes of the melody, one at a time; empty when there is none."""
    track = melody_track(score)
    return skyline(track.notes) if track else []


def once_through(score: Score, notes: Sequence[Note]) -> list[Note]:
    """Return the notes of the first section of each kind, as a tune is written down once.

    All of them when the score names no sections.
    """
    firsts: dict[str, tuple[int, int]] = {}
    for section in score.sections:
        firsts.setdefault(section.kind, (section.start, section.end))
    if not firsts:
        return list(notes)
    spans = firsts.values()
    return [note for note in notes if any(low <= note.start < high for low, high in spans)]


def interval_grams(notes: Sequence[Note]) -> list[tuple[int, ...]]:
    """Return the runs of :data:`GRAM` intervals in semitones."""
    moves = [after.pitch - before.pitch for before, after in pairwise(notes)]
    return [tuple(moves[at : at + GRAM]) for at in range(len(moves) - GRAM + 1)]


def repetition(notes: Sequence[Note]) -> float | None:
    """Return the share of interval 4-grams that were heard before, None under 16 notes."""
    grams = interval_grams(notes)
    if len(notes) < 4 * GRAM:
        return None
    return 1.0 - len(set(grams)) / len(grams)


def gram_overlap(one: Sequence[Note], other: Sequence[Note]) -> float | None:
    """Return how much two melodies share, 0..1: 4-grams of both over those of the shorter."""
    first, second = Counter(interval_grams(one)), Counter(interval_grams(other))
    least = min(first.total(), second.total())
    return (first & second).total() / least if least else None


ChordAt = Callable[[int], frozenset[int] | None]


def chord_lookup(chords: Sequence[Chord]) -> ChordAt:
    """Return a function from a tick to the pitch classes of its chord, None where none is."""
    ordered = sorted(chords, key=lambda chord: chord.start)
    starts = [chord.start for chord in ordered]
    classes = [frozenset(chord_pitch_classes(chord)) for chord in ordered]

    def look_up(tick: int) -> frozenset[int] | None:
        place = bisect_right(starts, tick) - 1
        if place < 0 or tick >= ordered[place].end:
            return None
        return classes[place]

    return look_up


def chord_tone_ratio(notes: Sequence[Note], chord_at: ChordAt) -> float | None:
    """Return CTnCTR: chord tones and resolved other tones over all notes with a chord.

    A note outside the chord is proper when the next note is at most two semitones away.
    """
    good = total = 0
    for place, note in enumerate(notes):
        chord = chord_at(note.start + note.duration // 2)
        if chord is None:
            continue
        total += 1
        after = notes[place + 1] if place + 1 < len(notes) else None
        if note.pitch % 12 in chord or (
            after is not None and abs(after.pitch - note.pitch) <= _STEP
        ):
            good += 1
    return good / total if total else None


def consonance(notes: Sequence[Note], chord_at: ChordAt) -> float | None:
    """Return PCS: the mean consonance -1..1 of melody and chord tones over sixteenths."""
    score = count = 0
    for note in notes:
        for tick in range(note.start, note.end, _SIXTEENTH):
            chord = chord_at(tick)
            for value in chord or ():
                interval = (note.pitch - value) % 12
                score += 1 if interval in _CONSONANT else 0 if interval == _PERFECT_FOURTH else -1
                count += 1
    return score / count if count else None


def has_model() -> bool:
    """Tell whether the weights of the melody model are shipped."""
    return WEIGHTS.exists()


_KEPT_BARS = 4


def bits_of(notes: Sequence[Note], key: KeyChange, meter: tuple[int, int]) -> list[float]:
    """Return how many bits the pitch of each note costs the shipped melody model."""
    setting = Setting(meter, nearest_mode(key.mode.value))
    tonic = reference_tonic(pitch_class(key.tonic), [note.pitch for note in notes])
    memory = MelodyMemory(load_network(), setting, tonic)
    # Micro-timing is no news: the model knows onsets on a grid of twelfths of a quarter.
    return [
        memory.hear(
            round(note.start / TICKS_PER_QUARTER * 12) / 12,
            max(1, round(note.duration / TICKS_PER_QUARTER * 12)) / 12,
            note.pitch,
        )
        for note in notes
    ]


def melody_bits(score: Score, notes: Sequence[Note]) -> list[float] | None:
    """Return the bits of each note in the score's own key and meter, None when unknown.

    Where meters change, those parts count that keep theirs for some bars.
    """
    if not has_model() or not score.keys or len(notes) < 2 * GRAM:
        return None
    timeline = Timeline(score)
    meters = [timeline.meter_at(0), *(meter for meter in score.meters if meter.tick > 0)]
    if len(meters) == 1:
        return bits_of(notes, score.keys[0], (meters[0].numerator, meters[0].denominator))
    found: list[float] = []
    for meter, end in zip(meters, [*(m.tick for m in meters[1:]), score.end], strict=True):
        inside = [
            replace(note, start=note.start - meter.tick)
            for note in notes
            if meter.tick <= note.start < end
        ]
        if len(inside) >= GRAM and end - meter.tick >= _KEPT_BARS * meter.ticks_per_bar:
            found += bits_of(inside, score.keys[0], (meter.numerator, meter.denominator))
    return found if len(found) >= 2 * GRAM else None


def mean(values: Sequence[float]) -> float | None:
    """Return the mean, None for nothing; not-a-number values do not count."""
    kept = [value for value in values if not math.isnan(value)]
    return sum(kept) / len(kept) if kept else None
