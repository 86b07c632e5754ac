"""Stereo width that disappears in mono.

A stem gets wider by adding a decorrelated copy of its middle to its sides only: left plus, right
minus (Lauridsen's arrangement; Schroeder, "An artificial stereophonic effect obtained from a
single audio signal", JAES 6/2, 1958). The sum of both channels is untouched, so nothing combs or
vanishes on one loudspeaker. The copy is convolved with a few velvet-noise taps (Alary, Politis and
Välimäki, "Velvet-noise decorrelator", DAFx 2017), which colours less than one echo.

On the whole mix the sides lose their bass and are brought towards what the preset wants.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from compositions.sound.equaliser import Filter, high_pass
from compositions.sound.samplefile import Samples

MONO_BELOW_HZ = 120.0
_WIDE_ABOVE_HZ = 220.0
_TAPS = 12
_SPREAD_SECONDS = 0.024
_DECAY_DB = 12.0  # from the first tap to the last
_MOST_SIDE_DB = 5.0
_LEAST_SIDE_DB = -3.0
# Sides this far under the middle are no stereo, and amplifying them would bring out noise.
_ABSENT_SIDE_DB = -36.0


class Widener:
    """Adds ``amount`` (0..1) of decorrelated sides to consecutive blocks of shape (frames, 2).

    ``seed`` chooses the taps, so that two instruments do not widen alike.
    """

    def __init__(self, amount: float, sample_rate: int, seed: int) -> None:
        generator = np.random.Generator(np.random.PCG64(seed))
        span = _SPREAD_SECONDS * sample_rate / _TAPS
        # One tap at a random place of each twelfth of the spread.
        self._delays = [int((index + generator.random()) * span) + 1 for index in range(_TAPS)]
        signs = np.where(generator.random(_TAPS) < 0.5, -1.0, 1.0)
        gains = signs * 10.0 ** (-_DECAY_DB * np.arange(_TAPS) / (_TAPS - 1) / 20.0)
        self._gains = amount * gains / math.sqrt(float((gains**2).sum()))
        self._filter = Filter(high_pass(_WIDE_ABOVE_HZ, sample_rate), channels=1)
        self._history: NDArray[np.float64] = np.zeros(max(self._delays))

    def process(self, block: Samples) -> Samples:
        """Widen the next block."""
        middle = self._filter.process(0.5 * (block[:, 0] + block[:, 1]))
        joined = np.concatenate([self._history, middle])
        past = len(self._history)
        side = np.zeros(len(block))
        for delay, gain in zip(self._delays, self._gains, strict=True):
            side += gain * joined[past - delay : past - delay + len(block)]
        self._history = joined[-past:].copy()
        return np.stack([block[:, 0] + side, block[:, 1] - side], axis=1)


class SideMeter:
    """Power of the sides against the middle, above where a mix should be stereo."""

    def __init__(self, sample_rate: int) -> None:
        self._filter = Filter(high_pass(_WIDE_ABOVE_HZ, sample_rate))
        self._powers = [0.0, 0.0]  # middle, sides

    def add(self, block: Samples) -> None:
        """Measure the next block."""
        # The filter is linear: what it leaves of left and right gives that of middle and sides.
        high = self._filter.process(block)
        for index, part in enumerate((high[:, 0] + high[:, 1], high[:, 0] - high[:, 1])):
            self._powers[index] += float(np.einsum("i,i->", part, part))

    @property
    def side_db(self) -> float:
        """Sides against middle in dB, from -120 (mono) to 120 (out of phase)."""
        middle, sides = self._powers
        ratio = max(sides, 1e-30) / max(middle, 1e-30)
        return min(max(10.0 * math.log10(ratio), -120.0), 120.0)

    def correction_db(self, wanted_db: float) -> float:
        """Gain of the sides that brings them towards ``wanted_db``; none where there are none."""
        if self.side_db < _ABSENT_SIDE_DB:
            return 0.0
        return min(max(wanted_db - self.side_db, _LEAST_SIDE_DB), _MOST_SIDE_DB)


class SideShaper:
    """Takes the bass out of the sides and sets their level; the middle stays as it is."""

    def __init__(self, gain_db: float, sample_rate: int) -> None:
        self._gain = 10.0 ** (gain_db / 20.0)
        self._filter = Filter(high_pass(MONO_BELOW_HZ, sample_rate), channels=1)

    def process(self, block: Samples) -> Samples:
        """Shape the next block."""
        middle = (block[:, 0] + block[:, 1]) / 2.0
        side = self._filter.process((block[:, 0] - block[:, 1]) / 2.0) * self._gain
        return np.stack([middle + side, middle - side], axis=1)
