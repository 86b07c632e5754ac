"""What can be done to songs. Each function owns its transaction."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from ariaforge.exceptions import ConflictError, InvalidInputError
from ariaforge.jobs.services import (
    IdempotencyKeyReusedError,
    retry_job,
    stop_job,
    submit_job,
)
from ariaforge.models import Job
from compositions.ai_sessions.steps import add_step, open_session
from compositions.composer import parse_prompt
from compositions.editing import apply_edits
from compositions.event_topics import composition_topic
from compositions.models import AISessionStep, Composition, Preset, Render
from compositions.models.composition import LYRICS_MAX_LENGTH, PROMPT_MAX_LENGTH
from compositions.score.document import mint_id
from compositions.score.entities import META_ID
from compositions.sound import RenderParameters, song_choices
from projects.models import Project
from projects.services import create_project

if TYPE_CHECKING:
    from accounts.models import User

INBOX_NAME = "My songs"
SEED_LIMIT = 2**31


class NothingComposedYetError(ConflictError):
    """Something needs the notes or the mix of a song that has none yet."""


def default_project(user: User) -> Project:
    """Return the project for songs that were asked for without one; made when missing.

    Call it inside a transaction: the user's row is locked so that two first songs at
    once do not make two projects.
    """
    one_at_a_time(user)
    project = (
        Project.objects.editable_by(user)
        .filter(settings__inbox_of=str(user.pk))
        .order_by("id")
        .first()
    )
    if project is not None:
        return project
    return create_project(
        owner=user, name=INBOX_NAME, status="active", settings={"inbox_of": str(user.pk)}
    )


def one_at_a_time(row: User | Composition) -> None:
    """Let whoever does this with the same row wait until the transaction ends.

    Rows that refer to ``row`` can be saved meanwhile.
    """
    # Of a lazy user of a request, too.
    rows = row._meta.model._base_manager.select_for_update(no_key=True)
    rows.only("pk").get(pk=row.pk)


def create_from_prompt(
    *,
    user: User,
    prompt: str,
    project: Project | None = None,
    seed: int | None = None,
    lyrics: str = "",
    overrides: dict[str, Any] | None = None,
    idempotency_key: str = "",
) -> Composition:
    """Begin a song: the row, the session and the job to compose it, in one transaction.

    ``project`` must be one that the user may edit (the caller looked it up through
    ``Project.objects.editable_by``). Without ``seed`` a random one is drawn. With an
    ``idempotency_key`` that was used before, the song of that first call is returned.
    Raises :class:`InvalidInputError` for an empty or over-long prompt or lyrics, and for
    ``overrides`` that the composer does not know or cannot use.
    """
    prompt = prompt.strip()
    if not prompt:
        raise InvalidInputError("Say in a few words what you want to hear.")
    if len(prompt) > PROMPT_MAX_LENGTH:
        raise InvalidInputError(
            f"The prompt has {len(prompt)} characters; {PROMPT_MAX_LENGTH} are the most."
        )
    if len(lyrics) > LYRICS_MAX_LENGTH:
        raise InvalidInputError(
            f"The lyrics have {len(lyrics)} characters; {LYRICS_MAX_LENGTH} are the most."
        )
    if overrides:
        try:
            parse_prompt(prompt, overrides=overrides)
        except (ValueError, OverflowError) as error:
            raise InvalidInputError(str(error), details={"overrides": str(error)}) from error
    with transaction.atomic():
        if idempotency_key:
            # Two requests with one key at the same moment: the second finds what the first made.
            one_at_a_time(user)
            earlier = (
                Composition.objects.visible_to(user)
                .filter(compose_job__owner=user, compose_job__idempotency_key=idempotency_key)
                .with_work()
                .first()
            )
            if earlier is not None:
                same = (earlier.ai_prompt, earlier.lyrics) == (prompt, lyrics)
                if not same or seed not in (None, earlier.seed):
                    raise IdempotencyKeyReusedError(
                        "This idempotency key was used before for another song."
                    )
                return earlier
        composition = Composition.objects.create(
            project=project or default_project(user),
            name=working_title(prompt),
            ai_prompt=prompt,
            lyrics=lyrics,
            seed=secrets.randbelow(SEED_LIMIT) if seed is None else seed,
            created_by=user,
            updated_by=user,
        )
        step = add_step(
            session=open_session(composition=composition, user=user, title=prompt),
            user=user,
            operation=AISessionStep.Operation.COMPOSE,
            prompt=prompt,
            seed=composition.seed,
            parameters={"overrides": overrides or {}, "lyrics": lyrics},
        )
        job = submit_job(
            owner=user,
            kind="compose",
            parameters={
                "composition": str(composition.pk),
                "session": str(step.session_id),
                "step": str(step.pk),
            },
            topic=composition_topic(composition.pk),
            idempotency_key=idempotency_key,
        )
        composition.compose_job = step.job = job
        composition.save(update_fields=["compose_job"])
        step.save(update_fields=["job"])
    return composition


def working_title(prompt: str) -> str:
    """Return the name until the composer has found a title: the prompt's beginning."""
    words = prompt.split()
    title = ""
    for word in words:
        if len(title) + len(word) > 48:
            return f"{title}…" if title else f"{word[:48]}…"
        title = f"{title} {word}".strip()
    return title


