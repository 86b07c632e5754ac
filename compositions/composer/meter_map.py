"""Where the bars of a song lie when they need not all be of one meter."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from compositions.composer.rhythm import TICKS_PER_STEP, Grid


class MeterMap:
    """The bars of a song (from 0) with their meters; past its ends they go on alike."""

    def __init__(self, grid: Grid, grids: Sequence[Grid] = ()) -> None:
        """Take the meter of every bar; without ``grids`` they are all ``grid``."""
        self.uniform = all(one == grid for one in grids)
        self._grid = grid
        self._grids = () if self.uniform else tuple(grids)
        self._starts = list(accumulate((one.ticks for one in self._grids), initial=0))

    def grid(self, bar: int) -> Grid:
        """The meter of a bar."""
        if self.uniform:
            return self._grid
        return self._grids[min(max(bar, 0), len(self._grids) - 1)]

    def start(self, bar: int) -> int:
        """First tick of a bar."""
        if self.uniform:
            return bar * self._grid.ticks
        if bar < 0:
            return bar * self._grids[0].ticks
        if bar > len(self._grids):
            return self._starts[-1] + (bar - len(self._grids)) * self._grids[-1].ticks
        return self._starts[bar]

    def bar(self, tick: int) -> int:
        """The bar that holds a tick."""
        if self.uniform:
            return tick // self._grid.ticks
        if tick < 0:
            return tick // self._grids[0].ticks
        beyond = tick - self._starts[-1]
        if beyond >= 0:
            return len(self._grids) + beyond // self._grids[-1].ticks
        return bisect_right(self._starts, tick) - 1

    def strength(self, tick: int) -> float:
        """Metrical weight 0..1 of the sixteenth that holds a tick."""
        bar = self.bar(tick)
        return self.grid(bar).strength((tick - self.start(bar)) // TICKS_PER_STEP)

    def changes(self, bars: int) -> list[tuple[int, Grid]]:
        """Return the meters of the first ``bars`` bars as (tick, meter) where they change."""
        found = [(0, self.grid(0))]
        if not self.uniform:
            for bar in range(1, bars):
                if self.grid(bar) != found[-1][1]:
                    found.append((self.start(bar), self.grid(bar)))
        return found
