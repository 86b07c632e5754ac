"""Who made what is heard: for each entity and field, who set it, when, and with what."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from ariaforge.exceptions import InvalidInputError
from compositions.documents import load_plain
from compositions.history.blame_walk import EXISTENCE, Step, Walk, wanted
from compositions.history.commits import load_version
from compositions.models import Composition, EditBatch, EditOp, Version
from compositions.score.entities import TRACK_LISTS, Entities, Fields, to_entities

MOST_ENTITIES = 5_000
"""Entities that may be asked for by id at once."""
_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Who gave a field its value, when, and in which version and edit.

    ``version_id`` and ``version_number`` are None for what is not saved yet; ``batch_id``,
    ``sequence`` and ``batch_name`` are those of the edit, None where a whole document came at
    once (composed, imported, restored, forked) and the version says all. ``source`` is what
    made the edit or the version, ``provenance`` that of the version: prompt, seed, engine.
    """

    author_id: UUID | None
    author_name: str
    at: datetime
    source: str
    version_id: UUID | None = None
    version_number: int | None = None
    message: str = ""
    batch_id: UUID | None = None
    sequence: int | None = None
    batch_name: str | None = None
    provenance: Fields | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the origin as plain data."""
        return {name: getattr(self, name) for name in self.__slots__}

    def words(self, reader: User | None = None) -> str:
        """Return "by ana, v7", or "by you, not saved yet" to who has made it."""
        is_reader = reader is not None and reader.pk == self.author_id
        name = "you" if is_reader else self.author_name or "the studio"
        place = "not saved yet" if self.version_number is None else f"v{self.version_number}"
        return f"by {name}, {place}"


@dataclass(frozen=True, slots=True)
class Blame:
    """Where an entity comes from: who made it, who changed it last, and who set each field.

    ``track_id`` is the track that holds a note or an automation point, "" for all else.
    """

    entity_id: str
    kind: str
    track_id: str
    created: Origin
    changed: Origin
    fields: dict[str, Origin]

    def to_dict(self) -> dict[str, Any]:
        """Return the blame as plain data; fields of one origin are together, the newest first."""
        return {
            "entity_id": self.entity_id,
            "kind": self.kind,
            "track_id": self.track_id,
            "created": self.created.to_dict(),
            "changed": self.changed.to_dict(),
            "fields": [
                {"fields": names, **origin.to_dict()} for origin, names in self._by_origin()
            ],
        }

    def words(self, reader: User | None = None) -> str:
        """Return "velocity by you, v9; duration, pitch, start by ana, v7"."""
        return "; ".join(
            f"{', '.join(names)} {origin.words(reader)}" for origin, names in self._by_origin()
        )

    def _by_origin(self) -> list[tuple[Origin, list[str]]]:
        origins = {id(origin): origin for origin in self.fields.values()}
        groups: dict[int, list[str]] = {}
        for name in sorted(self.fields):
            groups.setdefault(id(self.fields[name]), []).append(name)
        together = [(origins[key], names) for key, names in groups.items()]
        return sorted(together, key=lambda entry: entry[0].at, reverse=True)


def blame(
    composition: Composition,
    entity_ids: Sequence[str] | None = None,
    *,
    track: str | None = None,
    at: Version | None = None,
) -> list[Blame]:
    """Return where entities come from, in the order of the document.

    Either the entities with the given ids, or ``track`` with all that is in it. They are
    those of the working copy, or of the version ``at``. Raises :class:`InvalidInputError`
    for what the document does not hold, and for more than :data:`MOST_ENTITIES` ids.
    """
    entities = to_entities(load_plain(composition) if at is None else load_version(at))
    chosen = _chosen(entities, entity_ids, track)
    walk = Walk(composition.pk)
    start = Step(at, composition.tree if at is None else at.tree)
    for key in chosen:
        start.add(wanted(key, entities[key]))
    walk.run(start, composition.head)
    origins = _Origins(composition, walk.found)
    return [_blame(key, entities[key], origins) for key in chosen]


def _chosen(entities: Entities, entity_ids: Sequence[str] | None, track: str | None) -> list[str]:
    if track is not None:
        if entities.get(track, {}).get("kind") != "track":
            raise InvalidInputError("This song has no such track.", details={"track": track[:64]})
        inside = {kind.value for kind in TRACK_LISTS.values()}
        return [
            key
            for key, fields in entities.items()
            if key == track or (fields["kind"] in inside and fields["track"] == track)
        ]
    asked = set(entity_ids or ())
    if len(asked) > MOST_ENTITIES:
        raise InvalidInputError(f"{MOST_ENTITIES} entities at most can be asked for at once.")
    unknown = sorted(asked - entities.keys())
    if unknown:
        raise InvalidInputError(
            "The song does not hold all of these; somebody may have removed some.",
            details={"entity_ids": [key[:64] for key in unknown[:100]]},
        )
    return [key for key in entities if key in asked]


def _blame(key: str, fields: Fields, origins: _Origins) -> Blame:
    by_field = {name: origins.of(key, name) for name in fields if name != "kind"}
    created = origins.of(key, EXISTENCE)
    return Blame(
        key,
        fields["kind"],
        fields.get("track", ""),
        created,
        max((created, *by_field.values()), key=lambda origin: origin.at),
        by_field,
    )


class _Origins:
    """From versions to the edits in them, where the log holds these."""

    def __init__(
        self, composition: Composition, found: dict[tuple[str, str], Version | None]
    ) -> None:
        self._composition = composition
        self._found = found
        self._known: dict[Any, Origin] = {}
        self._batches: dict[int, EditBatch] = {}
        self._names: dict[UUID | None, str] = {}
        # (entity, field) -> sequence numbers of the edits that set it, in order.
        self._set_by: dict[tuple[str, str], list[int]] = {}
        self._replaced = self._replacements()
        self._sequences = self._parent_sequences()
        self._read_log({key for key, _ in found})

    def of(self, entity_id: str, name: str) -> Origin:
        """Return the origin of a field, or of the entity itself."""
        version = self._found[entity_id, name]
        low, high = self._edits_of(version)
        for sequence in reversed(self._set_by.get((entity_id, name), ())):
            if low < sequence <= high:
                return self._of_edit(version, self._batches[sequence])
        return self._of_version(version)

    def _edits_of(self, version: Version | None) -> tuple[int, int]:
        """Return the numbers of the edits that led to the version: above the first, up to the last.

        They begin after the version before, and after the last time that the whole working
        copy was replaced: what was edited on another branch in between is not in them.
        """
        song = self._composition
        if version is None:
            return song.head_sequence, song.revision
        if version.sequence is None:
            return 0, 0
        place = bisect_right(self._replaced, version.sequence)
        replaced = self._replaced[place - 1] if place else 0
        return max(self._sequences.get(version.parent_id) or 0, replaced), version.sequence

    def _of_edit(self, version: Version | None, batch: EditBatch) -> Origin:
        key = (version.pk if version is not None else None, batch.sequence)
        if key not in self._known:
            self._known[key] = Origin(
                author_id=batch.author_id,
                author_name=self._names.get(batch.author_id, ""),
                at=batch.created_at,
                source=batch.source,
                version_id=version.pk if version is not None else None,
                version_number=version.number if version is not None else None,
                message=version.message if version is not None else "",
                batch_id=batch.pk,
                sequence=batch.sequence,
                batch_name=batch.name,
                provenance={},
            )
        return self._known[key]

    def _of_version(self, version: Version | None) -> Origin:
        if version is None:
            return self._of_song()
        if version.pk not in self._known:
            self._known[version.pk] = Origin(
                author_id=version.author_id,
                author_name=version.author_name,
                at=version.created_at,
                source=version.source,
                version_id=version.pk,
                version_number=version.number,
                message=version.message,
                provenance=version.provenance,
            )
        return self._known[version.pk]

    def _of_song(self) -> Origin:
        """Return who made the song, for what neither a version nor the log of edits knows."""
        song = self._composition
        if None not in self._known:
            self._known[None] = Origin(
                author_id=song.created_by_id,
                author_name=song.created_by.username if song.created_by is not None else "",
                at=song.created_at,
                source=Version.Source.COMPOSER if song.ai_prompt else Version.Source.PERSON,
                provenance={},
            )
        return self._known[None]

    def _replacements(self) -> list[int]:
        batches = EditBatch.all_objects.filter(composition=self._composition)
        replaced = batches.filter(version__isnull=False).order_by("sequence")
        return list(replaced.values_list("sequence", flat=True))

    def _parent_sequences(self) -> dict[UUID | None, int | None]:
        versions = [one for one in self._found.values() if one is not None]
        parents = Version.all_objects.filter(pk__in={one.parent_id for one in versions})
        return dict(parents.values_list("pk", "sequence"))

    def _read_log(self, entity_ids: Iterable[str]) -> None:
        keys = sorted(entity_ids)
        for place in range(0, len(keys), _CHUNK):
            rows = EditOp.objects.filter(
                composition=self._composition, entity_id__in=keys[place : place + _CHUNK]
            ).exclude(action=EditOp.Action.REMOVE)
            for key, action, after, sequence in rows.order_by("id").values_list(
                "entity_id", "action", "after", "batch__sequence"
            ):
                for name in after or ():
                    self._set_by.setdefault((key, name), []).append(sequence)
                if action == EditOp.Action.ADD:
                    self._set_by.setdefault((key, EXISTENCE), []).append(sequence)
        sequences = {one for entries in self._set_by.values() for one in entries}
        batches = EditBatch.all_objects.filter(
            composition=self._composition, sequence__in=sequences
        )
        self._batches = {batch.sequence: batch for batch in batches}
        authors = [batch.author_id for batch in self._batches.values() if batch.author_id]
        self._names.update(User.objects.filter(pk__in=authors).values_list("pk", "username"))
