"""The job in which the small language model drafts words for a song, and offers them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ariaforge.jobs.registry import JobContext, JobError, register
from compositions.ai_sessions.steps import begin_step, step_of_job
from compositions.composer.lyric_writing.drafting import MODEL, Draft, Generate, draft_lines
from compositions.composer.lyric_writing.rewriting import write_places
from compositions.composer.lyric_writing.writer import LyricsError
from compositions.composer.operations import Operation, OperationError, apply_operations
from compositions.composer.operations.base import Task
from compositions.composer.operations.words import places_of
from compositions.documents import load_plain
from compositions.score.document import Score, ordered
from compositions.score.serialisation import from_dict, to_dict
from compositions.small_model import SmallModel, SmallModelError
from compositions.variation_jobs import VariationOutcome, VaryKind

_LINES_TOLD = 6


@dataclass(frozen=True, slots=True)
class LyricOutcome(VariationOutcome):
    """What the work leaves for the finish: also the words, as an operation."""

    operation: dict[str, Any]


@register
class WriteLyricsKind(VaryKind):
    """Lines are drafted by the model, verified, and offered; else the lines by rules stand."""

    name = "write_lyrics"
    label = "Write lyrics"
    time_limit_seconds = 600

    def run(self, context: JobContext) -> LyricOutcome:
        """Draft the lines for the song as it stands."""
        step = step_of_job(context)
        begin_step(step)
        composition = step.session.composition
        asked = Operation.from_dict(step.parameters["operations"][0])
        score = from_dict(load_plain(composition))
        context.progress(0.02, "Starting the language model")
        try:
            model = SmallModel()

            def tell(done: int, count: int) -> None:
                context.progress(0.05 + 0.9 * done / max(1, count), "Writing lines")

            drafts = draft_for(score, asked, step.seed, model.generate, tell)
            final = replace(
                asked,
                parameters={
                    **asked.parameters,
                    "lines": [None if draft is None else draft.text for draft in drafts],
                },
            )
            result = apply_operations(score, [final], seed=step.seed)
        except SmallModelError as error:
            raise JobError("no_language_model", str(error)) from error
        except OperationError as error:
            raise JobError("cannot_vary", str(error)) from error
        remarks = (*told_of(drafts), *result.remarks)
        data = to_dict(result.score)
        return LyricOutcome(data, composition.revision, remarks, final.to_dict())

    def finish(self, context: JobContext, outcome: VariationOutcome) -> dict[str, Any]:
        """Offer the words, and keep them in the step, so that it can be replayed."""
        if isinstance(outcome, LyricOutcome):
            step = step_of_job(context)
            step.parameters = {**step.parameters, "operations": [outcome.operation]}
            step.save(update_fields=["parameters"])
        return super().finish(context, outcome)


def draft_for(
    score: Score, asked: Operation, seed: int, generate: Generate, on_line: Any = None
) -> list[Draft | None]:
    """Return drafts for the open places of an operation, in their order.

    Raises :class:`OperationError` where no words can be written.
    """
    theme = str(asked.parameters.get("theme", "love"))
    task = Task(ordered(score), asked.scope, seed, asked.name, 0)
    places = places_of(task, asked.parameters.get("line"))
    if all(place.place.stays for place in places):
        raise OperationError("There are no words and no melody here to write words for.")
    if any(place.language.split("-")[0] != "en" for place in places if not place.place.stays):
        raise OperationError("The language model writes English only; let the rules write here.")
    try:
        by_rules = write_places(theme, [place.place for place in places], seed=seed)
    except LyricsError as error:
        raise OperationError(str(error)) from error
    open_ = [index for index, place in enumerate(places) if not place.place.stays]
    return draft_lines(
        theme,
        [places[index].place for index in open_],
        [by_rules[index] for index in open_],
        generate,
        seed=seed,
        on_line=on_line,
    )


def told_of(drafts: list[Draft | None]) -> tuple[str, ...]:
    """Say which lines came from where."""
    lines = {draft.text: draft.writer for draft in drafts if draft is not None}
    by_model = [text for text, writer in lines.items() if writer == MODEL]
    told = []
    if by_model:
        shown = ", ".join(f"“{text}”" for text in by_model[:_LINES_TOLD])
        more = f" and {len(by_model) - _LINES_TOLD} more" if len(by_model) > _LINES_TOLD else ""
        told.append(f"By the language model: {shown}{more}.")
    if len(by_model) < len(lines):
        count = len(lines) - len(by_model)
        told.append(
            f"By rules: {count} of {len(lines)} lines, as no draft for them passed the checks."
        )
    return tuple(told)
