"""What an archive says is looked at before anything is made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.db.models import JSONField, Model

from compositions.exporting.archive_file import ArchiveError, ArchiveReader
from compositions.exporting.archive_writing import part_name
from compositions.score.errors import ScoreError
from compositions.score.serialisation import from_dict
from compositions.score.tree import Tree, read_tree, write_tree
from compositions.score.validation import check

_PARTS_KEPT = 2_000
DAMAGED = "The archive is damaged: what it says of “{}” does not fit together."


def check_archive(archive: ArchiveReader, on_part: Callable[[float], None]) -> None:
    """Read everything once: checksums, parts under their hashes, every version a valid score.

    Raises :class:`ArchiveError`. What can only be seen among rows is checked by :func:`add_songs`.
    """
    archive.verify(lambda part: on_part(0.5 * part))
    for name in archive.names("parts/"):
        if name != part_name(archive.manifest["files"][name]["sha256"]):
            raise ArchiveError(f"The archive is damaged: “{name}” is not what its name says.")
    songs = archive.manifest["songs"]
    for place, entry in enumerate(songs):
        _check_song(archive, entry)
        on_part(0.5 + 0.5 * (place + 1) / len(songs))


def _check_song(archive: ArchiveReader, entry: Any) -> None:
    try:
        folder, name = folder_of(entry), str(entry["name"])
        seen: set[str] = set()
        # Versions of a song have most of their parts in common.
        part = lru_cache(_PARTS_KEPT)(lambda key: archive.read(part_name(key)))
        for version in archive.lines(f"{folder}/versions.jsonl"):
            tree = Tree.from_dict(version["tree"])
            if tree.tree_hash not in seen:
                seen.add(tree.tree_hash)
                check(from_dict(read_tree(tree, lambda keys: {key: part(key) for key in keys})))
        song = archive.json(f"{folder}/song.json")
        if song["content_hash"]:
            document = archive.json(f"{folder}/document.json")
            check(from_dict(document))
            if write_tree(document).tree_hash != song["tree_hash"]:
                raise ArchiveError(DAMAGED.format(name))
    except (ScoreError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArchiveError(DAMAGED.format(name_of(entry))) from error


def folder_of(entry: Any) -> str:
    """The folder of a song of the manifest. Raises ``KeyError`` and ``TypeError``."""
    folder = entry["folder"]
    if not isinstance(folder, str):
        raise TypeError("a folder is a name")
    return folder


def name_of(entry: Any) -> str:
    """The name of a song of the manifest, for a sentence about it."""
    return str(entry.get("name", "a song"))[:80] if isinstance(entry, dict) else "a song"


def parts_of(archive: ArchiveReader, keys: Iterable[str]) -> dict[str, bytes]:
    """The parts of these hashes. Raises :class:`ArchiveError`."""
    return {key: archive.read(part_name(key)) for key in keys}


_RELATIONS = (
    "project", "composition", "author", "parent", "merged_parent", "tip", "version", "branch",
    "head", "forked_from", "midi", "compose_job", "current_render", "pending_render", "session",
    "base_version", "result_version", "proposal", "job", "target", "base", "result", "decided_by",
    "parent_step", "undoes", "mix", "mp3", "batch", "created_by", "updated_by",
)  # fmt: skip
"""Fields that are set to rows here, and need no query each to be found fit."""


def fit(row: Model) -> None:
    """Raise ``ValueError`` or ``ValidationError`` for values that no row of the studio's has."""
    row.clean_fields(exclude=_RELATIONS)
    for column in row._meta.fields:
        if isinstance(column, JSONField) and column.default in (dict, list):
            value = getattr(row, column.name)
            if not isinstance(value, column.default):
                raise ValueError(f"{column.name} is no {column.default.__name__}")
    if not all(isinstance(item, str) for item in getattr(row, "explanation", ())):
        raise ValueError("the explanation is no list of texts")
