"""What becomes of a step when somebody decides about its proposal."""

from __future__ import annotations

from django.utils import timezone

from ariaforge.context import current_action
from compositions.models import AISessionStep, Proposal

_DECIDED = {
    Proposal.State.ACCEPTED: AISessionStep.State.CHOSEN,
    Proposal.State.PARTLY_ACCEPTED: AISessionStep.State.CHOSEN,
    Proposal.State.REJECTED: AISessionStep.State.DROPPED,
    Proposal.State.WITHDRAWN: AISessionStep.State.DROPPED,
}


def note_decision(proposal: Proposal) -> None:
    """Mark the step that made the proposal as chosen or dropped; for any other do nothing.

    A proposal that was accepted in part counts as chosen; the proposal says which part.
    """
    AISessionStep.objects.filter(proposal=proposal, state=AISessionStep.State.OFFERED).update(
        state=_DECIDED[Proposal.State(proposal.state)],
        updated_by=current_action().actor_id or proposal.decided_by_id,
        updated_at=timezone.now(),
    )
