"""The state of the work on a song, in words and as one share of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

# The stages that a musician sees, in their order; jobs name them as their steps.
STAGES = ("Composing", "Arranging", "Rendering", "Mixing", "Mastering")
_FIRST_STAGE = {"compose": 0, "render": 2}
# A job's steps beyond those (encoding, storing) come at its end.
_LAST_STAGE = {"compose": 1, "render": 4}
# How much of the whole way from prompt to mix is composing; it is much the quicker part.
COMPOSING_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Step:
    """One stage with its state: "done", "current", "stopped" or "coming"."""

    label: str
    state: str


@dataclass(frozen=True, slots=True)
class ProgressCard:
    """What the progress card says.

    ``token`` changes when more than the card itself must be drawn anew (notes appeared,
    a mix appeared); ``fraction`` is the share of the whole way, 0..1, from the progress
    that the jobs report. ``since`` is when the musician asked.
    """

    token: str
    stage: str
    active: bool
    waiting: bool
    headline: str
    detail: str
    fraction: float
    steps: tuple[Step, ...]
    since: datetime | None
    kept: str = ""
    error: str = ""
    can_cancel: bool = False
    can_retry: bool = False

    @property
    def percent(self) -> int:
        """The fraction in whole percent, rounded down: 100 is only said when all is done."""
        return int(self.fraction * 100 + 1e-9)

    @property
    def visible(self) -> bool:
        """Whether there is anything to say at all."""
        return self.active or bool(self.error)


def progress_card(song: Any) -> ProgressCard:
    """Describe the work on ``song``, a composition with its jobs and render loaded."""
    job = song.active_job
    stage = str(song.stage)
    kind = job.kind if job is not None else ""
    state = job.state if job is not None else ""
    active = stage in ("composing", "rendering")
    fraction = _fraction(song, kind, job.progress if job is not None else 0.0, stage)
    stage_number = _stage_number(kind, job.step if job is not None else "", song.is_composed)
    token = f"{stage}-{song.revision}-{song.current_render_id or ''}"
    steps = _steps(stage, stage_number, stopped=not active and stage not in ("ready", "composed"))
    common: dict[str, Any] = {
        "token": token,
        "stage": stage,
        "fraction": fraction,
        "steps": steps,
        "since": song.created_at if kind != "render" or job is None else _asked_at(song, job),
    }
    if active:
        waiting = state == "queued"
        headline = "Waiting for a free worker" if waiting else STAGES[stage_number]
        if waiting and job is not None and job.attempts:
            headline = "Trying again soon"
        stopping = job is not None and job.cancel_requested_at is not None
        return ProgressCard(
            active=True,
            waiting=waiting,
            headline="Stopping" if stopping else headline,
            detail="This takes a moment." if stopping else _detail(song),
            can_cancel=not stopping,
            **common,
        )
    if stage in ("failed", "cancelled"):
        rendering = kind == "render"
        if stage == "failed":
            headline = (
                "The mix could not be made" if rendering else "The song could not be composed"
            )
            error = (job.error_message if job is not None else "") or "The work stopped early."
        else:
            headline = "The mix was cancelled" if rendering else "Composing was cancelled"
            error = "You stopped it; nothing is running any more."
        return ProgressCard(
            active=False,
            waiting=False,
            headline=headline,
            detail="",
            error=error,
            kept=_kept(song),
            can_retry=job is not None,
            **common,
        )
    return ProgressCard(active=False, waiting=False, headline="", detail="", **common)


def _asked_at(song: Any, job: Any) -> datetime | None:
    """Return when the present wait began: with the prompt for a song's first mix."""
    first_mix = (job.created_at - song.created_at).total_seconds() < 600
    return song.created_at if first_mix and job.attempts <= 1 else job.queued_at


def _fraction(song: Any, kind: str, progress: float, stage: str) -> float:
    if stage in ("ready", "composed"):
        return 1.0
    if kind == "render":
        return COMPOSING_SHARE + (1 - COMPOSING_SHARE) * progress
    return COMPOSING_SHARE * progress if not song.is_composed else COMPOSING_SHARE


def _stage_number(kind: str, step: str, is_composed: bool) -> int:
    """Return the place in :data:`STAGES` of the step that a job names."""
    words = step.strip().casefold()
    for number, name in enumerate(STAGES):
        if words.startswith(name.casefold()):
            return number
    places = _LAST_STAGE if words else _FIRST_STAGE
    return places.get(kind, 2 if is_composed else 0)


def _steps(stage: str, number: int, *, stopped: bool) -> tuple[Step, ...]:
    if stage in ("ready", "composed"):
        return tuple(Step(label, "done") for label in STAGES)
    return tuple(
        Step(label, "done")
        if index < number
        else Step(label, "stopped" if stopped else "current")
        if index == number
        else Step(label, "coming")
        for index, label in enumerate(STAGES)
    )


def _detail(song: Any) -> str:
    if song.is_composed:
        return "The notes are ready: play them or take the MIDI file while the mix is made."
    return "Finding the form, the harmony, the melody and who plays what."


def _kept(song: Any) -> str:
    if song.is_composed:
        return (
            "The notes are kept: the MIDI file can be downloaded, and the mix can be tried again."
        )
    return "Your prompt is kept: try again, or change it and make another."
