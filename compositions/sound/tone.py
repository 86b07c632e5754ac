"""The tone of the whole mix: measured per octave, and nudged towards what its genre sounds like.

The wanted spectrum is the mix preset's (:mod:`compositions.sound.mix_presets` says where its slope
comes from). Inside a tolerance nothing is done; beyond it most of the excess is taken back, up to a
few decibels. What is not there is not brought out: a solo flute stays a solo flute.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compositions.sound.equaliser import Bell, HighShelf, Sections, bell, high_shelf
from compositions.sound.mix_presets import OCTAVES_HZ
from compositions.sound.spectrum import excess_db

_TOLERANCE_DB = 1.5
_STRENGTH = 0.8
_MOST_DB = (2.0, 4.0, 4.0, 4.0, 3.5, 3.0, 3.5, 5.0, 6.0, 6.0)
# Below this against the loudest octave there is nothing to bring out but noise.
_ABSENT_DB = -40.0
_Q = 1.3
_SHELF_HZ = 11_000.0
# A few dB of air beyond what equalisers find is made; more would be another instrument.
_EXCITER_FROM_DB = 2.5
# An octave this far under the loudest is no dull recording but an instrument without treble.
_TREBLELESS_DB = -36.0
# Power above 6.5 kHz of a distorted band against that of the band: of sines, noise and music.
_HARMONIC_SHARE = 0.1


def corrections_db(
    levels_db: NDArray[np.float64], wanted_db: tuple[float, ...]
) -> tuple[float, ...]:
    """Gain of each octave that brings ``levels_db`` towards ``wanted_db``; 0 where it is right."""
    excess = excess_db(levels_db, wanted_db)
    gains = []
    for index, beyond in enumerate(excess):
        present = levels_db[index] >= levels_db.max() + _ABSENT_DB
        if not present or abs(beyond) <= _TOLERANCE_DB:
            gains.append(0.0)
            continue
        move = -_STRENGTH * float(beyond - np.copysign(_TOLERANCE_DB, beyond))
        gains.append(round(min(max(move, -_MOST_DB[index]), _MOST_DB[index]), 2))
    return tuple(gains)


def tone_sections(gains_db: tuple[float, ...], sample_rate: int) -> list[Sections]:
    """Filters that apply the gains of octaves; none for zeros. The last octave is a shelf."""
    found = [
        bell(Bell(centre, gain, _Q), sample_rate)
        for centre, gain in zip(OCTAVES_HZ[:-1], gains_db[:-1], strict=True)
        if gain
    ]
    # The bell at 8 kHz reaches up; the shelf adds what is left of its own octave.
    air = round(gains_db[-1] - 0.4 * gains_db[-2], 2)
    if gains_db[-1] and abs(air) >= 0.25:
        found.append(high_shelf(HighShelf(_SHELF_HZ, air), sample_rate))
    return found


def excitement(
    levels_db: NDArray[np.float64],
    wanted_db: tuple[float, ...],
    gains_db: tuple[float, ...],
    most: float,
) -> float:
    """Amount of the exciter (linear, 0 for none) where the octave of 8 kHz stays too dark.

    At most ``most``.
    """
    index = OCTAVES_HZ.index(8000.0)
    after = levels_db + np.array(gains_db)
    missing = -float(excess_db(after, wanted_db)[index])
    trebleless = levels_db[index] < levels_db.max() + _TREBLELESS_DB
    if missing <= _EXCITER_FROM_DB or trebleless:
        return 0.0
    wanted = 10.0 ** ((after[index] + missing) / 10.0)
    there = 10.0 ** (after[index] / 10.0)
    band = float((10.0 ** (after[index - 2 : index] / 10.0)).sum())
    if band <= 0.0:
        return 0.0
    return round(min(float(np.sqrt((wanted - there) / (_HARMONIC_SHARE * band))), most), 3)
