"""Who is acting, and in which request or job: for audit rows, authorship and logs.

The web middleware and the job runner both enter :func:`acting_as`; everything below
them (model saves, audit triggers, structured logs) reads the same context.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

import pghistory
from structlog.contextvars import bound_contextvars


@dataclass(frozen=True, slots=True)
class ActionContext:
    """The actor (``None`` for the system), the request and the job at work."""

    actor_id: uuid.UUID | None = None
    request_id: str = ""
    job_id: str = ""


_current: ContextVar[ActionContext] = ContextVar("action_context", default=ActionContext())  # noqa: B039 - frozen


def current_action() -> ActionContext:
    """Return the context of the code that is running."""
    return _current.get()


@contextmanager
def acting_as(
    actor_id: uuid.UUID | None, *, request_id: str = "", job_id: str = ""
) -> Iterator[ActionContext]:
    """Run the block in the name of ``actor_id``.

    Audit rows written by database triggers inside the block carry ``actor``,
    ``request_id`` and ``job_id``; log lines carry the last two.
    """
    context = ActionContext(actor_id, request_id, job_id)
    metadata = {"actor": str(actor_id) if actor_id else None}
    identifiers = {}
    if request_id:
        identifiers["request_id"] = request_id
    if job_id:
        identifiers["job_id"] = job_id
    token = _current.set(context)
    try:
        with pghistory.context(**metadata, **identifiers), bound_contextvars(**identifiers):
            yield context
    finally:
        _current.reset(token)


def identify_actor(actor_id: uuid.UUID) -> None:
    """Name the actor once it becomes known inside a running :func:`acting_as` block.

    API tokens are checked in the view, long after the middleware has begun.
    """
    _current.set(replace(_current.get(), actor_id=actor_id))
    pghistory.context(actor=str(actor_id))
