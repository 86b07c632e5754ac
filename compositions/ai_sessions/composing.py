"""Composing from a step, with the help of a language model where one is configured."""

from __future__ import annotations

from typing import Any

from ariaforge.jobs.registry import JobContext
from compositions.composer import Composition as Composed
from compositions.llm.specifications import fill_specification
from compositions.models import AISessionStep
from compositions.workshop import compose_from_prompt

WITHOUT = "What the language model read could not be composed; the song was composed without it."


def compose_step(step: AISessionStep, context: JobContext) -> Composed:
    """Compose what the step asks for.

    What a language model fills in is kept with the step before anything is composed of it, so
    that a second attempt and a replay use the same and ask nobody. Raises ``ValueError`` for
    what the composer refuses, with the model or without.
    """
    if "filled" not in step.parameters:
        context.progress(0.0, "Reading the prompt")
        filled = fill_specification(step=step, job_id=context.job_id, user_id=context.owner_id)
        if filled is not None:
            _keep(step, filled)
    try:
        return _compose(step, context)
    except ValueError:
        if not step.parameters.get("filled", {}).get("answer"):
            raise
        _keep(step, {"answer": {}, "notes": [WITHOUT]})
        return _compose(step, context)


def _compose(step: AISessionStep, context: JobContext) -> Composed:
    return compose_from_prompt(
        step.prompt,
        seed=step.seed,
        lyrics=step.parameters.get("lyrics", ""),
        overrides=step.parameters.get("overrides"),
        filled=step.parameters.get("filled"),
        on_progress=context.progress,
    )


def _keep(step: AISessionStep, filled: dict[str, Any]) -> None:
    step.parameters = {**step.parameters, "filled": filled}
    AISessionStep.objects.filter(pk=step.pk).update(parameters=step.parameters)
