"""What the MusicXML writer and the MusicXML reader agree on.

Plain MusicXML carries the music. What it has no element for travels in
``<miscellaneous-field>`` elements named ``ariaforge.*`` that hold JSON by entity id, so that
files written here come back whole and other programs lose nothing by skipping them. A field
is believed only where it agrees with the plain element beside it, because another program
may have edited the one and not the other. Entity ids are XML ids with a prefix, because an
XML id must not begin with a digit.

Format: MusicXML 4.0, W3C Music Notation Community Group, June 2021.
"""

from __future__ import annotations

import json
import re
from typing import Any

from compositions.score import midi_names
from compositions.score.validation import RESERVED_IDS

VERSION = "4.0"
FILE_MARK = "ariaforge-score 1"
MARK_FIELD = "ariaforge"
TRACKS_FIELD = "ariaforge.tracks"
KEYS_FIELD = "ariaforge.keys"
SECTIONS_FIELD = "ariaforge.sections"
CHORDS_FIELD = "ariaforge.chords"
LINES_FIELD = "ariaforge.lines"
METADATA_FIELD = "ariaforge.metadata"
PITCH_PLAY = "ariaforge.pitch"
"""Type of ``<other-play>`` that holds a pitch below the lowest octave of MusicXML."""
CONTROL_PLAY = "ariaforge."
"""Prefix of the type of ``<other-play>`` that holds a control value: ``ariaforge.cc11``."""
NO_TRACKS_ID = "no-tracks"
"""Id of the empty part that stands for a score without tracks; the format demands a part."""

NO_CHORD = "N.C."
FORTE = 90
"""The velocity that MusicXML gives as 100 percent."""
LOWEST_WRITTEN_PITCH = 12
"""C0: MusicXML counts octaves from 0, where MIDI has pitches below."""
DAMPER_PEDAL = "cc64"

_ID_PREFIX = "af-"
_OWN_ID = re.compile(r"af-([A-Za-z0-9_-]{1,64})")
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAX_FIELD = 4_000_000

DYNAMICS: dict[str, int] = {
    "pppppp": 5, "ppppp": 8, "pppp": 12, "ppp": 16, "pp": 33, "p": 49, "mp": 64, "mf": 80,
    "f": 96, "ff": 112, "fff": 120, "ffff": 124, "fffff": 126, "ffffff": 127, "fp": 96,
    "sf": 104, "sfp": 104, "sfpp": 104, "sfz": 104, "sffz": 112, "sfzp": 104, "fz": 104,
    "rf": 100, "rfz": 100, "pf": 80, "n": 1,
}  # fmt: skip
"""Velocity of a printed dynamic mark, where the file gives no number beside it."""

# Where drums are drawn on the staff (step, octave) and with which note head, by key.
_DRUMS: dict[int, tuple[str, int, str]] = {
    35: ("F", 4, ""), 36: ("F", 4, ""), 37: ("C", 5, "x"), 38: ("C", 5, ""),
    39: ("C", 5, "triangle"), 40: ("C", 5, ""), 41: ("G", 4, ""), 42: ("G", 5, "x"),
    43: ("A", 4, ""), 44: ("D", 4, "x"), 45: ("B", 4, ""), 46: ("G", 5, "circle-x"),
    47: ("D", 5, ""), 48: ("E", 5, ""), 49: ("A", 5, "x"), 50: ("F", 5, ""),
    51: ("F", 5, "x"), 52: ("A", 5, "x"), 53: ("F", 5, "diamond"), 54: ("B", 5, "x"),
    55: ("A", 5, "x"), 56: ("E", 5, "triangle"), 57: ("A", 5, "x"), 59: ("F", 5, "x"),
}  # fmt: skip
_OTHER_DRUM = ("B", 5, "diamond")
_DRUM_AT: dict[tuple[str, int, bool], int] = {
    ("F", 4, False): 36, ("E", 4, False): 35, ("C", 5, False): 38, ("C", 5, True): 37,
    ("G", 4, False): 41, ("A", 4, False): 43, ("B", 4, False): 45, ("D", 5, False): 47,
    ("E", 5, False): 48, ("F", 5, False): 50, ("G", 5, True): 42, ("D", 4, True): 44,
    ("A", 5, True): 49, ("F", 5, True): 51, ("B", 5, True): 54,
}  # fmt: skip
SNARE = 38
DRUM_NAMES: dict[int, str] = {
    35: "Acoustic Bass Drum", 36: "Bass Drum", 37: "Side Stick", 38: "Snare Drum",
    39: "Hand Clap", 40: "Electric Snare", 41: "Low Floor Tom", 42: "Closed Hi-Hat",
    43: "High Floor Tom", 44: "Pedal Hi-Hat", 45: "Low Tom", 46: "Open Hi-Hat",
    47: "Low-Mid Tom", 48: "Hi-Mid Tom", 49: "Crash Cymbal", 50: "High Tom",
    51: "Ride Cymbal", 52: "Chinese Cymbal", 53: "Ride Bell", 54: "Tambourine",
    55: "Splash Cymbal", 56: "Cowbell", 57: "Crash Cymbal 2", 58: "Vibraslap",
    59: "Ride Cymbal 2", 60: "High Bongo", 61: "Low Bongo", 62: "Mute High Conga",
    63: "Open High Conga", 64: "Low Conga", 65: "High Timbale", 66: "Low Timbale",
    67: "High Agogo", 68: "Low Agogo", 69: "Cabasa", 70: "Maracas", 71: "Short Whistle",
    72: "Long Whistle", 73: "Short Guiro", 74: "Long Guiro", 75: "Claves",
    76: "High Woodblock", 77: "Low Woodblock", 78: "Mute Cuica", 79: "Open Cuica",
    80: "Mute Triangle", 81: "Open Triangle",
}  # fmt: skip
"""The General MIDI level 1 percussion key map."""


