"""Pages of proposals: what somebody, or an AI, offers to change in a song."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ariaforge.exceptions import DomainError, InvalidInputError
from compositions.history import proposals as services
from compositions.history.references import WORKING
from compositions.history.versions import load_version
from compositions.models import Branch, Composition, Proposal
from compositions.pages.access import (
    actor_of,
    is_htmx,
    page_for_members,
    song_to_change,
    song_to_see,
)
from compositions.pages.compare import difference_context
from compositions.pages.history import provenance_lines
from compositions.pages.history_parts import change_of_song, frame
from compositions.pages.merging import parts_of
from compositions.pages.plans import compare_url, decisions_in, in_words, plan_context, scope_in
from compositions.score.diff import diff
from compositions.score.entities import to_entities

MOST_PROPOSALS = 100


@never_cache
@page_for_members
@require_http_methods(["GET", "HEAD", "POST"])
def song_proposals(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what was proposed, the open ones first; POST proposes what a branch holds."""
    song = song_to_see(request, pk)
    error, status = "", 200
    if request.method == "POST":
        song = song_to_change(request, pk)
        try:
            proposal = _propose(request, song)
        except DomainError as refusal:
            error, status = refusal.message, 422
        else:
            messages.success(request, f"Proposed: {proposal.title}")
            return redirect("song_proposal", pk=pk, proposal=proposal.pk)
        song = song_to_see(request, pk)
    rows = Proposal.objects.filter(composition=song).select_related("version", "branch", "target")
    is_open = Proposal.State.OPEN
    context = frame(request, song, "proposals") | {
        "open_rows": rows.filter(state=is_open)[:MOST_PROPOSALS],
        "closed_rows": rows.exclude(state=is_open)[:MOST_PROPOSALS],
        "branches": Branch.objects.filter(composition=song),
        "error": error,
        "typed": request.POST,
        "chosen_branch": request.POST.get("branch") or request.GET.get("branch", ""),
    }
    return render(request, "compositions/history/proposals.html", context, status=status)


def _propose(request: HttpRequest, song: Composition) -> Proposal:
    branches = {row.name: row for row in Branch.objects.filter(composition=song)}
    branch = branches.get(request.POST.get("branch", ""))
    if branch is None:
        raise InvalidInputError("Choose the branch that holds what you propose.")
    return services.propose_branch(
        composition=song,
        user=actor_of(request),
        title=request.POST.get("title", ""),
        description=request.POST.get("description", "")[:2000],
        branch=branch,
        target=branches.get(request.POST.get("target", "")),
    )


@never_cache
@page_for_members
@require_http_methods(["GET", "HEAD", "POST"])
def song_proposal(request: HttpRequest, pk: UUID, proposal: UUID) -> HttpResponse:
    """Show what a proposal offers; POST accepts it, whole or in part."""
    song = song_to_see(request, pk)
    if request.method == "POST":
        song_to_change(request, pk)
    row = _proposal(song, proposal)
    context = frame(request, song, "proposals") | {
        "proposal": row,
        "provenance": provenance_lines(row.provenance),
        "may_withdraw": row.created_by_id == request.user.pk,
        "action": "Accept",
        "action_url": reverse("song_proposal", args=[pk, row.pk]),
    }
    if row.state != Proposal.State.OPEN:
        return _closed(request, row, context)
    fields = request.POST if request.method == "POST" else request.GET
    context |= parts_of(load_version(row.version), fields)
    decisions = decisions_in(request)
    status = 200
    try:
        scope = scope_in(request)
        context["is_part"] = not scope.is_everything
        context["hidden"] = [
            *(("track", key) for key in scope.tracks),
            *(("section", key) for key in scope.sections),
            *zip(("first_bar", "last_bar"), scope.bars or (), strict=False),
        ]
        if request.method == "POST" and not request.POST.get("preview"):
            try:
                with in_words():
                    version = services.accept(
                        proposal=row,
                        user=actor_of(request),
                        scope=scope,
                        resolutions=decisions.resolutions,
                        fixes=decisions.fixes,
                        accept_defaults=decisions.accept_defaults,
                        message=" ".join(request.POST.get("message", "").split()),
                    )
            except DomainError as error:
                context["refusal"], status = error.message, error.status
            else:
                messages.success(request, f"Accepted as version {version.number}.")
                return redirect("song_proposal", pk=pk, proposal=row.pk)
        context["typed_message"] = request.POST.get("message", "")
        with in_words():
            plan = services.plan_acceptance(
                row, scope=scope, resolutions=decisions.resolutions, fixes=decisions.fixes
            )
        offered = f"v{row.version.number}"
        context |= plan_context(plan, decisions, more_url=compare_url(song, WORKING, offered))
    except DomainError as error:
        context["error"], status = error.message, error.status
    part = "_plan" if is_htmx(request) and "plan" in context else "proposal"
    return render(request, f"compositions/history/{part}.html", context, status=status)


def _closed(request: HttpRequest, row: Proposal, context: dict[str, Any]) -> HttpResponse:
    """Show a proposal that was decided: what it offered, and what became of it."""
    if request.method == "POST":
        messages.error(
            request, f"The proposal is closed: it was {row.get_state_display().lower()}."
        )
        return redirect("song_proposal", pk=row.composition_id, proposal=row.pk)
    before, after = (to_entities(load_version(version)) for version in (row.base, row.version))
    more_url = compare_url(row.composition, f"v{row.base.number}", f"v{row.version.number}")
    context |= difference_context(before, after, diff(before, after), more_url=more_url)
    return render(request, "compositions/history/proposal.html", context)


@page_for_members
@require_POST
@change_of_song("song_proposals")
def song_proposal_reject(request: HttpRequest, song: Composition, proposal: UUID) -> HttpResponse:
    """Close a proposal without taking anything."""
    row = _proposal(song, proposal)
    services.reject(proposal=row, user=actor_of(request), reason=request.POST.get("reason", ""))
    messages.success(request, f"“{row.title}” is rejected.")
    return redirect("song_proposal", pk=song.pk, proposal=row.pk)


@page_for_members
@require_POST
@change_of_song("song_proposals")
def song_proposal_withdraw(request: HttpRequest, song: Composition, proposal: UUID) -> HttpResponse:
    """Take one's own proposal back."""
    row = _proposal(song, proposal)
    services.withdraw(proposal=row, user=actor_of(request))
    messages.success(request, f"“{row.title}” is withdrawn.")
    return redirect("song_proposal", pk=song.pk, proposal=row.pk)


def _proposal(song: Composition, pk: UUID) -> Proposal:
    rows = Proposal.objects.filter(composition=song).select_related(
        "composition__branch__tip",
        "composition__head",
        "version",
        "base",
        "branch",
        "target__tip",
        "decided_by",
        "result",
    )
    proposal: Proposal = get_object_or_404(rows, pk=pk)
    return proposal
