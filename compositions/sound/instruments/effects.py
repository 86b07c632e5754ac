"""Risers, impacts, falls and beds of noise: what announces a section and what lies under a song.

The keys of a riser and of a fall choose how long it lasts: 0.5 s on C3 (48), twice as long every
six keys, 8 s on C5 (72). They do not change its pitch.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from compositions.sound.instruments.articulation import filter_at, sweep, timecents, volume
from compositions.sound.instruments.cymbals import metal
from compositions.sound.instruments.kit_pieces import DRUM_BANK
from compositions.sound.instruments.soundfont_format import (
    FontPreset,
    Generator,
    Sample,
    Wave,
    Zone,
)
from compositions.sound.instruments.wavebanks import HALF_RATE, PEAK, looped
from compositions.sound.instruments.waves import (
    RATE,
    faded,
    filtered,
    generator,
    halved,
    high_pass,
    low_pass,
    noise_loop,
    normalised,
    saw,
    times,
    voices_loop,
)

EFFECTS_KIT = 31
_FIRST_KEY, _LAST_KEY, _SHORTEST_SECONDS, _KEYS_TO_DOUBLE = 48, 72, 0.5, 6
_NO_TRACKING = {Generator.SCALE_TUNING: 0}


def riser_seconds(key: int) -> float:
    """How long the riser on this key takes to its top."""
    inside = min(max(key, _FIRST_KEY), _LAST_KEY)
    return float(_SHORTEST_SECONDS * 2.0 ** ((inside - _FIRST_KEY) / _KEYS_TO_DOUBLE))


def riser_key(seconds: float) -> int:
    """The key whose riser takes about as long as this."""
    steps = _KEYS_TO_DOUBLE * np.log2(max(seconds, 0.1) / _SHORTEST_SECONDS)
    return int(min(max(_FIRST_KEY + round(float(steps)), _FIRST_KEY), _LAST_KEY))


@lru_cache(maxsize=1)
def _bright_noise() -> tuple[Sample, Sample]:
    frames = round(1.9 * RATE)
    left, right = (
        noise_loop(frames, lambda hertz: 1.0 / np.sqrt(np.maximum(hertz, 60.0)), f"bright {side}")
        for side in "LR"
    )
    return looped("Noise L", left, 60.0), looped("Noise R", right, 60.0)


@lru_cache(maxsize=1)
def _tone() -> Sample:
    wave, key = voices_loop(45, 2.0, saw, detune_cents=(-14.0, 0.0, 13.0), seed=("riser",))
    return looped("RiserTone", wave, key)


@lru_cache(maxsize=1)
def riser() -> FontPreset:
    """Noise and a tone that climb; the key chooses the length."""
    zones = []
    for key in range(_FIRST_KEY, _LAST_KEY + 1):
        keys = (0 if key == _FIRST_KEY else key, 127 if key == _LAST_KEY else key)
        seconds = riser_seconds(key)
        shared = {
            **volume(seconds, 0.0, 0.0, 0.25),
            **filter_at(180.0, 5.0),
            **sweep(7200, seconds, 0.1, 1.0, 0.3),
        }
        for index, sample in enumerate(_bright_noise()):
            pan = {Generator.PAN: -500 + 1000 * index}
            zones.append(Zone(sample, keys, settings={**shared, **pan}))
        tone = {**shared, Generator.MOD_ENVELOPE_TO_PITCH: 1900, Generator.ATTENUATION: 150}
        zones.append(Zone(_tone(), keys, settings=tone))
    return FontPreset("Riser", 96, 119, tuple(zones), {**_NO_TRACKING, Generator.ROOT_KEY: 60})


@lru_cache(maxsize=1)
def fall() -> FontPreset:
    """Noise that sinks and closes after a section has begun."""
    zones = []
    for key in range(_FIRST_KEY, _LAST_KEY + 1):
        keys = (0 if key == _FIRST_KEY else key, 127 if key == _LAST_KEY else key)
        seconds = riser_seconds(key)
        for index, sample in enumerate(_bright_noise()):
            settings = {
                **volume(0.002, seconds * 1.6, 100.0, 0.4),
                **filter_at(200.0, 3.0),
                **sweep(6800, 0.0, seconds * 1.3, 0.0, 0.5),
                Generator.PAN: -500 + 1000 * index,
            }
            zones.append(Zone(sample, keys, settings=settings))
    return FontPreset("Fall", 97, 122, tuple(zones), {**_NO_TRACKING, Generator.ROOT_KEY: 60})


@lru_cache(maxsize=1)
def impact() -> FontPreset:
    """A deep boom under a burst of noise, with a hall's tail."""
    time = times(1.9)
    channels = []
    for side in "LR":
        random = generator("impact", side)
        pitch = 34.0 + 70.0 * np.exp(-time / 0.09)
        boom = np.sin(2.0 * np.pi * np.cumsum(pitch) / RATE) * np.exp(-time / 0.55)
        hall = filtered(random.standard_normal(len(time)), low_pass(1400.0, 1))
        burst = filtered(random.standard_normal(len(time)), low_pass(5000.0, 1))
        wave = boom + 0.5 * normalised(hall) * np.exp(-time / 0.6)
        wave += 0.55 * normalised(burst) * np.exp(-time / 0.035)
        wave = faded(normalised(np.tanh(1.4 * wave)), 0.001, 0.5)
        channels.append(Sample(f"Impact {side}", PEAK * wave, RATE, 60.0))
    return _stereo_one_shot("Impact", 96, 116, channels)


