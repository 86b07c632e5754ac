"""The document of a song: from its rows to a score, and from a score to its rows."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction

from ariaforge.context import current_action
from compositions.models import Chord, Composition, LyricLine, Section, Syllable, Track
from compositions.models.document import DocumentRow
from compositions.score.document import Score, ordered
from compositions.score.entities import Fields, Plain, from_entities, to_entities
from compositions.score.serialisation import FORMAT, VERSION, from_dict, to_dict
from compositions.score.timeline import Timeline
from compositions.score.tree import write_tree
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
    "notes",
    "automation",
    "preset",
    "position",
    "locked",
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
"""The lists of a plain score that are rows: their model, and the column of each field."""

_RELATED = {
    "tracks": "tracks",
    "sections": "sections",
    "chords": "chords",
    "lines": "lyriclines",
    "syllables": "syllables",
}


def load_plain(composition: Composition) -> Plain:
    """Return the song's document as a plain score, every list in its derived order."""
    data: Plain = {
        "format": FORMAT,
        "version": VERSION,
        "title": composition.name,
        "tempos": composition.tempos,
        "meters": composition.meters,
        "keys": composition.keys,
        "metadata": composition.document_metadata,
    }
    for name, (_, columns) in ROWS.items():
        rows = getattr(composition, _RELATED[name]).all()
        data[name] = [_item(row, columns) for row in rows]
    if data["syllables"]:
        data = from_entities(to_entities(data))
    return data


def load_score(composition: Composition) -> Score:
    """Return the song's document as a score.

    Raises :class:`compositions.score.validation.ScoreError` when rows were damaged.
    """
    return from_dict(load_plain(composition))


def music_hash(score: Score) -> str:
    """The hash of everything but title and metadata, as in ``Composition.content_hash``."""
    return write_tree(to_dict(ordered(score))).content_hash


def store_score(composition: Composition, score: Score) -> None:
    """Make the song's rows say exactly what ``score`` says, in one transaction.

    The composition is saved too: name, maps, hashes, length and revision + 1. Raises
    :class:`compositions.score.validation.ScoreError` when the score is not valid.
    """
    score = ordered(score)
    check(score)
    data = to_dict(score)
    tree = write_tree(data)
    author = {
        "created_by_id": current_action().actor_id,
        "updated_by_id": current_action().actor_id,
    }
    with transaction.atomic():
        for name, (model, columns) in ROWS.items():
            model.all_objects.filter(composition=composition).delete()
            model.objects.bulk_create(
                model(
                    composition=composition,
                    entity_id=item["id"],
                    **{column: item[field] for field, column in columns.items()},
                    **author,
                )
                for item in data[name]
            )
        composition.name = score.title or composition.name
        composition.tempos = data["tempos"]
        composition.meters = data["meters"]
        composition.keys = data["keys"]
        composition.document_metadata = data["metadata"]
        composition.tree = tree.to_dict()
        composition.tree_hash = tree.tree_hash
        composition.content_hash = tree.content_hash
        composition.length_ticks = score.end
        composition.duration_seconds = Timeline(score).length_seconds
        composition.revision += 1
        composition.save()


def _item(row: models.Model, columns: dict[str, str]) -> Fields:
    item: dict[str, Any] = {"id": row.entity_id}  # type: ignore[attr-defined]
    for field, column in columns.items():
        item[field] = getattr(row, column)
    return item
