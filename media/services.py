"""Writes of media: storing files with their rows, and removing them for good."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from django.core.files.base import ContentFile, File
from django.db import transaction

from ariaforge.exceptions import InvalidInputError
from ariaforge.files import clean_filename, content_type_of
from ariaforge.storage import (
    keep_file_on_commit,
    note_stored_file,
    remove_file,
    require_free_disk,
)
from media.models import Asset, storage_name
from media.selectors import names_with_row
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import User
    from media.querysets import AssetQuerySet

HASH_BLOCK_BYTES = 1024 * 1024

Content: TypeAlias = "Path | bytes | IO[bytes] | File[Any]"


def prepare_file(
    *,
    owner: User,
    content: Content,
    filename: str,
    kind: str,
    project: Project | None = None,
    role: str = "",
    provenance: str = Asset.Provenance.UNKNOWN,
    source: str = "",
    generator: dict[str, Any] | None = None,
    parent: Asset | None = None,
    content_type: str = "",
    duration_seconds: float | None = None,
    sample_rate_hz: int | None = None,
    channels: int | None = None,
    folder: str = "",
) -> Asset:
    """Put a file into the storage and return its row, not saved yet.

    For work that must not hold a transaction while bytes travel: prepare first, then
    :func:`keep_file` inside the transaction. So that a file that is never kept is removed,
    put both within one block of :func:`ariaforge.storage.remove_uncommitted_files`; a job
    instead gives ``folder=context.files_folder``, whose files go when it ends without them.
    ``manage.py sweep_files`` removes the rest a day later.

    The bytes are read in blocks, from the beginning of ``content`` to its end, and lie
    under a random name. Without ``content_type`` the ending of ``filename`` decides.
    Everything but these three is as in :class:`media.models.Asset`.

    Raises:
        StorageFullError: the disk is full, or nearly.
        InvalidInputError: the file is empty.
        ValidationError: a field has a value that it cannot have.
    """
    file = _as_file(content)
    try:
        digest, size = _measure(file)
        if not size:
            raise InvalidInputError("The file is empty.")
        filename = clean_filename(filename)
        asset = Asset(
            owner=owner,
            project=project,
            kind=kind,
            role=role,
            filename=filename,
            content_type=content_type or content_type_of(filename),
            size_bytes=size,
            sha256=digest,
            duration_seconds=duration_seconds,
            sample_rate_hz=sample_rate_hz,
            channels=channels,
            provenance=provenance,
            source=source,
            generator=generator or {},
            parent=parent,
        )
        field = Asset._meta.get_field("file")
        storage = field.storage
        require_free_disk(size, storage)
        # Validated with the name that is about to be used, so that nothing is written in vain.
        asset.file = storage.generate_filename(storage_name(asset, filename, folder))
        asset.clean_fields()
        file.seek(0)
        asset.file = storage.save(asset.file.name, file, max_length=field.max_length)
    finally:
        if isinstance(content, Path):
            file.close()
    note_stored_file(storage, asset.file.name)
    return asset


def keep_file(asset: Asset) -> Asset:
    """Save the row of a file that :func:`prepare_file` stored.

    When the row cannot be saved, the file stays: a transaction that failed because the
    database was away is tried again, with the same file. :func:`prepare_file` says who
    removes it in the end.
    """
    with transaction.atomic():
        asset.save(force_insert=True)
    keep_file_on_commit(str(asset.file.name))
    return asset


def store_file(*, owner: User, content: Content, filename: str, kind: str, **fields: Any) -> Asset:
    """Store a file for good and return its saved row: :func:`prepare_file`, then
    :func:`keep_file`, with the arguments and the errors of both.

    When the row cannot be saved, the file is removed again; to have that too when a
    transaction around the call fails later, wrap that transaction in
    :func:`ariaforge.storage.remove_uncommitted_files`.
    """
    asset = prepare_file(owner=owner, content=content, filename=filename, kind=kind, **fields)
    try:
        return keep_file(asset)
    except BaseException:
        remove_file(asset.file.storage, str(asset.file.name))
        raise


def purge_assets(assets: AssetQuerySet | Iterable[Asset]) -> int:
    """Delete rows for good, with each file that no other row names; return how many rows.

    Files go after the transaction is committed. What cannot be removed then, because the
    storage does not answer, is left to ``manage.py sweep_files``.
    """
    rows = list(assets)
    names = {asset.file.name for asset in rows}
    with transaction.atomic():
        Asset.all_objects.filter(pk__in=[asset.pk for asset in rows]).delete()
        transaction.on_commit(partial(_remove_unnamed_files, names))
    return len(rows)


def _remove_unnamed_files(names: set[str]) -> None:
    """Remove files that no row names any more."""
    storage = Asset._meta.get_field("file").storage
    for name in sorted(names - names_with_row(names)):
        remove_file(storage, name)


def _as_file(content: Path | bytes | IO[bytes] | File[Any]) -> File[Any]:
    """Return ``content`` as Django's kind of file, without a path that could be moved away."""
    if isinstance(content, bytes):
        return ContentFile(content)
    if isinstance(content, Path):
        return File(content.open("rb"))
    return content if isinstance(content, File) else File(content)


def _measure(file: File[Any]) -> tuple[str, int]:
    """Return the SHA-256 in hexadecimal digits and the size in bytes."""
    digest = hashlib.sha256()
    size = 0
    file.seek(0)
    while block := file.read(HASH_BLOCK_BYTES):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size
