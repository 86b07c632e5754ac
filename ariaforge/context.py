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
from typing import Any

import pghistory
from pghistory.runtime import Context, _tracker
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
    """Run the block in the name of ``actor_id`` (``None``: of the system).

    Audit rows written by database triggers inside the block carry ``actor``,
    ``request_id`` and ``job_id``; log lines carry the last two. A block inside another
    keeps the outer request and job unless it names its own, and its changes are recorded
    apart from those of the outer block.
    """
    outer = _current.get()
    context = ActionContext(actor_id, request_id or outer.request_id, job_id or outer.job_id)
    identifiers = {
        name: value
        for name, value in (("request_id", context.request_id), ("job_id", context.job_id))
        if value
    }
    metadata = {"actor": str(actor_id) if actor_id else None, **identifiers}
    token = _current.set(context)
    try:
        with _audit_context(metadata), bound_contextvars(**identifiers):
            yield context
    finally:
        _current.reset(token)


@contextmanager
def _audit_context(metadata: dict[str, Any]) -> Iterator[None]:
    """Enter a context of pghistory that is always one of its own.

    By itself pghistory merges an inner context into the outer one, which would rewrite
    who made the changes of the outer block.
    """
    with pghistory.context():
        outer = _tracker.value
        _tracker.value = Context(id=uuid.uuid4(), metadata=metadata)
        try:
            yield
        finally:
            _tracker.value = outer


def identify_actor(actor_id: uuid.UUID) -> None:
    """Name the actor once it becomes known inside a running :func:`acting_as` block.

    API tokens are checked in the view, long after the middleware has begun.
    """
    _current.set(replace(_current.get(), actor_id=actor_id))
    pghistory.context(actor=str(actor_id))
