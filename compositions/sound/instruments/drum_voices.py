"""Drum voices: kicks, snares, claps, toms and small percussion, one function for each kind.

All return one-shots that begin at once and end in silence, peak 1. ``seed`` names the sound, so
that each drum has noise of its own.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfilt

from compositions.sound.instruments.cymbals import ping
from compositions.sound.instruments.soundfont_format import Wave
from compositions.sound.instruments.waves import RATE, faded, generator, normalised, times

# Modes of a circular membrane over its lowest (zeros of the Bessel functions).
_MEMBRANE = (1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501)


def band(wave: Wave, low: float, high: float, order: int = 2) -> Wave:
    """A band-pass (or low-pass, with ``low`` 0)."""
    edges: float | list[float] = [low, min(high, 20_000.0)]
    if low <= 0.0:
        edges = high
    sections = butter(order, edges, "bandpass" if low > 0.0 else "lowpass", fs=RATE, output="sos")
    return np.asarray(sosfilt(sections, wave))


def noise(seconds: float, seed: str) -> Wave:
    """White noise."""
    return np.asarray(generator("drum", seed).standard_normal(round(seconds * RATE)))


def glide_tone(time: Wave, start: float, end: float, fall: float, phase: float = 0.0) -> Wave:
    """A sine that falls from ``start`` to ``end`` Hz with the time constant ``fall``."""
    hertz = end + (start - end) * np.exp(-time / fall)
    return np.asarray(np.sin(phase + 2.0 * np.pi * np.cumsum(hertz) / RATE))


def kick(
    seed: str,
    *,
    start: float,
    end: float,
    fall: float,
    ring: float,
    click: float,
    drive: float,
    seconds: float = 0.0,
    body: float = 0.0,
) -> Wave:
    """Bass drum: a tone that falls, a click, and for skins a shell (``body``) above it.

    ``ring`` is its seconds to -60 dB.
    """
    time = times(seconds or min(1.4, ring))
    tone = glide_tone(time, start, end, fall) * np.exp(-6.9 * time / ring)
    beater = band(noise(len(time) / RATE, seed), 1200.0, 7000.0) * np.exp(-time / 0.0035)
    wave = tone + click * beater
    if body:
        for number, ratio in enumerate(_MEMBRANE[1:5], start=1):
            shell = np.sin(2.0 * np.pi * end * ratio * 1.35 * time + number)
            wave += body / number * shell * np.exp(-6.9 * time / (0.35 * ring))
    wave = np.tanh(drive * wave) / np.tanh(drive)
    return faded(normalised(wave), 0.0004, 0.03)


def snare(
    seed: str,
    *,
    tone: float,
    tone_level: float,
    tone_ring: float,
    wires_ring: float,
    wires: tuple[float, float],
    crack: float = 0.5,
    modes: int = 2,
    drive: float = 1.2,
    seconds: float = 0.0,
) -> Wave:
    """Snare drum: modes of the skin and the noise of its wires between two frequencies."""
    time = times(seconds or max(0.16, min(0.7, 1.1 * max(tone_ring, wires_ring))))
    head = np.zeros(len(time))
    for number in range(modes):
        ratio = _MEMBRANE[number] if modes > 2 else (1.0, 1.83)[number]
        start = tone * ratio * (1.0 + 0.5 / (number + 1))
        mode = glide_tone(time, start, tone * ratio, 0.008, phase=0.7 * number)
        head += mode / (1.0 + 0.7 * number) * np.exp(-6.9 * time * (1 + 0.3 * number) / tone_ring)
    hiss = normalised(band(noise(len(time) / RATE, f"{seed} wires"), *wires))
    rattle = hiss * np.exp(-6.9 * time / wires_ring)
    stick = normalised(band(noise(len(time) / RATE, f"{seed} stick"), 2500.0, 11_000.0))
    wave = tone_level * normalised(head) + rattle + crack * stick * np.exp(-time / 0.004)
    return faded(normalised(np.tanh(drive * wave)), 0.0003, 0.03)


def clap(seed: str, *, centre: float, ring: float, spread: float = 0.011) -> Wave:
    """Several hands a few milliseconds apart, then the room."""
    time = times(max(0.25, ring + 0.05))
    hiss = normalised(band(noise(len(time) / RATE, seed), 0.55 * centre, 2.6 * centre))
    envelope = np.zeros(len(time))
    for number in range(3):
        since = time - number * spread
        envelope = np.maximum(envelope, np.where(since >= 0, np.exp(-since / 0.0045), 0.0))
    since = time - 3 * spread
    envelope = np.maximum(envelope, np.where(since >= 0, np.exp(-6.9 * since / ring), 0.0))
    return faded(normalised(np.tanh(1.5 * hiss * envelope)), 0.0003, 0.04)


def tom(
    seed: str, *, pitch: float, ring: float, bend: float, skin: float, drive: float = 1.1
) -> Wave:
    """Tom: modes of a membrane that begin ``bend`` octaves high; ``skin`` is the stick's level."""
    time = times(min(1.0, 1.05 * ring))
    wave = np.zeros(len(time))
    for number, ratio in enumerate(_MEMBRANE[:5]):
        mode = glide_tone(time, pitch * ratio * 2.0**bend, pitch * ratio, 0.03, 0.5 * number)
        wave += mode * (0.55**number) * np.exp(-6.9 * time * (1 + 0.6 * number) / ring)
    hit = band(noise(len(time) / RATE, seed), 300.0, 6000.0) * np.exp(-time / 0.006)
    wave = normalised(wave) + skin * hit
    return faded(normalised(np.tanh(drive * wave)), 0.0004, 0.04)


