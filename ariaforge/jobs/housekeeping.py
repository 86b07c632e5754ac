"""Tidying up: old jobs, and folders that dead workers left behind."""

from __future__ import annotations

import logging
import shutil
import uuid
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from ariaforge.models import Job, JobState

logger = logging.getLogger(__name__)

BATCH = 500


def clear_jobs(*, days: float, dry_run: bool = False) -> int:
    """Delete jobs that ended more than ``days`` days ago; return how many.

    Jobs that wait or run stay, however old. Logs and the list of artifacts go with their
    job, the artifacts themselves stay; what is left of work folders is removed as well.
    With ``dry_run`` nothing is deleted.
    """
    old = Job.objects.terminal().filter(finished_at__lt=timezone.now() - timedelta(days=days))
    if dry_run:
        return old.count()
    removed = 0
    while batch := list(old.order_by("finished_at").values_list("pk", flat=True)[:BATCH]):
        # The state again: a job may have been retried since.
        counts = Job.objects.terminal().filter(pk__in=batch).delete()[1]
        removed += counts.get(Job._meta.label, 0)
    remove_orphan_work_dirs()
    return removed


def remove_orphan_work_dirs() -> int:
    """Delete work folders on this host whose attempt no longer runs; return how many.

    Never raises: what cannot be decided or deleted now is left for the next time.
    """
    root = Path(settings.JOB_WORK_DIR)
    folders = [entry for entry in root.iterdir() if entry.is_dir()] if root.is_dir() else []
    attempts = {folder: attempt for folder in folders if (attempt := _attempt_of(folder))}
    try:
        running = set(
            Job.objects.filter(
                state=JobState.RUNNING, pk__in={job_id for job_id, _ in attempts.values()}
            ).values_list("pk", "attempts")
        )
    except DatabaseError as error:
        logger.warning("Work folders were not tidied: %s", error)
        return 0
    removed = 0
    for folder, attempt in attempts.items():
        if attempt not in running:
            shutil.rmtree(folder, ignore_errors=True)
            removed += not folder.exists()
    return removed


def _attempt_of(folder: Path) -> tuple[uuid.UUID, int] | None:
    """Return job and attempt from the name of a work folder; ``None`` for other folders."""
    job_id, _, attempt = folder.name.rpartition("-")
    try:
        return uuid.UUID(job_id), int(attempt)
    except ValueError:
        return None
