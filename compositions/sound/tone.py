"""The tone of the whole mix: measured, and nudged where it is far from what records have.

Long-term spectra of records fall by about the same slope whatever the genre (Pestana, Ma, Reiss,
Barbosa and Black, "Spectral characteristics of popular commercial recordings 1950-2010", AES 135,
2013). Four regions are compared with such a slope; inside a wide tolerance nothing is done, beyond
it half of the excess is taken back, at most 3 dB. A solo flute stays a solo flute.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft, rfftfreq

from compositions.sound.equaliser import Bell, HighShelf, Sections, bell, high_shelf
from compositions.sound.samplefile import BLOCK_FRAMES, Samples

_MOST_DB = 3.0
_TOLERANCE_DB = 3.0
_STRENGTH = 0.5
# Below this against the middle there is nothing to bring out but noise.
_ABSENT_DB = -30.0
_MIDDLE_HZ = (500.0, 1800.0)


@dataclass(frozen=True, slots=True)
class _Region:
    """Band edges in Hz, wanted level per octave against the middle, and centre of the filter."""

    low: float
    high: float
    wanted_db: float
    centre: float
    q: float = 0.8


_REGIONS = (
    _Region(45.0, 110.0, 4.0, 70.0),
    _Region(180.0, 450.0, 2.5, 290.0),
    _Region(2200.0, 4500.0, -3.0, 3100.0),
)
_AIR = _Region(6000.0, 12_000.0, -8.0, 6500.0)


class ToneMeter:
    """Collects the long-term spectrum of consecutive blocks of shape (frames, 2)."""

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._window = np.hanning(BLOCK_FRAMES)
        self._power: NDArray[np.float64] = np.zeros(BLOCK_FRAMES // 2 + 1)

    def add(self, block: Samples) -> None:
        """Measure the next block; a last one that is shorter counts as padded."""
        mono = np.zeros(BLOCK_FRAMES)
        mono[: len(block)] = block.sum(axis=1)
        self._power += np.abs(rfft(mono * self._window)) ** 2

    def level_db(self, low: float, high: float) -> float:
        """Power per octave between two frequencies in Hz, in dB of no particular zero."""
        frequencies = rfftfreq(BLOCK_FRAMES, 1.0 / self._sample_rate)
        inside = (frequencies >= low) & (frequencies < high)
        power = float(self._power[inside].sum()) / float(np.log2(high / low))
        return float(10.0 * np.log10(max(power, 1e-30)))

    def corrections_db(self) -> tuple[float, ...]:
        """Gain of each region, lowest first, the last of the air."""
        middle = self.level_db(*_MIDDLE_HZ)
        return tuple(_correction(self, region, middle) for region in (*_REGIONS, _AIR))

    def sections(self) -> list[Sections]:
        """Filters that nudge the tone; none when it is right."""
        *gains, air = self.corrections_db()
        found = [
            bell(Bell(region.centre, gain, region.q), self._sample_rate)
            for region, gain in zip(_REGIONS, gains, strict=True)
            if gain
        ]
        if air:
            found.append(high_shelf(HighShelf(_AIR.centre, air), self._sample_rate))
        return found


def _correction(meter: ToneMeter, region: _Region, middle_db: float) -> float:
    level = meter.level_db(region.low, region.high) - middle_db
    excess = level - region.wanted_db
    if level < _ABSENT_DB or abs(excess) <= _TOLERANCE_DB:
        return 0.0
    beyond = excess - np.copysign(_TOLERANCE_DB, excess)
    return float(np.clip(-_STRENGTH * beyond, -_MOST_DB, _MOST_DB))
