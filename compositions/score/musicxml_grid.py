"""Finds what a performer's timing looks like on paper: bars, beats and the nearest grid.

MusicXML says where a note is written and, in ``attack`` and ``release``, by how many ticks it
sounds earlier or later. So notes are written on a readable grid and lose nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compositions.score.document import TICKS_PER_QUARTER, MeterChange, Note

SHORTEST = 15
"""The shortest written value in ticks, a 128th note."""
TOLERANCE = 24
"""A beginning this many ticks off a coarse grid is still written on it (25 ms at 120 bpm)."""

# Divisions of a beat in the order in which a reader would rather see them; those of one
# tier are equally readable. Halving, in three, in five.
_TIERS: tuple[tuple[int, ...], ...] = ((1,), (2,), (4, 3), (8, 6), (5,), (16, 12), (10,), (32,))
_FINEST = {2: 32, 3: 12, 5: 10}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: first tick, the tick after it, its meter and the number printed."""

    start: int
    end: int
    meter: MeterChange
    number: int

    @property
    def length(self) -> int:
        """Ticks of the bar; fewer than the meter says for pickups and bars cut short."""
        return self.end - self.start

    @property
    def is_short(self) -> bool:
        """True when the bar ends before its meter is full."""
        return self.length < self.meter.ticks_per_bar


@dataclass(frozen=True, slots=True)
class Written:
    """A note as it stands on paper. ``is_exact`` tells that its end is written as it sounds."""

    note: Note
    start: int
    end: int
    is_exact: bool

    @property
    def attack(self) -> int:
        """Ticks by which the note sounds later than written; negative is earlier."""
        return self.note.start - self.start


def bars_of(meters: Sequence[MeterChange], end: int, most: int) -> list[Bar]:
    """Return the bars from tick 0 that reach over ``end``, at least one.

    ``meters`` are in order and begin at tick 0. A meter change inside a bar cuts it short.
    A first bar that is cut short is a pickup, numbered 0. Raises ``ValueError`` when there
    are more than ``most``.
    """
    bars: list[Bar] = []
    number = 0 if len(meters) > 1 and meters[1].tick < meters[0].ticks_per_bar else 1
    for index, meter in enumerate(meters):
        is_last = index + 1 == len(meters)
        stop = end if is_last else min(end, meters[index + 1].tick)
        limit = None if is_last else meters[index + 1].tick
        start = meter.tick
        if (stop - start) // meter.ticks_per_bar + len(bars) > most:
            raise ValueError(f"more than {most} bars")
        while start < stop or not bars:
            bar_end = start + meter.ticks_per_bar
            bar_end = bar_end if limit is None else min(bar_end, limit)
            bars.append(Bar(start, bar_end, meter, number + len(bars)))
            start = bar_end
    return bars


def beat_ticks(meter: MeterChange) -> int:
    """Return the length of the cells that are divided as one: a quarter note at most."""
    return min(TICKS_PER_QUARTER, meter.ticks_per_beat)


def write_notes(notes: Iterable[Note], bars: Sequence[Bar]) -> list[Written]:
    """Return the notes of one track as written, in order of start and pitch.

    Every beat gets the most readable division that holds the beginnings in it within
    :data:`TOLERANCE`, or else the nearest; ends that lie exactly on its finest division stay.
    """
    ordered = sorted(notes, key=lambda note: note.sort_key)
    grid = _Grid(ordered, bars)
    return [grid.write(note) for note in ordered]


