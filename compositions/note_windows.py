"""The notes of a song as rows, each with those of a track that begin in eight bars.

A window is a part of the document's tree (:mod:`compositions.score.tree`): an edit of one note
reads and writes one of them, however long the song is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from compositions.models import Composition, NoteWindow, Track
from compositions.score.entities import Fields
from compositions.score.tree import windows_of, write_window

ROWS_AT_ONCE = 500
_AUTOMATION = -1

_TABLE = NoteWindow._meta.db_table
_TRACK = Track._meta.db_table
_UPSERT_HEAD = f"""
    INSERT INTO {_TABLE} (composition_id, track_id, place, digest, end_tick, note_ids, notes)
    VALUES """  # noqa: S608 - the names of our own tables, here and below
_UPSERT_TAIL = """
    ON CONFLICT (track_id, place) DO UPDATE SET digest = EXCLUDED.digest,
      end_tick = EXCLUDED.end_tick, note_ids = EXCLUDED.note_ids, notes = EXCLUDED.notes
    """
_ALIVE = f"""
    FROM {_TABLE} note_window JOIN {_TRACK} track ON track.id = note_window.track_id
    WHERE note_window.composition_id = %(song)s AND track.deleted_at IS NULL
    """
_NOTES = f"SELECT track.entity_id, note_window.notes {_ALIVE}"
_SOME_NOTES = f"{_NOTES} AND track.entity_id = ANY(%(tracks)s)"
_IN_ORDER = " ORDER BY note_window.track_id, note_window.place"
_DIGESTS = f"SELECT track.entity_id, note_window.place, note_window.digest {_ALIVE}"
_TRACK_IDS = f"""
    SELECT entity_id, id FROM {_TRACK} WHERE composition_id = %(song)s AND deleted_at IS NULL
    """  # noqa: S608
# What an edit of tracks needs: hashes of all their windows, the notes of a few, automation.
_TO_CHANGE = f"""
    SELECT track.entity_id, note_window.place, note_window.digest,
      CASE WHEN track.entity_id || ' ' || note_window.place = ANY(%(places)s)
        THEN note_window.notes END
    {_ALIVE} AND track.entity_id = ANY(%(tracks)s)
    UNION ALL SELECT entity_id, {_AUTOMATION}, '', automation FROM {_TRACK}
    WHERE composition_id = %(song)s AND deleted_at IS NULL AND entity_id = ANY(%(tracks)s)
    """  # noqa: S608


@dataclass(frozen=True, slots=True)
class StoredWindows:
    """The contents of a track as far as an edit needs them.

    The hash of each window, the notes of those that were asked for, and the automation.
    """

    digests: dict[int, str] = field(default_factory=dict)
    notes: dict[int, list[Fields]] = field(default_factory=dict)
    automation: list[Fields] = field(default_factory=list)


Place = tuple[str, int]
"""A window: the entity id of its track, and its number."""


def load_notes(
    composition: Composition, tracks: Collection[str] | None = None
) -> dict[str, list[Fields]]:
    """Return the plain notes of all tracks, or of some, in order, by the track's entity id."""
    notes: dict[str, list[Fields]] = {}
    statement = _NOTES if tracks is None else _SOME_NOTES
    for track, found in _fetch(statement + _IN_ORDER, composition, tracks=list(tracks or ())):
        notes.setdefault(track, []).extend(orjson.loads(found))
    return notes


def windows_to_change(
    composition: Composition, tracks: Collection[str], places: Iterable[Place]
) -> dict[str, StoredWindows]:
    """Return the windows of ``tracks``, with the notes of those at ``places``."""
    windows = {track: StoredWindows() for track in tracks}
    keys = [f"{track} {place}" for track, place in places]
    rows = _fetch(_TO_CHANGE, composition, tracks=list(tracks), places=keys)
    for track, place, digest, items in rows:
        if place == _AUTOMATION:
            windows[track].automation.extend(orjson.loads(items))
            continue
        windows[track].digests[place] = digest
        if items is not None:
            windows[track].notes[place] = orjson.loads(items)
    return windows


def write_windows(
    composition: Composition, windows: Iterable[tuple[UUID, int, str, list[Fields]]]
) -> None:
    """Write windows, each given by the key of its track, its place, its hash and its notes."""
    rows = [
        (
            composition.pk,
            track,
            place,
            digest,
            max(note["start"] + note["duration"] for note in notes),
            [note["id"] for note in notes],
            orjson.dumps(notes).decode(),
        )
        for track, place, digest, notes in windows
    ]
    with connection.cursor() as cursor:
        for begin in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[begin : begin + ROWS_AT_ONCE]
            marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(part))
            values: list[Any] = [value for row in part for value in row]
            cursor.execute(_UPSERT_HEAD + marks + _UPSERT_TAIL, values)


def remove_windows(composition: Composition, places: Iterable[tuple[UUID, int]]) -> None:
    """Remove windows in which no note begins any more, given by the keys of their tracks."""
    gone: dict[UUID, list[int]] = {}
    for track, place in places:
        gone.setdefault(track, []).append(place)
    for track, numbers in gone.items():
        NoteWindow.objects.filter(
            composition=composition, track_id=track, place__in=numbers
        ).delete()


def replace_notes(composition: Composition, notes: Mapping[str, list[Fields]]) -> None:
    """Make the notes of all tracks these, in order, by the track's entity id.

    Windows that stay the same are left alone. The tracks are there, and no others.
    """
    keys: dict[str, UUID] = dict(_fetch(_TRACK_IDS, composition))
    stored = {(track, place): digest for track, place, digest in _fetch(_DIGESTS, composition)}
    changed = []
    for track, items in notes.items():
        for place, window in windows_of(items).items():
            digest = write_window(window)
            if stored.pop((track, place), None) != digest:
                changed.append((keys[track], place, digest, window))
    remove_windows(composition, ((keys[track], place) for track, place in stored))
    write_windows(composition, changed)


def _fetch(statement: str, composition: Composition, **values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"song": composition.pk, **values})
        rows: list[Any] = cursor.fetchall()
    return rows
