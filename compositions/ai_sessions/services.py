"""What people do with sessions: replay one, and go on from any step. Each is one transaction."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import transaction

from ariaforge.exceptions import ConflictError
from ariaforge.jobs.services import submit_job
from compositions.ai_sessions.replay import chosen_path, version_after
from compositions.ai_sessions.steps import State, add_step, open_session
from compositions.editing import lock_document
from compositions.event_topics import composition_topic
from compositions.history.branches import checkout, create_branch
from compositions.models import AISession, AISessionStep, Branch, Composition, Tag

if TYPE_CHECKING:
    from accounts.models import User


def request_replay(*, session: AISession, user: User) -> AISessionStep:
    """Ask for the chosen steps of the session to be done again; return the step of the replay.

    Raises :class:`ConflictError` when nothing was chosen yet, and while a replay of the
    session is at work.
    """
    with transaction.atomic():
        AISession.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=session.pk)
        path = chosen_path(session)
        if not path:
            raise ConflictError("Nothing of this session was chosen, so there is nothing to do.")
        running = AISessionStep.objects.filter(
            session=session, operation=AISessionStep.Operation.REPLAY, state=State.RUNNING
        )
        if running.exists():
            raise ConflictError("This session is being replayed already.")
        step = add_step(
            session=session,
            user=user,
            operation=AISessionStep.Operation.REPLAY,
            seed=path[0].seed,
            parameters={"path": [str(one.pk) for one in path]},
        )
        step.job = submit_job(
            owner=user,
            kind="replay",
            parameters={
                "composition": str(session.composition_id),
                "session": str(session.pk),
                "step": str(step.pk),
            },
            topic=composition_topic(session.composition_id),
        )
        step.save(update_fields=["job"])
    return step


def continue_from(*, step: AISessionStep, user: User, name: str = "") -> AISession:
    """Go on from a step, chosen or not: on a branch of its own, in a session of one's own.

    The song goes to the new branch, whose first version is what the step left; what was not
    saved is saved where it was. Without ``name`` the branch is called after the step. Raises
    :class:`ConflictError` for a step that made no music and a name that is taken, and
    :class:`ariaforge.exceptions.InvalidInputError` for an unfit name.
    """
    version = version_after(step)
    if version is None:
        raise ConflictError("This step made no music that one could go on from.")
    with transaction.atomic():
        song: Composition = lock_document(step.session.composition_id)
        branch = create_branch(
            composition=song,
            user=user,
            name=name or _free_name(song, step),
            start=str(version.pk),
        )
        checkout(composition=song, branch=branch, user=user)
        title = name or f"From step {step.number}: {step.prompt or step.session.title}"
        return open_session(composition=song, user=user, title=title, parent_step=step)


def _free_name(song: Composition, step: AISessionStep) -> str:
    """Return the name of a branch after the step that the song has not taken yet."""
    words = re.sub(r"[^a-z0-9]+", "-", (step.prompt or step.session.title).lower()).strip("-")
    stem = f"session/{words[:50].strip('-') or 'idea'}-{step.number}"
    taken = {
        name.lower()
        for model in (Branch, Tag)
        for name in model.objects.filter(composition=song, name__istartswith=stem).values_list(
            "name", flat=True
        )
    }
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name
