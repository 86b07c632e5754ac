"""Dramatiq actors: one per queue, each started by a message that carries nothing.

The message is a nudge, not the job. Which job to run is decided when a thread is free to
run it, from the rows as they are then: the highest priority first, then the longest wait,
within the limit of jobs per person. A message that named its job could overtake nobody,
would have to wait when its owner is at the limit, and would be useless once its job was
cancelled, done already or taken by somebody else. Nor does it matter that Redis delivers
messages twice or loses them: a nudge too many finds nothing to claim, and the dispatcher
sends another for whatever has waited too long.

Dramatiq's own retries, time limits and results are not installed: attempts, limits and
outcomes are in the row, where no lost message can take them along.
"""

from __future__ import annotations

from typing import Any

import dramatiq
from django.conf import settings

from ariaforge.jobs.worker import run_next_job


def _actor_of(queue: str, priority: int) -> dramatiq.Actor[[], None]:
    def run_job() -> None:
        run_next_job(queue)

    run_job.__doc__ = f"Run the best waiting job of the queue {queue!r}, if there is one."
    make = dramatiq.actor(actor_name=f"run_{queue}_job", queue_name=queue, priority=priority)
    return make(run_job)


# Of the messages that a worker holds, those of the queues named first go first.
QUEUE_ACTORS: dict[str, dramatiq.Actor[Any, None]] = {
    queue: _actor_of(queue, priority) for priority, queue in enumerate(settings.JOB_QUEUES)
}
