"""Files that jobs put into the storage, and the removal of those that got no row.

A job stores its files before the transaction that gives them their rows, and may be killed
in between. So each attempt stores below a folder of its own, and what lies there without a
row is removed: by the attempt when it ends badly, after the commit that ends the job, and
when the next attempt begins, as the worker of the one before may have been killed.

An app that stores files for jobs says so in ``<app>/job_files.py``, by
:func:`register_job_files`.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from django.core.files.storage import Storage
from django.db import connections
from django.utils.module_loading import autodiscover_modules

from ariaforge.models import Job
from ariaforge.storage import folders_in, remove_file, stored_names

logger = logging.getLogger(__name__)

# A storage that does not answer must not hold up the end of a job: far below any lease.
PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class JobFiles:
    """Where an app keeps the files of jobs: in ``storage``, below the folder ``root``.

    ``with_row`` returns those of the names it is given that a row names, live or in the
    trash. It is called from other threads, outside any transaction.
    """

    root: str
    storage: Storage
    with_row: Callable[[Collection[str]], set[str]]


_job_files: dict[str, JobFiles] = {}
_lock = threading.RLock()
_discovered = False


def register_job_files(files: JobFiles) -> None:
    """Make known where an app keeps files of jobs.

    Raises ``ValueError`` when the folder is taken by another app.
    """
    with _lock:
        if _job_files.setdefault(files.root, files) != files:
            raise ValueError(f"The files below {files.root}/ are somebody else's already.")


def folder_of_attempt(job: Job) -> str:
    """Return the folder, below an app's root, for the files of the job's present attempt.

    The lease is part of it because the number alone comes again when a worker gives its
    attempt back and when a job is retried by hand.
    """
    assert job.lease_token is not None  # noqa: S101 - an attempt has a lease
    return f"{_folder_of_job(job.pk)}/{job.attempts}-{job.lease_token.hex}"


def remove_files_of_attempt(folder: str) -> None:
    """Remove what lies below the folder of an attempt without a row.

    For the attempt itself, once its processes are dead and it will not finish. Returns
    after ``PATIENCE_SECONDS`` at the latest and never raises: what the storage does not
    let go is left to ``manage.py sweep_files``.
    """
    for files in _all_job_files():
        _do_in_time(partial(_remove_without_row, files, f"{files.root}/{folder}"))


def remove_files_of_job(job_id: uuid.UUID) -> None:
    """Remove what all attempts of a job but the present one have left without a row.

    Call it outside a transaction; returns and fails as :func:`remove_files_of_attempt`.
    """
    for files in _all_job_files():
        _do_in_time(partial(_remove_past_attempts, files, job_id))


def _all_job_files() -> list[JobFiles]:
    """Import ``job_files`` of every app, once, and return what they have registered."""
    global _discovered
    with _lock:
        if not _discovered:
            autodiscover_modules("job_files")
            _discovered = True
        return list(_job_files.values())


def _folder_of_job(job_id: uuid.UUID) -> str:
    return f"jobs/{job_id}"


def _remove_past_attempts(files: JobFiles, job_id: uuid.UUID) -> None:
    root = f"{files.root}/{_folder_of_job(job_id)}"
    folders = folders_in(files.storage, root)
    if not folders:
        return
    # Asked after the folders were listed and before the rows are: an attempt that began
    # since is not among the folders, and one without the lease can commit no more rows.
    lease = Job.objects.filter(pk=job_id).values_list("lease_token", flat=True).first()
    for folder in folders:
        if lease is None or not folder.endswith(lease.hex):
            _remove_without_row(files, f"{root}/{folder}")


def _remove_without_row(files: JobFiles, folder: str) -> None:
    names = list(stored_names(files.storage, folder))
    kept = files.with_row(names) if names else set()
    for name in names:
        if name not in kept:
            remove_file(files.storage, name)


def _do_in_time(action: Callable[[], None]) -> None:
    """Do it in a thread of its own, which is left behind when it takes too long."""

    def do() -> None:
        try:
            action()
        except Exception:
            logger.exception("Files that a job left behind were not removed")
        finally:
            connections.close_all()

    thread = threading.Thread(target=do, name="files of a job", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        logger.exception("Files that a job left behind were not removed")
        return
    thread.join(PATIENCE_SECONDS)
    if thread.is_alive():
        logger.warning("The storage is slow to remove files that a job left behind")
