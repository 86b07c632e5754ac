"""Gentle harmonic distortion, by arithmetic that is the same on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compositions.sound.equaliser import Filter, band_pass, high_pass
from compositions.sound.samplefile import Samples

_HARDEST_DRIVE = 2.0
_SOURCE_HZ = (2200.0, 6000.0)
_AIR_ABOVE_HZ = 6500.0


def soft_clip(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """An odd curve of slope 1 at 0 that ends flat at +-1: the Pade approximant of tanh."""
    inside = np.clip(values, -3.0, 3.0)
    squares = inside * inside
    return np.asarray(inside * (27.0 + squares) / (27.0 + 9.0 * squares))


class PeakRounder:
    """Rounds off the peaks that stick out of a loud master, so that the limiter pumps less.

    Nothing below half of ``ceiling`` (linear) changes; nothing leaves above it.
    """

    def __init__(self, ceiling: float) -> None:
        self._knee = 0.5 * ceiling

    def process(self, block: Samples) -> Samples:
        """Round the next block."""
        sizes = np.abs(block)
        if float(sizes.max(initial=0.0)) <= self._knee:
            return block
        # The curve is flat from 3 on, where it has reached 1.
        rounded = self._knee * (1.0 + soft_clip((sizes - self._knee) / self._knee))
        return np.asarray(np.where(sizes > self._knee, np.copysign(rounded, block), block))


def saturate(block: Samples, amount: float, level: float) -> Samples:
    """Saturate by ``amount`` 0..1 where ``level`` is the linear level of loud passages.

    Quiet passages pass unchanged; the drive follows the level, so a quiet recording of the same
    instrument gets the same colour.
    """
    if amount <= 0.0 or level <= 0.0:
        return block
    drive = _HARDEST_DRIVE * amount / level
    return np.asarray(soft_clip(block * drive) / drive)


class Exciter:
    """Adds treble that a dull recording does not have: harmonics of its upper middle.

    The band from 2.2 to 6 kHz is distorted by an odd curve; what that adds above 6.5 kHz is mixed
    in by ``amount`` (linear, against the band). ``level`` is the RMS of that band in the mix.
    """

    def __init__(self, amount: float, level: float, sample_rate: int) -> None:
        self._amount = amount
        self._scale = 1.0 / max(level, 1e-9)
        self._source = Filter(band_pass(*_SOURCE_HZ, sample_rate))
        self._air = Filter(high_pass(_AIR_ABOVE_HZ, sample_rate))

    def process(self, block: Samples) -> Samples:
        """Brighten the next block."""
        scaled = self._source.process(block) * self._scale
        # x|x| has all odd harmonics, falling fast: nothing of note comes back as aliasing.
        bent = scaled * np.minimum(np.abs(scaled), 2.5) / self._scale
        return np.asarray(block + self._amount * self._air.process(bent))


class BandLevel:
    """RMS of what an :class:`Exciter` would distort, of consecutive blocks."""

    def __init__(self, sample_rate: int) -> None:
        self._source = Filter(band_pass(*_SOURCE_HZ, sample_rate), channels=1)
        self._sum = 0.0
        self._count = 0

    def add(self, block: Samples) -> None:
        """Measure the middle of the next block."""
        band = self._source.process(0.5 * (block[:, 0] + block[:, 1]))
        sounding = np.abs(band) > 1e-6
        self._sum += float(np.einsum("i,i->", band, band))
        self._count += int(np.count_nonzero(sounding))

    @property
    def rms(self) -> float:
        """Linear RMS over the sounding samples, 0 for silence."""
        return float(np.sqrt(self._sum / self._count)) if self._count else 0.0
