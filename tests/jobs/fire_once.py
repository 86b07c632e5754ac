"""The usual actor, as the negative control: the message is the job, and is sent once."""

from __future__ import annotations

import time

import dramatiq

from ariaforge.models import JobEvent


@dramatiq.actor(queue_name="bulk")
def fire_once(job_id: str) -> None:
    """Note the start, work, charge, and note the end."""
    JobEvent.objects.create(job_id=job_id, message="started")
    time.sleep(0.1)
    JobEvent.objects.create(job_id=job_id, message="charged")
    JobEvent.objects.create(job_id=job_id, message="done")
