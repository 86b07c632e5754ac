"""Filters of channel strips, groups and master as second-order sections.

The bands of an equaliser follow Robert Bristow-Johnson, "Cookbook formulae for audio equalizer
biquad filter coefficients".

SciPy's signal processing takes a second to load, and pages import what stands on this module:
it is loaded when the first filter is made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compositions.score.mix_settings import BandType, EqualiserBand
from compositions.sound.samplefile import CHANNELS, Samples

Sections = NDArray[np.float64]

_INAUDIBLE = 1e-11
_HIGHEST_SHARE = 0.49  # of the sampling rate
_SLOPE_1 = math.sqrt(0.5)  # the Q of a shelf with slope 1
_MOST_TOGETHER = 2  # beyond it complex arithmetic costs more than it saves


@dataclass(frozen=True, slots=True)
class Bell:
    """A boost or cut of ``gain_db`` around ``frequency`` Hz with quality ``q``."""

    frequency: float
    gain_db: float
    q: float = 0.9


@dataclass(frozen=True, slots=True)
class HighShelf:
    """A boost or cut of ``gain_db`` above ``frequency`` Hz."""

    frequency: float
    gain_db: float


def high_pass(frequency: float, sample_rate: int) -> Sections:
    """Butterworth high-pass of 12 dB per octave."""
    return _butterworth(frequency, "highpass", sample_rate)


def low_pass(frequency: float, sample_rate: int) -> Sections:
    """Butterworth low-pass of 12 dB per octave."""
    return _butterworth(frequency, "lowpass", sample_rate)


def band_pass(low: float, high: float, sample_rate: int) -> Sections:
    """Butterworth band-pass of 12 dB per octave on both sides."""
    return _butterworth((low, high), "bandpass", sample_rate)


def bell(band: Bell, sample_rate: int) -> Sections:
    """One peaking section."""
    kind = BandType.BELL
    return band_section(EqualiserBand(kind, band.frequency, band.gain_db, band.q), sample_rate)


def high_shelf(band: HighShelf, sample_rate: int) -> Sections:
    """One shelving section with slope 1."""
    kind = BandType.HIGH_SHELF
    return band_section(EqualiserBand(kind, band.frequency, band.gain_db, _SLOPE_1), sample_rate)


def band_section(band: EqualiserBand, sample_rate: int) -> Sections:
    """One section; a frequency above what the sampling rate holds counts as the highest."""
    frequency = min(band.frequency_hz, _HIGHEST_SHARE * sample_rate)
    omega = 2.0 * math.pi * frequency / sample_rate
    cosine = math.cos(omega)
    alpha = math.sin(omega) / (2.0 * band.q)
    amplitude = 10.0 ** (band.gain_db / 40.0)
    if band.type == BandType.BELL:
        upper = [1.0 + alpha * amplitude, -2.0 * cosine, 1.0 - alpha * amplitude]
        lower = [1.0 + alpha / amplitude, -2.0 * cosine, 1.0 - alpha / amplitude]
    elif band.type in (BandType.HIGH_PASS, BandType.LOW_PASS):
        side = 1.0 + cosine if band.type == BandType.HIGH_PASS else 1.0 - cosine
        middle = -side if band.type == BandType.HIGH_PASS else side
        upper = [side / 2.0, middle, side / 2.0]
        lower = [1.0 + alpha, -2.0 * cosine, 1.0 - alpha]
    else:
        # A low shelf is the mirror image of a high one: the sign of the cosine.
        sign = 1.0 if band.type == BandType.HIGH_SHELF else -1.0
        root = 2.0 * math.sqrt(amplitude) * alpha
        plus, minus, turned = amplitude + 1.0, amplitude - 1.0, sign * cosine
        upper = [
            amplitude * (plus + minus * turned + root),
            sign * -2.0 * amplitude * (minus + plus * turned),
            amplitude * (plus + minus * turned - root),
        ]
        lower = [
            plus - minus * turned + root,
            sign * 2.0 * (minus - plus * turned),
            plus - minus * turned - root,
        ]
    return np.array([[*upper, *lower]]) / lower[0]


class Filter:
    """Runs sections over consecutive blocks of shape (frames, 2), or (frames,) for one channel.

    A short chain takes left and right as one complex signal: what a recursive filter costs is the
    wait for its last result, and two channels wait together. The outcome is the same to the bit.
    """

    def __init__(self, *sections: Sections, channels: int = CHANNELS) -> None:
        self._sections = np.vstack(sections) if sections else np.zeros((0, 6))
        self._together = channels == CHANNELS and len(self._sections) <= _MOST_TOGETHER
        shape = (len(self._sections), 2)
        self._state = (
            np.zeros(shape, dtype=np.complex128)
            if self._together
            else np.zeros(shape if channels == 1 else (*shape, channels))
        )

    def process(self, block: Samples) -> Samples:
        """Filter the next block. Silence that follows silence costs nothing."""
        if not len(self._sections):
            return block
        if not block.any() and float(np.abs(self._state).max()) < _INAUDIBLE:
            self._state[:] = 0.0
            return np.zeros_like(block)
        from scipy.signal import sosfilt

        if not self._together:
            result, self._state = sosfilt(self._sections, block, axis=0, zi=self._state)
            return np.asarray(result)
        pairs = np.ascontiguousarray(block, dtype=np.float64).view(np.complex128)[:, 0]
        filtered, self._state = sosfilt(self._sections, pairs, zi=self._state)
        return np.asarray(filtered.view(np.float64).reshape(-1, CHANNELS))


def _butterworth(frequency: float | tuple[float, float], kind: str, sample_rate: int) -> Sections:
    from scipy.signal import butter

    return np.asarray(butter(2, frequency, kind, fs=sample_rate, output="sos"))
