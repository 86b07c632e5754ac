"""A drum kit is pieces: what sounds on which key, where it stands and what it silences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfilt

from compositions.sound.instruments.articulation import volume
from compositions.sound.instruments.soundfont_format import (
    FontPreset,
    Generator,
    Sample,
    Wave,
    Zone,
)
from compositions.sound.instruments.waves import RATE, faded, normalised

DRUM_BANK = 128
HATS = 1
_PEAK = 0.89
# A one-shot rings to its end however short its note is.
_RINGS_OUT = volume(0.0, 0.0, 0.0, 60.0)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One drum: its General MIDI key, its sample for each channel, ``pan`` -1..1.

    Pieces of one ``choke`` group silence each other (0: none); ``tune`` is in semitones.
    """

    name: str
    key: int
    samples: tuple[Sample, ...]
    pan: float = 0.0
    choke: int = 0
    tune: float = 0.0


def without_offset(wave: Wave, rate: int) -> Wave:
    """The wave without what lies below hearing; a struck skin pushes all to one side."""
    sections = butter(1, 16.0, "highpass", fs=rate, output="sos")
    return faded(normalised(np.asarray(sosfilt(sections, wave))), 0.0, 0.008)


def piece(
    name: str, key: int, *waves: Wave, pan: float = 0.0, choke: int = 0, rate: int = RATE
) -> Piece:
    """A piece of one wave, or of two for left and right."""
    sides = ("",) if len(waves) == 1 else (" L", " R")
    samples = tuple(
        Sample(f"{name[:16]}{side}", _PEAK * without_offset(wave, rate), rate, float(key))
        for side, wave in zip(sides, waves, strict=True)
    )
    return Piece(name, key, samples, pan, choke)


def moved(source: Piece, key: int, semitones: float = 0.0, pan: float | None = None) -> Piece:
    """The same drum on another key, tuned."""
    place = source.pan if pan is None else pan
    return Piece(source.name, key, source.samples, place, source.choke, source.tune + semitones)


def kit(name: str, program: int, pieces: tuple[Piece, ...]) -> FontPreset:
    """A kit; of two pieces on one key the first one stays."""
    taken: dict[int, Piece] = {}
    for one in pieces:
        taken.setdefault(one.key, one)
    zones: list[Zone] = []
    for key, one in sorted(taken.items()):
        for index, sample in enumerate(one.samples):
            wide = len(one.samples) == 2
            pan = -500 + 1000 * index if wide else round(500 * one.pan)
            settings = {
                Generator.PAN: pan,
                # The key must not tune the drum: what its sample calls root is where it sits.
                Generator.ROOT_KEY: key,
                Generator.SCALE_TUNING: 0,
            }
            if one.choke:
                settings[Generator.EXCLUSIVE_CLASS] = one.choke
            if one.tune:
                settings[Generator.FINE_TUNE] = round(100 * one.tune) % 100
                settings[Generator.COARSE_TUNE] = (
                    int(100 * one.tune - settings[Generator.FINE_TUNE]) // 100
                )
            zones.append(Zone(sample, (key, key), settings=settings))
    return FontPreset(name, DRUM_BANK, program, tuple(zones), _RINGS_OUT)
