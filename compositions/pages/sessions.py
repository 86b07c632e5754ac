"""Pages of AI sessions: what was asked of the composer, step by step, and going on from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ariaforge.exceptions import DomainError
from compositions.ai_sessions.replay import version_after
from compositions.ai_sessions.selectors import counted, with_steps
from compositions.ai_sessions.services import continue_from, request_replay
from compositions.ai_sessions.words import part_names, understood
from compositions.models import AISession, AISessionStep, Composition, Version
from compositions.pages.access import (
    actor_of,
    is_htmx,
    page_for_members,
    song_to_change,
    song_to_see,
)
from compositions.pages.history_parts import change_of_song, frame
from compositions.pages.plans import compare_url
from compositions.presentation.facts import SpecLine, describe_spec
from compositions.variations import request_variation

MOST_SESSIONS = 100
MOST_SENTENCES = 12
State = AISessionStep.State
Operation = AISessionStep.Operation

# Word, kind and icon of the pill of each state.
_PILLS = {
    State.RUNNING: ("Being made", "working", "clock"),
    State.OFFERED: ("Offered", "working", "spark"),
    State.CHOSEN: ("Chosen", "success", "check"),
    State.DROPPED: ("Dropped", "", "close"),
    State.FAILED: ("Failed", "error", "warning"),
    State.CHECKED: ("Same music", "success", "check"),
}


@dataclass(frozen=True, slots=True)
class StepCard:
    """A step as the page shows it."""

    step: AISessionStep
    pill: tuple[str, str, str]
    asked: tuple[SpecLine, ...]
    understood: list[str]
    not_understood: list[str]
    sentences: list[str]
    more_sentences: int
    seconds: float | None
    result: Version | None
    compare: str
    report: dict[str, Any] | None
    notes: list[str]


@never_cache
@page_for_members
@require_safe
def song_sessions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the conversations with the composer about the song, the latest first."""
    song = song_to_see(request, pk)
    sessions = counted(AISession.objects.filter(composition=song)).order_by("-id")
    context = frame(request, song, "sessions") | {"sessions": sessions[:MOST_SESSIONS]}
    return render(request, "compositions/history/sessions.html", context)


@never_cache
@page_for_members
@require_http_methods(["GET", "HEAD", "POST"])
def song_session(request: HttpRequest, pk: UUID, session: UUID) -> HttpResponse:
    """Show one conversation step by step; POST asks for the next change in words."""
    song = song_to_see(request, pk)
    typed, error = "", ""
    if request.method == "POST":
        song = song_to_change(request, pk)
        row = _session(song, session)
        typed = request.POST.get("text", "")
        try:
            request_variation(composition=song, user=actor_of(request), text=typed, session=row)
        except DomainError as refusal:
            error = refusal.message
        else:
            messages.success(request, "The change is being made; it will be offered.")
            return redirect("song_session", pk=pk, session=row.pk)
        song = song_to_see(request, pk)
    rows = with_steps(counted(AISession.objects.filter(composition=song)))
    row = get_object_or_404(rows.select_related("parent_step__session"), pk=session)
    context = frame(request, song, "sessions") | _timeline(song, row)
    context |= {
        "typed": typed,
        "error": error,
        "is_mine": row.created_by_id == actor_of(request).pk,
        "is_on_branch": row.branch_id == song.branch_id,
    }
    part = "_session" if is_htmx(request) and not error else "session"
    template = f"compositions/history/{part}.html"
    return render(request, template, context, status=422 if error else 200)


def _timeline(song: Composition, session: AISession) -> dict[str, Any]:
    names = part_names(song)
    cards = [_card(song, step, names) for step in session.steps.all()]
    return {
        "session": session,
        "cards": cards,
        "active": any(card.step.state == State.RUNNING for card in cards),
        "replaying": any(
            card.step.state == State.RUNNING and card.step.operation == Operation.REPLAY
            for card in cards
        ),
        "can_replay": session.parent_step_id is not None
        or any(card.step.state == State.CHOSEN for card in cards),
    }


def _card(song: Composition, step: AISessionStep, names: dict[str, str]) -> StepCard:
    result = version_after(step)
    compare = ""
    if step.base_version is not None and step.result_version is not None:
        before, after = step.base_version.number, step.result_version.number
        compare = compare_url(song, f"v{before}", f"v{after}")
    report = step.parameters.get("report")
    pill = _PILLS[State(step.state)]
    if step.state == State.CHOSEN and step.proposal and step.proposal.state == "partly_accepted":
        pill = ("Chosen in part", *pill[1:])
    elif step.state == State.CHECKED and report and not report["identical"]:
        pill = ("Other music", "warning", "warning")
    seconds = None
    if step.started_at and step.finished_at:
        seconds = max(0.0, (step.finished_at - step.started_at).total_seconds())
    filled = step.parameters.get("filled") or {}
    return StepCard(
        step=step,
        pill=pill,
        asked=tuple(line for line in describe_spec(step.spec) if line.asked),
        understood=understood(step, names),
        not_understood=[
            *step.parameters.get("not_understood", ()),
            *step.spec.get("not_understood", ()),
        ],
        sentences=step.explanation[:MOST_SENTENCES],
        more_sentences=max(0, len(step.explanation) - MOST_SENTENCES),
        seconds=seconds,
        result=result,
        compare=compare,
        report=report,
        notes=list(filled.get("notes", ())),
    )


@page_for_members
@require_POST
@change_of_song("song_sessions")
def song_session_replay(request: HttpRequest, song: Composition, session: UUID) -> HttpResponse:
    """Have the chosen steps done again."""
    row = _session(song, session)
    try:
        request_replay(session=row, user=actor_of(request))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "The session is being replayed.")
    return redirect("song_session", pk=song.pk, session=row.pk)


@page_for_members
@require_POST
@change_of_song("song_sessions")
def song_session_branch(request: HttpRequest, song: Composition, session: UUID) -> HttpResponse:
    """Go on from a step, on a branch of its own."""
    steps = AISessionStep.objects.select_related(
        "session", "result_version", "proposal__result"
    ).filter(session=_session(song, session))
    text = request.POST.get("step", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    step = get_object_or_404(steps, number=number)
    try:
        made = continue_from(
            step=step,
            user=actor_of(request),
            name=" ".join(request.POST.get("name", "").split()),
        )
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("song_session", pk=song.pk, session=step.session_id)
    name = made.branch.name if made.branch is not None else ""
    messages.success(request, f"The song is on the branch “{name}” now, as step {number} left it.")
    return redirect("song_session", pk=song.pk, session=made.pk)


def _session(song: Composition, pk: UUID) -> AISession:
    found: AISession = get_object_or_404(AISession.objects.filter(composition=song), pk=pk)
    return found
