"""Writing and reading versions, whatever they are for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from ariaforge.events import publish
from ariaforge.exceptions import ConflictError, NotPermittedError
from compositions.documents import load_plain
from compositions.event_topics import composition_topic
from compositions.history.blobs import fetch_parts, store_parts
from compositions.models import Branch, Composition, Version
from compositions.models.history import MAIN_BRANCH, MESSAGE_MAX_LENGTH
from compositions.score.entities import Plain
from compositions.score.tree import (
    Parts,
    Tree,
    canonical_json,
    digest,
    read_tree,
    write_lyrics,
    write_meta,
    write_structure,
    write_track,
)
from projects.models import Project

BEFORE_HISTORY = "Before history began"


def commit_hash(
    *,
    tree_hash: str,
    parents: Sequence[str],
    author_id: Any,
    author_name: str,
    message: str,
    time: datetime,
) -> str:
    """Return the hash that names a version: of its tree, parents, author, message and time.

    ``parents`` are their hashes, the side that was merged into first. The time counts in
    UTC to the microsecond.
    """
    return digest(
        canonical_json(
            {
                "tree": tree_hash,
                "parents": list(parents),
                "author": {"id": str(author_id) if author_id else "", "name": author_name},
                "message": message,
                "time": time.astimezone(UTC).isoformat(timespec="microseconds"),
            }
        )
    )


ARCHIVED_AUTHOR = "archived_author"
"""Where the provenance of a version from an archive keeps who wrote it, in its home studio."""


def author_in_hash(version: Version) -> Any:
    """Return the id of the author with which the version was named.

    A version that came in an archive belongs to nobody here but keeps its name.
    """
    return version.provenance.get(ARCHIVED_AUTHOR, version.author_id)


def provenance_at_home(version: Version) -> dict[str, Any]:
    """Return the provenance as it was where the version was made."""
    return {name: value for name, value in version.provenance.items() if name != ARCHIVED_AUTHOR}


def write_version(
    composition: Composition,
    data: Plain,
    *,
    parent: Version | None,
    branch_name: str,
    author: User | None,
    message: str,
    source: str,
    provenance: dict[str, Any] | None = None,
    merged_parent: Version | None = None,
    merge: dict[str, Any] | None = None,
    sequence: int | None = None,
) -> Version:
    """Store a version of the song; only parts that are not there yet take space.

    ``composition`` is locked (:func:`compositions.editing.lock_document`) and ``data`` is as
    :func:`compositions.documents.prepare` or ``load_plain`` return it. Moves no branch. A
    message that is too long is cut.
    """
    parts: Parts = {}
    tree = write_changed(data, Tree.from_dict(parent.tree) if parent else None, parts)
    return add_version(
        composition,
        tree,
        parts,
        note_count=sum(len(track["notes"]) for track in data["tracks"]),
        length_ticks=_end(data),
        parent=parent,
        branch_name=branch_name,
        author=author,
        message=message,
        source=source,
        provenance=provenance,
        merged_parent=merged_parent,
        merge=merge,
        sequence=sequence,
    )


def add_version(
    composition: Composition,
    tree: Tree,
    parts: Parts,
    *,
    note_count: int,
    length_ticks: int,
    parent: Version | None,
    branch_name: str,
    author: User | None,
    message: str,
    source: str,
    provenance: dict[str, Any] | None = None,
    merged_parent: Version | None = None,
    merge: dict[str, Any] | None = None,
    sequence: int | None = None,
) -> Version:
    """Store a version whose tree is known; ``parts`` are those that ``parent`` does not name."""
    store_parts(parts)
    newest = Version.all_objects.filter(composition=composition).order_by("-number")
    now = timezone.now()
    author_name = author.username if author is not None else ""
    parents = [version.sha256 for version in (parent, merged_parent) if version is not None]
    message = message.strip()[:MESSAGE_MAX_LENGTH]
    version: Version = Version.objects.create(
        composition=composition,
        number=(newest.values_list("number", flat=True).first() or 0) + 1,
        sha256=commit_hash(
            tree_hash=tree.tree_hash,
            parents=parents,
            author_id=author.pk if author is not None else None,
            author_name=author_name,
            message=message,
            time=now,
        ),
        parent=parent,
        merged_parent=merged_parent,
        tree=tree.to_dict(),
        tree_hash=tree.tree_hash,
        content_hash=tree.content_hash,
        branch_name=branch_name,
        sequence=sequence,
        author_id=author.pk if author is not None else None,
        author_name=author_name,
        message=message,
        source=source,
        provenance=provenance or {},
        merge=merge or {},
        note_count=note_count,
        length_ticks=length_ticks,
        created_at=now,
    )
    return version


def load_version(version: Version) -> Plain:
    """Return the document of a version, in two reads of the store.

    Raises :class:`compositions.history.blobs.DamagedHistoryError` when a part is missing.
    """
    return read_tree(Tree.from_dict(version.tree), fetch_parts)


def ensure_history(composition: Composition, user: User | None = None) -> Branch:
    """Return the branch that the working copy follows; begin the history where there is none.

    ``composition`` is locked. A song that was composed before songs had a history gets its
    state as version 1, in the name of who made the song; ``user`` is who has asked for it.
    Raises :class:`ConflictError` for a song without a document.
    """
    if composition.branch is not None:
        return composition.branch
    if not composition.is_composed:
        raise ConflictError("The song has no notes yet; wait until it is composed.")
    version = write_version(
        composition,
        load_plain(composition),
        parent=None,
        branch_name=MAIN_BRANCH,
        author=composition.created_by,
        message=BEFORE_HISTORY,
        source=Version.Source.AUTOMATIC,
        sequence=composition.revision,
    )
    branch: Branch = Branch.objects.create(
        composition=composition, name=MAIN_BRANCH, tip=version, created_by=user
    )
    composition.branch = branch
    composition.head = version
    composition.head_sequence = composition.revision
    composition.save(update_fields=["branch", "head", "head_sequence"])
    tell_history(composition, "version", version)
    return branch


def move_tip(branch: Branch, version: Version) -> None:
    """Let the branch name ``version``. The song is locked."""
    branch.tip = version
    branch.save(update_fields=["tip"])


def require_unprotected(composition: Composition, branch: Branch, user: User | None) -> None:
    """Raise :class:`NotPermittedError` when the branch is protected and not for ``user``.

    Only owners of the project change what a protected branch holds; ``None`` is the system.
    """
    if not branch.is_protected or user is None:
        return
    if not Project.objects.owned_by(user).filter(pk=composition.project_id).exists():
        raise NotPermittedError(
            f"The branch “{branch.name}” is protected: only owners of the project change it. "
            "Work on a branch of your own and propose it.",
            details={"branch": branch.name},
        )


def tell_history(composition: Composition, change: str, row: Any = None) -> None:
    """Tell whoever watches the song, after the commit, that its history has changed.

    ``change`` is "version", "branch", "tag" or "proposal"; ``row`` is the one that changed.
    """
    news: dict[str, Any] = {"change": change, "id": str(row.pk) if row is not None else None}
    if isinstance(row, Version):
        news |= {"number": row.number, "branch": row.branch_name}
    topic = composition_topic(composition.pk)
    transaction.on_commit(lambda: publish(topic, "history", news))


def write_changed(data: Plain, known: Tree | None, parts: Parts) -> Tree:
    """Return the tree of ``data``; put the parts that ``known`` does not name into ``parts``."""
    known_tracks = known.tracks if known else {}
    tracks = {}
    for track in data["tracks"]:
        fresh: Parts = {}
        tracks[track["id"]] = key = write_track(track, fresh)
        if known_tracks.get(track["id"]) != key:
            parts.update(fresh)
    tree = Tree(
        meta=write_meta(data, parts),
        structure=write_structure(data, parts),
        lyrics=write_lyrics(data, parts),
        tracks=tracks,
    )
    if known:
        for key in (known.meta, known.structure, known.lyrics):
            parts.pop(key, None)
    return tree


def _end(data: Plain) -> int:
    spans = [*data["sections"], *data["chords"]]
    for track in data["tracks"]:
        spans += track["notes"]
    return max((span["start"] + span["duration"] for span in spans), default=0)
