"""Waveform peaks: what a player draws without having the audio."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from compositions.sound.errors import SoundError
from compositions.sound.samplefile import BLOCK_FRAMES, Samples

SAMPLES_PER_POINT = (256, 2048, 16384)
_FULL_SCALE = 127


@dataclass(frozen=True, slots=True)
class Peaks:
    """Lowest and highest sample of all channels per point, as signed 8-bit integers.

    ``levels`` maps samples per point to bytes ``min, max, min, max, ...``; 127 is full scale,
    values are rounded outwards so that nothing audible draws as silence.
    """

    sample_rate: int
    frames: int
    levels: dict[int, bytes]

    def array(self, samples_per_point: int) -> NDArray[np.int8]:
        """Points of one level, shape (points, 2): minimum and maximum."""
        return np.frombuffer(self.levels[samples_per_point], dtype=np.int8).reshape(-1, 2)

    def to_dict(self) -> dict[str, Any]:
        """JSON values; each level is base64 text."""
        return {
            "sample_rate": self.sample_rate,
            "frames": self.frames,
            "levels": {
                str(size): base64.b64encode(data).decode("ascii")
                for size, data in self.levels.items()
            },
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Peaks:
        """The inverse of :meth:`to_dict`."""
        levels = {int(size): base64.b64decode(text) for size, text in values["levels"].items()}
        return cls(values["sample_rate"], values["frames"], levels)


class PeaksBuilder:
    """Builds :class:`Peaks` from consecutive blocks of shape (frames, channels)."""

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._frames = 0
        self._rest: Samples | None = None
        self._points: list[Samples] = []

    def add(self, block: Samples) -> None:
        """Take in the next block."""
        self._frames += len(block)
        if self._rest is not None and len(self._rest):
            block = np.concatenate([self._rest, block])
        size = SAMPLES_PER_POINT[0]
        whole = len(block) // size * size
        if whole:
            shaped = block[:whole].reshape(whole // size, -1)
            self._points.append(np.stack([shaped.min(axis=1), shaped.max(axis=1)], axis=1))
        self._rest = block[whole:].copy()

    def result(self) -> Peaks:
        """The peaks of everything added; the last point may cover fewer samples."""
        points = [*self._points]
        if self._rest is not None and len(self._rest):
            points.append(np.array([[self._rest.min(), self._rest.max()]]))
        finest = np.concatenate(points) if points else np.zeros((0, 2))
        levels = {}
        for size in SAMPLES_PER_POINT:
            groups = np.arange(0, len(finest), size // SAMPLES_PER_POINT[0])
            merged = np.zeros((0, 2))
            if groups.size:
                low = np.minimum.reduceat(finest[:, 0], groups)
                high = np.maximum.reduceat(finest[:, 1], groups)
                merged = np.stack([low, high], axis=1)
            levels[size] = _to_bytes(merged)
        return Peaks(self._sample_rate, self._frames, levels)


def waveform_peaks(path: Path) -> Peaks:
    """Peaks of an audio file, block by block. Raises :class:`SoundError` when unreadable."""
    try:
        with soundfile.SoundFile(path) as file:
            builder = PeaksBuilder(file.samplerate)
            for block in file.blocks(BLOCK_FRAMES, dtype="float32", always_2d=True):
                builder.add(block)
    except (soundfile.LibsndfileError, OSError) as error:
        raise SoundError(f"{path.name} cannot be read as audio: {error}") from error
    return builder.result()


def _to_bytes(points: NDArray[np.float64]) -> bytes:
    scaled = np.clip(points, -1.0, 1.0) * _FULL_SCALE
    outwards = np.stack([np.floor(scaled[:, 0]), np.ceil(scaled[:, 1])], axis=1)
    return outwards.astype(np.int8).tobytes()
