"""Glides: a sliding bass slips from one note into the next, as pitch bend.

The notes stay as they are written and each is struck; where one follows the other closely, the
second begins at the pitch of the first and reaches its own within a sixteenth. So the notation
is right, and every player of MIDI slides alike.
"""

from __future__ import annotations

from itertools import pairwise

from compositions.composer.events import Event, Part
from compositions.composer.plan import SongPlan
from compositions.composer.seeds import stream

Point = tuple[int, str, float]

_WIDEST = 12
"""Semitones that a glide may span: the range of the bend."""
BEND_RANGE: tuple[Point, ...] = ((0, "cc101", 0.0), (0, "cc100", 0.0), (0, "cc6", float(_WIDEST)))
"""What sets the range of the bend to an octave (registered parameter 0)."""
_CLOSE = 40
"""Ticks between two notes that still slide into each other."""
_LONGEST, _STEP = 120, 10
_CENTRE_TO_END = 8191
_CHANCE, _CHANCE_OF_LEAPS = 0.45, 0.7


def glides(plan: SongPlan, part: Part) -> list[Point]:
    """Return the bends of a part as (tick, parameter, value); none unless it slides.

    The range of the bend is set at the start.
    """
    if not part.instrument.glide:
        return []
    points: list[Point] = []
    events = sorted(part.events, key=lambda event: (event.start, event.pitch))
    for before, event in pairwise(events):
        if not _slides(plan, part, before, event):
            continue
        start = max(0, event.start + event.timing)
        length = min(_LONGEST, event.duration // 2)
        share = (before.pitch - event.pitch) / _WIDEST
        for tick in range(0, length, _STEP):
            # Even in pitch, quick at first: a finger that knows where it goes.
            left = (1.0 - tick / length) ** 1.5
            points.append((start + tick, "pitch_bend", float(round(share * left * _CENTRE_TO_END))))
        points.append((start + length, "pitch_bend", 0.0))
    if not points:
        return []
    # One value at a tick: a later glide that begins in an earlier one wins.
    return [*BEND_RANGE, *((tick, name, value) for (tick, name), value in _last(points).items())]


def _last(points: list[Point]) -> dict[tuple[int, str], float]:
    found: dict[tuple[int, str], float] = {}
    for tick, name, value in points:
        found[tick, name] = value
    return dict(sorted(found.items()))


def _slides(plan: SongPlan, part: Part, before: Event, event: Event) -> bool:
    apart = abs(event.pitch - before.pitch)
    gap = event.start - before.end
    if not 0 < apart <= _WIDEST or not -_CLOSE <= gap <= _CLOSE or event.duration < 4 * _STEP:
        return False
    bar = min(plan.bars - 1, max(0, plan.bar_at(event.start)))
    rng = stream(plan.seed, plan.section_at(bar).uid, f"{part.role}:{event.start}", "glide")
    return rng.random() < (_CHANCE_OF_LEAPS if apart >= 5 else _CHANCE)
