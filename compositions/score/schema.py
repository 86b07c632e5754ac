"""The JSON Schema of a plain score, made from the dataclasses and the limits.

    python -m compositions.score.schema docs/score.schema.json

writes it to a file; a test compares that file with what the code says. The schema says what
:func:`compositions.score.serialisation.from_dict` reads and most of what
:func:`compositions.score.validation.validate` demands. It cannot say what is about several
entities at once: that ids are unique, references name something, and sections and chords do
not overlap. JSON Schema draft 2020-12.
"""

from __future__ import annotations

import json
import sys
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from compositions.score import limits
from compositions.score.document import (
    PITCH_MAX,
    PITCH_MIN,
    TEMPO_MAX_BPM,
    TEMPO_MIN_BPM,
    VELOCITY_MAX,
    VELOCITY_MIN,
    AutomationPoint,
    Chord,
    KeyChange,
    LyricLine,
    MeterChange,
    Note,
    Score,
    Section,
    Syllable,
    TempoChange,
    Track,
)
from compositions.score.mix_settings import Compressor, EqualiserBand
from compositions.score.rules import RESERVED_IDS
from compositions.score.serialisation import FORMAT, VERSION

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
ENTITIES: tuple[type, ...] = (
    TempoChange,
    MeterChange,
    KeyChange,
    Section,
    Chord,
    Track,
    EqualiserBand,
    Compressor,
    Note,
    AutomationPoint,
    LyricLine,
    Syllable,
)


def _between(ends: tuple[float, float]) -> Schema:
    return {"minimum": ends[0], "maximum": ends[1]}


_NOTE_NAME = "[A-G](bb|b|##|#)?"
_TICK = {"minimum": 0, "maximum": limits.MAX_TICKS}
_DURATION = {"minimum": 1, "maximum": limits.MAX_TICKS}
_NAME = {"maxLength": limits.MAX_NAME_LENGTH}
_CHORD_TEXT = {"maxLength": limits.MAX_CHORD_TEXT_LENGTH}
_POSITION = {"minimum": -limits.MAX_POSITION, "maximum": limits.MAX_POSITION}
_UNIT = {"minimum": 0.0, "maximum": 1.0}
_REFERENCE = {"pattern": "^[A-Za-z0-9_-]{1,64}$"}
_OPTIONAL = {"pattern": "^[A-Za-z0-9_-]{0,64}$"}
_ID = _REFERENCE | {"not": {"enum": list(RESERVED_IDS)}}
_AT_ZERO = {"contains": {"properties": {"tick": {"const": 0}}}}

