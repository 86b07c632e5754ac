"""The compression ratio of a piece by COSIATEC, as text2midi's CR is computed.

text2midi's authors run the program OMNISIA on each MIDI file; its COSIATEC (D. Meredith,
"COSIATEC and SIATECCompress: pattern discovery by geometric compression", 2013) takes the
notes as points (onset, pitch). In each round it finds the maximal translatable patterns
(SIA), keeps the pattern and its translators that cover most points for what they cost
(SIATEC), and takes the covered points out. The ratio is the points over the cost of all.

The work grows with the cube of the points, so the first :data:`POINTS` notes are taken;
text2midi writes about as many.
"""

from __future__ import annotations

from collections import defaultdict

from compositions.score.document import TICKS_PER_QUARTER, Score

POINTS = 400
"""Notes that are looked at; figures compare only between equal numbers."""

_ROW = 256
"""Bits for one moment; twice the pitches, so that no shift runs into the next moment."""


def compression_ratio(score: Score, points: int = POINTS) -> float | None:
    """Return points over encoded length, at least 1; None for fewer than 16 points.

    Onsets are taken to twelfths of a quarter note, so swing and touch do not hide what is
    repeated; drums count as points by their key, as OMNISIA reads them.
    """
    found = {
        (round(note.start / TICKS_PER_QUARTER * 12), note.pitch)
        for track in score.tracks
        for note in track.notes
    }
    chosen = sorted(found)[:points]
    if len(chosen) < 16:
        return None
    return len(chosen) / _encoded_length(chosen)


def _encoded_length(points: list[tuple[int, int]]) -> int:
    """Return the sum over all chosen classes of pattern points and further translators."""
    first = points[0][0]
    left = sum(1 << ((onset - first) * _ROW + pitch) for onset, pitch in points)
    length = 0
    while left:
        remaining = _places(left)
        if len(remaining) < 4:
            return length + len(remaining)
        best = _best_class(left, remaining)
        if best is None:
            return length + len(remaining)
        pattern, translators, covered = best
        length += pattern + translators - 1
        left &= ~covered
    return length


def _places(mask: int) -> list[int]:
    """Return the numbers of the bits that are set, rising."""
    text = bin(mask)[:1:-1]
    found, place = [], text.find("1")
    while place >= 0:
        found.append(place)
        place = text.find("1", place + 1)
    return found


def _best_class(mask: int, places: list[int]) -> tuple[int, int, int] | None:
    """Return (points of the pattern, translators, covered bits) of the cheapest class.

    Ties go to the class that covers more, then to the earlier pattern.
    """
    patterns: dict[int, list[int]] = defaultdict(list)
    for place, low in enumerate(places):
        for high in places[place + 1 :]:
            patterns[high - low].append(low)
    best: tuple[int, int, int] | None = None
    value = (1.0, 0)
    seen: set[tuple[int, ...]] = set()
    for pattern in sorted(patterns.values(), key=len, reverse=True):
        size = len(pattern)
        if size < 2:
            break
        # No class of this size can be better than one that covers everything: with t
        # translators it covers at most size * t points for size + t - 1.
        most = len(places)
        bound = most / (size + max(1, most // size) - 1)
        if best is not None and bound < value[0]:
            continue
        shape = tuple(point - pattern[0] for point in pattern)
        if shape in seen:
            continue
        seen.add(shape)
        targets = mask
        for step in shape[1:]:
            targets &= mask >> step
            if targets == 0:  # pragma: no cover - the pattern itself is always there
                break
        count = targets.bit_count()
        if size * count / (size + count - 1) < value[0]:
            continue
        covered = 0
        for step in shape:
            covered |= targets << step
        points = covered.bit_count()
        quality = (points / (size + count - 1), points)
        if quality > value:
            value, best = quality, (size, count, covered)
    return best
