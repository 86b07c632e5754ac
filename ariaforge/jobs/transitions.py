"""Every change of a job's state, each on a row that the caller has locked.

The caller opens the transaction and locks with :func:`lock_job`; the functions here
write the row, its log line and what belongs to the change, and tell open pages once the
transaction is committed. The triggers of the table refuse any other change.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from ariaforge.events import publish
from ariaforge.jobs.files import remove_files_of_job
from ariaforge.jobs.registry import Artifact, find_kind
from ariaforge.models import Job, JobArtifact, JobEvent, JobState

logger = logging.getLogger(__name__)

DISPATCH_CHANNEL = "ariaforge_jobs"
MESSAGE_LENGTH = 2000
ERROR_LENGTH = 1000


def lock_job(job_id: uuid.UUID, *, token: uuid.UUID | None = None) -> Job | None:
    """Lock the row until the end of the transaction and return it as it is now.

    With ``token``, returns ``None`` unless the job still runs under this lease.
    """
    jobs = Job.objects.select_for_update(of=("self",)).filter(pk=job_id)
    if token is not None:
        jobs = jobs.filter(state=JobState.RUNNING, lease_token=token)
    return jobs.first()


def log_event(job: Job, level: str, message: str, data: dict[str, Any] | None = None) -> None:
    """Add a line to the job's log."""
    if level not in JobEvent.Level.values:
        level = JobEvent.Level.INFO
    # PostgreSQL stores no NUL characters.
    text = message.replace("\x00", "")[:MESSAGE_LENGTH]
    JobEvent.objects.create(job_id=job.pk, level=level, message=text, data=data or {})


def announce(job: Job) -> None:
    """Tell everybody who watches the job how it stands, once that is committed."""
    transaction.on_commit(partial(publish_job, job_news(job), job.owner_id, job.topic))


def job_news(job: Job) -> dict[str, Any]:
    """Return what an event about the job says."""
    return {
        "id": str(job.pk),
        "kind": job.kind,
        "state": str(job.state),
        "progress": round(job.progress, 4),
        "step": job.step,
    }


def publish_job(news: dict[str, Any], owner_id: uuid.UUID, topic: str) -> None:
    """Publish news of a job to its own topic, its owner's, and the one it names."""
    for name in dict.fromkeys((f"job:{news['id']}", f"user:{owner_id}", topic)):
        if name:
            publish(name, "job", news)


def wake_dispatcher() -> None:
    """Make the dispatcher look at once; inside a transaction, when that is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [DISPATCH_CHANNEL])


def send_waiting_jobs_again(owner_id: uuid.UUID) -> None:
    """Have the dispatcher send the owner's best waiting job of each queue: it may run now.

    The nudges of jobs that had to wait for the limit per person are used up by then, and
    one place has become free. The rows are not waited for, so that two workers that end
    jobs of one person at the same moment cannot lock each other out.
    """
    waiting = Job.objects.filter(
        owner_id=owner_id, state=JobState.QUEUED, sent_at__isnull=False
    ).order_by("queue", "-priority", "queued_at", "id")
    with transaction.atomic():
        best = list(waiting.distinct("queue").values_list("pk", flat=True))
        free = Job.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            pk__in=best, state=JobState.QUEUED
        )
        if best and Job.objects.filter(pk__in=[job.pk for job in free]).update(sent_at=None):
            wake_dispatcher()


def succeed(job: Job, result: dict[str, Any], artifacts: Iterable[Artifact]) -> None:
    """End the locked, running job well."""
    JobArtifact.objects.filter(job=job).delete()
    JobArtifact.objects.bulk_create(
        JobArtifact(
            job=job,
            name=artifact.name,
            target_model=artifact.target_model,
            target_id=artifact.target_id,
            content_type=artifact.content_type,
            size_bytes=artifact.size_bytes,
        )
        for artifact in artifacts
    )
    job.result = result
    job.progress = 1.0
    _end(job, JobState.SUCCEEDED)
    log_event(job, "info", "Done.")


def fail(
    job: Job, *, code: str, message: str, level: str = "error", data: dict[str, Any] | None = None
) -> None:
    """End the locked job for the reason ``message``, which the musician will read."""
    job.error_code = code[:50]
    job.error_message = message.replace("\x00", "")[:ERROR_LENGTH]
    _end(job, JobState.FAILED)
    log_event(job, level, message, data)
    _discard(job)


def cancel(job: Job) -> None:
    """End the locked job because somebody asked for it."""
    if job.cancel_requested_at is None:
        job.cancel_requested_at = timezone.now()
    _end(job, JobState.CANCELLED)
    log_event(job, "info", "Cancelled.")
    _discard(job)


def requeue(
    job: Job, *, reason: str, delay_seconds: float = 0.0, give_attempt_back: bool = False
) -> None:
    """Put the locked, running job back to wait, for at least ``delay_seconds``.

    ``give_attempt_back`` is for workers that are stopped on purpose: that is no fault of
    the job and does not count towards its cap.
    """
    job.state = JobState.QUEUED
    if give_attempt_back:
        job.attempts -= 1
    job.started_at = None
    job.not_before = timezone.now() + timedelta(seconds=delay_seconds) if delay_seconds else None
    job.sent_at = None
    _drop_lease(job)
    job.save()
    log_event(job, "warning", reason)
    wake_dispatcher()
    announce(job)


def requeue_from_start(job: Job) -> None:
    """Let the locked job, failed or cancelled, begin anew with all its attempts."""
    job.state = JobState.QUEUED
    job.attempts = 0
    job.progress = 0.0
    job.step = ""
    job.error_code = job.error_message = ""
    job.result = {}
    job.queued_at = timezone.now()
    job.started_at = job.finished_at = None
    job.cancel_requested_at = job.not_before = job.sent_at = None
    job.worker = ""
    job.save()
    log_event(job, "info", "Asked to try again.")
    wake_dispatcher()
    announce(job)


def _end(job: Job, state: JobState) -> None:
    job.state = state
    job.not_before = None
    _drop_lease(job)
    job.finished_at = Now()
    job.save()
    job.refresh_from_db(fields=["finished_at"])
    transaction.on_commit(partial(_send_waiting_jobs_again_or_log, job.owner_id))
    announce(job)
    if job.worker:  # otherwise it never began, and stored nothing
        transaction.on_commit(partial(remove_files_of_job, job.pk))


def _drop_lease(job: Job) -> None:
    job.lease_token = None
    job.lease_expires_at = None
    job.slot = None


def _send_waiting_jobs_again_or_log(owner_id: uuid.UUID) -> None:
    """Do so after a commit that stands, whatever happens now."""
    try:
        send_waiting_jobs_again(owner_id)
    except Exception:
        # The dispatcher sends them again after a while anyway.
        logger.exception("Jobs that wait for a free slot were not sent again")


def _discard(job: Job) -> None:
    """Let the kind return what the job had set aside; a fault in it does not keep the job."""
    kind = find_kind(job.kind)
    if kind is None:
        return
    try:
        with transaction.atomic():
            kind.discard(job)
    except Exception as error:
        logger.exception("Cleaning up after a job failed", extra={"job_id": str(job.pk)})
        log_event(job, "debug", "Cleaning up failed.", {"error": repr(error)})
