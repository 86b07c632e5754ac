"""The state of the work on a song, in words and as one share of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

# The stages that a musician sees, in their order; jobs name them as their steps.
STAGES = ("Composing", "Arranging", "Rendering", "Mixing", "Mastering")
IMPORT_STAGES = ("Importing", "Rendering", "Mixing", "Mastering")
_FIRST_STAGE = {
    "compose": "Composing",
    "import": "Importing",
    "preview": "Rendering",
    "render": "Rendering",
}
# A job's steps beyond those (encoding, storing) come at its end.
_LAST_STAGE = {"compose": "Arranging", "import": "Importing", "render": "Mastering"}
# How much of the whole way from prompt to mix is composing; it is much the quicker part.
COMPOSING_SHARE = 0.15
# And how much of the rest is the preview, where there is one: all stems are synthesised for it.
PREVIEW_SHARE = 0.4


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
    can_dismiss: bool = False

    @property
    def percent(self) -> int:
        """The fraction in whole percent, rounded down: 100 is only said when all is done."""
        return int(self.fraction * 100 + 1e-9)

    @property
    def visible(self) -> bool:
        """Whether there is anything to say at all."""
        return self.active or bool(self.error)


_FAILED = {
    "compose": ("The song could not be composed", "Composing was cancelled"),
    "import": ("The file could not be imported", "The import was cancelled"),
    "render": ("The mix could not be made", "The mix was cancelled"),
    "preview": ("The mix could not be made", "The mix was cancelled"),
}


def progress_card(song: Any) -> ProgressCard:
    """Describe the work on ``song``, a composition with its jobs and render loaded."""
    job = song.active_job
    stage = str(song.stage)
    kind = job.kind if job is not None else ""
    state = job.state if job is not None else ""
    active = stage in ("composing", "importing", "rendering")
    fraction = _fraction(song, kind, job.progress if job is not None else 0.0, stage)
    stages = _stages(song)
    stage_number = _stage_number(
        stages, kind, job.step if job is not None else "", song.is_composed
    )
    token = f"{stage}-{song.revision}-{song.current_render_id or _preview_id(song) or ''}"
    stopped = not active and stage not in ("ready", "composed")
    steps = _steps(stages, stage, stage_number, stopped=stopped)
    common: dict[str, Any] = {
        "token": token,
        "stage": stage,
        "fraction": fraction,
        "steps": steps,
        "since": song.created_at if kind != "render" or job is None else _asked_at(song, job),
    }
    if active:
        waiting = state == "queued"
        headline = "Waiting for a free worker" if waiting else stages[stage_number]
        if waiting and job is not None and job.attempts:
            headline = "Trying again soon"
        stopping = job is not None and job.cancel_requested_at is not None
        return ProgressCard(
            active=True,
            waiting=waiting,
            headline="Stopping" if stopping else headline,
            detail="This takes a moment." if stopping else _detail(song, kind),
            can_cancel=not stopping,
            **common,
        )
    if stage in ("failed", "cancelled") or state in ("failed", "cancelled"):
        failed = "failed" in (stage, state)
        if failed:
            error = (job.error_message if job is not None else "") or "The work stopped early."
        else:
            error = "You stopped it; nothing is running any more."
        return ProgressCard(
            active=False,
            waiting=False,
            headline=_FAILED.get(kind, _FAILED["compose"])[0 if failed else 1],
            detail="",
            error=error,
            kept=_kept(song, kind),
            can_retry=job is not None,
            # The song is as good as it was.
            can_dismiss=stage in ("ready", "composed"),
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
    if kind == "preview":
        return COMPOSING_SHARE + (1 - COMPOSING_SHARE) * PREVIEW_SHARE * progress
    if kind == "render":
        if _preview_id(song) is not None:
            progress = PREVIEW_SHARE + (1 - PREVIEW_SHARE) * progress
        return COMPOSING_SHARE + (1 - COMPOSING_SHARE) * progress
    if song.is_composed and kind != "import":
        return COMPOSING_SHARE
    return COMPOSING_SHARE * progress


def _preview_id(song: Any) -> Any:
    """Return what is played until the mix that is being made is there, if anything is."""
    return song.pending_render.preview_id if song.pending_render is not None else None


def _stages(song: Any) -> tuple[str, ...]:
    """Return the stages of the way that the song goes: from a prompt, or from a file."""
    job = getattr(song, "compose_job", None)
    return IMPORT_STAGES if job is not None and job.kind == "import" else STAGES


def _stage_number(stages: tuple[str, ...], kind: str, step: str, is_composed: bool) -> int:
    """Return the place in ``stages`` of the step that a job names."""
    words = step.strip().casefold()
    for number, name in enumerate(stages):
        if words.startswith(name.casefold()):
            return number
    places = _LAST_STAGE if words else _FIRST_STAGE
    name = places.get(kind, "Rendering" if is_composed else stages[0])
    return stages.index(name) if name in stages else 0


def _steps(stages: tuple[str, ...], stage: str, number: int, *, stopped: bool) -> tuple[Step, ...]:
    if stage in ("ready", "composed"):
        return tuple(Step(label, "done") for label in stages)
    return tuple(
        Step(label, "done")
        if index < number
        else Step(label, "stopped" if stopped else "current")
        if index == number
        else Step(label, "coming")
        for index, label in enumerate(stages)
    )


def _detail(song: Any, kind: str) -> str:
    if kind == "import":
        return "Reading the file and finding out what of it the song has."
    if song.is_composed:
        return "The notes are ready: play them or take the MIDI file while the mix is made."
    return "Finding the form, the harmony, the melody and who plays what."


def _kept(song: Any, kind: str) -> str:
    if kind == "import" and song.is_composed:
        return "The song is as it was, and the file is kept. Bring another file, or try again."
    if kind == "import":
        return "The file is kept. Bring another one here, or try again."
    if song.current_render_id is not None:
        return "The mix before it still plays. Try again, or leave it at that."
    if song.is_composed:
        return (
            "The notes are kept: the MIDI file can be downloaded, and the mix can be tried again."
        )
    return "Your prompt is kept: try again, or change it and make another."
