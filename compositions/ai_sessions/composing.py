"""Composing from a step, with the help of a language model where one is configured."""

from __future__ import annotations

from typing import Any

from ariaforge.jobs.registry import JobContext
from compositions.composer import Composition as Composed
from compositions.composer import parse_prompt
from compositions.composer.lyric_writing.song import language_of, theme_of
from compositions.llm.client import LLMError, configured_endpoint
from compositions.llm.lyrics import draft_lyrics
from compositions.llm.specifications import fill_specification
from compositions.models import AISessionStep
from compositions.workshop import compose_from_prompt, written_by_rules

LYRICS_WITHOUT = "The language model was of no help with the lyrics; they are written by rules."
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
        composed = _compose(step, context)
        return _with_drafted_lyrics(step, context, composed)
    except ValueError:
        filled = step.parameters.get("filled", {})
        if not filled.get("answer") and not filled.get("lyrics"):
            raise
        _keep(step, {"answer": {}, "notes": [WITHOUT], "lyrics": ""})
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


def _with_drafted_lyrics(step: AISessionStep, context: JobContext, composed: Composed) -> Composed:
    """Return the song with lines by the language model where it wrote words and one is there."""
    filled = step.parameters.get("filled") or {"answer": {}, "notes": []}
    by_rules = written_by_rules(composed)
    endpoint = configured_endpoint()
    if endpoint is None or not by_rules or "lyrics" in filled:
        return composed
    context.progress(0.99, "Drafting lyrics")
    try:
        drafted = draft_lyrics(
            endpoint,
            by_rules=by_rules,
            theme=str(composed.spec.theme.value or "")
            or theme_of(parse_prompt(step.prompt))
            or step.prompt[:200],
            language=language_of(composed.spec),
            keep=composed.title,
            step=step,
            job_id=context.job_id,
            user_id=context.owner_id,
        )
    except LLMError:
        note, words = LYRICS_WITHOUT, ""
    else:
        note = (
            f"The language model {endpoint.model:.80} wrote {drafted.by_model} of"
            f" {drafted.lines} different lines of the lyrics; the others are by rules."
        )
        words = drafted.text if drafted.by_model else ""
    notes = [*filled["notes"], note]
    _keep(step, {**filled, "notes": notes, "lyrics": words})
    return _compose(step, context)


def _keep(step: AISessionStep, filled: dict[str, Any]) -> None:
    step.parameters = {**step.parameters, "filled": filled}
    AISessionStep.objects.filter(pk=step.pk).update(parameters=step.parameters)
