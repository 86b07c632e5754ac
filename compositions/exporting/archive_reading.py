"""Songs of an archive, made anew in a project of whoever brings them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.core.exceptions import ValidationError
from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from ariaforge.models.base import uuid7
from compositions.documents import DOCUMENT_FIELDS, prepare, write_document
from compositions.editing.verifying import verify_document
from compositions.exporting.archive_checking import DAMAGED, fit, folder_of, name_of, parts_of
from compositions.exporting.archive_file import ArchiveError, ArchiveReader, Json
from compositions.exporting.archive_writing import (
    BATCH_FIELDS,
    OPERATION_FIELDS,
    PROPOSAL_FIELDS,
    RENDER_FIELDS,
    SONG_FIELDS,
    STEP_FIELDS,
    VERSION_FIELDS,
)
from compositions.history.blobs import store_parts
from compositions.history.commits import ARCHIVED_AUTHOR
from compositions.history.upkeep import check_history
from compositions.models import (
    AISession,
    AISessionStep,
    Branch,
    Composition,
    EditBatch,
    EditOp,
    Proposal,
    Render,
    Tag,
    Version,
)
from compositions.score.errors import ScoreError
from compositions.score.tree import Tree, index_parts
from compositions.sound import RenderParameters
from media.models import Asset
from media.services import keep_file
from projects.models import Project

ROWS_AT_ONCE = 1_000
Row = TypeVar("Row", bound=Model)


def add_songs(
    archive: ArchiveReader,
    project: Project,
    user: User,
    files: dict[str, Asset],
) -> list[Composition]:
    """Make the songs of a checked archive anew in ``project``, as songs of ``user``.

    ``files`` are the stored files of the archive by their names there. Nothing that is here
    already is changed. All is done, or nothing: raises :class:`ArchiveError`.
    """
    songs = []
    with transaction.atomic():
        for entry in archive.manifest["songs"]:
            try:
                with transaction.atomic():
                    songs.append(_Song(archive, folder_of(entry), project, user).add(files))
            except (
                KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError,
                ScoreError, ValidationError, DatabaseError,
            ) as error:  # fmt: skip
                raise ArchiveError(DAMAGED.format(name_of(entry))) from error
    return songs


@dataclass
class _Song:
    """One song of an archive on its way into a project."""

    archive: ArchiveReader
    folder: str
    project: Project
    user: User
    song: Composition = field(init=False)
    ids: dict[str, str] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)
    branches: list[Branch] = field(default_factory=list)

    def add(self, files: dict[str, Asset]) -> Composition:
        said, talks = self._json("song.json"), self._json("sessions.json")
        self.song = Composition(
            id=self._pk(said),
            project=self.project,
            created_by=self.user,
            updated_by=self.user,
            **{name: said[name] for name in SONG_FIELDS},
        )
        fit(self.song)
        RenderParameters.from_dict(self.song.render_parameters)
        self.song.save(force_insert=True)
        # Versions are never changed, so that all that they name is told before them.
        for entry in (*said["branches"], *said["renders"], *talks["proposals"]):
            self._pk(entry)
        for session in talks["sessions"]:
            for entry in (session, *session["steps"]):
                self._pk(entry)
        self._add_versions()
        self._add_branches(said)
        self._add_working_copy(said)
        self._add_edits()
        self._add_sessions(talks)
        self._add_renders(said, files)
        faults = [*check_history(self.song), *verify_document(self.song)]
        if faults or self.song.tree_hash != said["tree_hash"]:
            raise ValueError("; ".join(faults[:3]))
        return self.song

    def _json(self, name: str) -> Any:
        return self.archive.json(f"{self.folder}/{name}")

    def _pk(self, said: Json) -> UUID:
        """The key here of a row that came along; what names it may come before it."""
        return UUID(self.ids.setdefault(str(UUID(said["id"])), str(uuid7())))

    def _here(self, value: Any) -> Any:
        """Plain data in which the ids of what came along are those of its rows here."""
        if isinstance(value, str):
            return self.ids.get(value, value)
        if isinstance(value, list):
            return [self._here(item) for item in value]
        if isinstance(value, dict):
            return {key: self._here(item) for key, item in value.items()}
        return value

    def _version(self, key: str | None) -> Version | None:
        return self.versions[key] if key is not None else None

    def _branch(self, place: str | None) -> Branch | None:
        return self.branches[_place(place)] if place is not None else None

    def _add_versions(self) -> None:
        rows = list(self.archive.lines(f"{self.folder}/versions.jsonl"))
        for said in rows:
            version = Version(
                id=self._pk(said),
                composition=self.song,
                author_id=self._author(said["author"]),
                created_at=_time(said["created_at"]),
                parent=self._version(said["parent"]),
                merged_parent=self._version(said["merged_parent"]),
                **{name: said[name] for name in VERSION_FIELDS},
            )
            self.versions[said["sha256"]] = version
        indexes: set[str] = set()
        top: set[str] = set()
        for said, version in zip(rows, self.versions.values(), strict=True):
            version.provenance = self._here(said["provenance"])
            version.merge = self._here(version.merge)
            if version.author_id is None and said["author"]:
                version.provenance[ARCHIVED_AUTHOR] = str(UUID(said["author"]))
            tree = Tree.from_dict(version.tree)
            top |= {tree.meta, tree.structure, tree.lyrics}
            indexes |= set(tree.tracks.values())
            fit(version)
        found = parts_of(self.archive, indexes)
        store_parts(found)
        top |= {key for index in found.values() for key in index_parts(orjson.loads(index))}
        rest = sorted(top)
        for place in range(0, len(rest), ROWS_AT_ONCE):
            store_parts(parts_of(self.archive, rest[place : place + ROWS_AT_ONCE]))
        Version.objects.bulk_create(self.versions.values(), batch_size=ROWS_AT_ONCE)

    def _author(self, author: str | None) -> UUID | None:
        """The author, when it is who brings the song: for others nobody can vouch."""
        return self.user.pk if author and UUID(author) == self.user.pk else None

    def _add_branches(self, said: Json) -> None:
        for entry in said["branches"]:
            branch = Branch(
                id=self._pk(entry),
                composition=self.song,
                name=entry["name"],
                tip=self.versions[entry["tip"]],
                is_protected=bool(entry["is_protected"]),
                created_by=self.user,
                updated_by=self.user,
            )
            self._saved(branch)
            if entry["deleted"]:
                branch.soft_delete()
            self.branches.append(branch)
        for entry in said["tags"]:
            version = self.versions[entry["version"]]
            self._saved(
                Tag(
                    composition=self.song,
                    name=entry["name"],
                    version=version,
                    created_by=self.user,
                    updated_by=self.user,
                )
            )

    def _add_working_copy(self, said: Json) -> None:
        song = self.song
        song.branch, song.head = self._branch(said["branch"]), self._version(said["head"])
        song.revision, song.head_sequence = said["revision"], said["head_sequence"]
        fields = ["branch", "head", "revision", "head_sequence"]
        if said["content_hash"]:
            write_document(song, prepare(song, self._json("document.json")))
            fields += DOCUMENT_FIELDS
        fit(song)
        song.save(update_fields=fields)

    def _add_edits(self) -> None:
        batches: dict[int, EditBatch] = {}
        operations: list[EditOp] = []
        for said in self.archive.lines(f"{self.folder}/edits.jsonl"):
            batch = EditBatch(
                id=self._pk(said),
                composition=self.song,
                author_id=self._author(said["author"]),
                undoes=batches[said["undoes"]] if said["undoes"] is not None else None,
                version=self._version(said["version"]),
                created_at=_time(said["created_at"]),
                **{name: said[name] for name in BATCH_FIELDS},
            )
            fit(batch)
            batches[batch.sequence] = batch
            for operation in said["operations"]:
                row = EditOp(
                    composition=self.song,
                    batch=batch,
                    **{name: operation[name] for name in OPERATION_FIELDS},
                )
                fit(row)
                operations.append(row)
        EditBatch.objects.bulk_create(batches.values(), batch_size=ROWS_AT_ONCE)
        EditOp.objects.bulk_create(operations, batch_size=ROWS_AT_ONCE)

    def _add_sessions(self, said: Json) -> None:
        proposals = [self._add_proposal(entry) for entry in said["proposals"]]
        sessions: list[AISession] = []
        steps: dict[tuple[int, int], AISessionStep] = {}
        for place, entry in enumerate(said["sessions"]):
            session = self._saved(
                AISession(
                    id=self._pk(entry),
                    composition=self.song,
                    title=entry["title"],
                    branch=self._branch(entry["branch"]),
                    created_by=self.user,
                    updated_by=self.user,
                )
            )
            sessions.append(session)
            for told in entry["steps"]:
                offered = told["proposal"]
                step = AISessionStep(
                    id=self._pk(told),
                    session=session,
                    base_version=self._version(told["base_version"]),
                    result_version=self._version(told["result_version"]),
                    proposal=proposals[_place(offered)] if offered is not None else None,
                    started_at=_time(told["started_at"]),
                    finished_at=_time(told["finished_at"]),
                    created_by=self.user,
                    updated_by=self.user,
                    **{name: told[name] for name in STEP_FIELDS},
                )
                step.parameters = self._here(step.parameters)
                steps[place, step.number] = self._saved(step)
        for place, entry in enumerate(said["sessions"]):
            if entry["parent_step"] is not None:
                sessions[place].parent_step = steps[_pair(entry["parent_step"])]
                sessions[place].save(update_fields=["parent_step"])
            for told in entry["steps"]:
                if told["parent"] is not None:
                    step = steps[place, told["number"]]
                    step.parent = steps[_pair(told["parent"])]
                    step.save(update_fields=["parent"])

    def _add_proposal(self, entry: Json) -> Proposal:
        proposal: Proposal = Proposal(
            id=self._pk(entry),
            composition=self.song,
            branch=self._branch(entry["branch"]),
            target=self._branch(entry["target"]),
            base=self._version(entry["base"]),
            version=self._version(entry["version"]),
            result=self._version(entry["result"]),
            decided_at=_time(entry["decided_at"]),
            created_by=self.user,
            updated_by=self.user,
            **{name: entry[name] for name in PROPOSAL_FIELDS},
        )
        proposal.provenance = self._here(proposal.provenance)
        self._saved(proposal)
        if entry["deleted"]:
            proposal.soft_delete()
        return proposal

    def _add_renders(self, said: Json, files: dict[str, Asset]) -> None:
        song = self.song
        kept = {
            name: keep_file(files[f"{self.folder}/{name}"])
            for name in ("song.mid", "mix.wav", "mix.mp3")
            if f"{self.folder}/{name}" in files
        }
        song.midi = kept.get("song.mid")
        for entry in said["renders"]:
            current = bool(entry["current"])
            render = self._saved(
                Render(
                    id=self._pk(entry),
                    composition=song,
                    mix=kept.get("mix.wav") if current else None,
                    mp3=kept.get("mix.mp3") if current else None,
                    created_by=self.user,
                    updated_by=self.user,
                    **{name: entry[name] for name in RENDER_FIELDS},
                )
            )
            if current:
                song.current_render = render
        song.save(update_fields=["midi", "current_render"])

    def _saved(self, row: Row) -> Row:
        fit(row)
        row.save(force_insert=True)
        return row


def _place(value: Any) -> int:
    place = int(value)
    if place < 0:
        raise ValueError("no place")
    return place


def _pair(value: Any) -> tuple[int, int]:
    first, second = value
    return _place(first), _place(second)


def _time(text: str | None) -> Any:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if timezone.is_naive(moment):
        raise ValueError("a time without a zone")
    return moment
