"""Metal: cymbals, hats and bells, as thousands of lines that die away at their own pace.

A cymbal has so many modes that single ones are not heard. A spectrum of random lines stands for
them; bands of it fall at different speeds, the high ones faster.
"""

from __future__ import annotations

import numpy as np
from scipy.fft import irfft

from compositions.sound.instruments.soundfont_format import Wave
from compositions.sound.instruments.waves import RATE, generator, normalised, times

_BANDS = 14
_TOP_HZ = 17_500.0
# The six square oscillators of the classic drum machine's metal sounds, in Hz.
_MACHINE_SQUARES = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)


def metal(
    seconds: float,
    seed: str,
    *,
    low: float = 300.0,
    ring: float = 1.0,
    bright: float = 0.5,
    density: float = 0.35,
    strike: float = 0.0,
) -> Wave:
    """A struck sheet of metal.

    ``low`` is its lowest mode in Hz, ``ring`` the seconds of a fall by 60 dB in the middle,
    ``bright`` (0..1) how much of its strength lies high, ``density`` (0..1] how many modes there
    are, ``strike`` the level of the stick's own click.
    """
    time = times(seconds)
    random = generator("metal", seed)
    bins = len(time) // 2 + 1
    hertz = np.arange(bins) * RATE / len(time)
    lines = (random.random(bins) < density) * random.exponential(1.0, bins)
    lines = lines * np.exp(2j * np.pi * random.random(bins))
    edges = np.geomspace(low, _TOP_HZ, _BANDS + 1)
    wave = np.zeros(len(time))
    for index in range(_BANDS):
        inside = (hertz >= edges[index]) & (hertz < edges[index + 1])
        height = index / (_BANDS - 1)
        band = irfft(np.where(inside, lines, 0.0), len(time))
        energy = float(np.sqrt(np.mean(band**2)))
        if energy == 0.0:
            continue
        # An equal share for each band, tilted by brightness.
        level = 10.0 ** ((bright - 0.5) * 30.0 * (height - 0.5) / 20.0)
        own_ring = ring * (1.9 - 1.35 * height)
        # Energy reaches the high modes a little later than the stick.
        rise = 1.0 - 0.6 * np.exp(-time / (0.001 + 0.004 * height))
        wave += level / energy * band * np.exp(-6.9 * time / own_ring) * rise
    if strike:
        click = random.standard_normal(len(time)) * np.exp(-time / 0.0012)
        wave += strike * float(np.abs(wave).max()) * np.append(0.0, np.diff(click))
    return normalised(wave)


def machine_metal(seconds: float, ring: float, low: float, high: float) -> Wave:
    """Metal of a drum machine: six square waves through a band-pass, falling exponentially.

    The squares are summed from their harmonics, so nothing folds over.
    """
    time = times(seconds)
    wave = np.zeros(len(time))
    for own in _MACHINE_SQUARES:
        for number in range(1, int(_TOP_HZ / own) + 1, 2):
            hertz = own * number
            gain = 1.0 / (1.0 + (low / hertz) ** 6) / (1.0 + (hertz / high) ** 6) / number
            if gain > 1e-4:
                wave += gain * np.sin(2.0 * np.pi * hertz * time + own)
    return normalised(wave * np.exp(-6.9 * time / ring))


def ping(seconds: float, partials: tuple[tuple[float, float, float], ...]) -> Wave:
    """Sines that die away: (Hz, level, seconds to -60 dB) each."""
    time = times(seconds)
    wave = np.zeros(len(time))
    for hertz, level, ring in partials:
        wave += level * np.sin(2.0 * np.pi * hertz * time) * np.exp(-6.9 * time / ring)
    return wave
