"""What others do with jobs: submit, cancel, retry."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from ariaforge.context import current_action
from ariaforge.exceptions import ConflictError, InvalidInputError
from ariaforge.jobs import transitions
from ariaforge.jobs.registry import JobKind, find_kind
from ariaforge.models import Job, JobState
from ariaforge.models.job import PRIORITY_LIMIT

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

PARAMETERS_MAX_BYTES = 256 * 1024
KEY_MAX_LENGTH = 200


class IdempotencyKeyReusedError(ConflictError):
    """The key has been used before, for something else."""


@transaction.atomic
def submit_job(
    *,
    owner: AbstractBaseUser,
    kind: str,
    parameters: dict[str, Any],
    topic: str = "",
    priority: int = 0,
    idempotency_key: str = "",
) -> Job:
    """Ask for a piece of work; the row is the request, and is part of your transaction.

    ``topic`` is an event topic that hears of the job besides its own and its owner's.
    ``priority`` is -100 to 100, higher first. With an ``idempotency_key`` that the owner
    has used before, the job of that time is returned.

    Raises:
        InvalidInputError: the kind is unknown, or it refuses the parameters.
        IdempotencyKeyReusedError: the key stands for other work.
    """
    job_kind = find_kind(kind)
    if job_kind is None:
        raise InvalidInputError(f"There is no job of kind {kind!r}.")
    stored = _as_json(job_kind.validate(dict(parameters)))
    if not -PRIORITY_LIMIT <= priority <= PRIORITY_LIMIT:
        raise InvalidInputError(
            f"A priority is a number from -{PRIORITY_LIMIT} to {PRIORITY_LIMIT}."
        )
    if len(idempotency_key) > KEY_MAX_LENGTH:
        raise InvalidInputError(f"An idempotency key has {KEY_MAX_LENGTH} characters at most.")
    job = Job(
        owner_id=owner.pk,
        kind=kind,
        queue=job_kind.queue,
        priority=priority,
        parameters=stored,
        topic=topic,
        request_id=current_action().request_id[:200],
        idempotency_key=idempotency_key,
        max_attempts=job_kind.max_attempts,
    )
    if not idempotency_key:
        job.save(force_insert=True)
    else:
        # One statement decides between two requests with the same key at the same moment.
        Job.objects.bulk_create([job], ignore_conflicts=True)
        kept = Job.objects.get(owner_id=owner.pk, idempotency_key=idempotency_key)
        if kept.pk != job.pk:
            return _same_or_refuse(kept, job)
        job = kept
    transitions.log_event(job, "info", "Submitted.")
    transitions.wake_dispatcher()
    transitions.announce(job)
    return job


def _same_or_refuse(kept: Job, asked: Job) -> Job:
    if (kept.kind, kept.parameters) != (asked.kind, asked.parameters):
        raise IdempotencyKeyReusedError(
            "This idempotency key was used before for another request. Use a new key.",
            details={"job": str(kept.pk)},
        )
    return kept


def _as_json(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters as they will come back from the database."""
    try:
        text = json.dumps(parameters, cls=DjangoJSONEncoder, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"The parameters cannot be stored as JSON: {error}.") from error
    if len(text) > PARAMETERS_MAX_BYTES:
        raise InvalidInputError(
            f"The parameters are {len(text)} bytes; {PARAMETERS_MAX_BYTES} are the most."
        )
    if "\\u0000" in text:
        raise InvalidInputError("The parameters contain a NUL character.")
    stored: dict[str, Any] = json.loads(text)
    return stored


def stop_job(job: Job) -> bool:
    """Stop the job if it is at work or waits; return whether it did. It may end in between."""
    if not job.is_active:
        return False
    with suppress(ConflictError):
        cancel_job(job)
        return True
    return False


@transaction.atomic
def cancel_job(job: Job) -> Job:
    """Stop the job and return it as it is now.

    A waiting job is cancelled at once. A running one is asked to stop: its processes are
    killed within about two seconds, and then it is ``cancelled``. Cancelling what is
    cancelled already, or being stopped, changes nothing.

    Raises:
        ConflictError: the job has ended otherwise.
    """
    locked = _lock_or_refuse(job)
    if locked.state == JobState.QUEUED:
        transitions.cancel(locked)
    elif locked.state == JobState.RUNNING:
        if locked.cancel_requested_at is None:
            locked.cancel_requested_at = timezone.now()
            locked.save(update_fields=["cancel_requested_at"])
            transitions.log_event(locked, "info", "Asked to stop.")
            transitions.announce(locked)
    elif locked.state != JobState.CANCELLED:
        raise ConflictError(
            f"This job has ended already ({locked.get_state_display().lower()}).",
            details={"state": locked.state},
        )
    return locked


@transaction.atomic
def retry_job(job: Job) -> Job:
    """Let a failed or cancelled job begin anew, with all its attempts, and return it.

    Raises:
        ConflictError: the job waits, runs or has succeeded, or its kind is gone.
    """
    locked = _lock_or_refuse(job)
    if locked.state not in (JobState.FAILED, JobState.CANCELLED):
        raise ConflictError(
            "Only a job that failed or was cancelled can be tried again.",
            details={"state": locked.state},
        )
    kind = _kind_or_refuse(locked)
    locked.max_attempts = kind.max_attempts
    locked.queue = kind.queue
    transitions.requeue_from_start(locked)
    return locked


def _lock_or_refuse(job: Job) -> Job:
    locked = transitions.lock_job(job.pk)
    if locked is None:
        raise ConflictError("This job has been removed.")
    return locked


def _kind_or_refuse(job: Job) -> JobKind:
    kind = find_kind(job.kind)
    if kind is None:
        raise ConflictError(f"Jobs of kind {job.kind!r} can no longer be run.")
    return kind
