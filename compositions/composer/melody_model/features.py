"""What the melody model is told of a note: the one numbering that training and use share.

A melody is read relative to its tonic, so all keys are one. Before the pitch of a note is
asked for, the model knows its length, its place in the bar, meter and mode, the note before,
and which pitches sounded at the same place 1, 2, 4 and 8 bars ago: melodies repeat, and a
network that is shown what it may copy needs no memory for it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LOWEST, HIGHEST = -14, 24
"""Semitones from the reference tonic that have a number of their own."""
PITCHES = HIGHEST - LOWEST + 1
NO_PITCH = PITCHES
"""The number that stands for no note at all."""

LENGTHS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
"""Upper edges of the classes of note length, in quarter notes; longer is a class too."""
PLACES = 24
"""Places in the bar, as parts of the bar's length."""
METERS = ((2, 4), (3, 4), (4, 4), (6, 8))
MODES = ("major", "minor", "dorian", "mixolydian")
LAGS = (1, 2, 4, 8)
"""Bars back at which the model may look for something to copy."""

_BEFORE = PITCHES + 1
_LENGTH_AT = _BEFORE
_PLACE_AT = _LENGTH_AT + len(LENGTHS) + 1
_BEAT_AT = _PLACE_AT + PLACES
_METER_AT = _BEAT_AT + 1
_MODE_AT = _METER_AT + len(METERS) + 1
_COPY_AT = _MODE_AT + len(MODES)
FEATURES = _COPY_AT + len(LAGS) * (PITCHES + 1)


@dataclass(frozen=True, slots=True)
class Setting:
    """Meter (numerator, denominator), mode (one of :data:`MODES`) and bar length in quarters."""

    meter: tuple[int, int]
    mode: str

    @property
    def bar(self) -> float:
        """Length of a bar in quarter notes."""
        return self.meter[0] * 4.0 / self.meter[1]


@dataclass(slots=True)
class Line:
    """A melody so far: onsets in quarter notes from a bar line, and numbers of pitches."""

    onsets: list[float]
    numbers: list[int]

    def number_at(self, time: float) -> int:
        """Return the number of the note that began last at ``time``, :data:`NO_PITCH` before."""
        place = bisect_right(self.onsets, time + 1e-6) - 1
        return self.numbers[place] if place >= 0 else NO_PITCH


def number_of(semitones: int) -> int:
    """Return the number of a pitch ``semitones`` above the reference tonic, octaves folded."""
    while semitones < LOWEST:
        semitones += 12
    while semitones > HIGHEST:
        semitones -= 12
    return semitones - LOWEST


def columns(line: Line, onset: float, length: float, setting: Setting) -> npt.NDArray[np.int32]:
    """Return the indices of the features that are 1 for a note at ``onset`` of ``length``.

    Times are quarter notes from a bar line. The result has one index for each group of
    features, padded with :data:`FEATURES` where a group is silent, so its shape is fixed.
    """
    before = line.numbers[-1] if line.numbers else NO_PITCH
    inside = onset % setting.bar
    place = min(PLACES - 1, int(inside / setting.bar * PLACES + 1e-6))
    on_beat = abs(inside - round(inside)) < 1e-6
    found = [
        before,
        _LENGTH_AT + length_class(length),
        _PLACE_AT + place,
        _BEAT_AT if on_beat else FEATURES,
        _METER_AT + _meter_class(setting.meter),
        _MODE_AT + MODES.index(setting.mode),
    ]
    for group, lag in enumerate(LAGS):
        number = line.number_at(onset - lag * setting.bar)
        found.append(copy_column(group, number))
    return np.array(found, dtype=np.int32)


def copy_column(group: int, number: int) -> int:
    """Return the feature of the pitch ``number`` at the lag with index ``group``."""
    return _COPY_AT + group * (PITCHES + 1) + number


GROUPS = 6 + len(LAGS)
"""Indices that :func:`columns` returns."""


def length_class(length: float) -> int:
    """Return the class of a note length in quarter notes."""
    return bisect_right(LENGTHS, length - 1e-6)


def _meter_class(meter: tuple[int, int]) -> int:
    if meter in METERS:
        return METERS.index(meter)
    folded = {(2, 2): (4, 4), (4, 2): (4, 4), (12, 8): (6, 8), (9, 8): (6, 8), (3, 8): (3, 4)}
    return METERS.index(folded[meter]) if meter in folded else len(METERS)


def nearest_mode(mode: str) -> str:
    """Return the mode of :data:`MODES` that is closest to a mode of the score."""
    return {
        "major": "major",
        "lydian": "major",
        "major_pentatonic": "major",
        "mixolydian": "mixolydian",
        "blues": "mixolydian",
        "dorian": "dorian",
    }.get(mode, "minor")


def reference_tonic(tonic_class: int, pitches: Sequence[int]) -> int:
    """Return the MIDI pitch of the tonic that lies at or below the middle of the melody."""
    middle = sorted(pitches)[len(pitches) // 2] if pitches else 67
    return tonic_class + 12 * ((middle - 2 - tonic_class) // 12)
