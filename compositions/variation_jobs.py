"""The job that makes a variation of a song and offers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from ariaforge.exceptions import InvalidInputError
from ariaforge.jobs.registry import JobContext, JobError, JobKind, register
from ariaforge.models import Job
from compositions.ai_sessions.steps import begin_step, end_step, note_failure, step_of_job
from compositions.composer.engine import ENGINE_VERSION
from compositions.composer.operations import Operation, OperationError, apply_operations
from compositions.documents import load_plain
from compositions.history.proposals import propose
from compositions.models import AISessionStep, Composition, Version
from compositions.score.diff_words import tell
from compositions.score.entities import Plain, to_entities
from compositions.score.serialisation import from_dict, to_dict
from compositions.variations import title_of

DESCRIPTION_MAX = 2000
MOST_TOLD = 50


@dataclass(frozen=True, slots=True)
class VariationOutcome:
    """What the work leaves for the finish: the new document, made from edit ``revision``."""

    data: Plain
    revision: int
    remarks: tuple[str, ...]


@register
class VaryKind(JobKind):
    """A request becomes a proposal; the song stays as it is until somebody accepts."""

    name = "vary"
    label = "Vary a song"
    queue = "compose"
    time_limit_seconds = 120

    def run(self, context: JobContext) -> VariationOutcome:
        """Do the operations on the song as it stands."""
        step = step_of_job(context)
        begin_step(step)
        context.progress(0.1, "Composing")
        outcome = _vary(step, step.session.composition)
        context.progress(0.9, "Comparing")
        return outcome

    def finish(self, context: JobContext, outcome: VariationOutcome) -> dict[str, Any]:
        """Offer the new document on a branch of its own."""
        step = step_of_job(context)
        user = User.objects.get(pk=context.owner_id)
        composition = Composition.objects.select_for_update(of=("self",), no_key=True).get(
            pk=step.session.composition_id
        )
        if composition.revision != outcome.revision:
            # Somebody has edited meanwhile: the same is done with the song as it is now.
            outcome = _vary(step, composition)
        before = to_entities(load_plain(composition))
        told = [sentence.text for sentence in tell(before, to_entities(outcome.data))]
        missed = list(step.parameters.get("not_understood", ()))
        remarks = [*outcome.remarks]
        if missed:
            remarks.append(f"Not understood: {', '.join(missed)}.")
        try:
            proposal = propose(
                composition=composition,
                user=user,
                title=title_of(step),
                data=outcome.data,
                source=Version.Source.COMPOSER,
                description="\n".join([*told[:20], *remarks])[:DESCRIPTION_MAX],
                provenance={
                    "prompt": step.prompt,
                    "operations": step.parameters["operations"],
                    "seed": step.seed,
                    "engine_version": ENGINE_VERSION,
                    "session": str(step.session_id),
                    "session_step": step.number,
                    "step": "vary",
                },
            )
        except InvalidInputError as error:
            raise JobError("cannot_propose", error.message) from error
        end_step(
            step,
            AISessionStep.State.OFFERED,
            engine_version=ENGINE_VERSION,
            proposal=proposal,
            base_version=proposal.base,
            result_version=proposal.version,
            result_content_hash=proposal.version.content_hash,
            explanation=[*told[:MOST_TOLD], *remarks],
        )
        return {
            "composition": str(composition.pk),
            "session": str(step.session_id),
            "step": str(step.pk),
            "proposal": str(proposal.pk),
            "changes": told[:MOST_TOLD],
            "remarks": remarks,
            "not_understood": missed,
        }

    def discard(self, job: Job) -> None:
        """Keep why it ended."""
        note_failure(job)


def _vary(step: AISessionStep, composition: Composition) -> VariationOutcome:
    plan = [Operation.from_dict(entry) for entry in step.parameters["operations"]]
    data = load_plain(composition)
    try:
        result = apply_operations(from_dict(data), plan, seed=step.seed)
    except OperationError as error:
        raise JobError("cannot_vary", str(error)) from error
    return VariationOutcome(to_dict(result.score), composition.revision, result.remarks)
