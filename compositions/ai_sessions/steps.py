"""Opening AI sessions, adding steps to them, and following a step through its job."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from ariaforge.context import current_action
from ariaforge.exceptions import InvalidInputError, NotPermittedError
from ariaforge.jobs.registry import JobContext
from ariaforge.models import Job
from compositions.models import AISession, AISessionStep, Composition
from compositions.song_jobs import row_to_work_on

TITLE_MAX_LENGTH = 200
ERROR_MAX_LENGTH = 1000
State = AISessionStep.State


def open_session(
    *,
    composition: Composition,
    user: User,
    title: str,
    parent_step: AISessionStep | None = None,
) -> AISession:
    """Begin a conversation about the song, on the branch that it is on."""
    session: AISession = AISession.objects.create(
        composition=composition,
        title=" ".join(title.split())[:TITLE_MAX_LENGTH],
        branch_id=composition.branch_id,
        parent_step=parent_step,
        created_by=user,
        updated_by=user,
    )
    return session


def session_for(
    *, composition: Composition, user: User, title: str, session: AISession | None = None
) -> AISession:
    """Return the session that a request of ``user`` belongs to; a new one when there is none.

    Without ``session`` it is the person's latest one on the branch that the song is on. A
    session that began before the song had a history is taken to be on that branch. Call it
    inside a transaction that has locked the song or the person.

    Raises :class:`InvalidInputError` for a session of another song or another branch, and
    :class:`NotPermittedError` for one of somebody else: go on from one of its steps instead.
    """
    if session is not None:
        if session.composition_id != composition.pk:
            raise InvalidInputError("This session is about another song.")
        if session.created_by_id != user.pk:
            raise NotPermittedError(
                "This session is somebody else's; branch it from a step to go on from there."
            )
        if session.branch_id not in (None, composition.branch_id):
            raise InvalidInputError(
                "This session goes on another branch; let the song go to that branch first."
            )
    else:
        mine = AISession.objects.filter(composition=composition, created_by=user)
        session = mine.filter(branch_id=composition.branch_id).order_by("-id").first()
        if session is None:
            session = mine.filter(branch=None).order_by("-id").first()
    if session is None:
        return open_session(composition=composition, user=user, title=title)
    if session.branch_id is None and composition.branch_id is not None:
        session.branch_id = composition.branch_id
        session.save(update_fields=["branch"])
    return session


def add_step(
    *,
    session: AISession,
    user: User,
    operation: str,
    seed: int,
    prompt: str = "",
    parameters: dict[str, Any] | None = None,
) -> AISessionStep:
    """Add a step that runs; it follows the last one that was chosen.

    Call it inside a transaction: the session is locked, so that numbers are given once.
    """
    AISession.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=session.pk)
    steps = AISessionStep.all_objects.filter(session=session)
    last = steps.aggregate(last=Max("number"))["last"] or 0
    chosen = steps.filter(state=State.CHOSEN).order_by("-number").values_list("pk", flat=True)
    step: AISessionStep = AISessionStep.objects.create(
        session=session,
        number=last + 1,
        parent_id=chosen.first() or session.parent_step_id,
        operation=operation,
        prompt=prompt,
        parameters=parameters or {},
        seed=seed,
        created_by=user,
        updated_by=user,
    )
    return step


def step_of_job(context: JobContext, *related: str) -> AISessionStep:
    """Return the step that a job is about, if the job's owner may still change its song.

    Jobs from before there were steps name it by "session". Raises ``JobError`` otherwise.
    """
    name = "step" if context.parameters.get("step") else "session"
    return row_to_work_on(AISessionStep, context, name, "session__composition__project", *related)


def begin_step(step: AISessionStep) -> None:
    """Note that the work on the step begins now, for the first time or again."""
    now = timezone.now()
    rows = AISessionStep.objects.filter(pk=step.pk)
    rows.update(started_at=now, finished_at=None, error="")
    rows.filter(state=State.FAILED).update(state=State.RUNNING)
    step.refresh_from_db(fields=["state", "started_at", "finished_at", "error"])


def end_step(step: AISessionStep, state: str, **fields: Any) -> None:
    """Note what the step made, and where it stands now.

    A step that was decided already keeps its decision.
    """
    rows = AISessionStep.objects.filter(pk=step.pk)
    rows.update(
        **fields, error="", finished_at=timezone.now(), updated_by=current_action().actor_id
    )
    rows.filter(state=State.RUNNING).update(state=state)


def note_failure(job: Job) -> None:
    """Keep why the work on a step ended without a result: for ``JobKind.discard``."""
    key = job.parameters.get("step") or job.parameters.get("session")
    AISessionStep.all_objects.filter(pk=key, state=State.RUNNING).update(
        state=State.FAILED,
        error=(job.error_message or "Cancelled.")[:ERROR_MAX_LENGTH],
        finished_at=timezone.now(),
    )
