"""Songs of the studio, with all their history, to an archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import Model

from compositions.documents import load_plain
from compositions.editing.locking import lock_document
from compositions.exporting.archive_file import ArchiveWriter, Json
from compositions.exporting.progress import Progress
from compositions.history.blobs import fetch_parts
from compositions.history.commits import author_in_hash, provenance_at_home
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
from compositions.score.tree import Tree, index_parts
from media.models import Asset
from projects.models import Project

SONG_FIELDS = (
    "name",
    "ai_prompt",
    "lyrics",
    "seed",
    "spec",
    "engine_version",
    "explanation",
    "confidence_score",
    "confidence",
    "theory_data",
    "audio_metadata",
    "render_parameters",
)
DOCUMENT_STATE = ("content_hash", "tree_hash", "revision", "head_sequence")
RENDER_FIELDS = (
    "parameters",
    "seed",
    "content_hash",
    "engine_version",
    "soundfont_sha256",
    "duration_seconds",
    "measurements",
    "peaks",
)
VERSION_FIELDS = (
    "number",
    "sha256",
    "tree",
    "tree_hash",
    "content_hash",
    "branch_name",
    "sequence",
    "author_name",
    "message",
    "source",
    "merge",
    "note_count",
    "length_ticks",
)
BATCH_FIELDS = (
    "sequence",
    "base_sequence",
    "branch_name",
    "name",
    "source",
    "superseded",
    "tree_hash",
)
OPERATION_FIELDS = ("op_id", "entity_id", "kind", "action", "before", "after")
STEP_FIELDS = (
    "number",
    "operation",
    "prompt",
    "parameters",
    "spec",
    "seed",
    "engine_version",
    "state",
    "result_content_hash",
    "confidence_score",
    "explanation",
    "error",
)
PROPOSAL_FIELDS = ("title", "description", "state", "provenance", "decision")
PROJECT_FIELDS = ("name", "description", "genre", "key", "tempo", "meter")
AUDIO = {"mix": "mix.wav", "mp3": "mix.mp3"}
_PARTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Names:
    """How rows of a song are called in its archive."""

    versions: dict[UUID, str]
    branches: dict[UUID, str]
    steps: dict[UUID, list[int]]
    proposals: dict[UUID, int]


def write_archive(
    destination: Path,
    project: Project,
    songs: Sequence[Composition],
    *,
    whole_project: bool,
    progress: Progress,
) -> Path:
    """Write ``songs`` of ``project``, each as it is at one moment; the same rows, the same bytes.

    With ``whole_project`` the archive brings the project's own fields and its cover, too. What
    belongs to people and not to the music is not in it: members, jobs, exports and imports.
    """
    with ArchiveWriter(destination) as archive:
        names = []
        for number, song in enumerate(songs, 1):
            progress((number - 1) / len(songs), f"Packing “{song.name[:60]}”")
            folder = f"songs/{number:04d}"
            _write_song(archive, song.pk, folder)
            names.append({"folder": folder, "id": str(song.pk), "name": song.name})
        if whole_project:
            fields = {name: getattr(project, name) for name in PROJECT_FIELDS}
            archive.add_json("project.json", fields)
            if project.cover:
                with project.cover.open("rb") as cover:
                    archive.add("cover", cover.read())
        archive.finish({
            "scope": "project" if whole_project else "song",
            "name": project.name if whole_project else songs[0].name,
            "songs": names,
        })  # fmt: skip
    progress(1.0, "Packing")
    return destination


def _write_song(archive: ArchiveWriter, key: UUID, folder: str) -> None:
    with transaction.atomic():
        # Edits wait, so that rows, log and history are of one moment.
        song = lock_document(key)
        if song.is_composed:
            archive.add_json(f"{folder}/document.json", load_plain(song))
        versions = list(Version.all_objects.filter(composition=song).order_by("number"))
        _write_history(archive, song, versions, folder)
    for asset, name in _files(song):
        with asset.file.open("rb") as stored:
            archive.add_stream(f"{folder}/{name}", iter(stored.chunks()))


def _write_history(
    archive: ArchiveWriter, song: Composition, versions: list[Version], folder: str
) -> None:
    branches = list(Branch.all_objects.filter(composition=song).order_by("pk"))
    proposals = list(Proposal.all_objects.filter(composition=song).order_by("pk"))
    sessions = list(AISession.objects.filter(composition=song).order_by("pk"))
    steps = list(
        AISessionStep.objects.filter(session__in=sessions).order_by("session_id", "number")
    )
    places = {session.pk: place for place, session in enumerate(sessions)}
    names = _Names(
        versions={version.pk: version.sha256 for version in versions},
        # Several deleted branches may have had one name.
        branches={branch.pk: str(place) for place, branch in enumerate(branches)},
        steps={step.pk: [places[step.session_id], step.number] for step in steps},
        proposals={proposal.pk: place for place, proposal in enumerate(proposals)},
    )
    archive.add_json(f"{folder}/song.json", _song(song, branches, names))
    archive.add_lines(
        f"{folder}/versions.jsonl", (_version(version, names) for version in versions)
    )
    archive.add_lines(f"{folder}/edits.jsonl", _batches(song, names))
    archive.add_json(
        f"{folder}/sessions.json",
        {
            "proposals": [_proposal(proposal, names) for proposal in proposals],
            "sessions": [
                _session(session, [s for s in steps if s.session_id == session.pk], names)
                for session in sessions
            ],
        },
    )
    for version in versions:
        _write_parts(archive, Tree.from_dict(version.tree))


def _song(song: Composition, branches: list[Branch], names: _Names) -> Json:
    renders = list(Render.objects.filter(composition=song).order_by("pk"))
    tags = Tag.objects.filter(composition=song).order_by("pk")
    return {
        **_fields(song, SONG_FIELDS),
        **_fields(song, DOCUMENT_STATE),
        "id": str(song.pk),
        "branch": names.branches.get(song.branch_id) if song.branch_id else None,
        "head": names.versions.get(song.head_id) if song.head_id else None,
        "branches": [
            {
                "id": str(branch.pk),
                "name": branch.name,
                "tip": names.versions[branch.tip_id],
                "is_protected": branch.is_protected,
                "deleted": branch.deleted_at is not None,
            }
            for branch in branches
        ],
        "tags": [{"name": tag.name, "version": names.versions[tag.version_id]} for tag in tags],
        "renders": [
            {
                **_fields(render, RENDER_FIELDS),
                "id": str(render.pk),
                "current": render.pk == song.current_render_id,
            }
            for render in renders
            # What never became a mix has nothing to tell.
            if render.duration_seconds is not None
        ],
    }


def _version(version: Version, names: _Names) -> Json:
    author = author_in_hash(version)
    return {
        **_fields(version, VERSION_FIELDS),
        "id": str(version.pk),
        "author": str(author) if author else None,
        "parent": names.versions.get(version.parent_id) if version.parent_id else None,
        "merged_parent": (
            names.versions.get(version.merged_parent_id) if version.merged_parent_id else None
        ),
        "provenance": provenance_at_home(version),
        "created_at": version.created_at.isoformat(),
    }


def _batches(song: Composition, names: _Names) -> Iterator[Json]:
    batches = EditBatch.all_objects.filter(composition=song).order_by("sequence")
    sequences = dict(batches.values_list("pk", "sequence"))
    operations: dict[UUID, list[Json]] = {}
    for operation in EditOp.objects.filter(composition=song).order_by("id").iterator():
        operations.setdefault(operation.batch_id, []).append(_fields(operation, OPERATION_FIELDS))
    for batch in batches.iterator():
        yield {
            **_fields(batch, BATCH_FIELDS),
            "id": str(batch.pk),
            "author": str(batch.author_id) if batch.author_id else None,
            "undoes": sequences.get(batch.undoes_id) if batch.undoes_id else None,
            "version": names.versions.get(batch.version_id) if batch.version_id else None,
            "created_at": batch.created_at.isoformat(),
            "operations": operations.get(batch.pk, []),
        }


def _proposal(proposal: Proposal, names: _Names) -> Json:
    return {
        **_fields(proposal, PROPOSAL_FIELDS),
        "id": str(proposal.pk),
        "branch": names.branches[proposal.branch_id],
        "target": names.branches[proposal.target_id],
        "base": names.versions[proposal.base_id],
        "version": names.versions[proposal.version_id],
        "result": names.versions.get(proposal.result_id) if proposal.result_id else None,
        "decided_at": proposal.decided_at.isoformat() if proposal.decided_at else None,
        "deleted": proposal.deleted_at is not None,
    }


def _session(session: AISession, steps: list[AISessionStep], names: _Names) -> Json:
    return {
        "id": str(session.pk),
        "title": session.title,
        "branch": names.branches.get(session.branch_id) if session.branch_id else None,
        "parent_step": names.steps.get(session.parent_step_id) if session.parent_step_id else None,
        "steps": [_step(step, names) for step in steps],
    }


def _step(step: AISessionStep, names: _Names) -> Json:
    def version(key: UUID | None) -> str | None:
        return names.versions.get(key) if key else None

    fields = _fields(step, STEP_FIELDS)
    if step.state == AISessionStep.State.RUNNING:
        # The work stays in the studio where it is done.
        fields |= {"state": AISessionStep.State.FAILED.value, "error": "Was at work when packed."}
    return {
        **fields,
        "id": str(step.pk),
        "parent": names.steps.get(step.parent_id) if step.parent_id else None,
        "base_version": version(step.base_version_id),
        "result_version": version(step.result_version_id),
        "proposal": names.proposals.get(step.proposal_id) if step.proposal_id else None,
        "started_at": step.started_at.isoformat() if step.started_at else None,
        "finished_at": step.finished_at.isoformat() if step.finished_at else None,
    }


def _write_parts(archive: ArchiveWriter, tree: Tree) -> None:
    indexes = set(tree.tracks.values())
    top = fetch_parts({tree.meta, tree.structure, tree.lyrics, *indexes})
    below = {key for index in indexes for key in index_parts(orjson.loads(top[index]))}
    new = sorted(key for key in below if not archive.holds(part_name(key)))
    for key in sorted(top):
        archive.add(part_name(key), top[key])
    for place in range(0, len(new), _PARTS_AT_ONCE):
        found = fetch_parts(new[place : place + _PARTS_AT_ONCE])
        for key in sorted(found):
            archive.add(part_name(key), found[key])


def part_name(key: str) -> str:
    """The name of a part in the archive."""
    return f"parts/{key[:2]}/{key}.json"


def _files(song: Composition) -> Iterator[tuple[Asset, str]]:
    row = Composition.objects.with_work().get(pk=song.pk)
    if row.midi is not None:
        yield row.midi, "song.mid"
    if row.current_render is not None:
        for field, name in AUDIO.items():
            asset = getattr(row.current_render, field)
            if asset is not None:
                yield asset, name


def _fields(row: Model, names: Sequence[str]) -> Json:
    return {name: getattr(row, name) for name in names}
