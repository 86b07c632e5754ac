"""The document of a song: from its rows to a score, and from a score to its rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction

from ariaforge.context import current_action
from compositions.models import Chord, Composition, Section, Track
from compositions.score.document import Score, ordered
from compositions.score.serialisation import FORMAT, VERSION, content_hash, from_dict, to_dict
from compositions.score.timeline import Timeline
from compositions.score.validation import check

# Entities that are rows of their own, by the names their fields have in the score.
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
)
_SECTION_FIELDS = {
    "start": "start_tick",
    "duration": "duration_ticks",
    "label": "label",
    "kind": "kind",
    "energy": "energy",
}
_CHORD_FIELDS = {
    "start": "start_tick",
    "duration": "duration_ticks",
    "root": "root",
    "quality": "quality",
    "bass": "bass",
    "roman": "roman",
}


def load_score(composition: Composition) -> Score:
    """Return the song's document as a score.

    Raises :class:`compositions.score.validation.ScoreError` when rows were damaged.
    """
    return from_dict(
        {
            "format": FORMAT,
            "version": VERSION,
            "title": composition.name,
            "tempos": composition.tempos,
            "meters": composition.meters,
            "keys": composition.keys,
            "syllables": composition.syllables,
            "metadata": composition.document_metadata,
            "sections": [_entity(row, _SECTION_FIELDS) for row in composition.sections.all()],
            "chords": [_entity(row, _CHORD_FIELDS) for row in composition.chords.all()],
            "tracks": [
                {
                    "id": row.entity_id,
                    **{name: getattr(row, name) for name in _TRACK_FIELDS},
                }
                for row in composition.tracks.all()
            ],
        }
    )


def _entity(row: Section | Chord, names: dict[str, str]) -> dict[str, Any]:
    return {"id": row.entity_id} | {field: getattr(row, column) for field, column in names.items()}


def music_hash(score: Score) -> str:
    """The hash of everything but the title: renaming a song does not change its music."""
    return content_hash(replace(score, title=""))


def store_score(composition: Composition, score: Score) -> None:
    """Make the song's rows say exactly what ``score`` says, in one transaction.

    The composition is saved too: name, maps, hash, length and revision + 1. Raises
    :class:`compositions.score.validation.ScoreError` when the score is not valid.
    """
    score = ordered(score)
    check(score)
    data = to_dict(score)
    author = {
        "created_by_id": current_action().actor_id,
        "updated_by_id": current_action().actor_id,
    }
    with transaction.atomic():
        for model in (Track, Section, Chord):
            model.all_objects.filter(composition=composition).delete()
        Track.objects.bulk_create(
            Track(
                composition=composition,
                entity_id=entity["id"],
                position=position,
                **{name: entity[name] for name in _TRACK_FIELDS},
                **author,
            )
            for position, entity in enumerate(data["tracks"])
        )
        Section.objects.bulk_create(
            Section(
                composition=composition,
                entity_id=entity["id"],
                **{column: entity[field] for field, column in _SECTION_FIELDS.items()},
                **author,
            )
            for entity in data["sections"]
        )
        Chord.objects.bulk_create(
            Chord(
                composition=composition,
                entity_id=entity["id"],
                **{column: entity[field] for field, column in _CHORD_FIELDS.items()},
                **author,
            )
            for entity in data["chords"]
        )
        composition.name = score.title or composition.name
        composition.tempos = data["tempos"]
        composition.meters = data["meters"]
        composition.keys = data["keys"]
        composition.syllables = data["syllables"]
        composition.document_metadata = data["metadata"]
        composition.content_hash = music_hash(score)
        composition.length_ticks = score.end
        composition.duration_seconds = Timeline(score).length_seconds
        composition.revision += 1
        composition.save()
