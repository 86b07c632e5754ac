"""Variations of a song: asked for in words or as operations, made by a job, offered.

The song itself is not changed. What the job makes is a proposal, which somebody accepts,
in part or whole, or rejects.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from ariaforge.exceptions import InvalidInputError
from ariaforge.jobs.services import IdempotencyKeyReusedError, submit_job
from compositions.ai_sessions.steps import add_step, session_for
from compositions.composer.operations import (
    Operation,
    OperationError,
    explain,
    read_request,
)
from compositions.documents import load_score
from compositions.event_topics import composition_topic
from compositions.models import AISession, AISessionStep, Composition
from compositions.score.errors import ScoreError
from compositions.score.scope import Scope
from compositions.services import SEED_LIMIT, NothingComposedYetError, one_at_a_time

if TYPE_CHECKING:
    from accounts.models import User

MAX_OPERATIONS = 20


def request_variation(
    *,
    composition: Composition,
    user: User,
    text: str = "",
    operations: Sequence[Any] = (),
    scope: Any = None,
    seed: int | None = None,
    idempotency_key: str = "",
    session: AISession | None = None,
    kind: str = "vary",
) -> AISessionStep:
    """Ask for a variation: in plain English (``text``) or as plain ``operations``.

    Of both exactly one is given. ``scope`` (a plain
    :class:`~compositions.score.scope.Scope`) holds where the request says nothing of its own.
    Without ``seed`` a random one is drawn. The request is a step of ``session``, or of the
    person's latest one about the song; what was not understood is in its ``parameters``. With
    an ``idempotency_key`` that was used before, the step of that first call is returned.
    ``kind`` is the kind of job that does it.

    Raises :class:`InvalidInputError` in words when nothing is understood or a value is out
    of range, :class:`NothingComposedYetError` for a song without notes and
    :class:`IdempotencyKeyReusedError` for a key that stands for other work.
    """
    if not composition.is_composed:
        raise NothingComposedYetError("The song has no notes yet; wait until it is composed.")
    text = " ".join(text.split())
    if bool(text) == bool(operations):
        raise InvalidInputError("Say in words what to change, or give operations; not both.")
    if seed is not None and not 0 <= seed < SEED_LIMIT:
        raise InvalidInputError(f"The seed must be from 0 to {SEED_LIMIT - 1}.")
    asked = {"text": text, "operations": list(operations), "scope": scope}
    if kind != "vary":
        asked["kind"] = kind
    with transaction.atomic():
        # One after the other, so that two first requests do not begin two sessions.
        one_at_a_time(user)
        if idempotency_key:
            earlier = _earlier(user, idempotency_key)
            if earlier is not None:
                same = earlier.session.composition_id == composition.pk
                if not same or earlier.parameters.get("asked") != asked:
                    raise IdempotencyKeyReusedError(
                        "This idempotency key was used before for another request. Use a new key."
                    )
                return earlier
        plan, missed = _understand(composition, text, operations, scope)
        step = add_step(
            session=session_for(
                composition=composition,
                user=user,
                title=text or ", ".join(entry.name.replace("_", " ") for entry in plan),
                session=session,
            ),
            user=user,
            operation=AISessionStep.Operation.VARY,
            prompt=text,
            seed=secrets.randbelow(SEED_LIMIT) if seed is None else seed,
            parameters={
                "asked": asked,
                "operations": [entry.to_dict() for entry in plan],
                "not_understood": missed,
            },
        )
        step.job = submit_job(
            owner=user,
            kind=kind,
            parameters={"session": str(step.session_id), "step": str(step.pk)},
            topic=composition_topic(composition.pk),
            idempotency_key=idempotency_key,
        )
        step.save(update_fields=["job"])
    return step


def _earlier(user: User, key: str) -> AISessionStep | None:
    steps = AISessionStep.objects.filter(operation=AISessionStep.Operation.VARY)
    found: AISessionStep | None = (
        steps.filter(job__owner=user, job__idempotency_key=key)
        .select_related("job", "session")
        .first()
    )
    return found


def _understand(
    composition: Composition, text: str, operations: Sequence[Any], scope: Any
) -> tuple[list[Operation], list[str]]:
    """Return the operations that are meant, and what was not understood."""
    if len(operations) > MAX_OPERATIONS:
        raise InvalidInputError(f"{MAX_OPERATIONS} operations are the most at once.")
    try:
        where = Scope.from_dict(scope)
        if text:
            reading = read_request(text, load_score(composition), where)
            # The parameters of a sentence are checked as those of a program are.
            plan = [Operation.from_dict(entry.to_dict()) for entry in reading.operations]
            return plan, list(reading.not_understood)
        plan = [Operation.from_dict(entry) for entry in operations]
    except ScoreError as error:
        raise InvalidInputError(
            f"The scope is not understood: {error}", details={"scope": str(error)}
        ) from error
    except (OperationError, ValueError) as error:
        raise InvalidInputError(str(error)) from error
    if not where.is_everything:
        plan = [
            Operation(entry.name, where, entry.parameters) if entry.scope.is_everything else entry
            for entry in plan
        ]
    return plan, []


def title_of(step: AISessionStep) -> str:
    """Return what the proposal of a step is called."""
    if step.prompt:
        text = step.prompt[:160]
        return text[0].upper() + text[1:]
    names = [str(entry["name"]).replace("_", " ") for entry in step.parameters["operations"]]
    return ", ".join(dict.fromkeys(names))[:160].capitalize()


def explain_song(composition: Composition) -> list[str]:
    """Return sentences on how the song is made, as it stands now."""
    return explain(load_score(composition))


def latest_variations(composition: Composition, count: int = 5) -> list[AISessionStep]:
    """Return the newest requests for variations with their jobs, for the song's page."""
    rows = AISessionStep.objects.filter(
        session__composition=composition, operation=AISessionStep.Operation.VARY
    )
    return list(rows.select_related("job", "session").order_by("-id")[:count])
