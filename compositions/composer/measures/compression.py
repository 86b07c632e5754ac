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

from collections.abc import Iterator

from compositions.score.document import TICKS_PER_QUARTER, Score

POINTS = 400
"""Notes that are looked at; figures compare only between equal numbers."""

_ROW = 256
"""Places for one moment; twice the pitches, so that no step runs into the next moment."""


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
    places = [onset * _ROW + pitch for onset, pitch in points]
    pairs = _pairs(places)
    left = (1 << len(places)) - 1
    length = 0
    while left:
        remaining = left.bit_count()
        best = _best_class(places, pairs, remaining) if remaining >= 4 else None
        if best is None:
            return length + remaining
        pattern, translators, covered = best
        length += pattern + translators - 1
        left &= ~covered
        _take_out(places, pairs, covered, left)
    return length


def _pairs(places: list[int]) -> dict[int, int]:
    """Return the maximal translatable patterns (SIA): for each step up, who has a point there.

    A set of points is a number whose bits are the numbers of the points, in rising order.
    """
    pairs: dict[int, int] = {}
    for number, low in enumerate(places):
        for high in places[number + 1 :]:
            pairs[high - low] = pairs.get(high - low, 0) | 1 << number
    return pairs


def _take_out(places: list[int], pairs: dict[int, int], covered: int, left: int) -> None:
    """Forget the pairs in which one of the covered points is."""
    for number in _numbers(covered):
        place = places[number]
        for other in _numbers(left | covered):
            low = min(number, other)
            if other != number and (step := abs(place - places[other])) in pairs:
                pairs[step] &= ~(1 << low)
                if pairs[step].bit_count() < 2:
                    del pairs[step]


def _numbers(points: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, rising."""
    while points:
        lowest = points & -points
        yield lowest.bit_length() - 1
        points ^= lowest


def _best_class(places: list[int], pairs: dict[int, int], most: int) -> tuple[int, int, int] | None:
    """Return (points of the pattern, translators, covered points) of the cheapest class.

    ``most`` points are left. Ties go to the class that covers more, then to the larger and
    the earlier pattern.
    """
    numbers = {place: number for number, place in enumerate(places)}
    best: tuple[int, int, int] | None = None
    value = (1.0, 0)
    seen: set[tuple[int, ...]] = set()
    patterns = sorted(
        (-points.bit_count(), points & -points, step) for step, points in pairs.items()
    )
    for negative, _, step in patterns:
        size = -negative
        if size < 2:
            break
        # No class of this size can be better than one that covers everything: with t
        # translators it covers at most size * t points for size + t - 1.
        bound = most / (size + max(1, most // size) - 1)
        if best is not None and bound < value[0]:
            continue
        first, *others = _numbers(pairs[step])
        shape = tuple(places[number] - places[first] for number in others)
        if shape in seen:
            continue
        seen.add(shape)
        targets = -1
        for other in shape:
            targets &= pairs[other]
        count = targets.bit_count()
        if size * count / (size + count - 1) < value[0]:
            continue
        covered = targets
        for number in _numbers(targets):
            for other in shape:
                covered |= 1 << numbers[places[number] + other]
        points = covered.bit_count()
        quality = (points / (size + count - 1), points)
        if quality > value:
            value, best = quality, (size, count, covered)
    return best
