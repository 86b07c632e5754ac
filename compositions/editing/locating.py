"""Where the entities of a document are: the rows, and the places inside a track's notes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import JSONField, Model

from compositions.models import (
    Chord,
    Composition,
    EditBatch,
    EditOp,
    LyricLine,
    NoteWindow,
    Section,
    Syllable,
    Track,
)
from compositions.models.document import DocumentRow
from compositions.score.entities import Kind

SUNG = "sung"
"""The kind of a find that says: this note carries a syllable."""

_TRACK = Track._meta.db_table
_WINDOW = NoteWindow._meta.db_table
_CHORD = Chord._meta.db_table
_SECTION = Section._meta.db_table
_LINE = LyricLine._meta.db_table
_SYLLABLE = Syllable._meta.db_table


def _rows(kind: str, table: str, column: str = "entity_id") -> str:
    return f"""
    SELECT '{kind}', {column}, '', NULL::jsonb FROM {table}
    WHERE composition_id = %(song)s AND deleted_at IS NULL AND {column} = ANY(%(ids)s)
    """  # noqa: S608 - nothing of a request is in the text of the statement


_NOTES = f"""
    SELECT '{Kind.NOTE}', item ->> 'id', track.entity_id, item
    FROM {_WINDOW} note_window JOIN {_TRACK} track ON track.id = note_window.track_id
    CROSS JOIN LATERAL jsonb_array_elements(note_window.notes) item
    WHERE note_window.composition_id = %(song)s AND track.deleted_at IS NULL
      AND item ->> 'id' = ANY(%(ids)s)
    """  # noqa: S608
# Comparing ids by twos is quicker than reading all notes, while there are few to look for.
_FEW_NOTES = f"{_NOTES} AND note_window.note_ids && %(ids)s"
FEW = 50
_POINTS = f"""
    SELECT '{Kind.AUTOMATION}', item ->> 'id', track.entity_id, item
    FROM {_TRACK} track CROSS JOIN LATERAL jsonb_array_elements(track.automation) item
    WHERE track.composition_id = %(song)s AND track.deleted_at IS NULL
      AND item ->> 'id' = ANY(%(ids)s)
    """  # noqa: S608
_REST = " UNION ALL ".join(
    [
        _POINTS,
        _rows(Kind.CHORD, _CHORD),
        _rows(Kind.LINE, _LINE),
        _rows(Kind.SYLLABLE, _SYLLABLE),
        _rows(SUNG, _SYLLABLE, "note_id"),
    ]
)
_LOCATE = f"{_NOTES} UNION ALL {_REST}"
_LOCATE_FEW = f"{_FEW_NOTES} UNION ALL {_REST}"
_KNOWN = f"""
    SELECT batch_id FROM {EditOp._meta.db_table}
    WHERE composition_id = %(song)s AND op_id = ANY(%(ids)s)
    UNION SELECT batch.id FROM {EditBatch._meta.db_table} batch
    WHERE batch.composition_id = %(song)s AND NOT batch.superseded = '[]'
      AND EXISTS (
        SELECT 1 FROM jsonb_array_elements(batch.superseded) entry
        WHERE entry ->> 'op_id' = ANY(%(ids)s)
      )
    """  # noqa: S608
_AUTOMATION = f"""
    SELECT entity_id, automation FROM {_TRACK}
    WHERE composition_id = %(song)s AND deleted_at IS NULL AND entity_id = ANY(%(ids)s)
    """  # noqa: S608
_TOTALS = f"""
    SELECT
      (SELECT coalesce(sum(cardinality(note_window.note_ids)), 0)
       FROM {_WINDOW} note_window JOIN {_TRACK} track ON track.id = note_window.track_id
       WHERE note_window.composition_id = %(song)s AND track.deleted_at IS NULL),
      (SELECT coalesce(sum(jsonb_array_length(automation)), 0)
       FROM {_TRACK} WHERE composition_id = %(song)s AND deleted_at IS NULL)
    """  # noqa: S608
_LAST_TICK = f"""
    SELECT greatest(
      0,
      (SELECT max(note_window.end_tick)
       FROM {_WINDOW} note_window JOIN {_TRACK} track ON track.id = note_window.track_id
       WHERE note_window.composition_id = %(song)s AND track.deleted_at IS NULL),
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
    return _find(_LOCATE_FEW if len(ids) <= FEW else _LOCATE, composition, ids)


def find_notes(composition: Composition, ids: Collection[str]) -> list[Found]:
    """Find notes by id in all tracks."""
    return _find(_FEW_NOTES if len(ids) <= FEW else _NOTES, composition, ids)


def totals(composition: Composition) -> dict[str, int]:
    """Count the notes and the automation points of all tracks."""
    ((notes, automation),) = _fetch(_TOTALS, composition, ())
    return {Kind.NOTE.value: notes, Kind.AUTOMATION.value: automation}


def last_tick(composition: Composition) -> int:
    """The end of the last note, chord or section, in ticks."""
    ((tick,),) = _fetch(_LAST_TICK, composition, ())
    return int(tick)


def stored_rows(
    composition: Composition, model: type[DocumentRow], columns: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Return key, entity id and ``columns`` of all rows of a kind, in no order.

    As are all statements here, it is written out: an edit asks a dozen of them, and building
    each anew would take longer than the database does.
    """
    names = ", ".join(("id", "entity_id", *columns))
    statement = f"""
        SELECT {names} FROM {model._meta.db_table}
        WHERE composition_id = %(song)s AND deleted_at IS NULL
        """  # noqa: S608 - the names are those of our own columns
    rows = _fetch(statement, composition, ())
    plain = [name for name in columns if isinstance(model._meta.get_field(name), JSONField)]
    if not plain:
        return rows
    places = {2 + columns.index(name) for name in plain}
    return [
        tuple(
            orjson.loads(value) if place in places and value is not None else value
            for place, value in enumerate(row)
        )
        for row in rows
    ]


def stored_automation(
    composition: Composition, tracks: Collection[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return the automation of the tracks that are there, by their entity ids."""
    found = _fetch(_AUTOMATION, composition, tracks)
    return {key: orjson.loads(automation) for key, automation in found}


def batches_with(composition: Composition, op_ids: Collection[str]) -> set[UUID]:
    """Return the keys of the batches that had any of these operations, effective or late."""
    return {row[0] for row in _fetch(_KNOWN, composition, op_ids)}


def update_row(model: type[Model], key: UUID, values: dict[str, Any]) -> None:
    """Set columns of one row, given by the names of the fields; no ``save`` is involved."""
    fields: list[Any] = [model._meta.get_field(name) for name in values]
    assignments = ", ".join(f'"{field.column}" = %s' for field in fields)
    statement = f'UPDATE "{model._meta.db_table}" SET {assignments} WHERE id = %s'  # noqa: S608
    prepared = [
        field.get_db_prep_save(value, connection)
        for field, value in zip(fields, values.values(), strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*prepared, key])


def insert_row(row: Model) -> None:
    """Insert one row with the key that it has; no ``save`` is involved."""
    fields: list[Any] = list(row._meta.local_concrete_fields)
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f'INSERT INTO "{row._meta.db_table}" ({names}) VALUES ({marks})'  # noqa: S608
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _find(statement: str, composition: Composition, ids: Collection[str]) -> list[Found]:
    if not ids:
        return []
    return [
        Found(kind, key, track, orjson.loads(item) if item is not None else None)
        for kind, key, track, item in _fetch(statement, composition, ids)
    ]


def _fetch(statement: str, composition: Composition, ids: Collection[str]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"song": composition.pk, "ids": list(ids)})
        rows: list[Any] = cursor.fetchall()
    return rows