def xml_id(entity_id: str) -> str:
    """Return the XML id of an entity."""
    return _ID_PREFIX + entity_id


def entity_id(value: str | None) -> str | None:
    """Return the entity id in an XML id, or None when it is none of ours."""
    match = _OWN_ID.fullmatch(value or "")
    if match is None or match[1] in RESERVED_IDS:
        return None
    return match[1]


def clean(text: str) -> str:
    """Return ``text`` without the characters that no XML file can hold."""
    return _NOT_XML.sub("", text)


def drum_place(pitch: int) -> tuple[str, int, str]:
    """Return (step, octave, note head) of a drum on the staff; the head is "" where usual."""
    return _DRUMS.get(pitch, _OTHER_DRUM)


def drum_at(step: str, octave: int, *, cross: bool) -> int:
    """Return the drum that is usually drawn at a place, a snare where none is."""
    return _DRUM_AT.get((step, octave, cross), _DRUM_AT.get((step, octave, not cross), SNARE))


def decimal(value: float) -> str:
    """Return a number as the shortest XML decimal that is read back exactly."""
    text = repr(float(value))
    if "e" in text or "E" in text:
        text = format(value, "f")
    return text.removesuffix(".0")


def dynamics_from_velocity(velocity: int) -> str:
    """Return a velocity 1-127 as percent of forte."""
    return format(velocity * 100 / FORTE, ".2f").rstrip("0").rstrip(".")


def velocity_from_dynamics(percent: float) -> int:
    """Return the velocity 1-127 for percent of forte."""
    return max(1, min(127, round(percent * FORTE / 100)))


def volume_from_gain(gain_db: float) -> str:
    """Return a fader in dB as percent of the loudest that MIDI knows."""
    return format(midi_names.volume_from_gain(gain_db) / 1.27, ".4f")


def gain_from_volume(percent: float) -> float:
    """Return the fader in dB for a volume in percent."""
    return midi_names.gain_from_volume(max(0, min(127, round(percent * 1.27))))


def degrees_from_pan(pan: float) -> str:
    """Return a pan of -1..1 in degrees; 90 is hard right."""
    return format(pan * 90, ".2f")


def pan_from_degrees(degrees: float) -> float:
    """Return the pan -1..1 for degrees; what is behind the listener counts as the side."""
    return round(max(-90.0, min(90.0, degrees)) / 90, 4)


def midi_bank(bank: int) -> int:
    """Return our bank number as MusicXML counts it: CC 0 x 128 + CC 32, from 1."""
    msb, lsb = midi_names.bank_bytes(bank)
    return msb * 128 + lsb + 1


def bank_from_midi_bank(number: int) -> int:
    """Return our bank number (CC 0 + CC 32 x 128) of a MusicXML bank 1-16384."""
    msb, lsb = divmod(max(1, min(16384, number)) - 1, 128)
    return msb + 128 * lsb


def json_field(values: dict[str, Any] | list[Any]) -> str:
    """Return JSON for a miscellaneous field."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def read_json_field(text: str | None) -> dict[str, Any]:
    """Return the object in a miscellaneous field, empty when it is not one of ours."""
    if not text or len(text) > _MAX_FIELD:
        return {}
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
