"""Walks the bytes of a MIDI file before any parser sees them.

The parser underneath trusts its input: an endless variable-length number costs it
quadratic time, an unknown meta event loses its delta time, one impossible key signature
refuses the whole file. :func:`inspect` takes one pass in linear time, refuses what is
beyond the limits or broken, and returns the same music in bytes that are safe to parse:
sound chunks only, each cut at its end-of-track, and every event that no score can hold
turned into a "sequencer specific" event of the same delta time.

Format: "Standard MIDI Files 1.0" (RP-001), MIDI Manufacturers Association, 1996.
"""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field

from compositions.score.errors import MidiError
from compositions.score.limits import MAX_SECONDS

MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_EVENTS = 200_000
MAX_FILE_TRACKS = 256
MAX_VARIABLE_LENGTH_BYTES = 4
DEFAULT_TEMPO = 500_000
"""Microseconds per quarter note before the first tempo event."""

_HEADER_BYTES = 14
_SYSEX, _ESCAPE, _META = 0xF0, 0xF7, 0xFF
_END_OF_TRACK, _SET_TEMPO = 0x2F, 0x51
_SEQUENCER_SPECIFIC = 0x7F
_CHANNEL_PREFIX, _PORT, _TIME_SIGNATURE, _KEY_SIGNATURE = 0x20, 0x21, 0x58, 0x59
_TEXTS = frozenset({0x01, 0x02, 0x03, 0x04, 0x05, 0x06})
# Data bytes after the status byte, by its upper four bits.
_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}


@dataclass(slots=True)
class Inspection:
    """What the scan found.

    ``clean`` is the file to parse; ``division`` ticks per quarter note; ``seconds`` the
    length up to the last event; ``ignored`` counts events that were neutralised, by name;
    ``remarks`` are sentences about the file as a whole.
    """

    file_type: int
    division: int
    clean: bytes = b""
    seconds: float = 0.0
    ignored: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)


def scan_midi(data: bytes) -> None:
    """Raise :class:`MidiError` unless ``data`` is a MIDI file within every limit.

    Limits: 2 MiB, 200,000 events, 256 tracks, variable-length numbers of 4 bytes, types 0
    and 1, division in ticks per quarter note, tempo above 0, three hours.
    """
    inspect(data)


def inspect(data: bytes) -> Inspection:
    """Scan ``data`` and return it in safe bytes. Raises as :func:`scan_midi` does."""
    found, offset = _read_header(data)
    declared = struct.unpack_from(">H", data, 10)[0]
    scanner = _TrackScanner(data, found)
    while len(data) - offset >= 8:
        name, length = struct.unpack_from(">4sI", data, offset)
        offset += 8
        if offset + length > len(data):
            raise MidiError(
                f"The MIDI file is cut short: a part at byte {offset - 8} says it has {length} "
                f"bytes, but only {len(data) - offset} follow."
            )
        if name == b"MTrk":
            if len(scanner.tracks) == MAX_FILE_TRACKS:
                raise MidiError(f"The MIDI file has more than {MAX_FILE_TRACKS} tracks.")
            scanner.scan(offset, offset + length)
        else:
            found.ignored["part that is no track"] += 1
        offset += length
    if offset < len(data):
        found.remarks.append(f"Left out {len(data) - offset} stray bytes at the end of the file.")
    if not scanner.tracks:
        raise MidiError("The MIDI file holds no track.")
    if declared != len(scanner.tracks):
        found.remarks.append(
            f"The file announces {declared} tracks and holds {len(scanner.tracks)}; "
            "all that are there were read."
        )
    found.seconds = scanner.seconds()
    if found.seconds > MAX_SECONDS:
        raise MidiError(
            f"The MIDI file lasts {found.seconds / 3600:.1f} hours; "
            f"the limit is {MAX_SECONDS // 3600} hours."
        )
    header = struct.pack(
        ">4sIHHH", b"MThd", 6, found.file_type, len(scanner.tracks), found.division
    )
    found.clean = header + b"".join(scanner.tracks)
    return found


def _read_header(data: bytes) -> tuple[Inspection, int]:
    if len(data) > MAX_FILE_BYTES:
        raise MidiError(
            f"The MIDI file has {len(data)} bytes; the limit is {MAX_FILE_BYTES} (2 MiB)."
        )
    if data[:4] != b"MThd":
        raise MidiError("This is not a MIDI file: it does not begin with MThd.")
    if len(data) < _HEADER_BYTES:
        raise MidiError("The MIDI file is cut short inside its header.")
    length, file_type, tracks, division = struct.unpack_from(">IHHH", data, 4)
    if length < 6 or 8 + length > len(data):
        raise MidiError(f"The MIDI file's header says it has {length} bytes, which cannot be.")
    if file_type == 2:
        raise MidiError(
            "This is a type 2 MIDI file (independent patterns); only types 0 and 1 can be read."
        )
    if file_type > 2:
        raise MidiError(f"MIDI file type {file_type} does not exist; types 0 and 1 can be read.")
    if tracks > MAX_FILE_TRACKS:
        raise MidiError(f"The MIDI file has {tracks} tracks; the limit is {MAX_FILE_TRACKS}.")
    if division & 0x8000:
        raise MidiError(
            "The MIDI file counts time in SMPTE frames; only ticks per quarter note can be read."
        )
    if division == 0:
        raise MidiError("The MIDI file says that a quarter note has 0 ticks.")
    return Inspection(file_type, division), 8 + length


