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

from compositions.sound.equaliser import high_pass
from compositions.sound.filters import Filter, Sections
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
        gains *= amount / math.sqrt(float((gains**2).sum()))
        self._gains = gains.astype(np.float32)
        self._filter = Filter(wide_sections(sample_rate), channels=1)
        self._history: Samples = np.zeros(max(self._delays), dtype=np.float32)

    def process(self, block: Samples) -> Samples:
        """Widen the next block."""
        middle = block[:, 0] + block[:, 1]
        middle *= 0.5
        joined = np.concatenate([self._history, self._filter.process(middle)])
        past = len(self._history)
        side = np.zeros(len(block), dtype=np.float32)
        tap = np.empty_like(side)
        for delay, gain in zip(self._delays, self._gains, strict=True):
            side += np.multiply(joined[past - delay : past - delay + len(block)], gain, out=tap)
        self._history = joined[-past:].copy()
        return _with_sides(block, side)


def wide_sections(sample_rate: int) -> Sections:
    """What a :class:`SideMeter` measures: the part of a mix that should be stereo."""
    return high_pass(_WIDE_ABOVE_HZ, sample_rate)


class SideMeter:
    """Power of the sides against the middle in what :func:`wide_sections` leave."""

    def __init__(self) -> None:
        self._powers = [0.0, 0.0]  # middle, sides

    def add(self, high: Samples) -> None:
        """Measure the next block."""
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
        self._gain = np.float32(10.0 ** (gain_db / 20.0))
        self._filter = Filter(high_pass(MONO_BELOW_HZ, sample_rate), channels=1)

    def process(self, block: Samples) -> Samples:
        """Shape the next block."""
        side = block[:, 0] - block[:, 1]
        side *= 0.5
        shaped = self._filter.process(side)
        shaped *= self._gain
        shaped -= side
        return _with_sides(block, shaped)


def _with_sides(block: Samples, side: Samples) -> Samples:
    """The block with ``side`` added left and taken away right."""
    found = block.copy()
    found[:, 0] += side
    found[:, 1] -= side
    return found
