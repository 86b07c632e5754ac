"""The bands of a channel's equaliser as second-order sections.

After Robert Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter coefficients".
A band is what :class:`compositions.score.mix_settings.EqualiserBand` says.
"""

from __future__ import annotations

import math

import numpy as np

from compositions.score.mix_settings import BandType, EqualiserBand
from compositions.sound.equaliser import Sections

_HIGHEST_SHARE = 0.49  # of the sampling rate


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
