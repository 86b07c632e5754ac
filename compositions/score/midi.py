"""MIDI files in and out: the names that other packages import."""

from __future__ import annotations

from compositions.score.errors import MidiError
from compositions.score.midi_reader import MidiImport, read_midi
from compositions.score.midi_writer import write_midi

__all__ = ["MidiError", "MidiImport", "read_midi", "write_midi"]
