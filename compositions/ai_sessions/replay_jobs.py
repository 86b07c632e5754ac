"""The job that does the chosen steps of a session again."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from ariaforge.exceptions import InvalidInputError
from ariaforge.jobs.registry import JobContext, JobError, JobKind, register
from ariaforge.models import Job
from compositions.ai_sessions.replay import Replay, chosen_path, replay
from compositions.ai_sessions.steps import begin_step, end_step, note_failure, step_of_job
from compositions.history.proposals import propose
from compositions.models import AISessionStep, Composition, Version

State = AISessionStep.State


@register
class ReplayKind(JobKind):
    """A session is done again; music that differs from what there is comes as a proposal."""

    name = "replay"
    label = "Replay a session"
    queue = "compose"
    time_limit_seconds = 600

    def run(self, context: JobContext) -> Replay:
        """Do the steps."""
        step = step_of_job(context)
        begin_step(step)
        try:
            return replay(chosen_path(step.session), context.progress)
        except ValueError as error:
            raise JobError("cannot_replay", str(error)) from error

    def finish(self, context: JobContext, outcome: Replay) -> dict[str, Any]:
        """Keep the report, and offer what is new."""
        step = step_of_job(context)
        song = Composition.objects.select_for_update(of=("self",), no_key=True).get(
            pk=step.session.composition_id
        )
        words, state = outcome.words, State.CHECKED
        made: dict[str, Any] = {"result_content_hash": _last_hash(outcome)}
        proposal = None
        if not outcome.identical:
            try:
                proposal = propose(
                    composition=song,
                    user=User.objects.get(pk=context.owner_id),
                    title=f"Replay: {step.session.title:.150}",
                    data=outcome.data,
                    source=Version.Source.COMPOSER,
                    description="\n".join(words),
                    provenance={
                        "seed": step.seed,
                        "engine_version": outcome.engine_version,
                        "session": str(step.session_id),
                        "session_step": step.number,
                        "step": "replay",
                    },
                )
            except InvalidInputError as error:
                words = [*words, error.message]
            else:
                state = State.OFFERED
                made = {
                    "proposal": proposal,
                    "base_version": proposal.base,
                    "result_version": proposal.version,
                    "result_content_hash": proposal.version.content_hash,
                }
        report = outcome.to_dict()
        end_step(
            step,
            state,
            **made,
            engine_version=outcome.engine_version,
            parameters={**step.parameters, "report": report},
            explanation=words,
        )
        return {
            "composition": str(song.pk),
            "session": str(step.session_id),
            "step": str(step.pk),
            "proposal": str(proposal.pk) if proposal is not None else None,
            "words": words,
            **report,
        }

    def discard(self, job: Job) -> None:
        """Keep why it ended."""
        note_failure(job)


def _last_hash(outcome: Replay) -> str:
    return outcome.steps[-1].content_hash
