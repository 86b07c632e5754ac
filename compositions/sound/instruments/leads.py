"""Leads, plucks, arps and poly synths."""

from __future__ import annotations

import numpy as np

from compositions.sound.instruments.articulation import filter_at, sweep, vibrato, volume
from compositions.sound.instruments.soundfont_format import FontPreset, Generator
from compositions.sound.instruments.wavebanks import (
    one_loop_bank,
    pulses,
    saws,
    sines,
    squares,
    supersaws,
    triangles,
    twin_saws,
    zones,
)


def supersaw_lead() -> FontPreset:
    """Wide, bright and immediate."""
    settings = {**volume(0.004, 0.0, 0.0, 0.22), **filter_at(13_000.0), **vibrato(6)}
    return FontPreset("Supersaw Lead", 96, 81, zones(supersaws(), width=0.8), settings)


def saw_lead() -> FontPreset:
    """Analogue lead: two saws, an open filter that bites at the start, late vibrato."""
    settings = {**volume(0.003, 3.0, 5.0, 0.14), **sweep(1700, 0.0, 0.5, 0.3), **vibrato(14)}
    return FontPreset(
        "Saw Lead", 97, 81, zones(twin_saws(), filter_at(2300.0, 3.0), tracking=0.5, width=0.3),
        settings,
    )  # fmt: skip


def square_lead() -> FontPreset:
    """Hollow lead with late vibrato."""
    settings = {**volume(0.004, 0.0, 0.0, 0.12), **vibrato(12)}
    return FontPreset(
        "Square Lead", 96, 80, zones(squares(), filter_at(4200.0, 1.0), tracking=0.5), settings
    )


def chip_lead() -> FontPreset:
    """Quarter pulse of an 8-bit console."""
    return FontPreset(
        "Chip Lead",
        97,
        80,
        zones(pulses(25)),
        {**volume(0.001, 0.0, 0.0, 0.02), **vibrato(16, 6.0, 0.25)},
    )


def chip_pulse() -> FontPreset:
    """Eighth pulse of an 8-bit console, plucked: for arpeggios."""
    return FontPreset("Chip Pulse", 98, 80, zones(pulses(12)), volume(0.001, 1.1, 22.0, 0.03))


def whistle_lead() -> FontPreset:
    """High sine with vibrato, as on the West Coast."""
    settings = {
        **volume(0.02, 0.0, 0.0, 0.12),
        **vibrato(20, 5.4, 0.2),
        Generator.EXCLUSIVE_CLASS: 7,
    }
    return FontPreset(
        "Sine Lead", 99, 80, zones(triangles(), filter_at(1900.0), tracking=0.7), settings
    )


def pluck() -> FontPreset:
    """Short and bright, the filter closes at once."""
    settings = {**volume(0.001, 0.75, 100.0, 0.35), **sweep(3900, 0.0, 0.28, 0.0, 0.3)}
    return FontPreset(
        "Pluck",
        96,
        84,
        zones(twin_saws(), filter_at(420.0, 2.0), tracking=0.6, width=0.5),
        settings,
    )


def supersaw_pluck() -> FontPreset:
    """Wide pluck for trance and future styles."""
    settings = {**volume(0.001, 1.0, 100.0, 0.5), **sweep(3300, 0.0, 0.42, 0.0, 0.5)}
    return FontPreset(
        "Supersaw Pluck", 97, 84,
        zones(supersaws(), filter_at(900.0, 1.0), tracking=0.5, width=0.9), settings,
    )  # fmt: skip


def arp_synth() -> FontPreset:
    """Squares with a resonant blip: sequences and arpeggios."""
    settings = {**volume(0.001, 0.9, 30.0, 0.12), **sweep(2600, 0.0, 0.18, 0.0, 0.15)}
    return FontPreset(
        "Arp Synth", 98, 81, zones(squares(), filter_at(620.0, 9.0), tracking=0.6), settings
    )


def supersaw_chords() -> FontPreset:
    """Supersaws for chords: softer on top, so that three notes do not hiss."""
    settings = {**volume(0.006, 0.0, 0.0, 0.28), **sweep(900, 0.0, 0.6, 0.4)}
    return FontPreset(
        "Supersaw Chords",
        96,
        90,
        zones(supersaws(), filter_at(4200.0, 0.0), tracking=0.3),
        settings,
    )


def analogue_poly() -> FontPreset:
    """Two saws with a filter that falls: stabs and chords of the eighties."""
    settings = {**volume(0.002, 2.6, 12.0, 0.3), **sweep(2500, 0.0, 0.55, 0.1, 0.3)}
    return FontPreset(
        "Analogue Poly", 97, 90, zones(twin_saws(), filter_at(950.0, 3.0), tracking=0.5, width=0.8),
        settings,
    )  # fmt: skip


def synth_brass() -> FontPreset:
    """The filter opens in 60 ms as a brass player's mouth does."""
    settings = {**volume(0.02, 0.0, 2.0, 0.2), **sweep(2300, 0.07, 0.9, 0.35, 0.25), **vibrato(5)}
    return FontPreset(
        "Analogue Brass", 96, 62,
        zones(twin_saws(), filter_at(800.0, 2.0), tracking=0.4, width=0.6), settings,
    )  # fmt: skip


def house_organ() -> FontPreset:
    """Drawbars 8', 4' and 2 2/3' with a knock: the organ bass and stabs of house."""
    bank = one_loop_bank(
        "Organ",
        lambda n: np.select([n == 1, n == 2, n == 3, n == 4, n == 6, n == 8],
                            [1.0, 0.75, 0.35, 0.3, 0.12, 0.1], 0.0) + 0j,
        28, 96, 4, 0.08,
    )  # fmt: skip
    settings = {**volume(0.001, 0.9, 9.0, 0.06), **sweep(2400, 0.0, 0.12, 0.1, 0.1)}
    return FontPreset("House Organ", 96, 17, zones(bank, filter_at(1500.0), tracking=0.6), settings)


def acid_lead() -> FontPreset:
    """A saw with a singing resonance."""
    settings = {**volume(0.001, 2.0, 10.0, 0.06), **sweep(2800, 0.0, 0.3, 0.15, 0.1)}
    return FontPreset(
        "Acid Lead", 99, 81, zones(saws(), filter_at(620.0, 14.0), tracking=0.5), settings
    )


def soft_sine() -> FontPreset:
    """A soft, round sine for lullabies and lo-fi."""
    return FontPreset(
        "Soft Sine", 100, 80, zones(sines()), {**volume(0.03, 2.5, 14.0, 0.35), **vibrato(8)}
    )


def presets() -> tuple[FontPreset, ...]:
    """All leads, plucks and poly synths."""
    return (
        supersaw_lead(), saw_lead(), square_lead(), chip_lead(), chip_pulse(), whistle_lead(),
        pluck(), supersaw_pluck(), arp_synth(), supersaw_chords(), analogue_poly(), synth_brass(),
        house_organ(), acid_lead(), soft_sine(),
    )  # fmt: skip
