"""Pads: wide, slow sounds that fill the background."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from compositions.sound.instruments.articulation import filter_at, sweep, vibrato, volume, wobble
from compositions.sound.instruments.soundfont_format import FontPreset
from compositions.sound.instruments.wavebanks import (
    HALF_RATE,
    Bank,
    ensembles,
    key_ranges,
    looped,
    supersaws,
    twin_saws,
    vowels,
    zones,
)
from compositions.sound.instruments.waves import (
    frequency,
    halved,
    noise_loop,
    normalised,
    resonances,
    voices_loop,
)


def warm_pad() -> FontPreset:
    """Saws behind a low filter that breathes."""
    settings = {**volume(0.45, 0.0, 0.0, 1.3), **wobble(180, 0.23)}
    return FontPreset(
        "Warm Pad", 96, 89, zones(twin_saws(), filter_at(800.0), tracking=0.5), settings
    )


def analogue_strings() -> FontPreset:
    """The string machine."""
    settings = {**volume(0.16, 0.0, 0.0, 0.8), **vibrato(4, 5.5, 0.5)}
    return FontPreset(
        "Analogue Strings", 96, 50, zones(ensembles(), filter_at(6500.0), tracking=0.2), settings
    )


def sweep_pad() -> FontPreset:
    """Supersaws behind a filter that opens for four seconds."""
    settings = {**volume(0.5, 0.0, 0.0, 1.6), **sweep(2600, 4.0, 6.0, 0.4, 1.6)}
    return FontPreset(
        "Sweep Pad", 96, 95, zones(supersaws(), filter_at(420.0, 3.0), tracking=0.4), settings
    )


def vox_pad() -> FontPreset:
    """Synthetic choir on "ah"."""
    settings = {**volume(0.3, 0.0, 0.0, 1.1), **vibrato(7, 5.0, 0.6)}
    return FontPreset("Vox Pad", 96, 91, zones(vowels(), filter_at(7000.0)), settings)


@lru_cache(maxsize=1)
def _glass() -> Bank:
    """Few, slightly mistuned partials: a wet finger on glass."""
    bank = []
    for root, keys in key_ranges(44, 92, 8):
        channels = []
        for side in "LR":
            cents = (-3.0, 2.0, 4.0) if side == "L" else (-4.0, -2.0, 3.0)
            wave, key = voices_loop(
                root,
                1.1,
                lambda n: (
                    np.select([n == 1, n == 2, n == 3, n == 5], [1.0, 0.28, 0.16, 0.05], 0.0) + 0j
                ),
                detune_cents=cents,
                seed=("glass", side, root),
            )
            channels.append(looped(f"Glass {root} {side}", halved(wave), key, rate=HALF_RATE))
        bank.append((root, keys, tuple(channels)))
    return tuple(bank)


def glass_pad() -> FontPreset:
    """Clear and cold."""
    return FontPreset(
        "Glass Pad", 96, 92, zones(_glass()), {**volume(0.6, 0.0, 0.0, 1.8), **vibrato(4, 3.8, 0.8)}
    )


@lru_cache(maxsize=1)
def _air() -> Bank:
    """Tones with breath: noise in narrow bands around the partials of a note."""
    bank = []
    for root, keys in key_ranges(44, 92, 8):
        hertz = frequency(root)
        channels = []
        for side in "LR":
            wave, key = voices_loop(
                root, 1.2, lambda n: np.where(n <= 4, 1.0 / n**2, 0.0) + 0j,
                detune_cents=(-4.0, 4.0), seed=("air", side, root),
            )  # fmt: skip
            bands = ((hertz * n, 5.0 * n, 1.0 / n) for n in range(1, 9))
            breath = noise_loop(len(wave), resonances(*bands, floor=0.0004), f"air {root} {side}")
            joined = normalised(wave + 0.7 * breath)
            channels.append(looped(f"Air {root} {side}", halved(joined), key, rate=HALF_RATE))
        bank.append((root, keys, tuple(channels)))
    return tuple(bank)


def air_pad() -> FontPreset:
    """Breath and tone for ambient music."""
    settings = {**volume(0.8, 0.0, 0.0, 2.0), **filter_at(6000.0)}
    return FontPreset("Air Pad", 96, 88, zones(_air()), settings)


def presets() -> tuple[FontPreset, ...]:
    """All pads."""
    return (warm_pad(), analogue_strings(), sweep_pad(), vox_pad(), glass_pad(), air_pad())
