"""A score as one flat map: entity id -> what it is and its fields.

Edits, diff and merge need to name every note, chord and fader alone. In this form each is a
dict of plain JSON values with its ``kind`` and no ``id`` (that is its key in the map); notes
and automation points also say in ``track`` which track holds them, so moving one to another
track is a change of one field. A section's own kind ("verse") is called ``section_kind`` here.
The song's title, metadata and mix settings are the entity ``"meta"``. What plain data leaves out
where it has its default (a note's performance, what nobody set on the mixer) is left out here, too:
:func:`value_of` reads it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeAlias

from compositions.score.document import Note, Score, Track
from compositions.score.mix_settings import MIX_FIELDS
from compositions.score.serialisation import FORMAT, VERSION, unwritten

Fields: TypeAlias = dict[str, Any]
Entities: TypeAlias = dict[str, Fields]
Plain: TypeAlias = dict[str, Any]
"""A score in the form of :func:`compositions.score.serialisation.to_dict`."""

META_ID = "meta"
SECTION_KIND = "section_kind"
"""What the field ``kind`` of a section is called where ``kind`` says what an entity is."""


class Kind(StrEnum):
    """What an entity is."""

    META = "meta"
    TEMPO = "tempo"
    METER = "meter"
    KEY = "key"
    SECTION = "section"
    CHORD = "chord"
    TRACK = "track"
    NOTE = "note"
    AUTOMATION = "automation"
    LINE = "line"
    SYLLABLE = "syllable"


UNWRITTEN: dict[str, Fields] = {
    Kind.NOTE.value: unwritten(Note),
    Kind.TRACK.value: unwritten(Track),
    Kind.META.value: unwritten(Score),
}
"""Fields that are left out where they have their default, by kind."""
_NONE_UNWRITTEN: Fields = {}

LISTS: dict[str, Kind] = {
    "tempos": Kind.TEMPO,
    "meters": Kind.METER,
    "keys": Kind.KEY,
    "sections": Kind.SECTION,
    "chords": Kind.CHORD,
    "tracks": Kind.TRACK,
    "lines": Kind.LINE,
    "syllables": Kind.SYLLABLE,
}
"""The lists of a plain score, by the kind of entity that they hold."""

TRACK_LISTS: dict[str, Kind] = {"notes": Kind.NOTE, "automation": Kind.AUTOMATION}
"""The lists inside a track."""


def unwritten_of(kind: str) -> Fields:
    """Return the fields of a kind that are left out where they have their default."""
    return UNWRITTEN.get(kind, _NONE_UNWRITTEN)


def value_of(fields: Fields, name: str, default: Any = None) -> Any:
    """Return the value of a field, left out or not; ``default`` where the kind has no such."""
    found = fields.get(name, fields)
    if found is fields:
        return unwritten_of(fields.get("kind", "")).get(name, default)
    return found


def without_defaults(fields: Fields) -> Fields:
    """Return the fields as an entity has them: without what is left out. May be the same."""
    left_out = unwritten_of(fields["kind"])
    if any(name in fields and fields[name] == value for name, value in left_out.items()):
        return {
            name: value
            for name, value in fields.items()
            if name not in left_out or value != left_out[name]
        }
    return fields


def to_entities(data: Plain) -> Entities:
    """Return the entities of a plain score; the values are shared, the dicts are new."""
    entities: Entities = {
        META_ID: {
            "kind": Kind.META.value,
            "title": data.get("title", ""),
            "metadata": data.get("metadata", {}),
            **mix_of(data),
        }
    }
    for name, kind in LISTS.items():
        for item in data.get(name, ()):
            fields = {**item, "kind": kind.value}
            key = fields.pop("id")
            if kind is Kind.SECTION and "kind" in item:
                fields[SECTION_KIND] = item["kind"]
            if kind is Kind.TRACK:
                for inner, inner_kind in TRACK_LISTS.items():
                    entities.update(track_contents(key, fields.pop(inner, ()), inner_kind))
            entities[key] = fields
    return entities


def mix_of(data: Plain) -> Fields:
    """Return what is set for the mix of a whole plain score, or of its entity "meta"."""
    return {name: data[name] for name in MIX_FIELDS if name in data}


def track_contents(track_id: str, items: Any, kind: Kind) -> Entities:
    """Return the notes or automation points of one track as entities."""
    extra = {"kind": kind.value, "track": track_id}
    contents: Entities = {}
    for item in items:
        fields = {**item, **extra}
        contents[fields.pop("id")] = fields
    return contents


def from_entities(entities: Entities) -> Plain:
    """Return the plain score of the entities, every list in its derived order.

    The exact inverse of :func:`to_entities` for an ordered score. Notes and automation
    whose track is not there are left out; :func:`homeless` names them.
    """
    lists: dict[str, list[Fields]] = {kind.value: [] for kind in Kind}
    for key, fields in entities.items():
        item = {"id": key, **fields}
        del item["kind"]
        lists[fields["kind"]].append(item)
    for section in lists[Kind.SECTION]:
        if SECTION_KIND in section:
            section["kind"] = section.pop(SECTION_KIND)
    meta = lists[Kind.META][0] if lists[Kind.META] else {}
    tracks = sorted(lists[Kind.TRACK], key=_by_position)
    by_id: dict[str, Fields] = {}
    for track in tracks:
        track["notes"], track["automation"] = [], []
        by_id[track["id"]] = track
    for inner, kind in TRACK_LISTS.items():
        for item in lists[kind]:
            home = by_id.get(item.pop("track"))
            if home is not None:
                home[inner].append(item)
    for track in tracks:
        track["notes"].sort(key=_by_pitch)
        track["automation"].sort(key=_by_tick)
    places: dict[str, Any] = {}
    if lists[Kind.SYLLABLE]:
        places = {
            note["id"]: (number, *_by_pitch(note))
            for number, track in enumerate(tracks)
            for note in track["notes"]
        }
    nowhere = (len(tracks), 0, 0, "")
    return {
        "format": FORMAT,
        "version": VERSION,
        "title": meta.get("title", ""),
        "metadata": meta.get("metadata", {}),
        **mix_of(meta),
        "tempos": sorted(lists[Kind.TEMPO], key=_by_tick),
        "meters": sorted(lists[Kind.METER], key=_by_tick),
        "keys": sorted(lists[Kind.KEY], key=_by_tick),
        "sections": sorted(lists[Kind.SECTION], key=_by_start),
        "chords": sorted(lists[Kind.CHORD], key=_by_start),
        "tracks": tracks,
        "lines": sorted(lists[Kind.LINE], key=_by_position),
        "syllables": sorted(
            lists[Kind.SYLLABLE],
            key=lambda item: (places.get(item["note_id"], nowhere), item["id"]),
        ),
    }


def homeless(entities: Entities) -> list[str]:
    """Return the ids of notes and automation points whose track does not exist."""
    return [
        key
        for key, fields in entities.items()
        if "track" in fields and entities.get(fields["track"], {}).get("kind") != Kind.TRACK
    ]


def _by_tick(item: Fields) -> tuple[int, str]:
    return (item["tick"], item["id"])


def _by_start(item: Fields) -> tuple[int, str]:
    return (item["start"], item["id"])


def _by_pitch(item: Fields) -> tuple[int, int, str]:
    return (item["start"], item["pitch"], item["id"])


def _by_position(item: Fields) -> tuple[float, str]:
    return (item["position"], item["id"])
