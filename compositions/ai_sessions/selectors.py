"""Reads of AI sessions that pages and the API share."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from compositions.models import AISessionStep, LLMInteraction

_UNSHOWN = ("tree", "provenance", "merge")


def counted(sessions: QuerySet[Any]) -> QuerySet[Any]:
    """Join person, branch and origin, and count the steps: all, and those that were chosen."""
    chosen = Q(steps__state=AISessionStep.State.CHOSEN)
    alive = Q(steps__deleted_at__isnull=True)
    return sessions.select_related("created_by", "branch", "parent_step").annotate(
        step_count=Count("steps", filter=alive), chosen_count=Count("steps", filter=alive & chosen)
    )


def with_steps(sessions: QuerySet[Any]) -> QuerySet[Any]:
    """Fetch every step with its versions, proposal, job and calls to a language model."""
    versions = ("base_version", "result_version", "proposal__result")
    steps = (
        AISessionStep.objects.select_related("job", "proposal", *versions)
        .defer(*(f"{row}__{column}" for row in versions for column in _UNSHOWN))
        .prefetch_related(
            Prefetch(
                "interactions",
                LLMInteraction.objects.defer("request", "answer").order_by("id"),
            )
        )
        .order_by("number")
    )
    return sessions.prefetch_related(Prefetch("steps", steps))
