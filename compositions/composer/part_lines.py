"""The lines of an ensemble on a grid of sixteenths, and what is wrong between them.

The faults are those that :mod:`compositions.composer.measures.voices` counts, found in a few
cells at a time, so that every change of a line can be tried and taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from itertools import pairwise

from compositions.composer.events import Event
from compositions.composer.moments import NOTHING, Step
from compositions.composer.rhythm import TICKS_PER_STEP

_PERFECT = (0, 7)
_REACH = 32
"""Cells after which the next moment is looked for no further: two bars."""
_MOST_MENDED = 9
_MENDINGS = 3


class Lines:
    """The tune (line 0) and the lines below it, highest first: a pitch and an onset per cell."""

    def __init__(self, cells: int, written: Sequence[Sequence[Event]], players: int = 0) -> None:
        """Take what is written, the tune first, and make room for ``players`` more lines."""
        self.cells = cells
        self.players = len(written) - 1 + players
        self.pitch = [[NOTHING] * cells for _ in range(self.players + 1)]
        self.onset = [[False] * cells for _ in range(self.players + 1)]
        for number, line in enumerate(written):
            for event in line:
                first = (event.start + TICKS_PER_STEP // 2) // TICKS_PER_STEP
                stop = max(first + 1, (event.end + TICKS_PER_STEP // 2) // TICKS_PER_STEP)
                if 0 <= first < cells:
                    self.put(number, first, min(stop, cells), event.pitch)

    def write(
        self, steps: Sequence[Step], pitches: Sequence[Sequence[int] | None], bars: Set[int]
    ) -> None:
        """Write a pitch for every player and moment; one that stays is held inside a bar.

        ``bars`` are the cells that begin one. A player without pitches keeps what is there.
        """
        for number, line in enumerate(pitches, 1):
            if line is None:
                continue
            before = NOTHING
            for step, pitch in zip(steps, line, strict=True):
                first, stop = step.start // TICKS_PER_STEP, step.end // TICKS_PER_STEP
                self.put(number, first, stop, pitch)
                self.onset[number][first] = pitch != before or first in bars
                before = pitch

    def take(self, line: int, sounding: Mapping[int, int]) -> None:
        """Let a line be what is known to sound in each cell."""
        before = NOTHING
        for cell in range(self.cells):
            pitch = sounding.get(cell, NOTHING)
            self.pitch[line][cell] = pitch
            self.onset[line][cell] = pitch not in (before, NOTHING)
            before = pitch

    def put(self, line: int, first: int, stop: int, pitch: int) -> None:
        """Write one note over whatever is there; what followed under it begins behind it."""
        stop = min(stop, self.cells)
        pitches, onsets = self.pitch[line], self.onset[line]
        if stop < self.cells and pitches[stop] != NOTHING and not onsets[stop]:
            onsets[stop] = pitches[stop] != pitch
        for cell in range(first, stop):
            pitches[cell], onsets[cell] = pitch, False
        onsets[first] = pitch != NOTHING

    def tried(self, line: int, first: int, stop: int, change: Callable[[], None]) -> bool:
        """Make a change inside some cells of a line; take it back if it brings new faults."""
        stop = min(stop + 1, self.cells)
        kept = self.pitch[line][first:stop], self.onset[line][first:stop]
        before = self.faults(line, first, stop) + self._beside(line, first, stop)
        change()
        if self.faults(line, first, stop) + self._beside(line, first, stop) <= before:
            return True
        self.pitch[line][first:stop], self.onset[line][first:stop] = kept
        return False

    def faults(self, line: int, first: int, stop: int) -> int:
        """Count parallels and crossings of a line with the others in cells and just behind."""
        found = 0
        for before, cell in self._moments(first, stop):
            if before >= 0:
                found += sum(1 for _ in self._parallels(line, before, cell))
            found += self._crossed(line, cell)
        return found

    def _beside(self, line: int, first: int, stop: int) -> int:
        """Count, twice each, the parallels between the other lines in cells and just behind.

        They change with the moments at which the line begins a note.
        """
        others = [other for other in range(self.players + 1) if other != line]
        return sum(
            second != line
            for before, cell in self._moments(first, stop)
            if before >= 0
            for other in others
            for second in self._parallels(other, before, cell)
        )

    def _moments(self, first: int, stop: int) -> Iterator[tuple[int, int]]:
        """Pairs of a moment in some cells, or just behind, and the one before it (-1: none)."""
        before = next(
            (c for c in range(first - 1, max(-1, first - _REACH), -1) if self.moment(c)), -1
        )
        for cell in range(first, min(self.cells, stop + _REACH)):
            if self.moment(cell):
                yield before, cell
                before = cell
                if cell >= stop:
                    break

    def parallels(self, line: int, first: int, stop: int) -> int:
        """Count the parallels of a line with the others in cells and just before."""
        moments = [c for c in range(max(0, first - _REACH), stop) if self.moment(c)]
        return sum(
            1 for a, b in pairwise(moments) if b >= first for _ in self._parallels(line, a, b)
        )

    def moment(self, cell: int) -> bool:
        """Whether any line begins a note in a cell."""
        return any(onsets[cell] for onsets in self.onset)

    def _parallels(self, line: int, before: int, after: int) -> Iterator[int]:
        """The lines that go in parallel fifths or octaves with one."""
        a, c = self.pitch[line][before], self.pitch[line][after]
        if a == c or NOTHING in (a, c):
            return
        for other in range(self.players + 1):
            b, d = self.pitch[other][before], self.pitch[other][after]
            if other == line or NOTHING in (b, d) or (c - a) * (d - b) <= 0:
                continue
            if abs(a - b) % 12 == abs(c - d) % 12 in _PERFECT:
                yield other

    def _crossed(self, line: int, cell: int) -> int:
        pitch = self.pitch[line][cell]
        if pitch == NOTHING:
            return 0
        above = self.pitch[line - 1][cell] if line else NOTHING
        below = self.pitch[line + 1][cell] if line < self.players else NOTHING
        return (above != NOTHING and pitch > above) + (below != NOTHING and pitch < below)

    def rubs(self, line: int, cell: int, pitch: int) -> bool:
        """Whether a pitch would lie a semitone (or a semitone and octaves) beside another line."""
        return any(
            abs(pitch - self.pitch[other][cell]) % 12 in (1, 11)
            or abs(pitch - self.pitch[other][cell]) == 2
            for other in range(self.players + 1)
            if other != line and self.pitch[other][cell] != NOTHING
        )

    def notes(
        self, line: int, first: int = 0, stop: int | None = None
    ) -> list[tuple[int, int, int]]:
        """The notes of a line that begin in some cells, each (first cell, stop, pitch)."""
        stop = self.cells if stop is None else min(stop, self.cells)
        pitches, onsets = self.pitch[line], self.onset[line]
        found = []
        for cell in range(first, stop):
            if onsets[cell] and pitches[cell] != NOTHING:
                end = cell + 1
                while end < self.cells and pitches[end] == pitches[cell] and not onsets[end]:
                    end += 1
                found.append((cell, end, pitches[cell]))
        return found

    def mend(
        self,
        steps: Sequence[Step],
        ranges: Sequence[tuple[int, int]],
        players: Sequence[int] | None = None,
    ) -> bool:
        """Take another note of the chord wherever two lines still go in parallel or cross.

        Only the lines of ``players`` (from 1) change, where they are named. Return whether a
        note was changed.
        """
        mended = False
        numbers = range(1, self.players + 1) if players is None else players
        for _ in range(_MENDINGS):
            changes = 0
            for number in sorted(numbers, reverse=True):
                for step in steps:
                    changes += self._mended(number, step, ranges[number - 1])
            mended = mended or changes > 0
            if not changes:
                break
        return mended

    def _mended(self, line: int, step: Step, allowed: tuple[int, int]) -> bool:
        first, stop = step.start // TICKS_PER_STEP, step.end // TICKS_PER_STEP
        now = self.pitch[line][first]
        best = self.faults(line, first, stop)
        if not best:
            return False
        classes = step.basses if line == self.players else step.harmony.pitch_classes
        choices = [
            pitch
            for pitch in range(
                max(allowed[0], now - _MOST_MENDED), min(allowed[1], now + _MOST_MENDED) + 1
            )
            if pitch % 12 in classes and pitch != now
        ]
        for pitch in sorted(choices, key=lambda pitch: (abs(pitch - now), pitch)):
            kept = self.pitch[line][:], self.onset[line][:]
            self.put(line, first, stop, pitch)
            if self.faults(line, first, stop) < best:
                return True
            self.pitch[line], self.onset[line] = kept
        return False

    def events(self, line: int, velocity: Callable[[int], int]) -> list[Event]:
        """Return a line as notes."""
        return [
            Event(
                first * TICKS_PER_STEP,
                (stop - first) * TICKS_PER_STEP,
                pitch,
                velocity(first * TICKS_PER_STEP),
            )
            for first, stop, pitch in self.notes(line)
        ]


def without_parallels(
    line: Sequence[Event], others: Sequence[Sequence[Event]], cells: int
) -> list[Event]:
    """Return a line beside written parts without the notes that go in parallel with one."""
    kept: list[Event] = []
    for event in sorted(line, key=lambda event: event.start):
        lines = Lines(cells, [[*kept, event], *others])
        first = max(0, event.start // TICKS_PER_STEP)
        if not lines.parallels(0, first, min(cells, event.end // TICKS_PER_STEP)):
            kept.append(event)
    return kept