_RULES: dict[type, dict[str, Schema]] = {
    TempoChange: {"tick": _TICK, "bpm": {"minimum": TEMPO_MIN_BPM, "maximum": TEMPO_MAX_BPM}},
    MeterChange: {
        "tick": _TICK,
        "numerator": {"minimum": 1, "maximum": limits.METER_NUMERATOR_MAX},
        "denominator": {"enum": list(limits.METER_DENOMINATORS)},
    },
    KeyChange: {"tick": _TICK, "tonic": {"pattern": "^[A-G][b#]?$"}},
    Section: {
        "start": _TICK,
        "duration": _DURATION,
        "label": _NAME,
        "kind": _NAME,
        "energy": _UNIT,
    },
    Chord: {
        "start": _TICK,
        "duration": _DURATION,
        "root": {"pattern": f"^{_NOTE_NAME}$"},
        "quality": _CHORD_TEXT,
        "bass": {"pattern": f"^({_NOTE_NAME})?$"},
        "roman": _CHORD_TEXT,
    },
    Track: {
        "name": _NAME,
        "program": {"minimum": 0, "maximum": limits.PROGRAM_MAX},
        "bank": {"minimum": 0, "maximum": limits.BANK_MAX},
        "gain_db": {"minimum": limits.GAIN_MIN_DB, "maximum": limits.GAIN_MAX_DB},
        "pan": {"minimum": -1.0, "maximum": 1.0},
        "reverb_send": _UNIT,
        "notes": {"maxItems": limits.MAX_NOTES},
        "automation": {"maxItems": limits.MAX_AUTOMATION_POINTS},
        "preset": _NAME,
        "position": _POSITION,
        "equaliser": {"maxItems": limits.MAX_EQUALISER_BANDS},
        **{name: _between(ends) for name, ends in limits.STRIP.items()},
    },
    EqualiserBand: {
        "frequency_hz": _between(limits.EQUALISER_HZ),
        "gain_db": _between(limits.EQUALISER_DB),
        "q": _between(limits.EQUALISER_Q),
    },
    Compressor: {name: _between(ends) for name, ends in limits.COMPRESSOR.items()},
    Note: {
        "start": _TICK,
        "duration": _DURATION,
        "pitch": {"minimum": PITCH_MIN, "maximum": PITCH_MAX},
        "velocity": {"minimum": VELOCITY_MIN, "maximum": VELOCITY_MAX},
        "origin": _NAME,
        "timing": {"minimum": -limits.MAX_TIMING, "maximum": limits.MAX_TIMING},
        "articulation": {"minimum": -limits.MAX_ARTICULATION, "maximum": limits.MAX_ARTICULATION},
        "dynamics": {"minimum": -limits.MAX_DYNAMICS, "maximum": limits.MAX_DYNAMICS},
    },
    AutomationPoint: {
        "tick": _TICK,
        # Bank select, cc0 and cc32, is the track's bank.
        "parameter": {"pattern": "^(pitch_bend|cc(?!32$)([1-9]|[1-9][0-9]|1[01][0-9]))$"},
        "value": {"minimum": limits.PITCH_BEND_MIN, "maximum": limits.PITCH_BEND_MAX},
    },
    LyricLine: {
        "text": {"maxLength": limits.MAX_LYRIC_LINE_LENGTH},
        "section_id": _OPTIONAL,
        "language": {"maxLength": limits.MAX_LANGUAGE_LENGTH},
        "position": _POSITION,
    },
    Syllable: {
        "note_id": _REFERENCE,
        "text": {"maxLength": limits.MAX_SYLLABLE_LENGTH},
        "phonemes": {"maxItems": limits.MAX_PHONEMES, "items": {"type": "string"} | _CHORD_TEXT},
        "line_id": _OPTIONAL,
    },
    Score: {
        "title": _NAME,
        "mix_preset": _NAME,
        **{name: _between(ends) for name, ends in limits.MIX.items()},
        "tempos": {"maxItems": limits.MAX_TEMPO_CHANGES} | _AT_ZERO,
        "meters": {"maxItems": limits.MAX_METER_CHANGES} | _AT_ZERO,
        "keys": {"maxItems": limits.MAX_KEY_CHANGES} | _AT_ZERO,
        "sections": {"maxItems": limits.MAX_SECTIONS},
        "chords": {"maxItems": limits.MAX_CHORDS},
        "tracks": {"maxItems": limits.MAX_TRACKS},
        "syllables": {"maxItems": limits.MAX_SYLLABLES},
        "lines": {"maxItems": limits.MAX_LYRIC_LINES},
    },
}
"""What is demanded of fields beyond their type."""
_CONTROLLER: Schema = {
    "if": {"properties": {"parameter": {"pattern": "^cc"}}},
    "then": {"properties": {"value": {"minimum": 0, "maximum": 127}}},
}
_TYPES: dict[Any, Schema] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
}


def score_schema() -> Schema:
    """Return the JSON Schema of a plain score as new plain data."""
    body = _object(Score)
    definitions = {kind.__name__: _object(kind) for kind in ENTITIES}
    definitions[AutomationPoint.__name__] |= _CONTROLLER
    # What a score must have at tick 0 has a default only while it is being made.
    required = ["format", "version", "tempos", "meters", "keys"]
    schema = {
        "$schema": DRAFT,
        "$id": f"urn:{FORMAT}:{VERSION}",
        "title": "AriaForge score",
        **body,
        "required": required,
        "$defs": definitions,
    }
    schema["properties"] = {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        **body["properties"],
    }
    copied: Schema = json.loads(json.dumps(schema))
    return copied


def _object(cls: type) -> Schema:
    """The schema of a dataclass: its fields with types, defaults and rules."""
    hints = get_type_hints(cls)
    properties: dict[str, Schema] = {}
    required = []
    for field in fields(cls):
        rules = _ID if field.name == "id" else _RULES[cls].get(field.name, {})
        properties[field.name] = _property(hints[field.name], rules)
        if field.default is MISSING and field.default_factory is MISSING:
            required.append(field.name)
        elif field.default is not MISSING and not isinstance(field.default, tuple):
            properties[field.name]["default"] = field.default
    return {
        "description": " ".join((cls.__doc__ or "").split("\n\n")[0].split()),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _property(kind: Any, rules: Schema) -> Schema:
    if get_origin(kind) is UnionType:
        return {"anyOf": [_type(get_args(kind)[0]) | rules, {"type": "null"}]}
    return _type(kind) | rules


def _type(kind: Any) -> Schema:
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _type(get_args(kind)[0])}
    if get_origin(kind) is dict:
        return {"type": "object"}
    if is_dataclass(kind) and isinstance(kind, type):
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"enum": [member.value for member in kind]}
    return dict(_TYPES[kind])


def as_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(score_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(as_text(), encoding="utf-8")
