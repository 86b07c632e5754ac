"""Style data: what makes a genre, as validated JSON files.

Every file in ``styles/`` describes one genre: tempo range, meters, swing, modes,
progressions in Roman numerals per section kind, forms, energy, grooves, parts and mix
hints, effects at its borders, and in one line of words what it is (``description``, which
prompts without a genre word are matched against). The files are read and checked once; a
broken file fails loudly with its path.

``tonics`` names whose keys the style is played in, a row of ``data/tonics.json``: how often
its players choose which tonic, in major and in minor.

``section_bars``, ``energy``, ``feel``, ``mix``, ``harmony`` and ``form_options`` state what
differs from ``data/style_defaults.json``. ``harmony`` holds how often (0..1) a style writes
its own progressions in its idiom, holds or quickens its chords, uses each harmonic device
(see ``devices.py``), closes with which cadence and leaves its key for which relation;
``form_options`` how often it varies its form in which way (see ``form.py``). ``fills`` names
the families of drum fills (see ``fills.py``).

A groove is a set of tables, each from an energy level (low, mid, high) to alternatives;
which one sounds is seeded per song. ``drums`` and ``percussion`` tables hold kits, that is
a pattern, or a list of patterns to choose from, per piece; all other tables hold pitched
patterns. A part plays the table that its figure asks for (``bass``, ``comp``,
``arpeggio``) unless its ``pattern`` names another one, so that two guitars or the two
halves of a gamelan can interlock. ``"@name"`` stands for the alternatives of that name in
``data/rhythms.json``. One character is a sixteenth; patterns may last 1, 2 or 4 bars:

- all: ``.`` rests, ``-`` holds;
- drums: ``x`` stroke, ``X`` accent, ``o`` ghost (now and then left out), ``?`` chance
  ghost, ``f`` flam, ``r`` two thirty-seconds, ``t`` three in two sixteenths;
- bass: ``R`` root, ``8`` octave, ``3 5 6 7`` chord tones, ``2 4`` scale steps, ``d`` the
  fifth below, ``P`` the tonic of the key, ``a`` approach to the next root, ``l`` the
  semitone below it, ``n`` the next root early, ``=`` holds through a chord change or the
  bar line, ``g`` a dead note;
- chords: ``x`` chord, ``X`` accent, ``o`` soft, ``m`` muted, ``c`` chord without its
  lowest note, ``b`` the bass note below it, ``f`` its fifth below, ``r`` three quick
  strokes, digits voices from the lowest, ``A``-``F`` voices in octaves; ``|`` adds a
  layer that sounds at the same time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from compositions.composer.patterns import FILL_FAMILIES, check_groove, expand
from compositions.composer.rhythm import Grid, grid_for
from compositions.composer.roman import RomanError, parse_progression
from compositions.score.document import Mode, TrackRole
from compositions.score.harmony import pitch_class

_FOLDER = Path(__file__).parent
FIGURES = frozenset(
    {"melody", "block", "power", "strum", "stab", "arpeggio", "sustain", "voices", "drone"}
    | {"bass", "walking", "drums", "percussion", "counter"}
)
EFFECTS = frozenset({"riser", "reverse", "impact", "fall", "vinyl", "wind"})
DEFAULT_STYLE = "pop"


class StyleError(ValueError):
    """A style file is broken; the message names file and place."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument: its program and bank, playable range as MIDI pitches.

    In bank 0 it is one of General MIDI; the others are the studio's own (and kits beyond
    General MIDI are programs of their own). ``glide`` marks a bass that slides into notes.
    """

    name: str
    aliases: tuple[str, ...]
    program: int
    percussion: bool
    family: str
    roles: tuple[str, ...]
    low: int
    high: int
    envelope: str
    bank: int = 0
    glide: bool = False


@dataclass(frozen=True, slots=True)
class StylePart:
    """One part of a style's band.

    ``enter`` is the section energy 0..1 from which it plays, ``figure`` what it plays
    (one of :data:`FIGURES`), ``register`` its MIDI pitch range where the style asks for
    one, ``pattern`` the groove table where it is not the figure's own; ``gain_db``,
    ``pan`` and ``reverb_send`` are mixer settings.
    """

    role: str
    instruments: tuple[str, ...]
    figure: str
    enter: float
    gain_db: float
    pan: float
    reverb_send: float
    register: tuple[int, int] | None
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """A validated style file. The JSON members keep their names.

    ``compound_tempo`` multiplies the tempo (in quarters) where beats divide in three.
    """

    name: str
    title: str
    description: str
    aliases: tuple[str, ...]
    tempo: tuple[float, float]
    typical_tempo: float
    compound_tempo: float
    meters: tuple[tuple[int, int], ...]
    swing_ratio: float
    swing_unit: int
    modes: Mapping[str, float]
    moods: tuple[str, ...]
    complexity: float
    cadence: str
    density: float
    ending: str
    progressions: Mapping[str, Mapping[str, tuple[str, ...]]]
    forms: tuple[tuple[str, ...], ...]
    cycle: tuple[str, ...]
    section_bars: Mapping[str, int]
    energy: Mapping[str, float]
    lead: Mapping[str, str]
    feel: Mapping[str, Any]
    mix: Mapping[str, float]
    parts: tuple[StylePart, ...]
    fills: tuple[str, ...]
    grooves: Mapping[str, Mapping[str, Any]]
    harmony: Mapping[str, Any]
    form_options: Mapping[str, float]
    tonics: Mapping[str, Mapping[str, float]]
    effects: tuple[str, ...] = ()

    def groove(self, grid: Grid) -> tuple[Mapping[str, Any], int]:
        """Return the groove for a meter and the steps per bar of its patterns."""
        own = self.grooves.get(f"{grid.numerator}/{grid.denominator}")
        if own is not None:
            return own, grid.steps
        if grid.compound and "6/8" in self.grooves and grid.steps % 12 == 0:
            return self.grooves["6/8"], 12
        name = "4/4" if "4/4" in self.grooves else next(iter(self.grooves))
        return self.grooves[name], grid_for(*_meter(name)).steps


def _meter(text: str) -> tuple[int, int]:
    numerator, denominator = text.split("/")
    return int(numerator), int(denominator)


@lru_cache(maxsize=1)
def instruments() -> Mapping[str, Instrument]:
    """Return all known instruments by name."""
    path = _FOLDER / "data" / "instruments.json"
    found: dict[str, Instrument] = {}
    for entry in json.loads(path.read_text(encoding="utf-8")):
        instrument = Instrument(
            **{**entry, "aliases": tuple(entry["aliases"]), "roles": tuple(entry["roles"])}
        )
        if instrument.name in found:
            raise StyleError(f"{path.name}: {instrument.name} appears twice")
        if not 0 <= instrument.program <= 127 or not instrument.low < instrument.high <= 127:
            raise StyleError(f"{path.name}: {instrument.name} has a program or range out of MIDI")
        for role in instrument.roles:
            TrackRole(role)
        found[instrument.name] = instrument
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def styles() -> Mapping[str, Style]:
    """Return all styles by name. Raises :class:`StyleError` for a broken file."""
    found: dict[str, Style] = {}
    for path in sorted((_FOLDER / "styles").glob("*.json")):
        try:
            found[path.stem] = _read(json.loads(path.read_text(encoding="utf-8")), path.stem)
        except (KeyError, TypeError, ValueError) as error:
            raise StyleError(f"styles/{path.name}: {error}") from error
    return MappingProxyType(found)


def _read(data: dict[str, Any], stem: str) -> Style:
    if data["name"] != stem:
        raise ValueError(f"name {data['name']!r} differs from the file name")
    low, high = data["tempo"]
    if not 30 <= low <= data["typical_tempo"] <= high <= 300:
        raise ValueError("tempo: expected low <= typical_tempo <= high within 30-300")
    for mode, kinds in data["progressions"].items():
        Mode(mode)
        for kind, texts in kinds.items():
            for text in texts:
                try:
                    parse_progression(text)
                except RomanError as error:
                    raise ValueError(f"progressions.{mode}.{kind}: {error}") from error
    for mode in data["modes"]:
        Mode(mode)
    if not set(data["ending"].split()) <= {"ritardando", "ring", "cold", "fade"}:
        raise ValueError(f"ending: {data['ending']!r} is unknown")
    if data["cadence"] not in ("none", "light", "strong"):
        raise ValueError(f"cadence: {data['cadence']!r} is unknown")
    if not str(data["description"]).strip():
        raise ValueError("description: expected a line of words")
    fills = tuple(data.get("fills", ("toms", "snare", "linear", "flams")))
    if not fills or not set(fills) <= FILL_FAMILIES:
        raise ValueError(f"fills: {fills} are not all known")
    effects = tuple(data.get("effects", ()))
    if not set(effects) <= EFFECTS:
        raise ValueError(f"effects: {effects} are not all known")
    grooves = {
        meter: {kind: expand(table) for kind, table in groove.items()}
        for meter, groove in data["grooves"].items()
    }
    parts = tuple(_part(entry) for entry in data["parts"])
    for meter, groove in grooves.items():
        check_groove(meter, groove, {part.pattern for part in parts} - {""})
    return Style(
        name=data["name"],
        title=data["title"],
        description=data["description"],
        aliases=tuple(data["aliases"]),
        tempo=(float(low), float(high)),
        typical_tempo=float(data["typical_tempo"]),
        compound_tempo=float(data.get("compound_tempo", 1.0)),
        meters=tuple(_meter(text) for text in data["meters"]),
        swing_ratio=float(data["swing"]["ratio"]),
        swing_unit=int(data["swing"]["unit"]),
        modes=data["modes"],
        moods=tuple(data["moods"]),
        complexity=float(data["complexity"]),
        cadence=data["cadence"],
        density=float(data["density"]),
        ending=data["ending"],
        progressions={
            mode: {kind: tuple(texts) for kind, texts in kinds.items()}
            for mode, kinds in data["progressions"].items()
        },
        forms=tuple(tuple(form) for form in data["forms"]),
        cycle=tuple(data["cycle"]),
        section_bars={**_defaults()["section_bars"], **data.get("section_bars", {})},
        energy={**_defaults()["energy"], **data.get("energy", {})},
        lead=data["lead"],
        feel={**_defaults()["feel"], **data.get("feel", {})},
        mix={**_defaults()["mix"], **data.get("mix", {})},
        parts=parts,
        fills=fills,
        grooves=grooves,
        harmony=_harmony(data.get("harmony", {})),
        form_options=_form_options(data.get("form_options", {})),
        tonics=_tonics()[data["tonics"]],
        effects=effects,
    )


def _harmony(own: dict[str, Any]) -> dict[str, Any]:
    """Return the harmonic habits of a style over the defaults, checked."""
    habits = {**_defaults()["harmony"], **own}
    if unknown := set(habits) - set(_defaults()["harmony"]):
        raise ValueError(f"harmony: unknown {sorted(unknown)}")
    for name, value in habits.items():
        if not isinstance(value, Mapping) and not 0 <= value <= 1:
            raise ValueError(f"harmony.{name}: expected 0 to 1")
    return habits


def _form_options(own: dict[str, float]) -> dict[str, float]:
    options = {**_defaults()["form_options"], **own}
    if unknown := set(options) - set(_defaults()["form_options"]):
        raise ValueError(f"form_options: unknown {sorted(unknown)}")
    return options


def _part(entry: dict[str, Any]) -> StylePart:
    if entry["figure"] not in FIGURES:
        raise ValueError(f"parts: figure {entry['figure']!r} is unknown")
    for name in entry["instruments"]:
        if name not in instruments():
            raise ValueError(f"parts: instrument {name!r} is unknown")
    register = entry.get("register")
    return StylePart(
        role=TrackRole(entry["role"]).value,
        instruments=tuple(entry["instruments"]),
        figure=entry["figure"],
        enter=float(entry["enter"]),
        gain_db=float(entry["gain_db"]),
        pan=float(entry["pan"]),
        reverb_send=float(entry["reverb_send"]),
        register=(int(register[0]), int(register[1])) if register else None,
        pattern=str(entry.get("pattern", "")),
    )


@lru_cache(maxsize=1)
def _tonics() -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    path = _FOLDER / "data" / "tonics.json"
    found: dict[str, dict[str, dict[str, float]]] = json.loads(path.read_text(encoding="utf-8"))
    for players, modes in found.items():
        if set(modes) != {"major", "minor"}:
            raise StyleError(f"{path.name}: {players}: expected major and minor")
        for weights in modes.values():
            for tonic, weight in weights.items():
                pitch_class(tonic)
                if weight <= 0:
                    raise StyleError(f"{path.name}: {players}: {tonic} has no weight")
    return found


@lru_cache(maxsize=1)
def _defaults() -> Mapping[str, Mapping[str, Any]]:
    path = _FOLDER / "data" / "style_defaults.json"
    found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found
