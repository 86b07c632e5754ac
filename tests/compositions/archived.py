"""Songs with all that an archive holds, packed and brought in again, for the tests of archives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.models import User
from compositions.documents import load_plain
from compositions.editing import undo
from compositions.exporting.archive_checking import check_archive
from compositions.exporting.archive_file import ArchiveReader
from compositions.exporting.archive_jobs import bring
from compositions.exporting.archive_writing import write_archive
from compositions.history.branches import create_branch, create_tag
from compositions.history.proposals import accept, propose
from compositions.history.versions import save_version, set_document
from compositions.models import (
    AISession,
    Composition,
    EditBatch,
    EditOp,
    Version,
)
from projects.models import Project
from tests.compositions.songs import make_song
from tests.history.documents import changed, edit, example, working


def storied_song(musician: User) -> Composition:
    """A song with all that a history can hold."""
    song = make_song(musician, "ready")
    set_document(
        composition=song, data=example(), user=musician, name="x", source="import", message="x"
    )
    note = working(song)["tracks"][0]["notes"][0]["id"]
    edit(song, musician, note, pitch=61)
    create_tag(composition=song, user=musician, name="Demo", version="")
    create_branch(composition=song, user=musician, name="louder")
    offer = changed(working(song), note, velocity=99)
    proposal = propose(composition=song, user=musician, title="Louder", data=offer)
    save_version(composition=song, user=musician, message="Before")
    accept(proposal=proposal, user=musician, accept_defaults=True)
    session = AISession.objects.create(composition=song, title="talk", created_by=musician)
    session.steps.create(
        number=1, operation="compose", prompt="a song", seed=5, state="chosen",
        result_version=Version.objects.filter(composition=song).first(),
        parameters={"session": str(session.pk)},
    )  # fmt: skip
    edit(song, musician, note, pitch=62)
    edit(song, musician, note, pitch=63)
    undo(composition=Composition.objects.get(pk=song.pk), user=musician)
    return Composition.objects.with_work().get(pk=song.pk)


def packed(song: Composition, path: Path) -> Path:
    return write_archive(
        path, song.project, [song], whole_project=False, progress=lambda part, step: None
    )


def brought(path: Path, project: Project, user: User) -> Composition:
    with ArchiveReader(path) as archive:
        check_archive(archive, lambda part: None)
        with transaction.atomic():
            return bring(archive, project, user, {})[0]


def told(song: Composition) -> dict[str, Any]:
    """All that an archive keeps of a song's music and history, without keys of rows."""
    song = Composition.objects.select_related("branch", "head").get(pk=song.pk)
    versions = Version.objects.filter(composition=song).order_by("number")
    return {
        "document": load_plain(song),
        "hashes": (song.tree_hash, song.content_hash, song.revision, song.head_sequence),
        "prompt": (song.ai_prompt, song.lyrics, song.seed, song.spec, song.confidence),
        "head": song.head and song.head.sha256,
        "versions": [
            (
                version.number, version.sha256, version.parent and version.parent.sha256,
                version.merged_parent and version.merged_parent.sha256, version.author_name,
                version.message, version.created_at, version.source,
            )
            for version in versions.select_related("parent", "merged_parent")
        ],
        "branches": sorted(song.branches.values_list("name", "tip__sha256", "is_protected")),
        "tags": sorted(song.tags.values_list("name", "version__sha256")),
        "edits": list(
            EditBatch.objects.filter(composition=song).order_by("sequence").values_list(
                "sequence", "name", "source", "tree_hash", "created_at", "undoes__sequence",
                "version__sha256",
            )
        ),
        "operations": list(
            EditOp.objects.filter(composition=song).order_by("id").values_list(
                "op_id", "entity_id", "action", "before", "after", "batch__sequence"
            )
        ),
        "proposals": list(song.proposals.order_by("id").values_list(
            "title", "state", "base__sha256", "version__sha256", "result__sha256", "branch__name",
        )),
        "steps": list(
            song.sessions.order_by("id").values_list(
                "title", "steps__number", "steps__prompt", "steps__seed", "steps__state",
                "steps__result_version__sha256",
            )
        ),
        "renders": list(song.renders.order_by("id").values_list("parameters", "measurements")),
    }  # fmt: skip
