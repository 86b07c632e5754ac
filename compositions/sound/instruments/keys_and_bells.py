"""FM electric pianos and bells: struck sounds whose overtones die away before the tone does."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from compositions.sound.instruments.articulation import filter_at, vibrato, volume
from compositions.sound.instruments.soundfont_format import FontPreset, Sample
from compositions.sound.instruments.wavebanks import PEAK, Bank, key_ranges, looped, zones
from compositions.sound.instruments.waves import (
    RATE,
    faded,
    frequency,
    generator,
    loop_frames,
    normalised,
    sounding_key,
    times,
)

_PARTIALS_LIMIT_HZ = 16_000.0


@lru_cache(maxsize=1)
def _tines() -> Bank:
    """Two pairs of operators: a body at the pitch, a tine fourteen times as high."""
    bank = []
    for root, keys in key_ranges(28, 98, 7):
        frames, cycles = loop_frames(root, 0.12)
        hertz = cycles * RATE / frames
        time = times(0.75)
        rest = np.append(np.maximum(0.0, 1.0 - time / 0.75), np.zeros(frames))
        turn = 2.0 * np.pi * hertz * np.arange(len(rest)) / RATE
        most = max(0.25, min(1.9, 5200.0 / hertz / 3.0))
        wave = np.sin(turn + (0.28 + (most - 0.28) * rest**7) * np.sin(turn))
        wave += 0.55 * np.sin(turn * 1.0 + 0.2 * np.sin(turn))
        if 14.0 * hertz < _PARTIALS_LIMIT_HZ:
            wave += 0.22 * rest**18 * np.sin(14.0 * turn)
        wave = normalised(wave)
        wave[:60] *= np.linspace(0.0, 1.0, 60)
        end = len(time)
        name = f"Tine {root}"
        sample = looped(name, wave[end:], sounding_key(frames, cycles), wave[:end])
        bank.append((root, keys, (sample,)))
    return tuple(bank)


def fm_piano() -> FontPreset:
    """The electric piano of eighties ballads."""
    settings = {**volume(0.001, 5.5, 100.0, 0.3), **filter_at(9000.0)}
    return FontPreset("FM Piano", 96, 5, zones(_tines()), settings)


def lofi_keys() -> FontPreset:
    """The same through an old tape: dull, and its speed wanders."""
    settings = {
        **volume(0.004, 4.0, 100.0, 0.35), **filter_at(1700.0, 1.0), **vibrato(9, 0.8, 0.0),
    }  # fmt: skip
    return FontPreset("Lo-Fi Keys", 96, 4, zones(_tines()), settings)


def _struck(
    name: str, partials: tuple[tuple[float, float, float], ...], seconds: float, step: int
) -> Bank:
    """One-shots of partials (ratio to the pitch, level, seconds to -60 dB at middle C)."""
    bank = []
    for root, keys in key_ranges(44, 100, step):
        hertz = frequency(root)
        length = seconds * (2.0 ** ((60 - root) / 40.0))
        time = times(min(seconds * 1.25, length))
        wave = np.zeros(len(time))
        random = generator("struck", name, root)
        for ratio, level, ring in partials:
            turn = random.random() * 2.0 * np.pi
            if ratio * hertz > _PARTIALS_LIMIT_HZ:
                continue
            decay = np.exp(-6.9 * time / (ring * 2.0 ** ((60 - root) / 30.0)))
            wave += level * decay * np.sin(2.0 * np.pi * ratio * hertz * time + turn)
        wave = faded(normalised(wave), 0.0012, 0.15)
        bank.append((root, keys, (Sample(f"{name} {root}", PEAK * wave, RATE, float(root)),)))
    return tuple(bank)


def crystal_bell() -> FontPreset:
    """FM bell: bright, glassy, its partials off the harmonic series."""
    partials = (
        (1.0, 1.0, 3.2), (2.0, 0.35, 2.4), (3.5, 0.4, 1.5), (4.5, 0.25, 1.1), (6.0, 0.2, 0.8),
        (8.5, 0.14, 0.5), (11.0, 0.08, 0.3),
    )  # fmt: skip
    return FontPreset(
        "Crystal Bell",
        96,
        98,
        zones(_struck("Crystal", partials, 1.9, 8)),
        volume(0.0005, 0.0, 0.0, 0.9),
    )


def dark_bell() -> FontPreset:
    """The bell of trap: a bar's overtones, short and a little hollow."""
    partials = (
        (1.0, 1.0, 2.2), (0.5, 0.12, 1.6), (2.76, 0.42, 1.0), (5.4, 0.2, 0.45), (8.93, 0.1, 0.2),
        (1.003, 0.5, 2.0),
    )  # fmt: skip
    return FontPreset(
        "Dark Bell",
        96,
        9,
        zones(_struck("DarkBell", partials, 1.5, 8)),
        volume(0.0005, 0.0, 0.0, 0.7),
    )


def toy_pluck() -> FontPreset:
    """Kalimba-like pluck: a tone with a quick thud and two high partials."""
    partials = ((1.0, 1.0, 1.1), (2.0, 0.12, 0.5), (5.8, 0.2, 0.16), (9.6, 0.08, 0.09))
    return FontPreset(
        "Toy Pluck",
        96,
        108,
        zones(_struck("Toy", partials, 0.95, 8)),
        volume(0.0005, 0.0, 0.0, 0.4),
    )


def presets() -> tuple[FontPreset, ...]:
    """All keys and bells."""
    return (fm_piano(), lofi_keys(), crystal_bell(), dark_bell(), toy_pluck())
