"""Asking a language model, with one row for each call, whatever comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from compositions.llm.client import Answer, Endpoint, LLMError, complete
from compositions.models import AISessionStep, LLMInteraction

ANSWER_MAX_LENGTH = 50_000
"""Characters of an answer that are kept."""

Read = TypeVar("Read")
State = LLMInteraction.State


def ask(
    endpoint: Endpoint,
    *,
    purpose: str,
    body: dict[str, Any],
    read: Callable[[str], Read],
    step: AISessionStep | None = None,
    job_id: UUID | None = None,
    user_id: UUID | None = None,
) -> Read:
    """Send ``body`` and return what ``read`` makes of the text that comes back.

    The row is there before the call, so a process that dies leaves it behind as running.
    ``read`` raises ``ValueError`` for an answer that is not what was asked for; the row then
    says that it was refused, and why. Raises :class:`LLMError` for that and whatever else
    goes wrong.
    """
    body = {"model": endpoint.model, **body}
    row = LLMInteraction.objects.create(
        purpose=purpose,
        model=endpoint.model[:200],
        host=endpoint.host,
        step=step,
        job_id=job_id,
        request=body,
        created_by_id=user_id,
        updated_by_id=user_id,
    )
    began = time.monotonic()
    answer: Answer | None = None
    state: str = State.FAILED
    failure: LLMError | None = None
    try:
        answer = complete(endpoint, body)
        found = read(answer.text)
        state = State.SUCCEEDED
    except LLMError as error:
        failure = error
        raise
    except ValueError as error:
        state = State.REFUSED
        failure = LLMError("wrong_answer", str(error)[:300], answer.status if answer else None)
        raise failure from error
    except BaseException as error:
        failure = LLMError("fault", f"A fault of the studio: {type(error).__name__}")
        raise
    finally:
        row.state = state
        row.duration_ms = round(1000 * (time.monotonic() - began))
        if answer is not None:
            row.answer = answer.text[:ANSWER_MAX_LENGTH]
            row.prompt_tokens = answer.prompt_tokens
            row.completion_tokens = answer.completion_tokens
            row.http_status = answer.status
        if failure is not None:
            row.error_code, row.error = failure.code, failure.message.replace("\x00", "")[:500]
            row.http_status = failure.status
        row.save()
    return found


def forget_texts(*, days: float | None = None) -> int:
    """Empty the texts of calls older than ``settings.LLM_RETENTION_DAYS``; return how many.

    Model, times, tokens and outcome stay.
    """
    keep = settings.LLM_RETENTION_DAYS if days is None else days
    old = LLMInteraction.all_objects.filter(created_at__lt=timezone.now() - timedelta(days=keep))
    return int(old.exclude(request={}, answer="").update(request={}, answer=""))
