"""What a worker does with a nudge: claim a job, if there is one, and run it."""

from __future__ import annotations

import logging
import threading

from django.db import connection

from ariaforge.jobs.attempt import DATABASE_AWAY, Attempt
from ariaforge.jobs.claims import claim_job
from ariaforge.jobs.processes import warm_up
from ariaforge.models import Job

logger = logging.getLogger(__name__)

# Set while this process ends: claim nothing more, and give back what runs.
stopping = threading.Event()


def run_next_job(queue: str) -> Job | None:
    """Claim the best job of ``queue`` and run it; ``None`` when there was none to claim.

    Never raises when the database is away: the dispatcher sends what waits once more.
    """
    if stopping.is_set():
        return None
    try:
        warm_up()
        job = claim_job(queue)
    except DATABASE_AWAY as error:
        logger.warning("The database did not answer a worker: %s", error)
        connection.close()
        return None
    if job is not None:
        Attempt(job, stopping).run()
    return job
