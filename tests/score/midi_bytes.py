"""Builds MIDI files byte by byte, good ones and bad ones."""

from __future__ import annotations

import struct

END = b"\x00\xff\x2f\x00"


def number(value: int) -> bytes:
    """Return a variable-length number."""
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))


def header(file_type: int = 1, tracks: int = 1, division: int = 480) -> bytes:
    """Return a header chunk."""
    return struct.pack(">4sIHHH", b"MThd", 6, file_type, tracks, division)


def chunk(body: bytes) -> bytes:
    """Return a track chunk around ``body``."""
    return b"MTrk" + struct.pack(">I", len(body)) + body


def meta(delta: int, kind: int, payload: bytes) -> bytes:
    """Return a meta event with its delta time."""
    return number(delta) + bytes((0xFF, kind)) + number(len(payload)) + payload


def midi(*bodies: bytes, file_type: int = 1, division: int = 480) -> bytes:
    """Return a whole file; each body gets an end-of-track."""
    tracks = [chunk(body + END) for body in bodies]
    return header(file_type, len(tracks), division) + b"".join(tracks)


def note(delta: int, pitch: int, length: int, channel: int = 0, velocity: int = 80) -> bytes:
    """Return a note on and its note off ``length`` ticks later."""
    on = bytes((0x90 | channel, pitch, velocity))
    return number(delta) + on + number(length) + bytes((0x80 | channel, pitch, 64))
