"""The job that makes a variation of a song and offers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from ariaforge.context import current_action
from ariaforge.exceptions import InvalidInputError
from ariaforge.jobs.registry import JobContext, JobError, JobKind, register
from compositions.composer.engine import ENGINE_VERSION
from compositions.composer.operations import Operation, OperationError, apply_operations
from compositions.documents import load_plain
from compositions.history.proposals import propose
from compositions.models import AISession, Composition, Version
from compositions.score.diff_words import tell
from compositions.score.entities import Plain, to_entities
from compositions.score.serialisation import from_dict, to_dict
from compositions.variations import title_of

DESCRIPTION_MAX = 2000


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
        session = _session(context)
        context.progress(0.1, "Composing")
        outcome = _vary(session, session.composition)
        context.progress(0.9, "Comparing")
        return outcome

    def finish(self, context: JobContext, outcome: VariationOutcome) -> dict[str, Any]:
        """Offer the new document on a branch of its own."""
        session = _session(context)
        user = User.objects.get(pk=context.owner_id)
        composition = Composition.objects.select_for_update(of=("self",), no_key=True).get(
            pk=session.composition_id
        )
        if composition.revision != outcome.revision:
            # Somebody has edited meanwhile: the same is done with the song as it is now.
            outcome = _vary(session, composition)
        before = to_entities(load_plain(composition))
        told = [sentence.text for sentence in tell(before, to_entities(outcome.data))]
        missed = list(session.parameters.get("not_understood", ()))
        remarks = [*outcome.remarks]
        if missed:
            remarks.append(f"Not understood: {', '.join(missed)}.")
        try:
            proposal = propose(
                composition=composition,
                user=user,
                title=title_of(session),
                data=outcome.data,
                source=Version.Source.COMPOSER,
                description="\n".join([*told[:20], *remarks])[:DESCRIPTION_MAX],
                provenance={
                    "prompt": session.prompt,
                    "operations": session.parameters["operations"],
                    "seed": session.seed,
                    "engine_version": ENGINE_VERSION,
                    "session": str(session.pk),
                    "step": "vary",
                },
            )
        except InvalidInputError as error:
            raise JobError("cannot_propose", error.message) from error
        AISession.objects.filter(pk=session.pk).update(
            engine_version=ENGINE_VERSION,
            result_content_hash=proposal.version.content_hash,
            updated_by=current_action().actor_id,
        )
        return {
            "composition": str(composition.pk),
            "session": str(session.pk),
            "proposal": str(proposal.pk),
            "changes": told[:50],
            "remarks": remarks,
            "not_understood": missed,
        }


def _vary(session: AISession, composition: Composition) -> VariationOutcome:
    plan = [Operation.from_dict(entry) for entry in session.parameters["operations"]]
    data = load_plain(composition)
    try:
        result = apply_operations(from_dict(data), plan, seed=session.seed)
    except OperationError as error:
        raise JobError("cannot_vary", str(error)) from error
    return VariationOutcome(to_dict(result.score), composition.revision, result.remarks)


def _session(context: JobContext) -> AISession:
    """Return the request, if the job's owner may still change its song."""
    owner = User.objects.get(pk=context.owner_id)
    rows = AISession.objects.editable_by(owner).select_related("composition__project")
    row: AISession | None = rows.filter(pk=context.parameters["session"]).first()
    if row is None:
        raise JobError(
            "song_is_gone",
            "The song, or its project, was deleted meanwhile, or you may no longer change it.",
        )
    return row
