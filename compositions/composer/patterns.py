"""The vocabulary of groove patterns: kit pieces, pattern characters, shared rhythms.

What the characters mean is told in :mod:`compositions.composer.styles`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from compositions.composer.rhythm import grid_for

LEVELS = ("low", "mid", "high")
DRUM_CHARACTERS = frozenset("xXo?frt.-")
BASS_CHARACTERS = frozenset("R2345678dPaln=g.-")
CHORD_CHARACTERS = frozenset("xXomcbfr0123456789ABCDEF.-")
KIT_TABLES = ("drums", "percussion")
PIECES: Mapping[str, int] = {
    "kick": 36, "snare": 38, "rim": 37, "clap": 39, "hat": 42, "pedal": 44, "open": 46,
    "ride": 51, "bell": 53, "crash": 49, "floor": 41, "tom_low": 45, "tom_mid": 47,
    "tom_high": 50, "tambourine": 54, "cowbell": 56, "shaker": 82, "timbale_high": 65,
    "timbale_low": 66, "swirl": 40, "conga_high": 63, "conga_mute": 62, "conga_low": 64,
    "maracas": 70, "china": 52, "splash": 55, "vibraslap": 58, "bongo_high": 60,
    "bongo_low": 61, "agogo_high": 67, "agogo_low": 68, "cabasa": 69, "guiro_short": 73,
    "guiro_long": 74, "claves": 75, "woodblock_high": 76, "woodblock_low": 77,
    "cuica_mute": 78, "cuica": 79, "triangle_mute": 80, "triangle_open": 81,
    "surdo": 35, "surdo_mute": 43, "castanets": 76,
}  # fmt: skip
"""Kit pieces as General MIDI percussion keys.

``swirl`` belongs to the brush kit; surdo and castanets sound on the nearest keys that
every General MIDI kit has (the deep bass drum, the high floor tom, the high wood block).
"""
Kit = Mapping[str, "str | list[str]"]
"""Kit piece -> its pattern, or alternatives to choose from."""
FILL_FAMILIES = frozenset(
    {"toms", "pairs", "snare", "linear", "flams", "stop", "roll", "hats", "timbales"}
    | {"brushes", "taiko", "hands", "rudiment"}
)


@lru_cache(maxsize=1)
def _rhythms() -> Mapping[str, list[Any]]:
    path = Path(__file__).parent / "data" / "rhythms.json"
    found: dict[str, list[Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def expand(table: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return a groove table with every "@name" replaced by the rhythms of that name."""
    found: dict[str, list[Any]] = {}
    for level, entries in table.items():
        found[level] = []
        for entry in entries:
            if isinstance(entry, str) and entry.startswith("@"):
                if entry[1:] not in _rhythms():
                    raise ValueError(f"{entry}: no such rhythm in rhythms.json")
                found[level] += _rhythms()[entry[1:]]
            else:
                found[level].append(entry)
    return found


def check_groove(meter: str, groove: Mapping[str, Mapping[str, Any]], named: set[str]) -> None:
    """Raise ``ValueError`` unless every pattern of a groove fits its meter and vocabulary.

    ``named`` are the tables that parts ask for by name.
    """
    numerator, denominator = meter.split("/")
    steps = grid_for(int(numerator), int(denominator)).steps
    missing = ({"drums", "bass", "comp", "arpeggio"} | named) - set(groove)
    if missing:
        raise ValueError(f"grooves.{meter}: no table {sorted(missing)}")
    for kind, table in groove.items():
        for level, entries in table.items():
            where = f"grooves.{meter}.{kind}.{level}"
            if level not in LEVELS or not entries:
                raise ValueError(f"{where}: expected alternatives for low, mid or high")
            for entry in entries:
                if isinstance(entry, Mapping):
                    _check_kit(where, entry, steps)
                elif kind in KIT_TABLES:
                    raise ValueError(f"{where}: {entry!r} is not a kit")
                else:
                    known = BASS_CHARACTERS if kind.startswith("bass") else CHORD_CHARACTERS
                    for layer in entry.split("|"):
                        _check_pattern(where, layer, steps, known)


def _check_kit(where: str, kit: Kit, steps: int) -> None:
    for piece, patterns in kit.items():
        if piece not in PIECES:
            raise ValueError(f"{where}: {piece!r} is no kit piece")
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            _check_pattern(f"{where}.{piece}", pattern, steps, DRUM_CHARACTERS)


def _check_pattern(where: str, pattern: str, steps: int, known: frozenset[str]) -> None:
    if not pattern or len(pattern) % steps or len(pattern) // steps not in (1, 2, 4):
        raise ValueError(f"{where}: {pattern!r} has odd length")
    if not set(pattern) <= known:
        raise ValueError(f"{where}: {pattern!r} uses {sorted(set(pattern) - known)}")
