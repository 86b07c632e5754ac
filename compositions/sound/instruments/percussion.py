"""Hand percussion that all kits share, on its General MIDI keys."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from compositions.sound.instruments.cymbals import metal, ping
from compositions.sound.instruments.drum_voices import (
    band,
    noise,
    rim,
    scraped,
    shaken,
    skin,
)
from compositions.sound.instruments.kit_pieces import Piece, piece
from compositions.sound.instruments.soundfont_format import Wave
from compositions.sound.instruments.waves import RATE, faded, normalised, times


def _tambourine() -> Wave:
    time = times(0.34)
    jingles = metal(0.34, "tambourine", low=4200.0, ring=0.42, bright=0.6, density=0.02)
    hit = band(noise(0.34, "tambourine"), 3000.0, 12_000.0) * np.exp(-time / 0.03)
    return faded(normalised(jingles + 0.25 * hit), 0.0005, 0.03)


def _vibraslap() -> Wave:
    time = times(1.0)
    rattle = np.exp(-(np.cumsum(24.0 - 6.0 * time) / RATE % 1.0) * 6.0)
    wave = band(noise(1.0, "vibraslap"), 1600.0, 5200.0) * rattle * np.exp(-6.9 * time / 0.95)
    return faded(normalised(wave), 0.0005, 0.04)


def _wood(pitch: float, ring: float) -> Wave:
    partials = (
        (pitch, 1.0, ring),
        (pitch * 2.42, 0.35, 0.5 * ring),
        (pitch * 3.9, 0.15, 0.3 * ring),
    )
    return faded(normalised(ping(1.3 * ring + 0.03, partials)), 0.0004, 0.01)


def _bell(pitch: float, ring: float) -> Wave:
    partials = (
        (pitch, 1.0, ring), (pitch * 1.51, 0.6, 0.8 * ring), (pitch * 2.67, 0.35, 0.5 * ring),
        (pitch * 4.1, 0.2, 0.3 * ring),
    )  # fmt: skip
    return faded(normalised(ping(min(0.7, ring), partials)), 0.0003, 0.05)


def _triangle(ring: float) -> Wave:
    partials = (
        (4150.0, 1.0, ring), (5480.0, 0.7, 0.9 * ring), (7250.0, 0.5, 0.8 * ring),
        (9420.0, 0.35, 0.6 * ring), (12_300.0, 0.2, 0.4 * ring),
    )  # fmt: skip
    return faded(normalised(ping(min(1.2, ring), partials)), 0.0003, 0.08)


def _whistle(seconds: float) -> Wave:
    time = times(seconds)
    trill = 1.0 + 0.03 * np.sin(2.0 * np.pi * 34.0 * time)
    tone = np.sin(2.0 * np.pi * np.cumsum(2350.0 * trill) / RATE)
    wave = tone + 0.2 * band(noise(seconds, "whistle"), 1800.0, 5000.0)
    return faded(normalised(wave), 0.01, 0.03)


def _cuica(start: float, end: float, seconds: float) -> Wave:
    time = times(seconds)
    hertz = start + (end - start) * np.sin(np.pi * np.minimum(1.0, time / seconds) * 0.5) ** 2
    turn = 2.0 * np.pi * np.cumsum(hertz) / RATE
    wave = np.sin(turn) + 0.4 * np.sin(2.0 * turn) + 0.15 * np.sin(3.0 * turn)
    return faded(normalised(wave), 0.012, 0.05)


@lru_cache(maxsize=1)
def shared() -> tuple[Piece, ...]:
    """The percussion of every kit."""
    return (
        piece("Tambourine", 54, _tambourine(), pan=0.25),
        piece("Cowbell", 56, _bell(562.0, 0.42), pan=0.2),
        piece("Vibraslap", 58, _vibraslap(), pan=-0.3),
        piece("Bongo high", 60, skin("bongo high", pitch=420.0, ring=0.24, slap=0.35), pan=0.3),
        piece("Bongo low", 61, skin("bongo low", pitch=300.0, ring=0.3, slap=0.3), pan=0.2),
        piece("Conga mute", 62, skin("conga mute", pitch=262.0, ring=0.13, slap=0.6), pan=-0.3),
        piece("Conga high", 63, skin("conga high", pitch=246.0, ring=0.42, slap=0.2), pan=-0.3),
        piece("Conga low", 64, skin("conga low", pitch=176.0, ring=0.5, slap=0.2), pan=-0.2),
        piece("Timbale high", 65, skin("timbale high", pitch=390.0, ring=0.5, slap=0.5), pan=0.3),
        piece("Timbale low", 66, skin("timbale low", pitch=262.0, ring=0.6, slap=0.5), pan=0.2),
        piece("Agogo high", 67, _bell(910.0, 0.42), pan=-0.3),
        piece("Agogo low", 68, _bell(655.0, 0.48), pan=-0.3),
        piece("Cabasa", 69,
              shaken("cabasa", low=4500.0, high=14_000.0, rise=0.02, fall=0.1), pan=-0.3),
        piece("Maracas", 70,
              shaken("maracas", low=5500.0, high=15_000.0, rise=0.008, fall=0.07), pan=0.3),
        piece("Whistle short", 71, _whistle(0.16), pan=0.2, choke=2),
        piece("Whistle long", 72, _whistle(0.55), pan=0.2, choke=2),
        piece("Guiro short", 73,
              scraped("guiro", seconds=0.14, rate=90.0, low=1800.0, high=7000.0), pan=0.3, choke=3),
        piece("Guiro long", 74,
              scraped("guiro", seconds=0.5, rate=70.0, low=1800.0, high=7000.0), pan=0.3, choke=3),
        piece("Claves", 75, _wood(2450.0, 0.11), pan=-0.2),
        piece("Wood block high", 76, _wood(1180.0, 0.12), pan=0.25),
        piece("Wood block low", 77, _wood(820.0, 0.14), pan=0.25),
        piece("Cuica mute", 78, _cuica(520.0, 640.0, 0.14), pan=-0.2, choke=4),
        piece("Cuica", 79, _cuica(420.0, 700.0, 0.34), pan=-0.2, choke=4),
        piece("Triangle mute", 80, _triangle(0.12), pan=0.35, choke=5),
        piece("Triangle", 81, _triangle(1.3), pan=0.35, choke=5),
        piece("Shaker", 82,
              shaken("shaker", low=6000.0, high=14_000.0, rise=0.03, fall=0.09), pan=0.3),
        piece("Jingle bell", 83,
              metal(0.5, "jingle", low=3600.0, ring=0.5, bright=0.6, density=0.01), pan=0.3),
        piece("Castanets", 85, _wood(1900.0, 0.06), pan=-0.2),
        piece("Surdo mute", 86, skin("surdo mute", pitch=72.0, ring=0.25, slap=0.1)),
        piece("Surdo", 87, skin("surdo", pitch=68.0, ring=0.75, slap=0.06)),
        piece("Sticks", 31, rim("sticks", pitch=1900.0, ring=0.05)),
    )  # fmt: skip
