"""The moments at which the voices of a song move together, and what its tune sounds then."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from compositions.composer.events import Event
from compositions.composer.harmony import Changes, ChordSlot
from compositions.composer.plan import SongPlan
from compositions.composer.roman import Harmony

_BEAT = 480
_BREATH = 480
"""A rest of the tune up to here does not hide parallels."""
NOTHING = -1
"""Stands for a tune that rests, where a pitch is asked for."""


@dataclass(frozen=True, slots=True)
class Step:
    """A moment at which the voices are struck: its chord, what may be its lowest note (the
    first is what is written), and the tune then and just before.
    """

    start: int
    end: int
    harmony: Harmony
    basses: tuple[int, ...]
    tune: int
    before: int


class Tune:
    """Answers what a line sounds at a tick."""

    def __init__(self, line: Sequence[Event]) -> None:
        self._line = line
        self.starts = [event.start for event in line]

    def at(self, tick: int) -> int:
        """The pitch that sounds, :data:`NOTHING` for a rest."""
        place = bisect_right(self.starts, tick) - 1
        sounds = place >= 0 and tick < self._line[place].end
        return self._line[place].pitch if sounds else NOTHING

    def before(self, tick: int) -> int:
        """The pitch that leads to a tick; a breath between two is no rest."""
        place = bisect_right(self.starts, tick - 1) - 1
        sounds = place >= 0 and tick <= self._line[place].end + _BREATH
        return self._line[place].pitch if sounds else NOTHING


def velocity_of(plan: SongPlan, tick: int) -> int:
    bar = min(plan.bars - 1, plan.bar_at(tick))
    beat = plan.bar_map.strength(tick)
    return round(52 + 24 * plan.section_at(bar).energy + 4 * beat)


def steps_of(
    plan: SongPlan, changes: Changes, tune: Sequence[Event], *, turning: bool = True
) -> list[Step]:
    """Return the moments: every chord, and every beat on which the tune begins a note.

    With ``turning`` a long chord asks for its first inversion half-way.
    """
    heard = Tune(tune)
    starts = heard.starts
    closing = plan.bar_start(plan.bars - 1)
    given = plan.spec.chords.value is not None
    moments: dict[int, ChordSlot] = {}
    for slot in changes.slots:
        inside = [slot.start]
        if slot.start < closing:
            first = bisect_right(starts, slot.start)
            inside += [t for t in starts[first : bisect_right(starts, slot.end - 1)]
                       if (t - slot.start) % _BEAT == 0]  # fmt: skip
        for tick in inside:
            moments[tick] = slot
    ends = [*list(moments)[1:], changes.slots[-1].end] if moments else []
    steps = []
    for (tick, slot), end in zip(moments.items(), ends, strict=True):
        harmony = slot.harmony
        # A long chord turns to its first inversion half-way, as a walking bass does.
        half = slot.start + slot.duration // 2
        turns = turning and slot.duration >= 4 * _BEAT and tick == half and harmony.bass is None
        basses: tuple[int, ...] = (harmony.lowest,)
        if _third(harmony) and harmony.bass is None and tick < closing and not given:
            basses = (harmony.root, harmony.pitch_classes[1])
            if turns:
                basses = basses[::-1]
        steps.append(Step(tick, end, harmony, basses, heard.at(tick), heard.before(tick)))
    return steps


def _third(harmony: Harmony) -> bool:
    return (harmony.pitch_classes[1] - harmony.root) % 12 in (3, 4)
