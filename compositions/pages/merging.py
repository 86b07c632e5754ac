"""Pages that bring lines of work together: merge, take parts over, take a version back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ariaforge.exceptions import ConflictError, DomainError, InvalidInputError
from compositions.history.merging import MergePlan, merge_versions, plan_merge
from compositions.history.picking import cherry_pick, plan_cherry_pick, plan_revert, revert
from compositions.history.references import WORKING, UnknownReferenceError, resolve
from compositions.history.versions import load_version
from compositions.models import Branch, Composition, Version
from compositions.pages.access import (
    actor_of,
    is_htmx,
    page_for_members,
    song_to_change,
    song_to_see,
)
from compositions.pages.compare import choices
from compositions.pages.history_parts import frame, version_of
from compositions.pages.plans import (
    Decisions,
    compare_url,
    decisions_in,
    in_words,
    plan_context,
    scope_in,
)
from compositions.score.entities import Plain

require_page = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@page_for_members
@require_page
def song_merge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what merging ``from`` into a branch does; POST does it."""
    song = song_to_see(request, pk)
    chosen, into_name = _field(request, "from"), _field(request, "into")
    context = frame(request, song, "merge") | {
        "choices": choices(song, chosen, with_working=False),
        "branches": Branch.objects.filter(composition=song),
        "chosen": chosen,
        "into_name": into_name or (song.branch.name if song.branch else ""),
        "action_url": reverse("song_merge", args=[pk]),
        "action": "Merge",
        "hidden": [("from", chosen), ("into", into_name)],
    }
    if request.method == "POST":
        song_to_change(request, pk)
    if not chosen:
        return render(request, "compositions/history/merge.html", context)

    def plan(decisions: Decisions) -> MergePlan:
        return plan_merge(
            song,
            _version(song, chosen),
            into=_branch(song, into_name),
            resolutions=decisions.resolutions,
            fixes=decisions.fixes,
        )

    def make(decisions: Decisions) -> Version:
        return merge_versions(
            composition=song,
            user=actor_of(request),
            theirs=_version(song, chosen),
            into=_branch(song, into_name),
            resolutions=decisions.resolutions,
            fixes=decisions.fixes,
            accept_defaults=decisions.accept_defaults,
            message=_field(request, "message"),
        )

    return _decide(request, song, context, plan, make, "merge", chosen)


@never_cache
@page_for_members
@require_page
def song_pick(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose tracks, sections and bars of a version, see what they change, take them over."""
    song = song_to_see(request, pk)
    chosen = _field(request, "from")
    context = frame(request, song, "merge") | {
        "choices": choices(song, chosen, with_working=False),
        "chosen": chosen,
        "action_url": reverse("song_pick", args=[pk]),
        "action": "Take over",
    }
    if request.method == "POST":
        song_to_change(request, pk)
    if not chosen:
        return render(request, "compositions/history/pick.html", context)
    fields = request.POST if request.method == "POST" else request.GET
    try:
        version = _version(song, chosen)
        context |= parts_of(load_version(version), fields)
        scope = scope_in(request)
    except DomainError as error:
        context["error"] = error.message
        return render(request, "compositions/history/pick.html", context, status=error.status)
    context["hidden"] = [
        ("from", chosen),
        *(("track", key) for key in scope.tracks),
        *(("section", key) for key in scope.sections),
        *zip(("first_bar", "last_bar"), scope.bars or (), strict=False),
    ]
    if scope.is_everything and not fields.get("all"):
        return render(request, "compositions/history/pick.html", context)

    def plan(decisions: Decisions) -> MergePlan:
        return plan_cherry_pick(
            song, version, scope, resolutions=decisions.resolutions, fixes=decisions.fixes
        )

    def make(decisions: Decisions) -> Version:
        return cherry_pick(
            composition=song,
            user=actor_of(request),
            version=version,
            scope=scope,
            resolutions=decisions.resolutions,
            fixes=decisions.fixes,
            accept_defaults=decisions.accept_defaults,
            message=_field(request, "message"),
        )

    return _decide(request, song, context, plan, make, "pick", chosen)


@never_cache
@page_for_members
@require_page
def song_revert(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Show what taking back the change of a version does; POST does it."""
    song = song_to_see(request, pk)
    if request.method == "POST":
        song_to_change(request, pk)
    version = version_of(song, number)
    context = frame(request, song, "history") | {
        "version": version,
        "action_url": reverse("song_revert", args=[pk, number]),
        "action": "Take it back",
        "hidden": [],
    }

    def plan(decisions: Decisions) -> MergePlan:
        return plan_revert(song, version, resolutions=decisions.resolutions, fixes=decisions.fixes)

    def make(decisions: Decisions) -> Version:
        return revert(
            composition=song,
            user=actor_of(request),
            version=version,
            resolutions=decisions.resolutions,
            fixes=decisions.fixes,
            accept_defaults=decisions.accept_defaults,
            message=_field(request, "message"),
        )

    return _decide(request, song, context, plan, make, "revert", f"v{number}")


def _decide(
    request: HttpRequest,
    song: Composition,
    context: dict[str, Any],
    plan: Callable[[Decisions], MergePlan],
    make: Callable[[Decisions], Version],
    template: str,
    compared: str,
) -> HttpResponse:
    """Show the plan, or make it; what is refused is said above the plan as it is by then.

    ``compared`` is the version or branch that the plan takes from.
    """
    decisions = decisions_in(request)
    more_url = compare_url(song, WORKING, compared)
    status = 200
    if request.method == "POST" and not request.POST.get("preview"):
        try:
            with in_words():
                version = make(decisions)
        except DomainError as error:
            context["refusal"] = error.message
            status = error.status
        else:
            messages.success(request, f"Done: {version.message:.120}")
            return redirect("song_version", pk=song.pk, number=version.number)
    context["typed_message"] = _field(request, "message")
    try:
        with in_words():
            context |= plan_context(plan(decisions), decisions, more_url=more_url)
    except DomainError as error:
        context["error"] = error.message
        # That there is nothing to merge is an answer, not a failure of the page.
        is_answer = isinstance(error, ConflictError) and request.method != "POST"
        status = 200 if is_answer else error.status
    part = "_plan" if is_htmx(request) and "plan" in context else template
    return render(request, f"compositions/history/{part}.html", context, status=status)


def parts_of(data: Plain, fields: Any) -> dict[str, Any]:
    """Return the tracks and sections of a document to choose from, and what is chosen."""
    chosen_tracks, chosen_sections = set(fields.getlist("track")), set(fields.getlist("section"))
    return {
        "part_tracks": [
            (track["id"], track["name"] or "Unnamed track", track["id"] in chosen_tracks)
            for track in data["tracks"]
        ],
        "part_sections": [
            (section["id"], section["label"] or section["kind"], section["id"] in chosen_sections)
            for section in data["sections"]
        ],
        "first_bar": fields.get("first_bar", ""),
        "last_bar": fields.get("last_bar", ""),
    }


def _field(request: HttpRequest, name: str) -> str:
    text = request.POST.get(name, "") if request.method == "POST" else request.GET.get(name, "")
    return " ".join(text.split())[:600]


def _version(song: Composition, reference: str) -> Version:
    found = resolve(song, reference)
    if not isinstance(found, Version):
        raise InvalidInputError(
            "The song as it is now is what others are merged into; choose a version or a branch."
        )
    return found


def _branch(song: Composition, name: str) -> Branch | None:
    if not name:
        return None
    branch = Branch.objects.filter(composition=song, name__iexact=name).first()
    if branch is None:
        raise UnknownReferenceError(f"This song has no branch “{name}”.")
    return branch
