"""Where the entities of a document are: the rows, and the places inside a track's notes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from compositions.models import Chord, Composition, LyricLine, Section, Syllable, Track
from compositions.score.entities import Kind

SUNG = "sung"
"""The kind of a find that says: this note carries a syllable."""

_TRACK = Track._meta.db_table
_CHORD = Chord._meta.db_table
_SECTION = Section._meta.db_table
_LINE = LyricLine._meta.db_table
_SYLLABLE = Syllable._meta.db_table


def _rows(kind: str, table: str, column: str = "entity_id") -> str:
    return f"""
    SELECT '{kind}', {column}, '', NULL::jsonb FROM {table}
    WHERE composition_id = %(song)s AND deleted_at IS NULL AND {column} = ANY(%(ids)s)
    """  # noqa: S608 - nothing of a request is in the text of the statement


def _items(kind: str, column: str) -> str:
    return f"""
    SELECT '{kind}', item ->> 'id', track.entity_id, item
    FROM {_TRACK} track CROSS JOIN LATERAL jsonb_array_elements(track.{column}) item
    WHERE track.composition_id = %(song)s AND track.deleted_at IS NULL
      AND item ->> 'id' = ANY(%(ids)s)
    """  # noqa: S608


_NOTES = _items(Kind.NOTE, "notes")
_LOCATE = " UNION ALL ".join(
    [
        _NOTES,
        _items(Kind.AUTOMATION, "automation"),
        _rows(Kind.CHORD, _CHORD),
        _rows(Kind.LINE, _LINE),
        _rows(Kind.SYLLABLE, _SYLLABLE),
        _rows(SUNG, _SYLLABLE, "note_id"),
    ]
)
_TOTALS = f"""
    SELECT coalesce(sum(jsonb_array_length(notes)), 0),
           coalesce(sum(jsonb_array_length(automation)), 0)
    FROM {_TRACK} WHERE composition_id = %(song)s AND deleted_at IS NULL
    """  # noqa: S608
_LAST_TICK = f"""
    SELECT greatest(
      0,
      (SELECT max((item ->> 'start')::bigint + (item ->> 'duration')::bigint)
       FROM {_TRACK} track CROSS JOIN LATERAL jsonb_array_elements(track.notes) item
       WHERE track.composition_id = %(song)s AND track.deleted_at IS NULL),
      (SELECT max(start_tick::bigint + duration_ticks) FROM {_SECTION}
       WHERE composition_id = %(song)s AND deleted_at IS NULL),
      (SELECT max(start_tick::bigint + duration_ticks) FROM {_CHORD}
       WHERE composition_id = %(song)s AND deleted_at IS NULL)
    )
    """  # noqa: S608


@dataclass(frozen=True, slots=True)
class Found:
    """An entity: its kind, its id, and for what is inside a track the track and the entity."""

    kind: str
    entity_id: str
    track_id: str
    item: dict[str, Any] | None


def locate(composition: Composition, ids: Collection[str]) -> list[Found]:
    """Find notes, automation, chords, lines and syllables by id, in one statement.

    Notes that carry a syllable are found twice, once as :data:`SUNG`.
    """
    return _find(_LOCATE, composition, ids)


def find_notes(composition: Composition, ids: Collection[str]) -> list[Found]:
    """Find notes by id in all tracks."""
    return _find(_NOTES, composition, ids)


def totals(composition: Composition) -> dict[str, int]:
    """Count the notes and the automation points of all tracks."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, {"song": composition.pk})
        notes, automation = cursor.fetchone()
    return {Kind.NOTE.value: notes, Kind.AUTOMATION.value: automation}


def last_tick(composition: Composition) -> int:
    """The end of the last note, chord or section, in ticks."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_TICK, {"song": composition.pk})
        return int(cursor.fetchone()[0])


def _find(statement: str, composition: Composition, ids: Collection[str]) -> list[Found]:
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, {"song": composition.pk, "ids": list(ids)})
        rows = cursor.fetchall()
    return [
        Found(kind, key, track, orjson.loads(item) if item is not None else None)
        for kind, key, track, item in rows
    ]