class _TrackScanner:
    """Scans track after track, gathering clean bytes, tempos and the last tick."""

    def __init__(self, data: bytes, found: Inspection) -> None:
        self._data = data
        self._found = found
        self._events = 0
        self._last_tick = 0
        self._tempos: list[tuple[int, int]] = []
        self.tracks: list[bytes] = []

    def seconds(self) -> float:
        """Length up to the last event of any track, through the tempo map."""
        total, tick, tempo = 0, 0, DEFAULT_TEMPO
        for change, new_tempo in sorted(self._tempos, key=lambda entry: entry[0]):
            total += (change - tick) * tempo
            tick, tempo = change, new_tempo
        total += (self._last_tick - tick) * tempo
        return total / self._found.division / 1_000_000

    def scan(self, start: int, end: int) -> None:
        """Scan the track whose events lie in ``data[start:end]``."""
        data = self._data
        pieces: list[bytes] = []
        kept_from = position = start
        tick = running = 0
        ended = False
        while position < end and not ended:
            self._events += 1
            if self._events > MAX_EVENTS:
                raise MidiError(f"The MIDI file has more than {MAX_EVENTS} events.")
            delta, position = self._variable(position, end)
            tick += delta
            if position >= end:
                raise _cut(position)
            status = data[position]
            if status < 0xF0:
                position, running = self._channel_event(position, end, running)
                continue
            event_start = position
            if status == _META:
                position, kind, payload = self._meta(position, end)
                replaced = self._judge(kind, payload, tick)
                ended = kind == _END_OF_TRACK
                header = 2
            elif status in (_SYSEX, _ESCAPE):
                length, position = self._variable(position + 1, end)
                position += length
                if position > end:
                    raise _cut(event_start)
                self._found.ignored["system exclusive message"] += 1
                replaced, header = True, 1
            else:
                raise MidiError(
                    f"The MIDI file holds the message {status:02X} at byte {event_start}, "
                    "which is not allowed in a file."
                )
            if replaced:
                pieces += (data[kept_from:event_start], bytes((_META, _SEQUENCER_SPECIFIC)))
                kept_from = event_start + header
        if not ended:
            self._found.remarks.append(
                f"Track {len(self.tracks) + 1} has no end mark; it was read to its last byte."
            )
        pieces.append(data[kept_from:position])
        body = b"".join(pieces)
        self._last_tick = max(self._last_tick, tick)
        self.tracks.append(b"MTrk" + struct.pack(">I", len(body)) + body)

    def _variable(self, position: int, end: int) -> tuple[int, int]:
        """Return the variable-length number at ``position`` and the place after it."""
        data = self._data
        value = 0
        for place in range(position, min(position + MAX_VARIABLE_LENGTH_BYTES, end)):
            byte = data[place]
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value, place + 1
        if end - position < MAX_VARIABLE_LENGTH_BYTES:
            raise _cut(position)
        raise MidiError(
            f"The MIDI file has a number of more than {MAX_VARIABLE_LENGTH_BYTES} bytes "
            f"at byte {position}."
        )

    def _channel_event(self, position: int, end: int, running: int) -> tuple[int, int]:
        data = self._data
        status = data[position]
        if status >= 0x80:
            position += 1
        elif running:
            status = running
        else:
            raise MidiError(f"The MIDI file has data without a message at byte {position}.")
        after = position + _DATA_BYTES[status >> 4]
        if after > end:
            raise _cut(position)
        if data[position] > 0x7F or data[after - 1] > 0x7F:
            raise MidiError(f"The MIDI file has a value above 127 at byte {position}.")
        return after, status

    def _meta(self, position: int, end: int) -> tuple[int, int, bytes]:
        """Return the place after the meta event, its type and its payload."""
        if position + 1 >= end:
            raise _cut(position)
        length, start = self._variable(position + 2, end)
        if start + length > end:
            raise _cut(position)
        return start + length, self._data[position + 1], self._data[start : start + length]

    def _judge(self, kind: int, payload: bytes, tick: int) -> bool:
        """Note what a meta event means and tell whether it shall be neutralised."""
        ignored = self._found.ignored
        length = len(payload)
        if kind in _TEXTS:
            return False
        if kind == _END_OF_TRACK:
            # A payload would be an error; the parser does not mind it.
            return False
        if kind == _SET_TEMPO and length == 3:
            tempo = int.from_bytes(payload, "big")
            if tempo == 0:
                raise MidiError("The MIDI file sets a tempo of 0 microseconds per quarter note.")
            self._tempos.append((tick, tempo))
            return False
        if kind == _TIME_SIGNATURE and length == 4 and payload[0] > 0 and payload[1] <= 6:
            return False
        if kind == _KEY_SIGNATURE and length == 2 and payload[1] <= 1:
            if int.from_bytes(payload[:1], "big", signed=True) in range(-7, 8):
                return False
        elif kind in (_CHANNEL_PREFIX, _PORT) and length == 1:
            return False
        names = {
            _SET_TEMPO: "malformed tempo",
            _TIME_SIGNATURE: "malformed time signature",
            _KEY_SIGNATURE: "malformed key signature",
        }
        ignored[names.get(kind, "meta event without a meaning for the score")] += 1
        return True


def _cut(position: int) -> MidiError:
    return MidiError(f"The MIDI file is damaged: an event at byte {position} runs past its track.")
