"""Basses: 808s, subs, analogue, FM and formant basses."""

from __future__ import annotations

import numpy as np

from compositions.sound.instruments.articulation import filter_at, sweep, volume, wobble
from compositions.sound.instruments.soundfont_format import FontPreset, Generator
from compositions.sound.instruments.wavebanks import (
    HALF_RATE,
    Bank,
    key_ranges,
    looped,
    one_loop_bank,
    saws,
    squares,
    stair_triangles,
    zones,
)
from compositions.sound.instruments.waves import (
    RATE,
    filtered,
    generator,
    halved,
    high_pass,
    loop_frames,
    low_pass,
    normalised,
    resonances,
    saturated,
    saw,
    sounding_key,
    times,
    voices_loop,
)

# A struck 808 falls onto its pitch: this deep, this long.
_DROP_OCTAVES, _DROP_SECONDS = 1.6, 0.11
# One voice at a time, so that a glide does not bend the note before it.
_MONO = {Generator.EXCLUSIVE_CLASS: 7}


def _struck_sines(drive: float, click: float) -> Bank:
    """Sines that fall onto their pitch, driven; the loop begins where the fall has ended."""
    bank = []
    for root, keys in key_ranges(24, 60, 4):
        frames, cycles = loop_frames(root, 0.14)
        hertz = cycles * RATE / frames
        time = times(_DROP_SECONDS)
        rest = np.maximum(0.0, 1.0 - time / _DROP_SECONDS)
        pitch = hertz * 2.0 ** (_DROP_OCTAVES * rest**5)
        phase = 2.0 * np.pi * np.cumsum(pitch) / RATE
        steady = phase[-1] + 2.0 * np.pi * hertz * np.arange(1, frames + 1) / RATE
        attack = np.sin(phase)
        knock = generator("808", root).standard_normal(len(time)) * np.exp(-time / 0.004)
        attack = saturated(attack, drive) + click * knock * np.minimum(1.0, time / 0.0006)
        wave = saturated(np.sin(steady), drive)
        attack[: RATE // 1000] *= np.linspace(0.0, 1.0, RATE // 1000)
        level = 1.0 / max(1.0, float(np.abs(attack).max()))
        name = f"808 {round(drive * 10)} {root}"
        sample = looped(name, wave * level, sounding_key(frames, cycles), attack * level)
        bank.append((root, keys, (sample,)))
    return tuple(bank)


def bass_808() -> FontPreset:
    """Round 808: a long, lightly driven sine with a knock."""
    settings = {**volume(0.0005, 4.2, 100.0, 0.09, hold=0.12), **filter_at(3200.0), **_MONO}
    return FontPreset("808 Bass", 96, 39, zones(_struck_sines(1.5, 0.10)), settings)


def bass_808_driven() -> FontPreset:
    """Distorted 808: heard on a telephone too."""
    settings = {**volume(0.0005, 3.6, 100.0, 0.08, hold=0.15), **filter_at(5200.0), **_MONO}
    return FontPreset("Distorted 808", 97, 39, zones(_struck_sines(5.5, 0.12)), settings)


def sub_bass() -> FontPreset:
    """A sine with a trace of its octave and twelfth."""
    bank = one_loop_bank(
        "Sub",
        lambda n: np.where(n == 1, 1.0, np.where(n == 2, 0.16, np.where(n == 3, 0.06, 0.0))) + 0j,
        24, 60, 6, 0.15,
    )  # fmt: skip
    settings = {**volume(0.006, 5.0, 6.0, 0.1), **_MONO}
    return FontPreset("Sub Bass", 98, 39, zones(bank), settings)


def analogue_bass() -> FontPreset:
    """Two saws under a snappy low-pass."""
    bank = []
    for root, keys in key_ranges(24, 64, 4):
        wave, key = voices_loop(
            root, 0.6, saw, detune_cents=(-3.0, 4.0), gains=(1.0, 0.8), seed=("analogue", root)
        )
        bank.append((root, keys, (looped(f"BassSaw {root}", wave, key),)))
    settings = {**volume(0.001, 2.6, 9.0, 0.09), **sweep(3100, 0.0, 0.32, 0.12, 0.1)}
    return FontPreset(
        "Analogue Bass", 96, 38,
        zones(tuple(bank), filter_at(260.0, 5.0), tracking=0.5), settings,
    )  # fmt: skip


def fm_bass() -> FontPreset:
    """Two operators: a hard, glassy attack over a woody tone."""
    bank = []
    for root, keys in key_ranges(24, 64, 4):
        frames, cycles = loop_frames(root, 0.1)
        hertz = cycles * RATE / frames
        time = times(0.55)
        rest = np.maximum(0.0, 1.0 - time / 0.55)
        index = 0.7 + 2.6 * rest**6
        turn = 2.0 * np.pi * hertz * np.arange(len(time) + frames) / RATE
        index = np.append(index, np.full(frames, 0.7))
        wave = np.sin(turn + index * np.sin(turn)) + 0.3 * np.sin(
            2.0 * turn + 0.5 * (index - 0.7) * np.sin(3.0 * turn)
        )
        wave = normalised(wave)
        wave[:40] *= np.linspace(0.0, 1.0, 40)
        sample = looped(
            f"FMBass {root}", wave[len(time) :], sounding_key(frames, cycles), wave[: len(time)]
        )
        bank.append((root, keys, (sample,)))
    return FontPreset(
        "FM Bass",
        97,
        38,
        zones(tuple(bank)),
        {**volume(0.0005, 3.0, 100.0, 0.08), **filter_at(9000.0)},
    )


def reese_bass() -> FontPreset:
    """Three saws that beat slowly against each other, dark."""
    bank = []
    for root, keys in key_ranges(24, 60, 6):
        wave, key = voices_loop(
            root, 2.0, saw, detune_cents=(-17.0, 0.0, 16.0), seed=("reese", root), limit=9000.0
        )
        wave = saturated(normalised(filtered(wave, low_pass(900.0))), 1.4)
        wave = normalised(filtered(wave, high_pass(22.0)))
        bank.append((root, keys, (looped(f"Reese {root}", halved(wave), key, rate=HALF_RATE),)))
    settings = {**volume(0.008, 0.0, 0.0, 0.12), **_MONO}
    return FontPreset(
        "Reese Bass", 98, 38, zones(tuple(bank), filter_at(900.0, 2.0), tracking=0.4), settings
    )


def acid_bass() -> FontPreset:
    """A saw through a squelching filter."""
    settings = {**volume(0.001, 2.4, 12.0, 0.05), **sweep(3600, 0.0, 0.22, 0.0, 0.1), **_MONO}
    return FontPreset(
        "Acid Bass", 99, 38, zones(saws(), filter_at(240.0, 15.0), tracking=0.45), settings
    )


def growl_bass() -> FontPreset:
    """Talking bass: two vowels alternate in the loop, about nine times a second at C2."""
    first = resonances((320.0, 120.0, 1.0), (900.0, 160.0, 0.8), (2600.0, 300.0, 0.5), floor=0.05)
    other = resonances((650.0, 140.0, 1.0), (1700.0, 220.0, 0.9), (3400.0, 400.0, 0.5), floor=0.05)
    bank = []
    for root, keys in key_ranges(24, 56, 4):
        wave, key = voices_loop(
            root, 0.857, saw, detune_cents=(-6.0, 7.0), seed=("growl", root), limit=11_000.0
        )
        place = np.arange(len(wave)) / len(wave)
        mouth = 0.5 - 0.5 * np.cos(2.0 * np.pi * 4.0 * place)
        spoken = (1.0 - mouth) * filtered(wave, first) + mouth * filtered(wave, other)
        body, _ = voices_loop(root, 0.857, lambda n: (n == 1.0) * (1.0 + 0j))
        spoken = saturated(normalised(normalised(spoken) + 0.55 * body), 2.2)
        spoken = normalised(
            filtered(spoken, lambda hertz: high_pass(25.0)(hertz) * low_pass(12e3, 4)(hertz))
        )
        bank.append((root, keys, (looped(f"Growl {root}", spoken, key),)))
    settings = {**volume(0.004, 0.0, 0.0, 0.07), **_MONO}
    return FontPreset("Growl Bass", 100, 38, zones(tuple(bank), filter_at(5200.0, 1.0)), settings)


def wobble_bass() -> FontPreset:
    """A square whose filter swings in eighths at 140 beats a minute."""
    settings = {**volume(0.003, 0.0, 0.0, 0.07), **wobble(1900, 140.0 / 30.0), **_MONO}
    return FontPreset(
        "Wobble Bass", 101, 38, zones(squares(), filter_at(520.0, 8.0), tracking=0.3), settings
    )


def chip_bass() -> FontPreset:
    """The stepped triangle of 8-bit consoles."""
    return FontPreset("Chip Bass", 102, 38, zones(stair_triangles()), volume(0.001, 0.0, 0.0, 0.02))


def presets() -> tuple[FontPreset, ...]:
    """All basses."""
    return (
        bass_808(), bass_808_driven(), sub_bass(), analogue_bass(), fm_bass(), reese_bass(),
        acid_bass(), growl_bass(), wobble_bass(), chip_bass(),
    )  # fmt: skip