def rename(*, composition: Composition, user: User, name: str) -> Composition:
    """Give the song another name; of a composed song that is an edit of its title.

    Raises :class:`InvalidInputError` when the name is unfit, and
    :class:`ariaforge.exceptions.NotPermittedError` on a branch that is protected.
    """
    name = " ".join(name.split())
    if not name:
        raise InvalidInputError("A song needs a name.")
    if len(name) > 200:
        raise InvalidInputError("A name can have 200 characters at most.")
    if name == composition.name:
        return composition
    if composition.is_composed:
        title = {"op_id": mint_id(), "entity_id": META_ID, "set": {"title": name}}
        apply_edits(
            composition=composition, user=user, name=f"Rename to “{name:.150}”", operations=[title]
        )
        return composition
    composition.name = name
    composition.save(update_fields=["name"])
    return composition


def request_render(
    *,
    composition: Composition,
    user: User,
    parameters: dict[str, Any] | None = None,
    preset: Preset | None = None,
    idempotency_key: str = "",
    with_preview: bool = False,
) -> Render:
    """Ask for a mix of the song as it stands, ``with_preview`` for a quick one to hear until then.

    ``parameters`` override those of ``preset``, which override the song's own. Raises
    :class:`NothingComposedYetError`, or :class:`InvalidInputError` when a parameter is out of
    range.
    """
    if not composition.is_composed:
        raise NothingComposedYetError("The song has no notes yet; wait until it is composed.")
    chosen = {
        "seed": composition.seed,
        **composition.render_parameters,
        **song_choices(composition.mix),
        **(preset.current.settings if preset and preset.current else {}),
        **(parameters or {}),
    }
    try:
        complete = RenderParameters.from_dict(chosen).to_dict()
    except ValueError as error:
        raise InvalidInputError(str(error)) from error
    with transaction.atomic():
        if idempotency_key:
            one_at_a_time(composition)
            earlier = composition.renders.filter(
                job__owner=user, job__idempotency_key=idempotency_key
            ).first()
            if earlier is not None:
                return earlier
        render = Render.objects.create(
            composition=composition,
            parameters=complete,
            seed=complete["seed"],
            content_hash=composition.content_hash,
            created_by=user,
            updated_by=user,
        )
        submit_mix(
            render=render,
            user=user,
            kind="preview" if with_preview and settings.RENDER_PREVIEWS else "render",
            idempotency_key=idempotency_key,
        )
        composition.pending_render = render
        composition.save(update_fields=["pending_render"])
    return render


def submit_mix(
    *, render: Render, user: User, kind: str = "render", idempotency_key: str = ""
) -> None:
    """Submit the job that makes ``render``, or the "preview" that asks for it afterwards."""
    render.job = submit_job(
        owner=user,
        kind=kind,
        parameters={"render": str(render.pk)},
        topic=composition_topic(render.composition_id),
        idempotency_key=idempotency_key,
    )
    render.save(update_fields=["job"])


def cancel_work(*, composition: Composition) -> int:
    """Cancel whatever is at work on the song; return how many jobs that were."""
    jobs = Job.objects.active().filter(topic=composition_topic(composition.pk))
    return sum(stop_job(job) for job in jobs)


def retry_work(*, composition: Composition) -> Job | None:
    """Start the failed or cancelled work of the song again; None when nothing stopped."""
    job = composition.active_job
    if job is None or job.state not in ("failed", "cancelled"):
        return None
    return retry_job(job)


def delete_composition(*, composition: Composition) -> None:
    """Move the song to the trash and stop the work on it."""
    cancel_work(composition=composition)
    composition.soft_delete()


def restore_composition(*, composition: Composition) -> None:
    """Take the song out of the trash, with its files. Its work is not taken up again."""
    composition.restore()
