"""Figures of a song as music, read from the MIDI file: melody, harmony, structure, words."""

from __future__ import annotations

from collections.abc import Sequence

from compositions.composer.measures.compression import compression_ratio
from compositions.composer.measures.melody import (
    chord_lookup,
    chord_tone_ratio,
    consonance,
    mean,
    melody_bits,
    melody_of,
    once_through,
    repetition,
)
from compositions.composer.measures.voices import parallels, voices_of
from compositions.composer.originality import longest_shared
from compositions.score.document import Chord, Note, Score
from compositions.score.harmony import spell

REPETITION_BAND = (0.2, 0.4)
CR_BAND = (2.6, 3.8)
_GRIDS = (120, 160)

_TRIADS = tuple(
    (root, quality, frozenset((root + step) % 12 for step in steps))
    for root in range(12)
    for quality, steps in (("", (0, 4, 7)), ("m", (0, 3, 7)))
)


def music_figures(score: Score, *, compress: bool = True) -> dict[str, float]:
    """Return the figures of one song; what it has no material for is not in the result."""
    found: dict[str, float | None] = {}
    notes = melody_of(score)
    first = once_through(score, notes)
    found["repetition"] = repetition(first)
    found["repetition, whole song"] = repetition(notes)
    if found["repetition"] is not None:
        low, high = REPETITION_BAND
        found["repetition in band"] = float(low <= found["repetition"] <= high)
    chord_at = chord_lookup(score.chords or heard_chords(score))
    found["CTnCTR"] = chord_tone_ratio(notes, chord_at)
    found["PCS"] = consonance(notes, chord_at)
    bits = melody_bits(score, first)
    found["melody bits/note"] = mean(bits) if bits else None
    if notes:
        found["longest shared"] = float(_longest_shared(notes))
    if compress:
        found["CR"] = compression_ratio(score)
        if found["CR"] is not None:
            found["CR in band"] = float(CR_BAND[0] <= found["CR"] <= CR_BAND[1])
    if voices := voices_of(score):
        counted = parallels(voices)
        found["parallel fifths"] = float(counted.fifths)
        found["parallel octaves"] = float(counted.octaves)
        found["voice transitions"] = float(counted.transitions)
    return {name: value for name, value in found.items() if value is not None}


def _longest_shared(notes: Sequence[Note]) -> int:
    """Return the longest stretch of a training tune, on a grid of sixteenths or of triplets.

    Micro-timing would hide a copy from a comparison of exact onsets.
    """
    longest = 0
    for grid in _GRIDS:
        line = {round(note.start / grid): note.pitch for note in notes}
        longest = max(longest, longest_shared(sorted(line.items())))
    return longest


def heard_chords(score: Score) -> Sequence[Chord]:
    """Return the triads that the accompaniment points to, one for each half bar.

    For files without chord texts. The triad with the most sounding time on its notes wins,
    the earlier root on a tie.
    """
    bar = score.meters[0].ticks_per_bar if score.meters else 1920
    span = max(1, bar // 2)
    weights: dict[int, list[float]] = {}
    melody = {id(note) for note in melody_of(score)}
    for track in score.tracks:
        for note in () if track.percussion else track.notes:
            if id(note) in melody and len(score.tracks) > 1:
                continue
            for place in range(note.start // span, (note.end - 1) // span + 1):
                inside = min(note.end, (place + 1) * span) - max(note.start, place * span)
                weights.setdefault(place, [0.0] * 12)[note.pitch % 12] += inside
    found = []
    for place, classes in sorted(weights.items()):
        root, quality, _ = max(
            _TRIADS, key=lambda triad: (sum(classes[value] for value in triad[2]), -triad[0])
        )
        found.append(Chord("", place * span, span, spell(root), quality))
    return found
