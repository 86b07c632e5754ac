"""Equalisers of channel strips, groups and master as second-order sections.

The bands follow Robert Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter
coefficients"; :class:`compositions.sound.filters.Filter` plays them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from compositions.score.mix_settings import BandType, EqualiserBand
from compositions.sound.filters import Sections

_HIGHEST_SHARE = 0.49  # of the sampling rate
_SLOPE_1 = math.sqrt(0.5)  # the Q of a shelf with slope 1
_FLAT_Q = math.sqrt(0.5)  # a Butterworth filter: as flat as can be up to its frequency


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
    return _passing(BandType.HIGH_PASS, frequency, sample_rate)


def low_pass(frequency: float, sample_rate: int) -> Sections:
    """Butterworth low-pass of 12 dB per octave."""
    return _passing(BandType.LOW_PASS, frequency, sample_rate)


def band_pass(low: float, high: float, sample_rate: int) -> Sections:
    """A high-pass and a low-pass of 12 dB per octave."""
    return np.vstack([high_pass(low, sample_rate), low_pass(high, sample_rate)])


def _passing(kind: BandType, frequency: float, sample_rate: int) -> Sections:
    return band_section(EqualiserBand(kind, frequency, 0.0, _FLAT_Q), sample_rate)


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