class _Grid:
    """The division of every beat that notes begin or end in."""

    def __init__(self, notes: Sequence[Note], bars: Sequence[Bar]) -> None:
        self._bars = bars
        self._starts = [bar.start for bar in bars]
        self._end = bars[-1].end
        onsets: dict[int, list[tuple[int, int]]] = {}
        ends: dict[int, set[int]] = {}
        for note in notes:
            onsets.setdefault(self._cell(note.start)[0], []).append((note.start, note.pitch))
            if note.end < self._end:
                ends.setdefault(self._cell(note.end)[0], set()).add(note.end)
        self._steps = {
            start: _choose(self._cell(start), onsets.get(start, []), ends.get(start, set()))
            for start in onsets.keys() | ends.keys()
        }

    def write(self, note: Note) -> Written:
        start = self._nearest(note.start, fine=False)
        if start >= self._end:
            start -= self._steps[self._cell(note.start)[0]][0]
        end, is_exact = self._end_of(note, start)
        return Written(note, start, end, is_exact)

    def _end_of(self, note: Note, start: int) -> tuple[int, bool]:
        if note.end >= self._end:
            return self._end, note.end == self._end
        cell_start, _ = self._cell(note.end)
        step, fine = self._steps[cell_start]
        is_exact = (note.end - cell_start) % fine == 0
        end = note.end if is_exact else self._nearest(note.end, fine=True)
        if end > start:
            return end, is_exact
        own_start, own_end = self._cell(start)
        step = self._steps.get(own_start, (own_end - own_start, 0))[0]
        return min(start + step, own_end), False

    def _nearest(self, tick: int, *, fine: bool) -> int:
        cell_start, cell_end = self._cell(tick)
        step = self._steps[cell_start][0]
        if fine:
            step = min(step, _sixteenth(cell_end - cell_start, step))
        near = cell_start + (2 * (tick - cell_start) + step) // (2 * step) * step
        return min(near, cell_end)

    def _cell(self, tick: int) -> tuple[int, int]:
        bar = self._bars[min(len(self._bars), max(1, bisect_right(self._starts, tick))) - 1]
        beat = beat_ticks(bar.meter)
        start = bar.start + (tick - bar.start) // beat * beat
        return start, min(start + beat, bar.end)


def _sixteenth(length: int, step: int) -> int:
    """Return a quarter of a beat, or the like where it is divided in three or five."""
    family = _family(length // step) if length % step == 0 else 2
    parts = {2: 4, 3: 6, 5: 5}[family]
    return length // parts if length % parts == 0 and length // parts >= SHORTEST else step


def _family(parts: int) -> int:
    return 3 if parts % 3 == 0 else 5 if parts % 5 == 0 else 2


def _choose(
    cell: tuple[int, int], onsets: list[tuple[int, int]], ends: set[int]
) -> tuple[int, int]:
    """Return (step, finest step of the same kind) in ticks for one beat."""
    start, stop = cell
    length = stop - start
    tiers = [
        [length // parts for parts in tier if _is_step(length, parts)] for tier in _TIERS
    ]  # fmt: skip
    places = [tick - start for tick, _ in onsets]
    offs = [tick - start for tick in ends]

    def finest(step: int) -> int:
        family = _family(length // step)
        parts = next(p for p in range(_FINEST[family], 0, -1) if _is_step(length, p)
                     and _family(p) == family)  # fmt: skip
        return length // parts

    def is_exact(values: list[int], step: int) -> bool:
        return all(value % step == 0 for value in values)

    steps = [step for tier in tiers for step in tier]
    fitting = [step for step in steps if is_exact(places, step)]
    if fitting:
        step = max(fitting, key=lambda step: (is_exact(offs, finest(step)), -steps.index(step)))
        return step, finest(step)
    best = (length, length)
    for tier in tiers:
        if not tier:
            continue
        step, error = min(
            ((step, max(_distance(place, step, length) for place in places)) for step in tier),
            key=lambda entry: entry[1],
        )
        if error <= TOLERANCE and not _collides(onsets, start, step):
            return step, finest(step)
        best = min(best, (error, step))
    return best[1], finest(best[1])


def _is_step(length: int, parts: int) -> bool:
    """Tell whether a beat can be written in so many parts, down to a 128th note."""
    if length % parts:
        return False
    family = _family(parts)
    step = length // parts
    nominal = step * 3 // 2 if family == 3 else step * 5 // 4 if family == 5 else step
    exact = family == 2 or (step * 3 % 2 == 0 if family == 3 else step * 5 % 4 == 0)
    return parts == 1 or (exact and nominal >= SHORTEST and nominal % SHORTEST == 0)


def _distance(place: int, step: int, length: int) -> int:
    rest = place % step
    return min(rest, step - rest, abs(length - place))


def _collides(onsets: list[tuple[int, int]], start: int, step: int) -> bool:
    """Tell whether two notes of one pitch would be written at the same place."""
    places = [((2 * (tick - start) + step) // (2 * step), pitch) for tick, pitch in onsets]
    return len(set(places)) < len(places)
