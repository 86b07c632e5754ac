"""Sets of samples over the keyboard that several presets share: saws, pulses, wide stacks.

Each bank samples its wave every few keys and is built once. A zone reaches from its own low key
to the next one's; the outermost reach to the ends of the keyboard.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from compositions.sound.instruments.soundfont_format import (
    Generator,
    Generators,
    Sample,
    Wave,
    Zone,
)
from compositions.sound.instruments.waves import (
    RATE,
    Harmonics,
    filtered,
    frequency,
    halved,
    high_pass,
    low_pass,
    normalised,
    pulse,
    resonances,
    saw,
    triangle,
    voices_loop,
)

# Interpolation looks past the end of a loop, so the wave goes on a little.
_BEYOND_LOOP = 32
PEAK = 0.89
HALF_RATE = RATE // 2

Channels = tuple[Sample, ...]
Bank = tuple[tuple[int, tuple[int, int], Channels], ...]

# The seven oscillators of a supersaw at full detuning, as parts of the frequency, after
# A. Szabo, "How to Emulate the Super Saw" (KTH, 2010).
_SUPERSAW = (-0.11002313, -0.06288439, -0.01952356, 0.0, 0.01991221, 0.06216538, 0.10745242)
_SUPERSAW_AMOUNT = 0.16


def key_ranges(low: int, high: int, step: int) -> list[tuple[int, tuple[int, int]]]:
    """Roots every ``step`` keys from ``low`` to ``high``, each with the keys around it."""
    roots = list(range(low, high + 1, step))
    below = step // 2
    return [
        (
            root,
            (
                0 if root == roots[0] else root - below,
                127 if root == roots[-1] else root - below + step - 1,
            ),
        )
        for root in roots
    ]


def looped(
    name: str, wave: Wave, key: float, attack: Wave | None = None, rate: int = RATE
) -> Sample:
    """A sample that plays ``attack`` and then repeats the whole of ``wave``."""
    begin = 0 if attack is None else len(attack)
    joined = wave if attack is None else np.append(attack, wave)
    joined = np.append(joined, np.resize(wave, _BEYOND_LOOP))
    return Sample(name, PEAK * joined, rate, key, (begin, begin + len(wave)))


def zones(
    bank: Bank, settings: Generators | None = None, *, tracking: float = 0.0, width: float = 1.0
) -> tuple[Zone, ...]:
    """Zones of a bank. Two channels are panned apart by ``width``.

    ``tracking`` (0..1) moves the filter's cut-off of ``settings`` with the pitch, around middle C.
    """
    found = []
    for root, keys, channels in bank:
        own = dict(settings or {})
        if tracking and Generator.FILTER_CUTOFF in own:
            moved = own[Generator.FILTER_CUTOFF] + round(tracking * 100 * (root - 60))
            own[Generator.FILTER_CUTOFF] = min(13_500, max(1500, moved))
        for index, sample in enumerate(channels):
            pan = round((-500 if index == 0 else 500) * width) if len(channels) == 2 else 0
            found.append(Zone(sample, keys, settings={**own, Generator.PAN: pan}))
    return tuple(found)


def one_loop_bank(
    name: str, harmonics: Harmonics, low: int, high: int, step: int, seconds: float = 0.06
) -> Bank:
    """One oscillator, as a loop of a few cycles per zone.

    With a ``step`` of 1 nothing is transposed, so that no image of the top is heard.
    """
    bank = []
    for root, keys in key_ranges(low, high, step):
        wave, key = voices_loop(root, seconds, harmonics)
        bank.append((root, keys, (looped(f"{name} {root}", wave, key),)))
    return tuple(bank)


@lru_cache(maxsize=1)
def saws() -> Bank:
    """A plain sawtooth."""
    return one_loop_bank("Saw", saw, 24, 102, 1, 0.05)


@lru_cache(maxsize=1)
def squares() -> Bank:
    """A square wave."""
    return one_loop_bank("Square", pulse(0.5), 24, 108, 1, 0.05)


@lru_cache(maxsize=2)
def pulses(per_cent: int) -> Bank:
    """A pulse wave of this width."""
    return one_loop_bank(f"Pulse{per_cent}", pulse(per_cent / 100.0), 36, 108, 1, 0.03)


@lru_cache(maxsize=1)
def sines() -> Bank:
    """A sine."""
    return one_loop_bank("Sine", lambda numbers: (numbers == 1.0) * (1.0 + 0j), 24, 96, 6, 0.12)


@lru_cache(maxsize=1)
def triangles() -> Bank:
    """A smooth triangle."""
    return one_loop_bank("Triangle", triangle, 24, 96, 4, 0.1)


@lru_cache(maxsize=1)
def stair_triangles() -> Bank:
    """The triangle of 8-bit consoles: sixteen steps, buzz and all, without aliasing."""
    steps = np.abs((np.arange(32) + 0.5) / 16.0 - 1.0)
    steps = np.round(steps * 15.0) / 15.0 - 0.5
    lines = np.fft.fft(steps) / 32.0

    def harmonics(numbers: Wave) -> np.ndarray[tuple[int, ...], np.dtype[np.complex128]]:
        # A held step multiplies the spectrum of the steps by that of a box.
        box = (1.0 - np.exp(-2j * np.pi * numbers / 32.0)) / (2j * np.pi * numbers / 32.0)
        return np.asarray(lines[numbers.astype(np.int64) % 32] * box)

    return one_loop_bank("StairTri", harmonics, 24, 84, 1, 0.04)


@lru_cache(maxsize=1)
def twin_saws() -> Bank:
    """Two saws a few cents apart, in stereo: the ground of analogue poly sounds."""
    bank = []
    for root, keys in key_ranges(31, 96, 5):
        seconds = min(1.4, max(0.8, 180.0 / frequency(root)))
        cents = ((-5.0, 4.0, 0.0), (-3.5, 6.0, 0.0))
        channels = []
        for side, own in zip("LR", cents, strict=True):
            wave, key = voices_loop(
                root,
                seconds,
                saw,
                detune_cents=own,
                gains=(0.8, 0.8, 0.7),
                seed=("twin", side, root),
            )
            channels.append(looped(f"TwinSaw {root} {side}", wave, key))
        bank.append((root, keys, tuple(channels)))
    return tuple(bank)


@lru_cache(maxsize=1)
def supersaws() -> Bank:
    """Seven saws, in stereo: each side hears them with other weights and phases."""
    cents = tuple(1200.0 * float(np.log2(1.0 + _SUPERSAW_AMOUNT * part)) for part in _SUPERSAW)
    weights = {
        "L": (1.0, 0.45, 0.95, 1.0, 0.5, 0.9, 0.5),
        "R": (0.5, 0.9, 0.5, 1.0, 0.95, 0.45, 1.0),
    }
    bank = []
    for root, keys in key_ranges(33, 98, 5):
        seconds = min(1.3, max(0.7, 320.0 / frequency(root)))
        channels = []
        for side, gains in weights.items():
            wave, key = voices_loop(
                root, seconds, saw, detune_cents=cents, gains=gains, seed=("super", side, root)
            )
            # As on the original the fundamental stays clean: nothing rumbles below it.
            wave = normalised(filtered(wave, high_pass(0.7 * frequency(root))))
            channels.append(looped(f"SuperSaw {root} {side}", wave, key))
        bank.append((root, keys, tuple(channels)))
    return tuple(bank)


@lru_cache(maxsize=1)
def ensembles() -> Bank:
    """String machine: saws through a three-phase ensemble, that is many voices a little apart."""
    bank = []
    for root, keys in key_ranges(36, 92, 8):
        channels = []
        for side in "LR":
            cents = (-9.0, -4.0, 0.0, 5.0, 8.0) if side == "L" else (-8.0, -5.0, 0.0, 4.0, 9.0)
            wave, key = voices_loop(
                root, 1.1, saw, detune_cents=cents, seed=("ensemble", side, root)
            )
            wave = filtered(wave, low_pass(5200.0, 1))
            wave = normalised(
                filtered(wave, resonances((900, 900, 0.7), (2400, 1600, 0.8), floor=0.6))
            )
            channels.append(looped(f"Ensemble {root} {side}", wave, key))
        bank.append((root, keys, tuple(channels)))
    return tuple(bank)


@lru_cache(maxsize=1)
def vowels() -> Bank:
    """A synthetic choir on "ah": four detuned pulses through the formants of a tenor voice."""
    # Formants of a tenor's /a/ after the table in Csound's manual: 650 1080 2650 2900 3250 Hz.
    formants = resonances(
        (650.0, 80.0, 1.0), (1080.0, 90.0, 0.5), (2650.0, 120.0, 0.4),
        (2900.0, 130.0, 0.38), (3250.0, 140.0, 0.1), floor=0.012,
    )  # fmt: skip
    bank = []
    for root, keys in key_ranges(40, 85, 5):
        channels = []
        for side in "LR":
            cents = (-11.0, -4.0, 3.0, 9.0) if side == "L" else (-9.0, -3.0, 4.0, 11.0)
            wave, key = voices_loop(
                root, 1.1, saw, detune_cents=cents, seed=("vowel", side, root), limit=9_000.0
            )
            wave = normalised(filtered(wave, formants))
            channels.append(looped(f"Vowel {root} {side}", halved(wave), key, rate=HALF_RATE))
        bank.append((root, keys, tuple(channels)))
    return tuple(bank)
