"""How the guide voice sings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VocalPreset:
    """One way of singing.

    ``variant`` is espeak-ng's name of the throat (its formants), ``low`` and ``high`` the range
    in MIDI pitches: a track is moved by whole octaves until its middle lies between them.
    ``brightness_db`` tilts what is above 2 kHz, per octave. ``vibrato_cents`` is the swing to each
    side, ``vibrato_hz`` its rate, reached ``vibrato_delay_seconds`` into a note.
    ``portamento_seconds`` is the slide between joined notes. ``breath_db`` is the breath before a
    phrase against the voice, ``breathiness`` (0..1) the air in held vowels. ``harmony_db`` is a
    backing voice in choruses against the lead voice; None is none.
    """

    name: str
    variant: str
    low: int
    high: int
    brightness_db: float = -1.5
    vibrato_cents: float = 28.0
    vibrato_hz: float = 5.4
    vibrato_delay_seconds: float = 0.35
    portamento_seconds: float = 0.07
    breath_db: float = -24.0
    breathiness: float = 0.3
    harmony_db: float | None = -9.0

    @property
    def middle(self) -> float:
        """The pitch in the middle of the range."""
        return (self.low + self.high) / 2


HIGH = VocalPreset("Guide voice, high", "f5", 57, 79)
LOW = VocalPreset("Guide voice, low", "m1", 45, 66, brightness_db=-0.5, vibrato_hz=5.1)
PRESETS = {
    "vocal:high": HIGH,
    "vocal:low": LOW,
    "vocal:plain": VocalPreset(
        "Guide voice, plain", "f5", 57, 79,
        vibrato_cents=0.0, portamento_seconds=0.04, breath_db=-40.0, harmony_db=None,
    ),
    "vocal:soft": VocalPreset(
        "Guide voice, soft", "f5", 57, 79,
        brightness_db=-3.0, vibrato_cents=18.0, breath_db=-18.0, breathiness=0.55,
    ),
}  # fmt: skip
"""By the name that a track's ``preset`` can have."""
_HIGH_FROM = 62.0


def preset_for(name: str, median_pitch: float) -> VocalPreset:
    """The preset that a track names, else the voice whose range its melody lies in."""
    return PRESETS.get(name) or (HIGH if median_pitch >= _HIGH_FROM else LOW)


def octave_shift(preset: VocalPreset, median_pitch: float) -> int:
    """Semitones (a multiple of 12) that bring a melody into the range of the voice."""
    shift = 0
    while median_pitch + shift > preset.high - 2:
        shift -= 12
    while median_pitch + shift < preset.low + 2:
        shift += 12
    return shift
