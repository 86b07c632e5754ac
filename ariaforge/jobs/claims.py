"""Claiming a job: one conditional UPDATE, and the lease that it begins."""

from __future__ import annotations

import os
import socket
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from ariaforge.jobs import transitions
from ariaforge.models import Job, JobState

# How often to try again when another worker took the same slot of the same person.
SLOT_CLASHES = 8

# Every time in here is the database's: hosts need not agree on the time of day.
# MATERIALIZED matters: a joined subquery may be run again for every row of the outer table,
# and would lock and return another row each time.
CLAIM = """
WITH best AS MATERIALIZED (
    SELECT waiting.id, free.slot
      FROM ariaforge_job AS waiting
           CROSS JOIN LATERAL (
               SELECT min(number) AS slot
                 FROM generate_series(1, %(limit)s) AS number
                WHERE NOT EXISTS (
                          SELECT FROM ariaforge_job AS other
                           WHERE other.owner_id = waiting.owner_id
                             AND other.state = 'running'
                             AND other.slot = number
                      )
           ) AS free
     WHERE waiting.state = 'queued'
       AND waiting.queue = %(queue)s
       AND (waiting.not_before IS NULL OR waiting.not_before <= statement_timestamp())
       AND free.slot IS NOT NULL
     ORDER BY waiting.priority DESC, waiting.queued_at, waiting.id
     LIMIT 1
       FOR UPDATE OF waiting SKIP LOCKED
)
UPDATE ariaforge_job AS job
   SET state = 'running',
       slot = best.slot,
       lease_token = %(token)s,
       lease_expires_at = statement_timestamp() + %(lease)s * interval '1 second',
       attempts = job.attempts + 1,
       started_at = statement_timestamp(),
       not_before = NULL,
       worker = %(worker)s
  FROM best
 WHERE job.id = best.id
   AND job.state = 'queued'
RETURNING job.*
"""

RENEW = """
UPDATE ariaforge_job
   SET lease_expires_at = statement_timestamp() + %(lease)s * interval '1 second',
       progress = GREATEST(progress, %(progress)s),
       step = CASE WHEN %(step)s = '' THEN step ELSE %(step)s END
 WHERE id = %(id)s
   AND state = 'running'
   AND lease_token = %(token)s
RETURNING progress, step, cancel_requested_at
"""


class LeaseLostError(Exception):
    """The job belongs to another worker by now, or has ended."""


@dataclass(frozen=True, slots=True)
class LeaseState:
    """What the row says after a renewal."""

    progress: float
    step: str
    cancel_requested_at: datetime | None


def worker_name() -> str:
    """Return a name for this process: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"[:100]


def claim_job(queue: str) -> Job | None:
    """Take the best waiting job of ``queue``; ``None`` when there is none to take.

    Best is the highest priority, then the longest wait. Whichever worker changes the row
    first has it: the others skip the locked row, or find it no longer queued. A person
    runs at most ``settings.JOB_CONCURRENCY_PER_USER`` jobs at once, because each running
    job holds one of that many slots and a unique constraint gives a slot to one job only;
    a worker that loses such a race looks again.

    Call it outside a transaction.
    """
    parameters = {
        "token": uuid.uuid4(),
        "lease": settings.JOB_LEASE_SECONDS,
        "limit": settings.JOB_CONCURRENCY_PER_USER,
        "worker": worker_name(),
        "queue": queue,
    }
    for _ in range(SLOT_CLASHES):
        try:
            with transaction.atomic():
                claimed = list(Job.objects.raw(CLAIM, parameters))
                if not claimed:
                    return None
                job = claimed[0]
                transitions.log_event(
                    job,
                    "info",
                    f"Started, attempt {job.attempts} of {job.max_attempts}.",
                    {"worker": job.worker},
                )
                transitions.announce(job)
                return job
        except IntegrityError as error:
            if "job_slot_unique" not in str(error):
                raise
    return None


def renew_lease(job: Job, token: uuid.UUID, *, progress: float, step: str) -> LeaseState:
    """Keep the job for another ``settings.JOB_LEASE_SECONDS`` and store its progress.

    Progress never goes back. Raises ``LeaseLostError`` when the job is no longer ours.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            RENEW,
            {
                "lease": settings.JOB_LEASE_SECONDS,
                "progress": progress,
                "step": step,
                "id": job.pk,
                "token": token,
            },
        )
        row = cursor.fetchone()
    if row is None:
        raise LeaseLostError
    return LeaseState(*row)


def is_cancel_requested(job: Job, token: uuid.UUID) -> bool:
    """Whether somebody asked for the running job to stop.

    Raises ``LeaseLostError`` when the job is no longer ours.
    """
    rows = list(
        Job.objects.filter(pk=job.pk, state=JobState.RUNNING, lease_token=token).values_list(
            "cancel_requested_at", flat=True
        )
    )
    if not rows:
        raise LeaseLostError
    return rows[0] is not None
