"""Documents for the tests of the history, and ways to change them."""

from __future__ import annotations

import random
from typing import Any

from django.db import transaction

from accounts.models import User
from compositions.documents import load_plain
from compositions.editing import apply_edits
from compositions.history.versions import set_document
from compositions.models import Composition, Version
from compositions.score.document import (
    KeyChange,
    MeterChange,
    Mode,
    Note,
    Score,
    Section,
    TempoChange,
    Track,
    TrackRole,
    mint_id,
)
from compositions.score.entities import Plain, from_entities, to_entities
from compositions.score.serialisation import to_dict
from compositions.services import default_project
from projects.models import Project


def example(notes: int = 24, tracks: int = 2, title: str = "Harbour") -> Plain:
    """A small song: tracks ``t0``, ``t1``..., notes ``t0n0``, ``t0n1``... a beat apart."""
    rng = random.Random(7)
    return to_dict(
        Score(
            title=title,
            tempos=(TempoChange("tempo", 0, 96.0),),
            meters=(MeterChange("meter", 0, 4, 4),),
            keys=(KeyChange("key", 0, "D", Mode.MINOR),),
            sections=(Section("verse", 0, 480 * notes, "Verse", "verse"),),
            tracks=tuple(
                Track(f"t{track}", f"Track {track}", TrackRole.LEAD, position=track).with_notes(
                    Note(f"t{track}n{place}", 480 * place, 400, rng.randrange(40, 90), 80)
                    for place in range(notes)
                )
                for track in range(tracks)
            ),
        )
    )


def song_with(
    user: User, data: Plain | None = None, *, project: Project | None = None
) -> Composition:
    """A song of ``user`` with the document as version 1 on main, as an import makes it."""
    with transaction.atomic():
        song = Composition.objects.create(
            project=project or default_project(user), name="Harbour", seed=1, created_by=user
        )
        set_document(
            composition=song,
            data=data or example(),
            user=user,
            name="Import",
            source=Version.Source.IMPORT,
            message="Imported harbour.mid",
        )
    return song


def changed(data: Plain, entity_id: str, **fields: Any) -> Plain:
    """The document with other values of an entity's fields."""
    entities = to_entities(data)
    entities[entity_id] = {**entities[entity_id], **fields}
    return from_entities(entities)


def without(data: Plain, *entity_ids: str) -> Plain:
    """The document without some entities."""
    entities = to_entities(data)
    for key in entity_ids:
        del entities[key]
    return from_entities(entities)


def working(song: Composition) -> Plain:
    """The document as the rows have it now."""
    return load_plain(Composition.objects.get(pk=song.pk))


def edit(song: Composition, user: User, entity_id: str, **fields: Any) -> Composition:
    """Change an entity of the working copy; return the song as it is then."""
    song = Composition.objects.get(pk=song.pk)
    operation = {"op_id": mint_id(), "entity_id": entity_id, "set": fields}
    apply_edits(composition=song, user=user, name="Edit", operations=[operation])
    return Composition.objects.get(pk=song.pk)
