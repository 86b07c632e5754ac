"""Gentle harmonic distortion, by arithmetic that is the same on every machine."""

from __future__ import annotations

import numpy as np

from compositions.sound.equaliser import band_pass, high_pass
from compositions.sound.filters import Filter, Sections
from compositions.sound.samplefile import Samples

_HARDEST_DRIVE = 2.0
_SOURCE_HZ = (2200.0, 6000.0)
_AIR_ABOVE_HZ = 6500.0
_FAINT = 1e-6


def soft_clip(values: Samples) -> Samples:
    """An odd curve of slope 1 at 0 that ends flat at +-1: the Pade approximant of tanh."""
    inside = np.clip(values, -3.0, 3.0)
    upper = inside * inside
    lower = 9.0 * upper
    upper += 27.0
    lower += 27.0
    inside *= upper
    inside /= lower
    return inside


class PeakRounder:
    """Rounds off the peaks that stick out of a loud master, so that the limiter pumps less.

    Nothing below half of ``ceiling`` (linear) changes; nothing leaves above it.
    """

    def __init__(self, ceiling: float) -> None:
        self._knee = np.float32(0.5 * ceiling)

    def process(self, block: Samples) -> Samples:
        """Round the next block."""
        sizes = np.abs(block)
        out = np.flatnonzero(sizes > self._knee)
        if not len(out):
            return block
        # The curve is flat from 3 on, where it has reached 1.
        beyond = (sizes.reshape(-1)[out] - self._knee) / self._knee
        rounded = block.copy()
        samples = rounded.reshape(-1)
        samples[out] = np.copysign(self._knee * (1.0 + soft_clip(beyond)), samples[out])
        return rounded


def saturate(block: Samples, amount: float, level: float) -> Samples:
    """Saturate by ``amount`` 0..1 where ``level`` is the linear level of loud passages.

    Quiet passages pass unchanged; the drive follows the level, so a quiet recording of the same
    instrument gets the same colour.
    """
    if amount <= 0.0 or level <= 0.0:
        return block
    drive = np.float32(_HARDEST_DRIVE * amount / level)
    clipped = soft_clip(block * drive)
    clipped /= drive
    return clipped


def excited_sections(sample_rate: int) -> Sections:
    """The band whose harmonics an :class:`Exciter` adds, 2.2 to 6 kHz."""
    return band_pass(*_SOURCE_HZ, sample_rate)


class Exciter:
    """Adds treble that a dull recording does not have: harmonics of its upper middle.

    The band of :func:`excited_sections` is distorted by an odd curve; what that adds above 6.5 kHz
    is mixed in by ``amount`` (linear, against the band). ``level`` is the RMS of that band in the
    mix.
    """

    def __init__(self, amount: float, level: float, sample_rate: int) -> None:
        self._amount = np.float32(amount)
        self._scale = np.float32(1.0 / max(level, 1e-9))
        self._source = Filter(excited_sections(sample_rate))
        self._air = Filter(high_pass(_AIR_ABOVE_HZ, sample_rate))

    def process(self, block: Samples) -> Samples:
        """Brighten the next block."""
        band = self._source.process(block)
        # x|x| has all odd harmonics, falling fast: nothing of note comes back as aliasing.
        band *= np.minimum(np.abs(band) * self._scale, 2.5)
        air = self._air.process(band)
        air *= self._amount
        air += block
        return air


class BandLevel:
    """RMS of the middle of what :func:`excited_sections` leave, of consecutive blocks."""

    def __init__(self) -> None:
        self._sum = 0.0
        self._count = 0

    def add(self, high: Samples) -> None:
        """Measure the next block."""
        band = high[:, 0] + high[:, 1]
        band *= 0.5
        self._sum += float(np.einsum("i,i->", band, band))
        self._count += int(np.count_nonzero(np.abs(band, out=band) > _FAINT))

    @property
    def rms(self) -> float:
        """Linear RMS over the sounding samples, 0 for silence."""
        return float(np.sqrt(self._sum / self._count)) if self._count else 0.0
