"""The instruments that a track can play, by name: General MIDI and the studio's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from compositions.score.general_midi import PROGRAM_NAMES, instrument_name

DATA = Path(__file__).with_name("data")
KITS = "Drum kits"
GENERAL_MIDI_FAMILIES = (
    "Piano", "Chromatic percussion", "Organ", "Guitar", "Bass", "Strings", "Ensemble", "Brass",
    "Reed", "Pipe", "Synth lead", "Synth pad", "Synth effects", "World", "Percussive",
    "Sound effects",
)  # fmt: skip
"""The sixteen families of eight programs, as General MIDI calls them."""
# The kits of the General MIDI SoundFont, by the numbers that Roland's GS gave them.
_GENERAL_MIDI_KITS = {
    0: "Standard Kit", 8: "Room Kit", 16: "Power Kit", 24: "Electronic Kit", 25: "TR-808 Kit",
    32: "Jazz Kit", 40: "Brush Kit", 48: "Orchestra Kit",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sound:
    """One instrument or kit: its number as a track has it, its name and its family."""

    name: str
    category: str
    bank: int
    program: int
    percussion: bool = False
    own: bool = False
    description: str = ""
    tags: tuple[str, ...] = ()


@cache
def sounds() -> tuple[Sound, ...]:
    """All sounds: the studio's own, then General MIDI's, each in the order of its families."""
    entries = json.loads((DATA / "own_sounds.json").read_text(encoding="utf-8"))
    own = [Sound(own=True, **{**entry, "tags": tuple(entry["tags"])}) for entry in entries]
    general = [
        Sound(name, GENERAL_MIDI_FAMILIES[program // 8], 0, program)
        for program, name in enumerate(PROGRAM_NAMES)
    ]
    kits = [
        Sound(name, KITS, 0, program, percussion=True)
        for program, name in _GENERAL_MIDI_KITS.items()
    ]
    return (*own, *general, *kits)


def sound_name(bank: int, program: int, percussion: bool = False) -> str:
    """Return what a track plays; a bank that nobody named is the General MIDI sound's variation."""
    found = _names().get((0 if percussion else bank, program, percussion))
    if found is not None:
        return found
    name = f"Kit {program}" if percussion else instrument_name(program)
    return name if percussion or not bank else f"{name} (bank {bank})"


@cache
def _names() -> dict[tuple[int, int, bool], str]:
    return {(sound.bank, sound.program, sound.percussion): sound.name for sound in sounds()}
