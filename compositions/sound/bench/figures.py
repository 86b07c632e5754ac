"""What is measured of a finished file by means that share nothing with the renderer.

Loudness and true peak are FFmpeg's (``ebur128``); clicks, offset, clipping, octaves and likeness
are worked out here from the samples.
"""

from __future__ import annotations

import itertools
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy.signal import stft

Audio = NDArray[np.float64]

OCTAVES_HZ = (63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
# Records fall towards the treble by about this much against pink noise, whatever the genre
# (Pestana et al., "Spectral characteristics of popular commercial recordings", AES 135, 2013).
RECORD_SLOPE_DB = -1.8
# A step of half of full scale is what a lost or doubled piece of a song makes.
PLANTED_STEP = 0.5
_NEAR = 64
_MOST_SURPRISE = 8.0
_BINS = 4096
_LIKENESS_BANDS = 48


def loudness_by_ffmpeg(path: Path) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP by FFmpeg's EBU R 128 filter."""
    loudness, peak = float("-inf"), 0.0
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        graph = av.filter.Graph()
        source = graph.add_abuffer(template=stream)
        meter = graph.add("ebur128", "peak=true:metadata=1")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        for frame in itertools.chain(container.decode(stream), [None]):
            graph.push(frame)
            with suppress(av.error.BlockingIOError, av.error.EOFError):
                while True:
                    found = graph.pull().metadata
                    loudness = float(found.get("lavfi.r128.I", loudness))
                    peak = max(peak, float(found.get("lavfi.r128.true_peak", peak)))
    return loudness, 20.0 * float(np.log10(max(peak, 1e-9)))


def steps_at(audio: Audio, places: list[int]) -> list[int]:
    """The ``places`` where the sound jumps: a third difference unlike those around it."""
    mono = audio.mean(axis=1)
    found = []
    for place in places:
        begin = max(0, place - _NEAR)
        surprise = np.abs(np.diff(mono[begin : place + _NEAR], n=3))
        if surprise.size < 8:
            continue
        here = max(0, place - begin - 3)
        jump = float(surprise[here : here + 5].max(initial=0.0))
        if jump / (float(np.median(surprise)) + 1e-3) > _MOST_SURPRISE:
            found.append(place)
    return found


def steps_of_borders(audio: Audio, places: list[int], spacing: int) -> int:
    """How many more of ``places``, ``spacing`` frames apart, jump than the music itself explains.

    A stroke of a drum jumps, too, and some fall on a border: three sets of places between the
    borders tell how many. Up to three standard deviations (Poisson) more are chance.
    """
    found = len(steps_at(audio, places))
    elsewhere = [
        len(steps_at(audio, [place + shift for place in places if place + shift < len(audio)]))
        for shift in (spacing // 4, spacing // 2, 3 * spacing // 4)
    ]
    usual = sum(elsewhere) / len(elsewhere)
    return max(0, found - int(usual + 3.0 * usual**0.5))


def planted_steps_found(audio: Audio, places: list[int]) -> float:
    """Share of ``places`` where :func:`steps_at` finds a step that is put there, the control."""
    if not places:
        return 1.0
    hits = 0
    for place in places:
        begin, end = max(0, place - 2 * _NEAR), place + 2 * _NEAR
        piece = audio[begin:end].copy()
        piece[place - begin :] += PLANTED_STEP
        hits += bool(steps_at(piece, [place - begin]))
    return hits / len(places)


def offset(audio: Audio) -> float:
    """The largest mean of a channel (DC), linear."""
    return float(np.abs(audio.mean(axis=0)).max())


def clipped(audio: Audio) -> int:
    """Samples at full scale whose neighbour is there, too."""
    full = np.abs(audio) >= 1.0 - 1e-6
    return int((full[1:] & full[:-1]).sum())


def octaves(audio: Audio, rate: int) -> NDArray[np.float64]:
    """Power of each of :data:`OCTAVES_HZ` in dB against that at 1 kHz; pink noise gives zeros."""
    frequencies, _, spectrum = stft(audio.mean(axis=1), rate, nperseg=_BINS)
    power = (np.abs(spectrum) ** 2).mean(axis=1)
    levels = []
    for centre in OCTAVES_HZ:
        inside = (frequencies >= centre / 2**0.5) & (frequencies < centre * 2**0.5)
        levels.append(10.0 * np.log10(power[inside].sum() + 1e-15))
    return np.array(levels) - levels[OCTAVES_HZ.index(1000.0)]


def imbalance(levels: NDArray[np.float64]) -> tuple[float, float]:
    """How far the octaves lie from a record's straight fall: the largest distance, and where."""
    places = np.log2(np.array(OCTAVES_HZ) / 1000.0)
    distance = levels - RECORD_SLOPE_DB * places
    distance = distance - np.median(distance)
    worst = int(np.abs(distance).argmax())
    return float(distance[worst]), OCTAVES_HZ[worst]


def likeness(first: Audio, second: Audio, rate: int) -> float:
    """Correlation of the spectrograms of two mono sounds in logarithmic bands, 50 Hz to 16 kHz."""
    length = min(len(first), len(second))
    one, other = (_bands(audio[:length], rate).ravel() for audio in (first, second))
    return float(np.corrcoef(one, other)[0, 1])


def _bands(mono: Audio, rate: int) -> NDArray[np.float64]:
    frequencies, _, spectrum = stft(mono, rate, nperseg=_BINS)
    power = np.abs(spectrum) ** 2
    edges = np.geomspace(50.0, 16_000.0, _LIKENESS_BANDS + 1)
    rows = []
    for low, high in itertools.pairwise(edges):
        inside = (frequencies >= low) & (frequencies < high)
        if inside.any():
            rows.append(10.0 * np.log10(power[inside].sum(axis=0) + 1e-9 * power.max()))
    return np.array(rows)
