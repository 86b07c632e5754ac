"""The dispatcher: makes sure that every waiting job is heard of, whatever gets lost.

Any number of dispatchers may run; the one that holds an advisory lock of the database is
active, the others stand by. The lock lives in the connection on which the dispatcher also
works, so losing the connection loses the lock and the work together, and there are never
two. A NOTIFY wakes it; without one it looks once a second.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta

import psycopg
import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from dramatiq import get_broker
from dramatiq.errors import DramatiqError

from ariaforge.actors import QUEUE_ACTORS
from ariaforge.context import acting_as
from ariaforge.jobs import transitions
from ariaforge.jobs.heartbeats import Heart
from ariaforge.jobs.periodic import ChoreThread
from ariaforge.models import Job, JobQuerySet, JobState

logger = logging.getLogger(__name__)

ADVISORY_LOCK = 0x41726961
LOOK_SECONDS = 1.0
BATCH = 200
# Nudges to send again per queue and look: a few suffice, each worker thread takes one.
RESEND_BATCH = 16
LONGEST_PAUSE_SECONDS = 10.0

REDIS_AWAY = (DramatiqError, redis.RedisError, OSError)
LOST_TOO_OFTEN = "The work was interrupted too often. Please try again later."


class Dispatcher:
    """Sends nudges and takes jobs back until ``stopping`` is set."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._redis_pause = 0.0
        self._redis_away_until = 0.0

    def run(self) -> None:
        """Serve, through any loss of the database or of Redis."""
        heart = Heart("dispatcher")
        heart.start()
        pause = 0.5
        try:
            while not self._stopping.is_set():
                began = time.monotonic()
                try:
                    self._serve()
                except (DatabaseError, InterfaceError, psycopg.Error) as error:
                    logger.warning("The dispatcher lost the database: %s", error)
                except Exception:
                    logger.exception("The dispatcher had a fault and begins anew")
                connection.close()
                if time.monotonic() - began > LONGEST_PAUSE_SECONDS:
                    pause = 0.5
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        finally:
            heart.stop()
            connection.close()

    def _serve(self) -> None:
        """Wait for the lock, then work until the connection breaks or it is time to stop."""
        if not self._take_lock():
            return
        logger.info("This dispatcher is active")
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {transitions.DISPATCH_CHANNEL}")
        chores = ChoreThread()
        chores.start()
        try:
            while not self._stopping.is_set():
                take_back_lost_jobs()
                if not self._send():
                    self._wait()
        finally:
            chores.stop()

    def _take_lock(self) -> bool:
        while not self._stopping.is_set():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
                row = cursor.fetchone()
            if row is not None and row[0]:
                return True
            self._stopping.wait(LOOK_SECONDS)
        return False

    def _send(self) -> bool:
        """Send what is due; say whether there may be more at once."""
        if time.monotonic() < self._redis_away_until:
            return False
        try:
            sent = send_waiting_jobs()
            send_stale_jobs()
        except REDIS_AWAY as error:
            self._redis_pause = min(max(0.5, self._redis_pause * 2), LONGEST_PAUSE_SECONDS)
            self._redis_away_until = time.monotonic() + self._redis_pause
            logger.warning("Redis did not take a nudge: %s", error)
            return False
        self._redis_pause = 0.0
        return sent >= BATCH

    def _wait(self) -> None:
        """Return at the next NOTIFY, and after a second in any case."""
        connection.ensure_connection()
        for _ in connection.connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
            pass
        # One look serves all who called meanwhile.
        for _ in connection.connection.notifies(timeout=0):
            pass


def take_back_lost_jobs() -> int:
    """Take running jobs from workers whose lease has run out; return how many.

    They wait again, or are cancelled if that was asked for, or fail once their attempts
    are used up: a job that takes every worker down with it must not go round for ever.
    """
    lost = Q(state=JobState.RUNNING, lease_expires_at__lt=Now())
    taken = 0
    for job_id in list(Job.objects.filter(lost).values_list("pk", flat=True)[:BATCH]):
        with acting_as(None, job_id=str(job_id)), transaction.atomic():
            job = (
                Job.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(lost, pk=job_id)
                .first()
            )
            if job is None:
                continue
            if job.cancel_requested_at is not None:
                transitions.cancel(job)
            elif job.attempts >= job.max_attempts:
                transitions.fail(job, code="worker_lost", message=LOST_TOO_OFTEN)
            else:
                transitions.requeue(job, reason="The worker was lost; starting again.")
            taken += 1
    return taken


def send_waiting_jobs() -> int:
    """Send a nudge for each due job that has none yet; return how many.

    Raises what the broker raises when Redis is away; the jobs then count as unsent.
    """
    return _send(_due().filter(sent_at=None).order_by(F("priority").desc(), "queued_at")[:BATCH])


def send_stale_jobs() -> int:
    """Send nudges again where they seem to be lost; return how many.

    A queue with messages in it is left alone: any of them may claim any of its jobs.
    """
    stale = _due().filter(sent_at__lt=Now() - timedelta(seconds=settings.JOB_RESEND_SECONDS))
    sent = 0
    for queue in stale.order_by("queue").values_list("queue", flat=True).distinct():
        if queue in QUEUE_ACTORS and _messages_in(queue) == 0:
            sent += _send(stale.filter(queue=queue).order_by("sent_at")[:RESEND_BATCH])
    return sent


def _due() -> JobQuerySet:
    return Job.objects.filter(Q(not_before=None) | Q(not_before__lte=Now()), state=JobState.QUEUED)


def _messages_in(queue: str) -> int:
    """Return how many messages wait in Redis and are with no worker yet."""
    broker = get_broker()
    return int(broker.client.llen(f"{broker.namespace}:{queue}"))  # type: ignore[attr-defined]


def _send(jobs: JobQuerySet) -> int:
    """Stamp the jobs, commit, then send: a crash in between delays a nudge, no more."""
    with transaction.atomic():
        rows = list(
            jobs.select_for_update(skip_locked=True, of=("self",)).values_list("pk", "queue")
        )
        Job.objects.filter(pk__in=[pk for pk, _ in rows]).update(sent_at=Now())
    for index, (_, queue) in enumerate(rows):
        actor = QUEUE_ACTORS.get(queue)
        if actor is None:
            continue  # a queue of another version; its jobs wait for the settings to return
        try:
            actor.send()
        except REDIS_AWAY:
            unsent = [pk for pk, _ in rows[index:]]
            Job.objects.filter(pk__in=unsent, state=JobState.QUEUED).update(sent_at=None)
            raise
    return len(rows)
