"""Ticks to seconds, bars and beats, through the tempo and meter maps of a score."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from compositions.score.document import (
    TICKS_PER_QUARTER,
    MeterChange,
    Score,
    TempoChange,
)

DEFAULT_BPM = 120.0


@dataclass(frozen=True, slots=True)
class BarPosition:
    """A musical position: bar and beat count from 1, ``tick`` is what is left over."""

    bar: int
    beat: int
    tick: int


class Timeline:
    """Answers time questions about one score in O(log changes).

    Without a tempo at tick 0 the MIDI default of 120 bpm holds, without a meter 4/4.
    """

    def __init__(self, score: Score) -> None:
        tempos = sorted(score.tempos, key=lambda change: change.tick)
        if not tempos or tempos[0].tick > 0:
            tempos.insert(0, TempoChange("", 0, DEFAULT_BPM))
        self._tempos = tempos
        self._tempo_ticks = [change.tick for change in tempos]
        self._tempo_seconds = [0.0]
        for previous, change in pairwise(tempos):
            elapsed = _seconds(change.tick - previous.tick, previous.bpm)
            self._tempo_seconds.append(self._tempo_seconds[-1] + elapsed)
        meters = sorted(score.meters, key=lambda change: change.tick)
        if not meters or meters[0].tick > 0:
            meters.insert(0, MeterChange("", 0, 4, 4))
        self._meters = meters
        self._meter_ticks = [change.tick for change in meters]
        self._meter_bars = [0]
        for before, after in pairwise(meters):
            # A change inside a bar cuts that bar short and starts a new one.
            bars = -(-(after.tick - before.tick) // before.ticks_per_bar)
            self._meter_bars.append(self._meter_bars[-1] + bars)
        self.length_ticks = score.end

    @property
    def length_seconds(self) -> float:
        """Length of the score up to the end of its last entity, in seconds."""
        return self.seconds(self.length_ticks)

    @property
    def bar_count(self) -> int:
        """Bars that the score reaches into."""
        if self.length_ticks == 0:
            return 0
        return self.position(self.length_ticks - 1).bar

    def seconds(self, tick: float) -> float:
        """Seconds from the start at ``tick``."""
        index = max(0, bisect_right(self._tempo_ticks, tick) - 1)
        change = self._tempos[index]
        return self._tempo_seconds[index] + _seconds(tick - change.tick, change.bpm)

    def tick(self, seconds: float) -> int:
        """The tick nearest to ``seconds`` from the start."""
        index = max(0, bisect_right(self._tempo_seconds, seconds) - 1)
        change = self._tempos[index]
        beats = (seconds - self._tempo_seconds[index]) * change.bpm / 60.0
        return round(change.tick + beats * TICKS_PER_QUARTER)

    def tempo_at(self, tick: int) -> float:
        """Tempo in quarter notes per minute at ``tick``."""
        return self._tempos[max(0, bisect_right(self._tempo_ticks, tick) - 1)].bpm

    def meter_at(self, tick: int) -> MeterChange:
        """The time signature in force at ``tick``."""
        return self._meters[max(0, bisect_right(self._meter_ticks, tick) - 1)]

    def position(self, tick: int) -> BarPosition:
        """Bar, beat and rest of ``tick``."""
        index = max(0, bisect_right(self._meter_ticks, tick) - 1)
        meter = self._meters[index]
        bars, inside = divmod(tick - meter.tick, meter.ticks_per_bar)
        beat, rest = divmod(inside, meter.ticks_per_beat)
        return BarPosition(self._meter_bars[index] + bars + 1, beat + 1, rest)

    def bar_start(self, bar: int) -> int:
        """First tick of ``bar`` (from 1). Raises ``ValueError`` below 1."""
        if bar < 1:
            raise ValueError("bars count from 1")
        index = max(0, bisect_right(self._meter_bars, bar - 1) - 1)
        meter = self._meters[index]
        return meter.tick + (bar - 1 - self._meter_bars[index]) * meter.ticks_per_bar

    def bar_starts(self) -> list[int]:
        """First tick of every bar of the score, in order."""
        return [self.bar_start(bar) for bar in range(1, self.bar_count + 1)]


def _seconds(ticks: float, bpm: float) -> float:
    return ticks / TICKS_PER_QUARTER * 60.0 / bpm
