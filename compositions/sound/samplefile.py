"""Raw sample files and files that appear only when they are whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

CHANNELS = 2
BLOCK_FRAMES = 1 << 16
CONTROL_FRAMES = 32
"""Frames of one control value: gain moves and levels are measured in these steps."""
_FRAME_BYTES = CHANNELS * 4

Audio = NDArray[np.float64]
"""Samples of files that are cut, converted and encoded, in double precision."""
Samples = NDArray[np.float32]
"""A block of samples in single precision: a 24 bit sample fits, and processors do twice as many."""


class SampleFile:
    """Interleaved stereo float32 samples on disk, read and written by blocks.

    Blocks are arrays of shape (frames, 2). Reading past the end of what was
    written gives silence, up to ``frames``. Use as a context manager.
    """

    def __init__(self, path: Path, frames: int, *, create: bool = False) -> None:
        self.path = path
        self.frames = frames
        self._file = path.open("w+b" if create else "r+b")
        self._blank = set(self.starts()) if create else set()  # blocks without any sound yet
        if create:
            self._file.truncate(frames * _FRAME_BYTES)

    def __enter__(self) -> SampleFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def starts(self) -> range:
        """First frame of each block of :data:`BLOCK_FRAMES`."""
        return range(0, self.frames, BLOCK_FRAMES)

    def read(self, start: int, count: int = BLOCK_FRAMES) -> Samples:
        """Frames ``start`` to ``start + count``, cut at the end of the file."""
        count = max(0, min(count, self.frames - start))
        self._file.seek(start * _FRAME_BYTES)
        block = np.empty((count, CHANNELS), dtype="<f4")
        got = self._file.readinto(block.data.cast("B")) if count else 0
        block.reshape(-1).view(np.uint8)[got:] = 0
        return block

    def write(self, start: int, block: Samples) -> None:
        """Overwrite from frame ``start`` on."""
        if self._blank:
            self._blank.difference_update(self._blocks_of(start, len(block)))
        self._file.seek(start * _FRAME_BYTES)
        self._file.write(np.ascontiguousarray(block, dtype="<f4").data)

    def add(self, start: int, block: Samples) -> None:
        """Mix ``block`` onto what is there."""
        if not self._blank.issuperset(self._blocks_of(start, len(block))):
            there = self.read(start, len(block))
            there += block
            block = there
        self.write(start, block)

    def _blocks_of(self, start: int, count: int) -> range:
        """First frames of the blocks that some frames lie in."""
        return range(start // BLOCK_FRAMES * BLOCK_FRAMES, start + count, BLOCK_FRAMES)

    def blocks(self) -> Iterator[tuple[int, Samples]]:
        """Every block with its first frame."""
        for start in self.starts():
            yield start, self.read(start)


@contextmanager
def whole_file(destination: Path) -> Iterator[Path]:
    """Yield ``<destination>.part`` to write to; on success it is synced and renamed.

    When anything goes wrong the partial file is removed and ``destination`` is untouched.
    """
    partial = destination.with_name(destination.name + ".part")
    try:
        yield partial
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(destination)
    finally:
        partial.unlink(missing_ok=True)
