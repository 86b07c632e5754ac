"""Waves without aliasing and without seams, built from their spectra.

A loop of N frames is the inverse transform of a spectrum whose lines all lie on bins: it is
periodic in N frames by construction, so it has no click at its seam, holds nothing above the
highest line (no aliasing) and nothing at zero frequency (no DC). Several detuned voices share a
loop by taking neighbouring bins as their fundamentals.

Frequencies are in Hz, times in seconds, keys are MIDI notes; all randomness comes from seeds.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft

from compositions.sound.instruments.soundfont_format import Wave

RATE = 44_100
# Leaves room for a zone to be played some semitones up without folding over.
BAND_LIMIT_HZ = 17_000.0
_HEARD = 8  # harmonics that tell the pitch

Harmonics = Callable[[NDArray[np.float64]], NDArray[np.complex128]]


def frequency(key: float) -> float:
    """Frequency of a MIDI key (with fractions) in Hz, A4 (69) = 440."""
    return float(440.0 * 2.0 ** ((key - 69.0) / 12.0))


def generator(*names: object) -> np.random.Generator:
    """A random stream of its own for each thing that is built, the same everywhere."""
    return np.random.Generator(np.random.PCG64(zlib.crc32(repr(names).encode())))


def loop_frames(key: float, seconds: float) -> tuple[int, int]:
    """Frames (even) and whole cycles of a loop of about ``seconds`` that sounds at ``key``."""
    hertz = frequency(key)
    cycles = max(1, round(seconds * hertz))
    return 2 * round(cycles * RATE / hertz / 2.0), cycles


def sounding_key(frames: int, cycles: float) -> float:
    """The key at which a loop really sounds, with its fraction."""
    return float(69.0 + 12.0 * np.log2(cycles * RATE / frames / 440.0))


def saw(numbers: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Harmonics of a sawtooth that falls."""
    return np.asarray(-1j / numbers, dtype=np.complex128)


def pulse(width: float) -> Harmonics:
    """Harmonics of a pulse that is up for ``width`` (0..1) of its period."""

    def harmonics(numbers: NDArray[np.float64]) -> NDArray[np.complex128]:
        return np.asarray((1.0 - np.exp(-2j * np.pi * numbers * width)) / (1j * numbers))

    return harmonics


