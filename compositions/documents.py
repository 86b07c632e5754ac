"""The document of a song: from its rows to a score, and from a score to its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ariaforge.context import current_action
from compositions.models import Chord, Composition, LyricLine, Section, Syllable, Track
from compositions.models.document import DocumentRow
from compositions.note_windows import load_notes, replace_notes
from compositions.score.document import Score, TempoChange, ordered
from compositions.score.entities import LISTS, Fields, Plain, mix_of, unwritten_of
from compositions.score.mix_settings import STRIP_FIELDS
from compositions.score.serialisation import FORMAT, VERSION, from_dict, to_dict
from compositions.score.timeline import Timeline
from compositions.score.tree import rounded, write_tree
from compositions.score.validation import check

_TRACK_FIELDS = (
    "name",
    "role",
    "program",
    "bank",
    "percussion",
    "gain_db",
    "pan",
    "reverb_send",
    "muted",
    "solo",
    "automation",
    "preset",
    "position",
    "locked",
    *STRIP_FIELDS,
)
_SPAN = {"start": "start_tick", "duration": "duration_ticks"}

ROWS: dict[str, tuple[type[DocumentRow], dict[str, str]]] = {
    "tracks": (Track, {name: name for name in _TRACK_FIELDS}),
    "sections": (
        Section,
        _SPAN | {name: name for name in ("label", "kind", "energy", "locked")},
    ),
    "chords": (
        Chord,
        _SPAN | {name: name for name in ("root", "quality", "bass", "roman", "locked")},
    ),
    "lines": (
        LyricLine,
        {name: name for name in ("text", "section_id", "language", "position", "locked")},
    ),
    "syllables": (
        Syllable,
        {name: name for name in ("note_id", "text", "continues", "phonemes", "line_id")},
    ),
}
"""The lists of a plain score that are rows: their model, and the column of each field. The
notes of tracks are in rows of their own (:mod:`compositions.note_windows`)."""

ROWS_AT_ONCE = 500
"""Rows that one statement changes: each is a branch of a long CASE."""

READ_ATTEMPTS = 5
UNTOUCHED = ("spec", "theory_data", "explanation", "confidence", "lyrics", "audio_metadata")
"""Large columns of a song that have nothing to do with its document."""


def load_plain(composition: Composition, tracks: Collection[str] | None = None) -> Plain:
    """Return the song's document as a plain score, every list in its derived order.

    With ``tracks`` only those are in it, and of the syllables only theirs. The song should be
    locked, or somebody may edit it while its rows are read (:func:`read_document`).
    """
    data: Plain = {
        "format": FORMAT,
        "version": VERSION,
        "title": composition.name,
        "tempos": composition.tempos,
        "meters": composition.meters,
        "keys": composition.keys,
        "metadata": composition.document_metadata,
        **composition.mix,
    }
    for name, (model, columns) in ROWS.items():
        rows = _rows(model, composition)
        if name == "tracks" and tracks is not None:
            rows = rows.filter(entity_id__in=tracks)
        values = rows.values_list("entity_id", *columns.values())
        data[name] = [plain_item(name, ("id", *columns), row) for row in values]
    notes = load_notes(composition, tracks)
    for track in data["tracks"]:
        track["notes"] = notes.get(track["id"], [])
    if data["syllables"]:
        order_syllables(data)
    return data


def order_syllables(data: Plain) -> None:
    """Sort syllables as they are sung, without those whose note is not in ``data``."""
    places = {
        note["id"]: place
        for place, note in enumerate(note for track in data["tracks"] for note in track["notes"])
    }
    sung = (syllable for syllable in data["syllables"] if syllable["note_id"] in places)
    data["syllables"] = sorted(sung, key=lambda item: (places[item["note_id"]], item["id"]))


def read_document(
    composition_id: UUID, tracks: Collection[str] | None = None
) -> tuple[Composition, Plain]:
    """Return a song and its document as they were at one moment, without waiting for edits.

    Raises ``Composition.DoesNotExist`` for a song in the trash.
    """
    for _ in range(READ_ATTEMPTS):
        composition = Composition.objects.defer(*UNTOUCHED).get(pk=composition_id)
        data = load_plain(composition, tracks)
        now = Composition.all_objects.filter(pk=composition_id).values_list("revision", flat=True)
        if now.first() == composition.revision:
            return composition, data
    with transaction.atomic():
        # Where edits never pause, let them wait for once.
        locked = Composition.objects.select_for_update(of=("self",), no_key=True)
        composition = locked.get(pk=composition_id)
        return composition, load_plain(composition, tracks)


def load_score(composition: Composition) -> Score:
    """Return the song's document as a score, as it is at one moment.

    Raises :class:`compositions.score.validation.ScoreError` when rows were damaged.
    """
    return from_dict(read_document(composition.pk)[1])


def music_hash(score: Score) -> str:
    """The hash of everything but title and metadata, as in ``Composition.content_hash``."""
    return write_tree(to_dict(ordered(score))).content_hash


def prepare(composition: Composition, data: Plain) -> Plain:
    """Return ``data`` as the song's document holds it: checked, in order, and rounded.

    Fractions are rounded as in canonical JSON, so that what is stored and what is hashed are
    the same. A document without a title gets the song's name. Raises
    :class:`compositions.score.errors.ScoreError` when the score is not valid.
    """
    score = ordered(from_dict(data))
    if not score.title.strip():
        score = replace(score, title=composition.name)
    check(score)
    plain = to_dict(score)
    return {
        name: [_rounded_track(track) for track in value] if name == "tracks" else rounded(value)
        for name, value in plain.items()
    }


def _rounded_track(track: Fields) -> Fields:
    # Notes hold whole numbers only.
    return {name: value if name == "notes" else rounded(value) for name, value in track.items()}


def write_document(composition: Composition, data: Plain) -> None:
    """Make the song's rows say what the prepared ``data`` says, changing only what differs.

    Sets name, maps, hashes, length and duration of ``composition`` without saving it. Call it
    in a transaction, with the song locked.
    """
    for name, (model, columns) in ROWS.items():
        left_out = unwritten_of(LISTS[name])
        wanted = {item["id"]: {**left_out, **item} for item in data[name]}
        _write_rows(composition, model, columns, wanted)
    replace_notes(composition, {track["id"]: track["notes"] for track in data["tracks"]})
    tree = write_tree(data)
    composition.name = data["title"]
    composition.tempos = data["tempos"]
    composition.meters = data["meters"]
    composition.keys = data["keys"]
    composition.document_metadata = data["metadata"]
    composition.mix = mix_of(data)
    composition.tree = tree.to_dict()
    composition.tree_hash = tree.tree_hash
    composition.content_hash = tree.content_hash
    composition.length_ticks = _end(data)
    composition.duration_seconds = seconds_at(data["tempos"], composition.length_ticks)


DOCUMENT_FIELDS = (
    "name",
    "tempos",
    "meters",
    "keys",
    "document_metadata",
    "mix",
    "tree",
    "tree_hash",
    "content_hash",
    "length_ticks",
    "duration_seconds",
)
"""The fields of a song that :func:`write_document` sets."""


def seconds_at(tempos: list[Fields], tick: int) -> float:
    """Seconds from the start at ``tick`` of a song with these plain tempo changes."""
    changes = tuple(TempoChange(**change) for change in tempos)
    return Timeline(Score(tempos=changes)).seconds(tick)


def _end(data: Plain) -> int:
    spans = [*data["sections"], *data["chords"]]
    for track in data["tracks"]:
        spans += track["notes"]
    return max((span["start"] + span["duration"] for span in spans), default=0)


def _write_rows(
    composition: Composition,
    model: type[DocumentRow],
    columns: dict[str, str],
    wanted: dict[str, Fields],
) -> None:
    actor_id = current_action().actor_id
    changed: dict[tuple[str, ...], list[DocumentRow]] = {}
    gone: list[Any] = []
    kept: set[str] = set()
    for row in _rows(model, composition):
        item = wanted.get(row.entity_id)
        differing = (
            ()
            if item is None
            else tuple(
                column for field, column in columns.items() if getattr(row, column) != item[field]
            )
        )
        # Two syllables that change places would be on the same note for a moment.
        if item is None or "note_id" in differing:
            gone.append(row.pk)
            continue
        kept.add(row.entity_id)
        if differing:
            for field, column in columns.items():
                setattr(row, column, item[field])
            row.updated_at = timezone.now()
            row.updated_by_id = actor_id
            changed.setdefault(differing, []).append(row)
    if gone:
        model.all_objects.filter(pk__in=gone).delete()
    for fields, batch in changed.items():
        model.all_objects.bulk_update(
            batch, [*fields, "updated_at", "updated_by"], batch_size=ROWS_AT_ONCE
        )
    model.all_objects.bulk_create(
        (
            new_row(composition, model, columns, item)
            for key, item in wanted.items()
            if key not in kept
        ),
        batch_size=ROWS_AT_ONCE,
    )


def new_row(
    composition: Composition, model: type[DocumentRow], columns: dict[str, str], item: Fields
) -> DocumentRow:
    """Return the unsaved row of an entity with all its fields, made by whoever is acting."""
    actor_id = current_action().actor_id
    return model(
        composition=composition,
        entity_id=item["id"],
        created_by_id=actor_id,
        updated_by_id=actor_id,
        **{column: item[field] for field, column in columns.items()},
    )


def _rows(model: type[DocumentRow], composition: Composition) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.all_objects.filter(composition=composition, deleted_at__isnull=True)
    return rows


def plain_item(name: str, fields: Collection[str], values: Iterable[Any]) -> Fields:
    """Return an item of the list ``name`` of a plain score, without what is left out there."""
    left_out = unwritten_of(LISTS[name])
    return {
        field: value
        for field, value in zip(fields, values, strict=True)
        if field not in left_out or value != left_out[field]
    }