@lru_cache(maxsize=1)
def reverse_cymbal() -> FontPreset:
    """A crash played backwards; the key changes its length and pitch together."""
    channels = []
    for side in "LR":
        wave = metal(1.9, f"reverse {side}", low=500.0, ring=0.9, bright=0.6)[::-1]
        wave = faded(normalised(wave), 0.2, 0.02)
        channels.append(Sample(f"Reverse {side}", PEAK * wave, RATE, 60.0))
    return _stereo_one_shot("Reverse Cymbal", 97, 119, channels)


@lru_cache(maxsize=1)
def vinyl() -> FontPreset:
    """The run-in groove of a record: hiss, rumble and crackle, in a loop of five seconds."""
    frames = 2 * round(2.7 * RATE)
    channels = []
    shared = generator("vinyl")
    common = _crackle(frames, shared, 70)
    for side in "LR":
        random = generator("vinyl", side)
        hiss = noise_loop(
            frames, lambda hertz: 1.0 / np.sqrt(np.maximum(hertz, 300.0)), f"hiss {side}"
        )
        wave = 0.045 * hiss + common + 0.6 * _crackle(frames, random, 45)
        wave = normalised(
            filtered(wave, lambda hertz: high_pass(60.0)(hertz) * low_pass(9000.0, 4)(hertz))
        )
        channels.append(looped(f"Vinyl {side}", halved(wave), 60.0, rate=HALF_RATE))
    settings = {**volume(0.4, 0.0, 0.0, 0.6), **_NO_TRACKING}
    return FontPreset("Vinyl", 96, 122, _pair(channels), settings)


def _crackle(frames: int, random: np.random.Generator, count: int) -> Wave:
    """Clicks of random place and height, each a short damped ring."""
    wave = np.zeros(frames)
    time = np.arange(220) / RATE
    for place, height, hertz in zip(
        random.integers(0, frames, count),
        random.exponential(0.28, count),
        random.uniform(1200.0, 5200.0, count),
        strict=True,
    ):
        click = np.sin(2.0 * np.pi * hertz * time) * np.exp(-time / 0.0009)
        places = (place + np.arange(len(time))) % frames  # around the seam too
        wave[places] += min(height, 1.0) * click
    return wave


@lru_cache(maxsize=1)
def room_tone() -> FontPreset:
    """Soft wind: a bed for ambient music."""
    frames = 2 * round(1.9 * RATE)
    channels = []
    for side in "LR":
        wave = noise_loop(
            frames,
            lambda hertz: low_pass(500.0, 1)(hertz) / np.sqrt(np.maximum(hertz, 80.0)),
            f"wind {side}",
        )
        swell = 1.0 - 0.4 * np.cos(2.0 * np.pi * np.arange(frames) / frames + (side == "R") * 1.5)
        channels.append(
            looped(f"Wind {side}", halved(normalised(wave * swell)), 60.0, rate=HALF_RATE)
        )
    settings = {**volume(1.2, 0.0, 0.0, 1.8), **_NO_TRACKING}
    return FontPreset("Wind", 98, 122, _pair(channels), settings)


def effects_kit() -> FontPreset:
    """All effects on the keys of one track, below those of General MIDI's drums.

    Keys 0 to 12 are risers of 0.5 to 8 seconds (twice as long every three keys), 13 to 19 falls
    of 1 to 8 (every two), 20 is the impact, 21 the reverse cymbal, 22 vinyl and 23 wind. A player
    without this kit has no drums there, so it is silent and does no harm.
    """
    zones: list[Zone] = []
    for first, source, keys in (
        (0, riser(), [riser_key(0.5 * 2.0 ** (n / 3.0)) for n in range(13)]),
        (13, fall(), [riser_key(2.0 ** (n / 2.0)) for n in range(7)]),
    ):
        for number, key in enumerate(keys):
            zones += _moved(source, key, first + number)
    for number, source in enumerate((impact(), reverse_cymbal(), vinyl(), room_tone())):
        zones += _moved(source, 60, 20 + number)
    return FontPreset("Effects Kit", DRUM_BANK, EFFECTS_KIT, tuple(zones))


def source_of(place: int) -> FontPreset:
    """The effect that a key of the effects kit plays."""
    if place < 13:
        return riser()
    if place < 20:
        return fall()
    return (impact(), reverse_cymbal(), vinyl(), room_tone())[min(place - 20, 3)]


def _moved(source: FontPreset, key: int, place: int) -> list[Zone]:
    """The zones that sound on a key, on another one, with the settings that they share."""
    settings = {**source.settings, Generator.SCALE_TUNING: 0, Generator.ROOT_KEY: 60}
    return [
        Zone(zone.sample, (place, place), settings={**settings, **zone.settings})
        for zone in source.zones
        if zone.keys[0] <= key <= zone.keys[1]
    ]


def _pair(channels: list[Sample]) -> tuple[Zone, ...]:
    return tuple(
        Zone(sample, settings={Generator.PAN: -500 + 1000 * index})
        for index, sample in enumerate(channels)
    )


def _stereo_one_shot(name: str, bank: int, program: int, channels: list[Sample]) -> FontPreset:
    settings = {
        **volume(0.0005, 0.0, 0.0, 30.0),
        Generator.SCALE_TUNING: 50,
        Generator.VOLUME_RELEASE: timecents(30.0),
    }
    return FontPreset(name, bank, program, _pair(channels), settings)


def presets() -> tuple[FontPreset, ...]:
    """All effects."""
    return (riser(), fall(), impact(), reverse_cymbal(), vinyl(), room_tone(), effects_kit())
