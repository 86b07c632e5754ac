"""The part of a document's rows that an edit needs: loading it, and writing what changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from ariaforge.context import current_action
from compositions.documents import ROWS, ROWS_AT_ONCE, new_row, plain_item, seconds_at
from compositions.editing.contents import AUTOMATION, TrackContents
from compositions.editing.locating import (
    SUNG,
    Found,
    find_notes,
    last_tick,
    locate,
    stored_rows,
    totals,
    update_row,
)
from compositions.models import Composition
from compositions.models.document import DocumentRow
from compositions.note_windows import load_notes
from compositions.score.diff import ADD, REMOVE
from compositions.score.entities import (
    LISTS,
    META_ID,
    SECTION_KIND,
    TRACK_LISTS,
    Entities,
    Fields,
    Kind,
    from_entities,
    mix_of,
    track_contents,
    unwritten_of,
)
from compositions.score.errors import Problem, ScoreError
from compositions.score.operations import REFERENCES, Operation
from compositions.score.rules import is_id
from compositions.score.tree import (
    Tree,
    write_lyrics,
    write_meta,
    write_structure,
)
from compositions.score.validation import too_long

HEAD_LISTS = {"tempos": Kind.TEMPO, "meters": Kind.METER, "keys": Kind.KEY}
"""The lists that are columns of the song itself."""
ROW_LISTS = {kind.value: name for name, kind in LISTS.items() if name in ROWS}
STRUCTURE = {*HEAD_LISTS.values(), Kind.SECTION, Kind.CHORD, Kind.TRACK, Kind.META}
"""What the part "structure" of the tree holds; of the entity "meta" the mix."""
LYRICS = {Kind.LINE, Kind.SYLLABLE}
_REFERRING = {name for names in REFERENCES.values() for name in names}


class WorkingCopy:
    """The entities of a locked song that operations need, by id, and where they are stored.

    ``entities`` is for a :class:`compositions.score.drafts.Draft` to change; ``write`` then
    brings the rows, the tree and the length into line with it. ``found`` are ids that are in
    use, whether they were needed or not; ``totals`` counts notes and automation points when
    some are to be added.
    """

    def __init__(self, composition: Composition, operations: Sequence[Operation]) -> None:
        self.composition = composition
        self.entities: Entities = {
            META_ID: {
                "kind": Kind.META.value,
                "title": composition.name,
                "metadata": composition.document_metadata,
                **composition.mix,
            }
        }
        self.totals: dict[str, int] = {}
        self.found: set[str] = set()
        self._keys: dict[str, UUID] = {}
        self._contents = TrackContents(composition, self._keys)
        self._complete: set[str] = set()
        self._load(operations)
        self._original = dict(self.entities)

    # -- Loading ----------------------------------------------------------------------

    def _load(self, operations: Sequence[Operation]) -> None:
        for name, kind in HEAD_LISTS.items():
            for item in getattr(self.composition, name):
                fields = {**item, "kind": kind.value}
                self.entities[fields.pop("id")] = fields
        self._load_rows(Kind.TRACK, without={AUTOMATION})
        self._load_rows(Kind.SECTION)
        wanted = named(operations)
        found = locate(self.composition, wanted - self.entities.keys())
        self.found = {entry.entity_id for entry in found}
        kinds = {entry.entity_id: entry.kind for entry in found if entry.kind != SUNG}
        kinds |= {key: self.entities[key]["kind"] for key in wanted & self.entities.keys()}
        kinds |= {
            operation.entity_id: operation.fields["kind"]
            for operation in operations
            if operation.action == ADD
        }
        touched = {kinds.get(operation.entity_id, "") for operation in operations}
        if touched & STRUCTURE:
            self._load_rows(Kind.CHORD)
        tracks = {entry.track_id for entry in found if entry.track_id}
        targets = (operation.fields.get("track") for operation in operations)
        tracks |= {str(target) for target in targets if is_id(target)}
        removed = {
            operation.entity_id
            for operation in operations
            if operation.action == REMOVE and kinds.get(operation.entity_id) == Kind.TRACK
        }
        self._take(found)
        if removed:
            for track, notes in load_notes(self.composition, removed).items():
                self.entities.update(track_contents(track, notes, Kind.NOTE))
        with_points = removed | (tracks if Kind.AUTOMATION in touched else set())
        for track, points in self._contents.load_automation(with_points).items():
            self.entities.update(track_contents(track, points, Kind.AUTOMATION))
        adds = any(operation.action == ADD for operation in operations)
        if adds and touched & {*TRACK_LISTS.values()}:
            self.totals = totals(self.composition)
        if (
            touched & LYRICS
            or any(entry.kind == SUNG for entry in found)
            or self._may_reorder(operations, kinds)
        ):
            self._load_lyrics()

    def _may_reorder(self, operations: Sequence[Operation], kinds: dict[str, str]) -> bool:
        """Whether tracks change places or sections go, which lyrics notice."""
        return any(
            operation.action == REMOVE
            if kinds.get(operation.entity_id) == Kind.SECTION
            else operation.action == REMOVE or "position" in operation.fields
            for operation in operations
            if kinds.get(operation.entity_id) in (Kind.SECTION, Kind.TRACK)
        )

    def _load_rows(self, kind: Kind, without: Collection[str] = ()) -> None:
        model, columns = _stored(kind)
        fields = [field for field in columns if field not in without]
        stored = stored_rows(self.composition, model, [columns[field] for field in fields])
        for key, entity_id, *values in stored:
            self._keys[entity_id] = key
            self.entities[entity_id] = {
                **plain_item(ROW_LISTS[kind], fields, values),
                "kind": kind.value,
            }
        self._complete.add(kind)

    def _load_lyrics(self) -> None:
        self._load_rows(Kind.LINE)
        self._load_rows(Kind.SYLLABLE)
        sung = {
            fields["note_id"]
            for fields in self.entities.values()
            if fields["kind"] == Kind.SYLLABLE
        }
        self._take(find_notes(self.composition, sung - self.entities.keys()))

    def _take(self, found: Iterable[Found]) -> None:
        """Take over what was found inside tracks."""
        for entry in found:
            if entry.item is not None:
                self.entities |= track_contents(entry.track_id, [entry.item], Kind(entry.kind))

    # -- Writing ----------------------------------------------------------------------

    def write(self, touched: Iterable[str]) -> set[str]:
        """Write the entities ``touched`` as they are now; return the song's changed fields.

        Rows that stay the same are left alone, and only parts of the tree that changed are
        hashed. The song itself is not saved. Raises :class:`ScoreError` when the song would
        be too long.
        """
        before, after = self._original, self.entities
        changed = {key for key in touched if before.get(key) != after.get(key)}
        kinds = {(after.get(key) or before[key])["kind"] for key in changed}
        automation = self._contents.changed_automation(before, after, changed)
        for kind in ROW_LISTS:
            if kind in kinds or (kind == Kind.TRACK and automation):
                self._write_rows(kind, changed, automation)
        tracks = self._contents.write(before, after, changed, automation)
        fields = self._write_head(kinds)
        fields |= self._write_tree(kinds, tracks)
        if kinds & {Kind.NOTE, Kind.CHORD, Kind.SECTION, Kind.TEMPO}:
            fields |= self._write_length(changed)
        return fields

    def _write_rows(
        self, kind: str, changed: Collection[str], automation: dict[str, list[Fields]]
    ) -> None:
        model, columns = _stored(kind)
        gone: list[UUID] = []
        new: list[DocumentRow] = []
        updates: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        keys = changed if kind != Kind.TRACK else {*changed, *automation}
        for key in keys:
            old, now = self._original.get(key), self.entities.get(key)
            if (now or old or {}).get("kind") != kind:
                continue
            left_out = unwritten_of(kind)
            values = {**left_out, **(now or {})}
            if kind == Kind.TRACK and key in automation:
                values[AUTOMATION] = automation[key]
            # Two syllables that change places would be on the same note for a moment.
            moved = now and old and old.get("note_id") != now.get("note_id")
            if old and (now is None or moved):
                gone.append(self._keys[key])
            if now and (old is None or moved):
                if kind == Kind.TRACK:
                    values.setdefault(AUTOMATION, [])
                row = new_row(self.composition, model, columns, {"id": key, **values})
                self._keys[key] = row.pk
                new.append(row)
            elif now and old:
                former = {**left_out, **old}
                differing = {
                    columns[field]: values[field]
                    for field in columns
                    if field in values and (field == AUTOMATION or values[field] != former[field])
                }
                updates.setdefault(tuple(differing), []).append(
                    {"pk": self._keys[key], **differing}
                )
        if gone:
            model.all_objects.filter(pk__in=gone).delete()
        for fields, rows in updates.items():
            _update(model, fields, rows)
        if new:
            model.all_objects.bulk_create(new, batch_size=ROWS_AT_ONCE)

    def _write_head(self, kinds: Collection[str]) -> set[str]:
        song, fields = self.composition, set()
        if Kind.META in kinds:
            meta = self.entities[META_ID]
            song.name, song.document_metadata = meta["title"], meta["metadata"]
            song.mix = mix_of(meta)
            fields |= {"name", "document_metadata", "mix"}
        for name, kind in HEAD_LISTS.items():
            if kind in kinds:
                setattr(song, name, self._plain([kind])[name])
                fields.add(name)
        return fields

    def _write_tree(self, kinds: Collection[str], changed_tracks: dict[str, str]) -> set[str]:
        song = self.composition
        tree = Tree.from_dict(song.tree)
        meta, structure, lyrics, tracks = tree.meta, tree.structure, tree.lyrics, tree.tracks
        if Kind.META in kinds:
            meta = write_meta(self.entities[META_ID])
        if STRUCTURE.intersection(kinds):
            structure = write_structure(self._plain(STRUCTURE))
        if Kind.SYLLABLE in self._complete:
            # The order of syllables is that of the notes, wherever those went.
            lyrics = write_lyrics(self._plain({Kind.TRACK, Kind.NOTE, *LYRICS}))
        if Kind.TRACK in kinds:
            tracks = {key: part for key, part in tracks.items() if key in self.entities}
        tracks |= changed_tracks
        tree = Tree(meta, structure, lyrics, tracks)
        song.tree, song.tree_hash, song.content_hash = (
            tree.to_dict(),
            tree.tree_hash,
            tree.content_hash,
        )
        return {"tree", "tree_hash", "content_hash"}

    def _plain(self, kinds: Collection[str]) -> dict[str, Any]:
        """The plain score of the entities of some kinds."""
        return from_entities(
            {key: fields for key, fields in self.entities.items() if fields["kind"] in kinds}
        )

    def _write_length(self, changed: Collection[str]) -> set[str]:
        song = self.composition
        before = max(map(_end, (self._original.get(key) for key in changed)), default=0)
        after = max(map(_end, (self.entities.get(key) for key in changed)), default=0)
        if after >= song.length_ticks:
            song.length_ticks = after
        elif before >= song.length_ticks:
            # What ended last does so no more.
            song.length_ticks = last_tick(song)
        song.duration_seconds = seconds_at(song.tempos, song.length_ticks)
        problems = [
            Problem("operations", problem.message) for problem in too_long(song.duration_seconds)
        ]
        if problems:
            raise ScoreError(problems)
        return {"length_ticks", "duration_seconds"}


def _stored(kind: str) -> tuple[type[DocumentRow], dict[str, str]]:
    """The model of a kind, and the column of each field of its entities."""
    model, columns = ROWS[ROW_LISTS[kind]]
    if kind == Kind.SECTION:
        columns = {SECTION_KIND if name == "kind" else name: columns[name] for name in columns}
    return model, columns


def named(operations: Iterable[Operation]) -> set[str]:
    """The ids of the entities that operations are for, and of those that they refer to."""
    ids: set[str] = set()
    for operation in operations:
        ids.add(operation.entity_id)
        for name in _REFERRING & operation.fields.keys():
            target = operation.fields[name]
            # Anything else is no id, and would be no text for the database either.
            if is_id(target):
                ids.add(target)
    return ids


def _update(model: type[DocumentRow], fields: Sequence[str], rows: list[dict[str, Any]]) -> None:
    """Set the columns ``fields`` of rows given as dicts with their ``pk``."""
    actor_id = current_action().actor_id
    if len(rows) == 1:
        (row,) = rows
        values = {field: row[field] for field in fields}
        author = {"updated_at": timezone.now(), "updated_by": actor_id}
        update_row(model, row["pk"], {**values, **author})
        return
    instances = [model(**row, updated_at=timezone.now(), updated_by_id=actor_id) for row in rows]
    model.all_objects.bulk_update(
        instances, [*fields, "updated_at", "updated_by"], batch_size=ROWS_AT_ONCE
    )


def _end(fields: Fields | None) -> int:
    return fields["start"] + fields["duration"] if fields and "start" in fields else 0
