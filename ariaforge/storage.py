"""Storing files so that nothing is lost and nothing is left over.

A file appears under its name only when it is complete and on disk. A file whose row was
not committed is removed. Work is refused while there is still room to finish other work.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.core.files.utils import validate_file_name
from django.db import connection, transaction

from ariaforge.exceptions import StorageFullError

logger = logging.getLogger(__name__)

PARTIAL_SUFFIX = ".part"
# How often to make a folder anew that is removed, being empty, before it is used.
FOLDER_CLASHES = 20
_pending_files: ContextVar[dict[str, Storage] | None] = ContextVar("pending_files", default=None)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DurableFileSystemStorage(FileSystemStorage):
    """Local files that are written beside their place, flushed to disk and then renamed.

    A crash leaves at most a ``*.part`` file, which ``manage.py sweep_files`` removes.
    """

    def _save(self, name: str, content: File[Any]) -> str:
        """Store ``content``; raises ``StorageFullError`` when the disk or a quota is full."""
        target = Path(self.path(name))
        partial_path = target.with_name(f"{target.name}.{uuid.uuid4().hex}{PARTIAL_SUFFIX}")
        mode = self.file_permissions_mode or 0o600
        try:
            descriptor = self._open_new(partial_path, mode)
            with os.fdopen(descriptor, "wb") as output:
                for chunk in content.chunks():
                    output.write(chunk if isinstance(chunk, bytes) else chunk.encode())
                output.flush()
                os.fsync(output.fileno())
            partial_path.chmod(mode)
            while True:
                try:
                    _publish(partial_path, target)
                    break
                except FileExistsError:
                    name = self.get_available_name(name)
                    target = Path(self.path(name))
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise StorageFullError(
                    "The disk of the studio is full. Nothing was changed."
                ) from error
            raise
        finally:
            partial_path.unlink(missing_ok=True)
        _flush_folder(target.parent)
        name = str(target.relative_to(self.location)).replace("\\", "/")
        validate_file_name(name, allow_relative_path=True)
        return name

    def _open_new(self, path: Path, mode: int) -> int:
        """Create a file, and its folder; return its descriptor.

        :meth:`delete` elsewhere may remove the folder again while it is still empty.
        """
        for _ in range(FOLDER_CLASHES):
            # "Exists" is what mkdir says of a folder that is gone when it looks closer.
            with suppress(FileNotFoundError, FileExistsError):
                self._make_folder(path.parent)
                return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        self._make_folder(path.parent)
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)

    def _make_folder(self, folder: Path) -> None:
        """Create a folder and those above it with the permissions of the settings."""
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for path in reversed(missing):
            path.mkdir(mode=self.directory_permissions_mode or 0o700, exist_ok=True)
            _flush_folder(path.parent)

    def delete(self, name: str) -> None:
        """Delete a file, and the folder that it was alone in."""
        super().delete(name)
        folder = Path(self.path(name)).parent
        root = Path(self.location)
        while folder != root and root in folder.parents:
            with suppress(OSError):
                folder.rmdir()
            if folder.exists():
                break
            folder = folder.parent


def _publish(partial_path: Path, target: Path) -> None:
    """Give a complete file its name; raises ``FileExistsError`` when that is taken."""
    try:
        # Unlike rename, link never replaces a file that got there first.
        os.link(partial_path, target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK):
            raise
        # A file system without hard links. The names of assets are random, so none is taken.
        if target.exists():
            raise FileExistsError(str(target)) from error
        partial_path.rename(target)


def _flush_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def remove_uncommitted_files() -> Iterator[None]:
    """Remove, at the end of the block, files that were stored for rows that never came.

    Wrap it around the storing of files and the transaction that gives them their rows::

        with remove_uncommitted_files(), transaction.atomic():
            ...

    Inside a transaction that goes on after the block it cannot know what will be
    committed, so it removes nothing; ``manage.py sweep_files`` does later.
    """
    pending: dict[str, Storage] = {}
    token = _pending_files.set(pending)
    try:
        yield
    finally:
        _pending_files.reset(token)
        if not connection.in_atomic_block:
            for name, storage in pending.items():
                remove_file(storage, name)


def note_stored_file(storage: Storage, name: str) -> None:
    """Note that a file has just been stored whose row is still to come."""
    pending = _pending_files.get()
    if pending is not None:
        pending[name] = storage


def keep_file_on_commit(name: str) -> None:
    """Note that the row of a stored file is part of the transaction that is open now."""
    pending = _pending_files.get()
    if pending is not None:
        transaction.on_commit(partial(pending.pop, name, None))


def remove_file(storage: Storage, name: str) -> None:
    """Remove a stored file; a failure is logged and left to ``manage.py sweep_files``."""
    try:
        storage.delete(name)
    except Exception:
        logger.exception("file_not_removed", extra={"name_in_storage": name})


def folders_in(storage: Storage, folder: str) -> list[str]:
    """Return the names of the folders that lie directly in a folder of the storage."""
    try:
        folders, _ = storage.listdir(folder)
    except FileNotFoundError:
        return []
    return list(folders)


def stored_names(storage: Storage, folder: str) -> Iterator[str]:
    """Yield the names of all files under a folder of the storage."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for file in files:
        if file:
            yield f"{folder}/{file}"
    for name in folders:
        yield from stored_names(storage, f"{folder}/{name}")


def free_disk_mb(storage: Storage | None = None) -> int | None:
    """Return the free space in MB where files are kept; ``None`` for remote storage."""
    storage = storage or storages["default"]
    if not isinstance(storage, FileSystemStorage):
        return None
    return free_folder_mb(Path(storage.location))


def free_folder_mb(folder: Path) -> int:
    """Return the free space in MB of the disk on which a folder lies or would lie."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free // 1_000_000


def require_free_disk(size_bytes: int = 0, storage: Storage | None = None) -> None:
    """Refuse work that would leave less free disk than ``settings.MINIMUM_FREE_DISK_MB``.

    Raises:
        StorageFullError: with a sentence for the musician.
    """
    free = free_disk_mb(storage)
    if free is not None and free - size_bytes // 1_000_000 < settings.MINIMUM_FREE_DISK_MB:
        raise StorageFullError(
            "There is too little free disk space in the studio. Please delete files that you "
            "no longer need, or ask the person who runs the studio.",
            details={"free_mb": free, "minimum_free_mb": settings.MINIMUM_FREE_DISK_MB},
        )
