"""All presets of the studio's own SoundFont, at their levels."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from compositions.sound.instruments import basses, effects, keys_and_bells, kits, leads, pads
from compositions.sound.instruments.kit_pieces import DRUM_BANK
from compositions.sound.instruments.soundfont_format import FontPreset, Generator, write_soundfont

NAME = "AriaForge Electronic"
KITS = "Drum kits"
_LEVELS = Path(__file__).with_name("levels.json")
# Players take 0.4 dB for each dB of attenuation that a SoundFont asks for, as the first hardware
# did.
_CENTIBELS_PER_DB = 10.0 / 0.4
_TWICE_DB = 6.02


@lru_cache(maxsize=1)
def levels() -> dict[str, float]:
    """Decibels that each preset ("96:38") and each drum ("128:26:36") is turned down by.

    Down to -6: what is short and sharp may have to be turned up.
    """
    return dict(json.loads(_LEVELS.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def families() -> dict[str, tuple[FontPreset, ...]]:
    """Every preset at full level, by what it is."""
    return {
        "Basses": basses.presets(),
        "Leads, plucks and poly synths": leads.presets(),
        "Keys and bells": keys_and_bells.presets(),
        "Pads": pads.presets(),
        "Effects and beds": effects.presets(),
        KITS: kits.presets(),
    }


def presets(attenuations: dict[str, float] | None = None) -> tuple[FontPreset, ...]:
    """Every preset, turned down as ``attenuations`` (:func:`levels` by default) says."""
    table = levels() if attenuations is None else attenuations
    return tuple(_levelled(one, table) for family in families().values() for one in family)


def level_name(preset: FontPreset, key: int) -> str:
    """The name of a level in the table: a preset's, or in a kit that of one drum."""
    if preset.bank != DRUM_BANK:
        return f"{preset.bank}:{preset.program}"
    if preset.program == effects.EFFECTS_KIT:
        source = effects.source_of(key)
        return f"{source.bank}:{source.program}"
    return f"{preset.bank}:{preset.program}:{key}"


def _levelled(preset: FontPreset, table: dict[str, float]) -> FontPreset:
    zones = []
    for zone in preset.zones:
        own = level_name(preset, zone.keys[0])
        asked = zone.settings.get(Generator.ATTENUATION, 0)
        total = asked + round(table.get(own, 0.0) * _CENTIBELS_PER_DB)
        copies = 1
        if total < 0:  # no gain can be asked for, but two equal voices are one of twice the size
            total, copies = total + round(_TWICE_DB * _CENTIBELS_PER_DB), 2
        if total < 0:
            raise ValueError(f"levels.json: {own} would be louder than two of its samples")
        louder = replace(zone, settings={**zone.settings, Generator.ATTENUATION: total})
        zones += [louder] * copies
    return replace(preset, zones=tuple(zones))


def build(attenuations: dict[str, float] | None = None) -> bytes:
    """Return the bytes of the SoundFont."""
    return write_soundfont(
        presets(attenuations),
        name=NAME,
        copyright_line="AriaForge contributors, AGPL-3.0-or-later; sound made with it is yours",
        comment="Synthesised by compositions/sound/instruments; nothing in it is a recording",
    )
