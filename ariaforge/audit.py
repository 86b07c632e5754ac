"""Audit by database triggers: every business table keeps an append-only event table.

Triggers see bulk updates, raw SQL and the admin alike, which signals do not. The
actor and the request or job come from :func:`ariaforge.context.acting_as`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pghistory
from django.db import models

ModelClass = TypeVar("ModelClass", bound=type[models.Model])


def audited(
    *, exclude: Sequence[str] = (), event_model_name: str | None = None
) -> Callable[[ModelClass], ModelClass]:
    """Class decorator: record each insert, update and delete of the model's rows.

    ``exclude`` names fields whose values must not be kept (secrets) or would only
    repeat what a log of its own already holds; a change of only those fields is not
    recorded. The event table refuses UPDATE and DELETE. Its model is called after the
    audited one with "Event" at the end, or ``event_model_name``.
    """

    def decorate(model: ModelClass) -> ModelClass:
        return pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            append_only=True,
            exclude=list(exclude) or None,
            model_name=event_model_name,
        )(model)

    return decorate
