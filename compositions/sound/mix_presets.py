"""Mix presets: how a family of genres is balanced, as data beside the code.

``data/mix_presets.json`` holds one preset per family. What a family leaves out it takes from
``balanced``, inside tables too. A song finds its family by the genre in its metadata, and the hints
there (``brightness``, ``warmth``, ``room``, each 0..1) lean the preset to the style.

``spectrum_db`` is the wanted power per octave of :data:`OCTAVES_HZ` against that at 1 kHz. Pink
noise would be a row of zeros; records fall from it towards the treble by some 1.5 to 2 dB per
octave whatever the genre (Pestana, Ma, Reiss, Barbosa and Black, "Spectral characteristics of
popular commercial recordings 1950-2010", AES 135, 2013), and families depart from that slope in
their basses and in their air.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from compositions.score.document import TrackRole

OCTAVES_HZ = (31.5, 63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0)
DEFAULT_PRESET = "balanced"
NO_PRESET = "none"
_PATH = Path(__file__).with_name("data") / "mix_presets.json"
# What the composer's hints say of a style that has none.
_NEUTRAL = {"brightness": 0.5, "warmth": 0.5, "room": 0.3}
# dB at the ends of a hint's scale (half of it either way), per octave of OCTAVES_HZ.
_BRIGHTNESS_DB = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.5, 3.0, 5.0, 6.0)
_WARMTH_DB = (0.0, 0.0, 1.5, 3.0, 1.5, 0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Delay:
    """The shared echo: time in quarter notes, share fed back (0..0.9), send per role (linear)."""

    beats: float
    feedback: float
    sends: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Duck:
    """What gives way to the kick drum: dB per role, back after ``beats`` quarter notes."""

    beats: float
    depths_db: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class MixPreset:
    """The mix of one family of genres.

    ``side_db`` is the wanted power of the sides against the middle above 200 Hz, ``glue_db`` the
    most that bus compressors take, ``most_excitement`` the most treble that the master makes where
    a mix has too little (:class:`.saturation.Exciter`), ``reverb_scale`` multiplies the reverb's
    decay, ``room`` its sends. Per role: ``levels_db`` added to the automatic level, ``width`` the
    share of decorrelated sides, ``ratio`` of the channel's compressor (1 is none), ``saturation``
    0..1.
    """

    name: str
    title: str
    spectrum_db: tuple[float, ...]
    side_db: float
    glue_db: float
    most_excitement: float
    reverb_scale: float
    levels_db: Mapping[str, float]
    width: Mapping[str, float]
    ratio: Mapping[str, float]
    saturation: Mapping[str, float]
    delay: Delay
    duck: Duck
    room: float = 1.0

    def delay_send(self, role: TrackRole) -> float:
        """Linear send of a role to the echo."""
        return self.delay.sends.get(role.value, 0.0)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def preset_names() -> tuple[str, ...]:
    """Names of all presets, in their order."""
    return tuple(_presets())


def mix_preset(name: str) -> MixPreset:
    """The preset of this name. Raises :class:`KeyError` for an unknown one."""
    return _presets()[name]


def preset_for(metadata: Mapping[str, Any], chosen: str = "") -> MixPreset | None:
    """The preset ``chosen`` by name, else that of the genre in a score's metadata.

    Leaned to the style by the hints under ``metadata["mix"]``; strange hints count as missing.
    None for :data:`NO_PRESET`.
    """
    if chosen == NO_PRESET:
        return None
    name = chosen or _families().get(str(metadata.get("genre", "")), DEFAULT_PRESET)
    preset = mix_preset(name)
    hints = metadata.get("mix")
    if not isinstance(hints, Mapping):
        return preset
    lean = {key: _hint(hints.get(key), neutral) - neutral for key, neutral in _NEUTRAL.items()}
    spectrum = tuple(
        round(level + lean["brightness"] * bright + lean["warmth"] * warm, 3)
        for level, bright, warm in zip(preset.spectrum_db, _BRIGHTNESS_DB, _WARMTH_DB, strict=True)
    )
    return replace(
        preset,
        spectrum_db=spectrum,
        reverb_scale=round(preset.reverb_scale * (1.0 + 0.6 * lean["room"]), 3),
        room=round(1.0 + 0.8 * lean["room"], 3),
    )


def _hint(value: Any, neutral: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return neutral
    return min(max(float(value), 0.0), 1.0)


@cache
def _presets() -> dict[str, MixPreset]:
    data = json.loads(_PATH.read_text(encoding="utf-8"))
    base = data[DEFAULT_PRESET]
    found = {}
    for name, own in data.items():
        values = {key: value for key, value in _merged(base, own).items() if key != "genres"}
        if len(values["spectrum_db"]) != len(OCTAVES_HZ):
            raise ValueError(f"{name}: spectrum_db needs one level per octave")
        values["spectrum_db"] = tuple(float(level) for level in values["spectrum_db"])
        values["delay"] = Delay(**values["delay"])
        values["duck"] = Duck(**values["duck"])
        found[name] = MixPreset(name=name, **values)
    return found


@cache
def _families() -> dict[str, str]:
    data = json.loads(_PATH.read_text(encoding="utf-8"))
    return {genre: name for name, own in data.items() for genre in own["genres"]}


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """``own`` over ``base``, table by table."""
    result = dict(base)
    for key, value in own.items():
        known = base.get(key)
        if isinstance(value, Mapping) and isinstance(known, Mapping):
            result[key] = _merged(known, value)
        else:
            result[key] = value
    return result