def triangle(numbers: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Harmonics of a triangle."""
    odd = (numbers.astype(np.int64) % 2 == 1).astype(float)
    return np.asarray(odd * (1.0 + 0j) / numbers**2)


def voices_loop(
    key: float,
    seconds: float,
    harmonics: Harmonics,
    *,
    detune_cents: tuple[float, ...] = (0.0,),
    gains: tuple[float, ...] = (),
    seed: tuple[object, ...] = (),
    limit: float = BAND_LIMIT_HZ,
) -> tuple[Wave, float]:
    """Return a seamless loop of detuned voices and the key it sounds at.

    Voices take whole bins, so the detuning is right within half of one over ``seconds`` Hz. The
    key is that of their centre, by the power of their first harmonics.
    With a ``seed`` they start at random places of their cycle. The peak is 1.
    """
    frames, cycles = loop_frames(key, seconds)
    spectrum = np.zeros(frames // 2 + 1, dtype=np.complex128)
    random = generator("voices", *seed)
    # Voices on one bin are one line: what it is worth depends on their phases.
    strengths: dict[int, NDArray[np.complex128]] = {}
    for index, cents in enumerate(detune_cents):
        own = max(1, round(cycles * 2.0 ** (cents / 1200.0)))
        count = int(min(limit * frames / RATE, len(spectrum) - 1) // own)
        if count < 1:
            continue
        numbers = np.arange(1.0, count + 1.0)
        turn = random.random() if seed else 0.0
        gain = gains[index] if gains else 1.0
        lines = gain * harmonics(numbers) * np.exp(2j * np.pi * turn * numbers)
        spectrum[own : own * count + 1 : own] += lines
        heard = np.resize(np.append(lines[:_HEARD], np.zeros(_HEARD)), _HEARD)
        strengths[own] = strengths.get(own, np.zeros(_HEARD, dtype=np.complex128)) + heard
    powers = {own: float((np.abs(lines) ** 2).sum()) for own, lines in strengths.items()}
    centre = sum(own * power for own, power in powers.items()) / sum(powers.values())
    return normalised(irfft(spectrum, frames)), sounding_key(frames, centre)


def noise_loop(frames: int, shape: Callable[[NDArray[np.float64]], Wave], seed: str) -> Wave:
    """Noise that repeats without a seam; ``shape`` gives its amplitude by frequency."""
    hertz = _bins(frames)
    phases = generator("noise", seed).random(len(hertz)) * 2.0 * np.pi
    amplitude = np.where((hertz > 20.0) & (hertz < BAND_LIMIT_HZ), shape(hertz), 0.0)
    return normalised(irfft(amplitude * np.exp(1j * phases), frames))


def normalised(wave: Wave, peak: float = 1.0) -> Wave:
    """The wave with this highest magnitude; silence stays silence."""
    loudest = float(np.abs(wave).max(initial=0.0))
    return wave * (peak / loudest) if loudest > 0.0 else wave


def filtered(wave: Wave, response: Callable[[NDArray[np.float64]], Wave]) -> Wave:
    """A loop through a filter with this amplitude by frequency; it stays seamless."""
    spectrum = np.fft.rfft(wave) * response(_bins(len(wave)))
    return np.asarray(irfft(spectrum, len(wave)))


def _bins(frames: int) -> Wave:
    """Frequencies of the bins of a transform."""
    return np.asarray(np.arange(frames // 2 + 1) * (RATE / frames), dtype=np.float64)


def halved(loop: Wave) -> Wave:
    """A loop of an even number of frames at half the sample rate, for sounds without much top."""
    frames = len(loop) // 2
    return np.asarray(irfft(np.fft.rfft(loop)[: frames // 2 + 1], frames) / 2.0)


def low_pass(cutoff: float, order: int = 2) -> Callable[[NDArray[np.float64]], Wave]:
    """Butterworth magnitude of a low-pass at ``cutoff`` Hz."""
    return lambda hertz: np.asarray(1.0 / np.sqrt(1.0 + (hertz / cutoff) ** (2 * order)))


def high_pass(cutoff: float, order: int = 2) -> Callable[[NDArray[np.float64]], Wave]:
    """Butterworth magnitude of a high-pass at ``cutoff`` Hz."""

    def response(hertz: NDArray[np.float64]) -> Wave:
        ratio = np.divide(cutoff, hertz, out=np.full_like(hertz, 1e9), where=hertz > 0.0)
        return np.asarray(1.0 / np.sqrt(1.0 + np.minimum(ratio, 1e9) ** (2 * order)))

    return response


def resonances(
    *peaks: tuple[float, float, float], floor: float = 0.0
) -> Callable[[NDArray[np.float64]], Wave]:
    """Sum of resonances (centre Hz, bandwidth Hz, gain), as the formants of a voice."""

    def response(hertz: NDArray[np.float64]) -> Wave:
        total = np.full_like(hertz, floor)
        for centre, width, gain in peaks:
            total += gain / (1.0 + ((hertz - centre) / (width / 2.0)) ** 2)
        return total

    return response


def saturated(wave: Wave, drive: float) -> Wave:
    """Soft clipping by a hyperbolic tangent, the peak kept. Only for waves low in pitch."""
    return np.asarray(np.tanh(drive * wave) / np.tanh(drive))


def times(seconds: float) -> Wave:
    """Time of each frame of a sound of this length."""
    return np.arange(round(seconds * RATE)) / RATE


def faded(wave: Wave, attack: float = 0.0005, release: float = 0.01) -> Wave:
    """The wave with a raised-cosine start and end, so that it begins and ends in silence."""
    result = wave.copy()
    for length, forward in ((round(attack * RATE), True), (round(release * RATE), False)):
        if length:
            ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(length) / length)
            if forward:
                result[:length] *= ramp
            else:
                result[-length:] *= ramp[::-1]
    return result