def hat(metal_wave: Wave, seed: str, *, ring: float, low: float, air: float) -> Wave:
    """Hi-hat: metal over noise, cut below ``low`` Hz, ``ring`` seconds to -60 dB."""
    time = np.arange(len(metal_wave)) / RATE
    hiss = normalised(noise(len(time) / RATE, seed))
    wave = normalised(metal_wave) + air * hiss
    wave = band(wave, low, 17_500.0) * np.exp(-6.9 * time / ring)
    return faded(normalised(wave), 0.0003, 0.02)


def rim(seed: str, *, pitch: float, ring: float) -> Wave:
    """Stick on the rim: two high modes and a click."""
    wave = ping(
        0.12, ((pitch, 1.0, ring), (pitch * 2.63, 0.6, 0.6 * ring), (pitch * 0.31, 0.4, ring))
    )
    time = times(0.12)
    wave = wave + 0.4 * band(noise(0.12, seed), 2000.0, 9000.0) * np.exp(-time / 0.0012)
    return faded(normalised(wave), 0.0002, 0.02)


def shaken(seed: str, *, low: float, high: float, rise: float, fall: float) -> Wave:
    """Shakers, cabasa, maracas: noise that swells for ``rise`` seconds and falls."""
    time = times(rise + 1.2 * fall + 0.02)
    envelope = np.minimum(1.0, time / rise) ** 2 * np.exp(-6.9 * np.maximum(0, time - rise) / fall)
    wave = band(noise(len(time) / RATE, seed), low, high) * envelope
    return faded(normalised(wave), 0.001, 0.02)


def scraped(seed: str, *, seconds: float, rate: float, low: float, high: float) -> Wave:
    """Guiro and ratchets: a row of ticks ``rate`` a second that speeds up a little."""
    time = times(seconds)
    turn = np.cumsum(rate * (0.8 + 0.5 * time / seconds)) / RATE % 1.0
    wave = band(noise(seconds, seed), low, high) * np.exp(-turn * 5.0)
    return faded(normalised(wave), 0.004, 0.03)


def skin(seed: str, *, pitch: float, ring: float, slap: float, bend: float = 0.12) -> Wave:
    """Hand drums: a membrane that speaks clearly, and the hand (``slap``)."""
    return tom(seed, pitch=pitch, ring=ring, bend=bend, skin=slap, drive=0.9)


def in_room(wave: Wave, seed: str, *, seconds: float, level: float) -> tuple[Wave, Wave]:
    """The sound in a room: left and right, each with reflections of its own."""
    channels = []
    frames = len(wave) + round(0.8 * seconds * RATE)
    size = 1 << (frames + round(seconds * RATE)).bit_length()
    for side in "LR":
        time = times(seconds)
        tail = noise(seconds, f"{seed} room {side}") * np.exp(-6.9 * time / seconds)
        tail = band(tail, 120.0, 7000.0, 1)
        tail[: round(0.006 * RATE)] = 0.0
        tail *= level / float(np.sqrt(np.sum(tail**2)))
        spectrum = np.fft.rfft(wave, size) * np.fft.rfft(tail, size)
        wet = np.fft.irfft(spectrum, size)[:frames]
        dry = np.zeros(frames)
        dry[: len(wave)] = wave
        channels.append(faded(dry + wet, 0.0, 0.1))
    loudest = max(float(np.abs(channel).max()) for channel in channels)
    return channels[0] / loudest, channels[1] / loudest


def worn(wave: Wave, *, bits: int, high: float, drive: float) -> Wave:
    """Through a sampler of few bits and a tired tape: less top, soft peaks, grain."""
    wave = np.tanh(drive * normalised(band(wave, 0.0, high, 3))) / np.tanh(drive)
    steps = float(2 ** (bits - 1))
    return faded(np.round(wave * steps) / steps, 0.0004, 0.02)
