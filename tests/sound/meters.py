"""Meters that share no code with the product: FFmpeg's EBU R 128 filter, clicks, bands."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import soundfile
from numpy.typing import NDArray


def ebur128(path: Path) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBTP) by FFmpeg."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        graph = av.filter.Graph()
        source = graph.add_abuffer(template=stream)
        meter = graph.add("ebur128", "peak=true:metadata=1")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        loudness, peak = float("-inf"), 0.0

        def drain() -> None:
            nonlocal loudness, peak
            with suppress(av.error.BlockingIOError, av.error.EOFError):
                while True:
                    found = graph.pull().metadata
                    loudness = float(found.get("lavfi.r128.I", loudness))
                    peak = max(peak, float(found.get("lavfi.r128.true_peak", peak)))

        for frame in container.decode(stream):
            graph.push(frame)
            drain()
        graph.push(None)
        drain()
    return loudness, 20.0 * float(np.log10(max(peak, 1e-9)))


def samples(path: Path) -> NDArray[np.float64]:
    """All samples, shape (frames, channels)."""
    return soundfile.read(path, always_2d=True)[0]


def energy_db(audio: NDArray[np.float64]) -> float:
    return 10.0 * float(np.log10(np.mean(audio**2) + 1e-20))


def largest_jump(audio: NDArray[np.float64]) -> float:
    """How far the most surprising sample lies from the line through its neighbours.

    In units of the typical deviation around it: a lone click stands out, a drum does not.
    """
    mono = audio.mean(axis=1)
    surprise = np.abs(np.diff(mono, n=3))
    window = 64
    padded = np.pad(surprise, window, mode="constant")
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * window + 1)
    typical = np.median(views, axis=1)
    return float((surprise / (typical + 1e-5)).max())


def onsets(audio: NDArray[np.float64], sample_rate: int, gap_seconds: float) -> list[float]:
    """Seconds at which the level rises out of near silence."""
    level = np.abs(audio).max(axis=1)
    loud = np.flatnonzero(level > 0.02 * level.max())
    starts = np.concatenate([[0], np.flatnonzero(np.diff(loud) > gap_seconds * sample_rate) + 1])
    return [float(loud[start]) / sample_rate for start in starts]
