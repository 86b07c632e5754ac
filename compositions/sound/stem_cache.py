"""Dry stems kept on disk, so that changing one track of a song synthesises one track anew.

A stem is named by everything that its samples depend on: events on their frames (so the tempo map
is in them), preset, the hash of its SoundFont, sample rate, synthesiser, its script and Node. It
is kept as the float32 samples that the synthesiser wrote, without the silence: what comes out of
the cache is what went in, to the last bit, and a mix has the same bytes with and without it.
(FLAC would halve the space, but it holds whole numbers: all stems would have to be rounded, and
decoding takes three times as long as copying.)

An entry appears under its name when it is whole, carries a checksum of each block, and is
forgotten when one does not match. The entries used least recently go when the folder is over its
limit. Nothing that goes wrong here stops a render.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from compositions.sound.samplefile import BLOCK_FRAMES, CHANNELS

_ENDING = ".stem"
_UNFINISHED = ".part"
_MAGIC = b"AFSTEM01"
# Frames, whether the sound had ended by then, highest absolute sample, CRC-32 of all before.
_HEADER = struct.Struct("<8sQ?dI")
# First frame, bytes, CRC-32 of both.
_RECORD = struct.Struct("<QII")
_END = 0xFFFFFFFFFFFFFFFF
_FRAME_BYTES = 4 * CHANNELS
_BLOCK_BYTES = BLOCK_FRAMES * _FRAME_BYTES
# A render's own files go before the cache's: below this much free space nothing is kept.
_SPARE_BYTES = 1 << 30
_ABANDONED_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class KeptStem:
    """What is known of a stem besides its samples: ``peak`` in linear full scale."""

    frames: int
    ended: bool
    peak: float


class StemCache:
    """A folder of stems with a limit in bytes; several processes may use it at once."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder = folder
        self.most_bytes = most_bytes

    def holds(self, key: str, frames: int) -> bool:
        """Whether there is a stem of ``key`` that serves for ``frames``; its samples are unread."""
        try:
            with self._path(key).open("rb") as entry:
                found = _header(entry.read(_HEADER.size))
        except (OSError, _DamagedError):
            return False
        return found.frames >= frames or found.ended

    def fetch(self, key: str, destination: Path, frames: int) -> KeptStem | None:
        """Write the stem of ``key`` to ``destination``, ``frames`` long; None when it is not kept.

        A longer stem is cut. A shorter one serves when its sound had ended.
        """
        path = self._path(key)
        try:
            with path.open("rb") as entry, destination.open("wb") as samples:
                found = _header(entry.read(_HEADER.size))
                if found.frames < frames and not found.ended:
                    raise FileNotFoundError  # the same notes in a shorter song
                samples.truncate(frames * _FRAME_BYTES)
                for first, data in _blocks(entry):
                    if first < frames:
                        samples.seek(first * _FRAME_BYTES)
                        samples.write(data[: (frames - first) * _FRAME_BYTES])
        except _DamagedError:
            _remove(destination, path)
            return None
        except OSError:
            _remove(destination)
            return None
        with suppress(OSError):
            os.utime(path)
        return KeptStem(frames, found.ended or found.frames > frames, found.peak)

    def keep(self, key: str, samples: Path, stem: KeptStem) -> None:
        """Keep a stem. When it cannot be kept, it is not, and the render goes on."""
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(self.folder).free < _SPARE_BYTES:
                return
            descriptor, name = tempfile.mkstemp(suffix=_UNFINISHED, dir=self.folder)
            partial = Path(name)
            try:
                with os.fdopen(descriptor, "wb") as entry, samples.open("rb") as source:
                    entry.write(_packed_header(stem))
                    _write_blocks(source, entry)
                if partial.stat().st_size <= self.most_bytes:
                    partial.replace(self._path(key))
            finally:
                partial.unlink(missing_ok=True)

    def sweep(self) -> int:
        """Remove what was used least recently until the limit is kept; return how many entries.

        What writers that are gone left unfinished goes, too.
        """
        removed, total = 0, 0
        entries: list[tuple[float, int, Path]] = []
        with suppress(OSError):
            for path in self.folder.iterdir():
                with suppress(FileNotFoundError):
                    status = path.stat()
                    if path.suffix == _ENDING:
                        entries.append((status.st_mtime, status.st_size, path))
                    elif status.st_mtime < time.time() - _ABANDONED_SECONDS:
                        path.unlink()
        for _, size, path in sorted(entries, reverse=True):
            total += size
            if total > self.most_bytes:
                with suppress(OSError):
                    path.unlink()
                    removed += 1
        return removed

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_ENDING}"


def stem_key(**parts: object) -> str:
    """The name of a stem: the SHA-256 of all that decides its samples, as canonical JSON."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _remove(*paths: Path) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()


class _DamagedError(Exception):
    """An entry is not what was written."""


def _header(data: bytes) -> KeptStem:
    if len(data) != _HEADER.size:
        raise _DamagedError
    magic, frames, ended, peak, checksum = _HEADER.unpack(data)
    if magic != _MAGIC or checksum != zlib.crc32(data[:-4]):
        raise _DamagedError
    return KeptStem(frames, ended, peak)


def _packed_header(stem: KeptStem) -> bytes:
    data = _HEADER.pack(_MAGIC, stem.frames, stem.ended, stem.peak, 0)[:-4]
    return data + struct.pack("<I", zlib.crc32(data))


def _checksum(first: int, data: bytes) -> int:
    return zlib.crc32(data, first & 0xFFFFFFFF)


def _write_blocks(source: BinaryIO, entry: BinaryIO) -> None:
    """Write what is not silent, with its place, and an end that tells a whole file from a cut."""
    silence = bytes(_BLOCK_BYTES)
    first = 0
    while data := source.read(_BLOCK_BYTES):
        if data != silence[: len(data)]:
            entry.write(_RECORD.pack(first, len(data), _checksum(first, data)) + data)
        first += len(data) // _FRAME_BYTES
    entry.write(_RECORD.pack(_END, 0, _checksum(_END, b"")))


def _blocks(entry: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """First frame and bytes of each block. Raises ``_DamagedError`` when one is not whole."""
    while True:
        record = entry.read(_RECORD.size)
        if len(record) != _RECORD.size:
            raise _DamagedError
        first, length, checksum = _RECORD.unpack(record)
        data = entry.read(length) if length <= _BLOCK_BYTES else b""
        if len(data) != length or _checksum(first, data) != checksum:
            raise _DamagedError
        if first == _END:
            return
        yield first, data
