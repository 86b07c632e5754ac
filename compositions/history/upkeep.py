"""Keeping the history sound: checking every hash, and removing parts that nothing names."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models import Func, IntegerField

from compositions.history.blobs import STORE_LOCK
from compositions.history.commits import author_in_hash, commit_hash
from compositions.models import Blob, Branch, Composition, Version
from compositions.score.tree import Tree, index_parts

BATCH = 500
"""Parts that are read at once."""
SWEEP_BATCH = 2_000
"""Parts that are removed at once, while whoever wants to save has to wait."""


class OctetLength(Func):
    """The length of a binary column in bytes."""

    function = "octet_length"
    output_field = IntegerField()


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep removed, or would: how many parts, and their compressed size."""

    parts: int
    size_bytes: int


def check_history(composition: Composition) -> list[str]:
    """Return what is wrong with a song's versions, parts and branches; nothing is changed."""
    problems: list[str] = []
    known: dict[UUID, str] = {}
    parts = _CheckedParts()
    versions = Version.all_objects.filter(composition=composition).order_by("number")
    for version in versions.iterator(chunk_size=BATCH):
        name = f"version {version.number}"
        parents = []
        for parent_id in (version.parent_id, version.merged_parent_id):
            if parent_id is not None and parent_id not in known:
                problems.append(f"{name}: its parent {parent_id} is no earlier version of the song")
            elif parent_id is not None:
                parents.append(known[parent_id])
        known[version.pk] = version.sha256
        tree = Tree.from_dict(version.tree)
        if tree.tree_hash != version.tree_hash:
            problems.append(f"{name}: its tree hash is {tree.tree_hash}, not {version.tree_hash}")
        if tree.content_hash != version.content_hash:
            problems.append(f"{name}: its content hash is {tree.content_hash}")
        expected = commit_hash(
            tree_hash=version.tree_hash,
            parents=parents,
            author_id=author_in_hash(version),
            author_name=version.author_name,
            message=version.message,
            time=version.created_at,
        )
        if expected != version.sha256:
            problems.append(f"{name}: its hash is {expected}, not {version.sha256}")
        problems += [f"{name}: {fault}" for fault in parts.faults(tree)]
    for branch in Branch.all_objects.filter(composition=composition):
        if branch.tip_id not in known:
            problems.append(f"branch {branch.name}: its version belongs to another song")
    branch = composition.branch
    if branch is not None and branch.tip_id != composition.head_id:
        problems.append(f"the working copy is not made from the latest version of {branch.name}")
    return problems


def sweep_parts(*, dry_run: bool = False) -> Sweep:
    """Remove the parts that no version names, as songs leave them that are deleted for good.

    Versions may be saved meanwhile: whoever saves holds the store, and before each batch is
    removed it is looked at again, alone, which versions there are.
    """
    marks = _Marks()
    marks.update()
    unused = ((key, size) for key, size in _sizes() if not marks.has(key))
    count = total = 0
    while batch := dict(islice(unused, SWEEP_BATCH)):
        if not dry_run:
            with transaction.atomic():
                _have_store_alone()
                marks.update()
                batch = {key: size for key, size in batch.items() if not marks.has(key)}
                Blob.objects.filter(pk__in=batch).delete()
        count += len(batch)
        total += sum(batch.values())
    return Sweep(count, total)


class _CheckedParts:
    """Parts of a song's trees, each read and checked once."""

    def __init__(self) -> None:
        self._faults: dict[str, str] = {}
        self._indexes: dict[str, list[str]] = {}

    def faults(self, tree: Tree) -> Iterator[str]:
        """What is wrong with the parts of a tree."""
        top = {tree.meta, tree.structure, tree.lyrics, *tree.tracks.values()}
        self._check(top, set(tree.tracks.values()))
        below = {key for part in tree.tracks.values() for key in self._indexes.get(part, ())}
        self._check(below, set())
        for key in sorted(top | below):
            if self._faults[key]:
                yield f"part {key} {self._faults[key]}"

    def _check(self, keys: Iterable[str], indexes: set[str]) -> None:
        missing = [key for key in keys if key not in self._faults]
        for place in range(0, len(missing), BATCH):
            some = missing[place : place + BATCH]
            self._faults.update(dict.fromkeys(some, "is missing"))
            rows = Blob.objects.filter(pk__in=some).values_list("pk", "data", "size_bytes")
            for key, data, size in rows:
                content, fault = _unpacked(key, bytes(data), size)
                self._faults[key] = fault
                if content is not None and key in indexes:
                    self._indexes[key] = index_parts(orjson.loads(content))


def _unpacked(key: str, data: bytes, size: int) -> tuple[bytes | None, str]:
    try:
        content = zlib.decompress(data)
    except zlib.error:
        return None, "cannot be read"
    if hashlib.sha256(content).hexdigest() != key:
        return None, "does not have this hash"
    return content, "" if len(content) == size else "has another size"


class _Marks:
    """The parts that versions name, as bytes of their hashes."""

    def __init__(self) -> None:
        self.named: set[bytes] = set()
        self._seen: set[UUID] = set()
        self._indexes: set[str] = set()

    def has(self, key: str) -> bool:
        """Whether a version names the part."""
        return bytes.fromhex(key) in self.named

    def update(self) -> None:
        """Look at the versions that were not there the last time."""
        new = [
            key
            for key in Version.all_objects.order_by().values_list("pk", flat=True).iterator()
            if key not in self._seen
        ]
        for some in _batches(new):
            indexes: set[str] = set()
            for tree in Version.all_objects.filter(pk__in=some).values_list("tree", flat=True):
                tracks = tree["tracks"].values()
                keys = (tree["meta"], tree["structure"], tree["lyrics"], *tracks)
                self.named.update(map(bytes.fromhex, keys))
                indexes.update(tracks)
            self._follow(sorted(indexes - self._indexes))
            self._indexes |= indexes
        self._seen.update(new)

    def _follow(self, indexes: list[str]) -> None:
        for some in _batches(indexes):
            for data in Blob.objects.filter(pk__in=some).values_list("data", flat=True):
                index: Any = orjson.loads(zlib.decompress(bytes(data)))
                self.named.update(map(bytes.fromhex, index_parts(index)))


def _batches(keys: list[Any]) -> Iterator[list[Any]]:
    for place in range(0, len(keys), BATCH):
        yield keys[place : place + BATCH]


def _sizes() -> Iterator[tuple[str, int]]:
    """Hash and compressed size of every part, in order; others may be removed meanwhile."""
    last = ""
    while True:
        rows = Blob.objects.filter(pk__gt=last).order_by("pk")
        page = list(
            rows.annotate(packed=OctetLength("data")).values_list("pk", "packed")[:SWEEP_BATCH]
        )
        if not page:
            return
        yield from page
        last = page[-1][0]


def _have_store_alone() -> None:
    """Wait until nobody writes a version, and let nobody begin until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STORE_LOCK])
