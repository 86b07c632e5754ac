"""The desk: every stem through its channel strip onto the dry bus and the reverb's send bus."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compositions.score.document import Track
from compositions.sound.equaliser import Filter, Sections, bell, high_pass, high_shelf
from compositions.sound.loudness import LoudnessMeter, decibels, linear, relative_loudness
from compositions.sound.parameters import RenderParameters
from compositions.sound.roles import STRIPS, ChannelStrip
from compositions.sound.samplefile import SampleFile

QUIETEST_LUFS = -120.0
_LARGEST_LEVEL_DB = 24.0
# Several tracks of one role share its place: each steps back by 70 % of the power sum.
_CROWD_SHARE = 7.0
_WET = 0.8  # puts a send of 0.2 some 12 dB under the dry sound
_LOWEST_HIGH_PASS_HZ = 24.0


@dataclass(frozen=True, slots=True)
class TrackReport:
    """What happened to one track on the desk.

    ``loudness_lufs`` and ``peak_dbfs`` (not below -120) describe the stem after its equaliser,
    before levels;
    ``level_db`` is the automatic level, to which the fader was added. ``preset`` is the
    "bank:program name" that played, ``note`` tells of a missing instrument or a silent stem.
    """

    track_id: str
    name: str
    preset: str
    loudness_lufs: float
    peak_dbfs: float
    level_db: float
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Level:
    """Measured loudness and peak of a stem and the automatic gain that follows from them."""

    loudness_lufs: float
    peak_dbfs: float
    level_db: float


class Desk:
    """Sums stems onto two buses of equal length."""

    def __init__(self, dry: SampleFile, send: SampleFile, parameters: RenderParameters) -> None:
        self._dry = dry
        self._send = send
        self._parameters = parameters

    def add(self, stem: SampleFile, track: Track, same_role: int) -> Level:
        """Equalise, measure, level and pan ``stem`` onto the buses.

        ``same_role`` counts the audible tracks of this role. The stem is changed in place.
        """
        strip = STRIPS[track.role]
        sample_rate = self._parameters.sample_rate
        equaliser = Filter(*strip_sections(strip, track, sample_rate))
        meter = LoudnessMeter(sample_rate)
        peak = 0.0
        sounding: list[int] = []
        for start, block in stem.blocks():
            shaped = equaliser.process(block)
            meter.add(shaped)
            block_peak = float(np.abs(shaped).max())
            if block_peak > 1e-9:
                sounding.append(start)
                peak = max(peak, block_peak)
                stem.write(start, shaped)
        loudness = relative_loudness(meter.energies)
        level_db = 0.0
        if self._parameters.automatic_levels and math.isfinite(loudness):
            level_db = strip.target_lufs - loudness - _CROWD_SHARE * math.log10(max(1, same_role))
            level_db = min(max(level_db, -_LARGEST_LEVEL_DB), _LARGEST_LEVEL_DB)
        gains = linear(level_db + track.gain_db) * pan_gains(track.pan)
        wet = _WET * track.reverb_send * strip.reverb_scale if self._parameters.reverb else 0.0
        for start in sounding:
            block = stem.read(start) * gains
            self._dry.add(start, block)
            if wet > 0.0:
                self._send.add(start, block * wet)
        return Level(max(loudness, QUIETEST_LUFS), decibels(peak), level_db)


def pan_gains(pan: float) -> NDArray[np.float64]:
    """Constant-power gains of left and right for -1 (left) .. 1 (right), unity in the middle."""
    angle = (min(max(pan, -1.0), 1.0) + 1.0) * math.pi / 4.0
    return np.array([math.cos(angle), math.sin(angle)]) * math.sqrt(2.0)


def strip_sections(strip: ChannelStrip, track: Track, sample_rate: int) -> list[Sections]:
    """Filters of a strip. The high-pass stays below the fundamental of the track's low notes."""
    cutoff = strip.high_pass_hz
    if not track.percussion and track.notes:
        pitches = sorted(note.pitch for note in track.notes)
        lowest = pitches[len(pitches) // 50]
        fundamental = 440.0 * 2.0 ** ((lowest - 69) / 12.0)
        cutoff = max(min(cutoff, 0.75 * fundamental), _LOWEST_HIGH_PASS_HZ)
    return [
        high_pass(cutoff, sample_rate),
        *(bell(band, sample_rate) for band in strip.bells),
        *(high_shelf(band, sample_rate) for band in strip.shelves),
    ]
