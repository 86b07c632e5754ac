"""Questions that the parser could not answer, answered by somebody else, such as a model.

The answer is data from outside: each value passes the checks of an explicit field, only what
is still open is filled, and what the musician said wins over all of it.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from compositions.composer.overrides import read_field
from compositions.composer.prompt_words import find_instrument, is_ruled_out, moods
from compositions.composer.spec import InstrumentRequest, MusicSpec, Source
from compositions.composer.styles import instruments, styles
from compositions.score.document import Mode

CONFIDENCE = 0.6
"""How sure a value is that was filled in."""
TEXT_MAX_LENGTH = 80
MOST_NAMES = 8
"""Moods, or instruments, that are taken."""

_TONICS = ("C", "C#", "Db", "D", "Eb", "E", "F", "F#", "Gb", "G", "Ab", "A", "Bb", "B")
_METERS = ("4/4", "3/4", "6/8", "2/4", "12/8", "5/4", "7/8")
_SHARE = {"type": ["number", "null"], "minimum": 0, "maximum": 1}


@dataclass(frozen=True, slots=True)
class Filling:
    """A specification with what was filled in.

    ``taken`` are the values as they were given, by field: filling them in again gives the
    same specification. ``refused`` says in words what was left out and why.
    """

    spec: MusicSpec
    taken: Mapping[str, Any]
    refused: tuple[str, ...]


def open_fields(spec: MusicSpec) -> tuple[str, ...]:
    """Return the fields that may be filled in: open, and not settled by what was said."""
    length_is_said = any(
        getattr(spec, name).value is not None for name in ("bars", "form", "lyrics")
    )
    closed = {
        "seconds": length_is_said,
        # Chords bring their key along.
        "tonic": spec.chords.value is not None,
        "mode": spec.chords.value is not None,
        "instruments": bool(spec.instruments_only.value),
    }
    return tuple(
        name
        for name in _SCHEMAS
        if getattr(spec, name).value is None and not closed.get(name, False)
    )


def answer_schema(spec: MusicSpec) -> dict[str, Any]:
    """Return the JSON schema of an answer for what is open; null leaves a question open."""
    names = open_fields(spec)
    return {
        "type": "object",
        "properties": {name: _SCHEMAS[name]() for name in names},
        "required": list(names),
        "additionalProperties": False,
    }


def fill_open(spec: MusicSpec, answer: Mapping[str, Any]) -> Filling:
    """Fill open fields with the values of ``answer``, one by one; what is unfit is left out."""
    taken: dict[str, Any] = {}
    refused: list[str] = []
    allowed = open_fields(spec)
    for name in answer:
        if name not in _SCHEMAS:
            refused.append(f"{_line(name)[:40]} is not a field that can be filled")
        elif name not in allowed and answer[name] not in (None, "", []):
            refused.append(f"{name} is settled by what was said")
    # In the order of the schema, whatever the order of the answer.
    for name in allowed:
        raw = answer.get(name)
        if raw in (None, "", []):
            continue
        try:
            value = _read(name, raw, spec)
        except ValueError as error:
            refused.append(_line(str(error))[:160])
            continue
        taken[name] = raw
        spec = spec.with_value(name, value, Source.LLM, CONFIDENCE)
    return Filling(spec, taken, tuple(refused))


def _read(name: str, raw: Any, spec: MusicSpec) -> Any:
    if isinstance(raw, bool) or (isinstance(raw, float) and not math.isfinite(raw)):
        raise ValueError(f"{name}: {raw!r} is not a value")
    if isinstance(raw, list) and not all(isinstance(item, str) for item in raw):
        raise ValueError(f"{name}: a list of names was expected")
    if name in ("theme", "title", "era", "language"):
        if not isinstance(raw, str):
            raise ValueError(f"{name}: words were expected")
        raw = _line(raw)
        if not 0 < len(raw) <= TEXT_MAX_LENGTH:
            raise ValueError(f"{name}: 1 to {TEXT_MAX_LENGTH} characters were expected")
    value = read_field(name, raw)
    if name == "mood":
        known = tuple(word for word in value if word.lower() in moods())[:MOST_NAMES]
        if not known:
            raise ValueError("mood: none of the words is known")
        return tuple(word.lower() for word in known)
    if name == "instruments":
        return _wanted(value, tuple(spec.unwanted.value or ()))
    if name == "tempo" and spec.tempo_range.value is not None:
        low, high = spec.tempo_range.value
        if not low <= value <= high:
            raise ValueError(f"tempo: {value:g} is outside what was asked for")
    return value


def _wanted(
    found: tuple[InstrumentRequest, ...], unwanted: tuple[str, ...]
) -> tuple[InstrumentRequest, ...]:
    kept = []
    for item in found:
        instrument = find_instrument(item.name)
        roles = item.roles or ("",)
        if instrument and not all(is_ruled_out(instrument, role, unwanted) for role in roles):
            kept.append(item)
    if not kept:
        raise ValueError("instruments: all of them are unwanted")
    return tuple(kept[:MOST_NAMES])


def _line(text: str) -> str:
    """Return a text as one line that can be printed."""
    text = unicodedata.normalize("NFC", str(text))
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _one_of(names: tuple[str, ...]) -> dict[str, Any]:
    return {"type": ["string", "null"], "enum": [*names, None]}


def _some_of(names: tuple[str, ...]) -> dict[str, Any]:
    return {"type": ["array", "null"], "items": {"type": "string", "enum": list(names)}}


def _text(what: str) -> dict[str, Any]:
    return {"type": ["string", "null"], "description": what}


_SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "genre": lambda: _one_of(tuple(styles())),
    "mood": lambda: _some_of(tuple(dict.fromkeys(mood.name for mood in moods().values()))),
    "tonic": lambda: _one_of(_TONICS),
    "mode": lambda: _one_of(tuple(mode.value for mode in Mode)),
    "tempo": lambda: {
        "type": ["number", "null"],
        "minimum": 30,
        "maximum": 300,
        "description": "Quarter notes per minute.",
    },
    "meter": lambda: _one_of(_METERS),
    "seconds": lambda: {
        "type": ["number", "null"],
        "minimum": 5,
        "maximum": 600,
        "description": "Only if the request speaks of a length.",
    },
    "unwanted": lambda: _some_of(("drums", "bass", "vocal", *instruments())),
    "instruments": lambda: _some_of(tuple(instruments())),
    "density": lambda: {**_SHARE, "description": "0 sparse, 1 full of notes."},
    "energy": lambda: {**_SHARE, "description": "0 calm, 1 wild."},
    "complexity": lambda: {**_SHARE, "description": "0 plain chords, 1 rich ones."},
    "register": lambda: {**_SHARE, "description": "Where the tune lies: 0 low, 1 high."},
    "theme": lambda: _text("What the words of the song are about, in a few words."),
    "title": lambda: _text("A title, only if the request names one."),
    "language": lambda: _text("ISO 639-1 code of the language to sing in, if it is said."),
}
"""What can be filled in, in this order (unwanted before instruments), with its JSON schema."""
