"""What the MIDI writer and the MIDI reader agree on.

Plain MIDI carries the notes; what it has no event for travels in text events that begin
with ``ariaforge`` and hold JSON, so that files written here come back whole and other
programs lose nothing by skipping them. A text is believed only where it agrees with the
plain event beside it, because another program may have edited the one and not the other.
"""

from __future__ import annotations

import json
import math
from typing import Any

from compositions.score.document import Mode, TrackRole
from compositions.score.harmony import MINOR_MODES, key_signature_fifths, note_name_at_fifths

FILE_MARK = "ariaforge-score 1"
TRACK_TEXT = "ariaforge.track "
KEY_TEXT = "ariaforge.key "
SECTION_TEXT = "ariaforge.section "
CHORD_TEXT = "chord: "
NO_CHORD = "N.C."

BANK_MSB, BANK_LSB = 0, 32
VOLUME, PAN, REVERB = 7, 10, 91
STRIP_CONTROLLERS = (VOLUME, PAN, REVERB)
PERCUSSION_CHANNEL = 9
CHANNELS_PER_PORT = 16
PITCH_BEND = "pitch_bend"

DEFAULT_CONTROLLERS = {VOLUME: 100, PAN: 64, REVERB: 25}
"""What holds where a file says nothing: unity gain, centre, the default reverb send."""

# Registered parameters are a little protocol: choose (101/100 or 99/98), then set.
PARAMETER_RANK = {"cc101": 0, "cc100": 0, "cc99": 0, "cc98": 0}
PARAMETER_RANK |= {"cc6": 1, "cc38": 1, "cc96": 1, "cc97": 1}

_MAX_TEXT = 4000
_CONTROLS: dict[int, str | None] = dict.fromkeys((*range(32), *range(127, 160)))
_CONTROLS |= dict.fromkeys((9, 10, 11, 12, 13), " ")


def volume_from_gain(gain_db: float) -> int:
    """Return CC 7 for a fader in dB: 100 is unity, after the General MIDI curve 40 log10."""
    return max(0, min(127, round(100.0 * 10.0 ** (gain_db / 40.0))))


def gain_from_volume(volume: int) -> float:
    """Return the fader in dB (two decimals) for CC 7; 0 is the lowest gain, -120 dB."""
    return round(40.0 * math.log10(volume / 100.0), 2) if volume else -120.0


def controller_from_pan(pan: float) -> int:
    """Return CC 10 for a pan of -1..1; 64 is the centre."""
    return 64 + round(pan * (64 if pan < 0 else 63))


def pan_from_controller(value: int) -> float:
    """Return the pan -1..1 (four decimals) for CC 10."""
    return round((value - 64) / (64 if value < 64 else 63), 4)


def controller_from_send(send: float) -> int:
    """Return CC 91 for a reverb send of 0..1."""
    return round(send * 127)


def send_from_controller(value: int) -> float:
    """Return the reverb send 0..1 (four decimals) for CC 91."""
    return round(value / 127, 4)


def bank_bytes(bank: int) -> tuple[int, int]:
    """Return (CC 0, CC 32) of a bank number.

    Sound fonts and GS number their banks by CC 0 alone, so bank 8 is CC 0 = 8; CC 32 counts
    in steps of 128.
    """
    return bank % 128, bank // 128


def microseconds(bpm: float) -> int:
    """Return the MIDI tempo (microseconds per quarter note) of a tempo in bpm."""
    return round(60_000_000 / bpm)


def beats_per_minute(tempo: int) -> float:
    """Return the shortest decimal bpm that :func:`microseconds` turns back into ``tempo``."""
    exact = 60_000_000 / tempo
    for decimals in range(12):
        bpm = round(exact, decimals)
        if bpm > 0 and microseconds(bpm) == tempo:
            return bpm
    return exact


def key_signature(tonic: str, mode: Mode) -> str:
    """Return the MIDI key signature nearest to a key, as the parser names it ("Am").

    Modes without a MIDI signature take that of their notes, minor where their third is;
    keys beyond seven accidentals take their equal in sound.
    """
    count = key_signature_fifths(tonic, mode)
    while count > 7:
        count -= 12
    while count < -7:
        count += 12
    if mode in MINOR_MODES:
        return note_name_at_fifths(count + 3) + "m"
    return note_name_at_fifths(count)


def key_from_signature(name: str) -> tuple[str, Mode]:
    """Return (tonic, mode) of a key signature as the parser names it."""
    if name.endswith("m"):
        return name[:-1], Mode.MINOR
    return name, Mode.MAJOR


def json_text(prefix: str, values: dict[str, Any]) -> str:
    """Return a text event that :func:`read_json_text` understands."""
    return prefix + json.dumps(values, sort_keys=True, separators=(",", ":"))


def read_json_text(prefix: str, text: str) -> dict[str, Any] | None:
    """Return the object in a text event, or None when it is not one of ours."""
    if not text.startswith(prefix) or len(text) > _MAX_TEXT:
        return None
    try:
        values = json.loads(text[len(prefix) :])
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def number(values: dict[str, Any], name: str, low: float, high: float) -> float | None:
    """Return a finite number within limits out of a text event's object, or None."""
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if low <= value <= high else None


def role(values: dict[str, Any]) -> TrackRole | None:
    """Return the track role named in a text event's object, or None."""
    value = values.get("role")
    return TrackRole(value) if isinstance(value, str) and value in set(TrackRole) else None


def to_latin1(text: str) -> str:
    """Return UTF-8 bytes dressed as Latin-1 characters.

    The library encodes text with a character set that is global to the process; leaving
    it at Latin-1 for reading and writing alike keeps threads from disturbing each other.
    """
    return text.encode("utf-8").decode("latin-1")


def from_latin1(text: str) -> str:
    """Return the text of a meta event: UTF-8 where it is, else Windows-1252, else Latin-1.

    Control characters go, except that line ends become spaces.
    """
    raw = text.encode("latin-1")
    for charset in ("utf-8", "cp1252", "latin-1"):
        try:
            decoded = raw.decode(charset)
        except UnicodeDecodeError:
            continue
        break
    return decoded.translate(_CONTROLS)
