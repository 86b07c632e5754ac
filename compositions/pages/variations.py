"""The box on a song's page that asks the composer for a change, and what came of it."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ariaforge.exceptions import DomainError
from compositions.composer.operations import EXAMPLES
from compositions.lyric_requests import RULES, WRITERS, request_lyrics
from compositions.models import Composition
from compositions.pages.access import (
    actor_of,
    is_htmx,
    may_change,
    page_for_members,
    song_to_change,
    song_to_see,
)
from compositions.small_model import is_installed
from compositions.variations import latest_variations, request_variation


@page_for_members
@require_POST
def composition_vary(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for a change in words; what was typed stays when it is not understood."""
    song = song_to_change(request, pk)
    typed, error = request.POST.get("text", ""), ""
    try:
        request_variation(
            composition=song,
            user=actor_of(request),
            text=typed,
            idempotency_key=_key(request, song, typed),
        )
    except DomainError as refusal:
        error = refusal.message
    if is_htmx(request):
        return _variations(request, song, typed if error else "", error)
    if error:
        messages.error(request, error)
    else:
        messages.success(request, "The change is being made; it will be offered as a proposal.")
    return redirect("composition_detail", pk=pk)


@page_for_members
@require_POST
def composition_write_lyrics(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for new words on a theme; what was typed stays when it cannot be done."""
    song = song_to_change(request, pk)
    asked = {name: request.POST.get(name, "") for name in ("theme", "writer", "section")}
    error = ""
    try:
        request_lyrics(
            composition=song,
            user=actor_of(request),
            theme=asked["theme"],
            writer=asked["writer"] or RULES,
            scope={"sections": [asked["section"]]} if asked["section"] else None,
            idempotency_key=_key(request, song, "|".join(asked.values())),
        )
    except DomainError as refusal:
        error = refusal.message
    if is_htmx(request):
        return _variations(request, song, "", "", {**asked, "error": error} if error else None)
    if error:
        messages.error(request, error)
    else:
        messages.success(request, "Words are being written; they will be offered as a proposal.")
    return redirect("composition_detail", pk=pk)


@never_cache
@page_for_members
@require_safe
def composition_variations(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the box and the latest requests, for the page that waits for one."""
    return _variations(request, song_to_see(request, pk), "", "")


def _variations(
    request: HttpRequest,
    song: Composition,
    typed: str,
    error: str,
    lyrics: dict[str, str] | None = None,
) -> HttpResponse:
    can_edit = may_change(request, song)
    rows = latest_variations(song)
    context = {
        "song": song,
        "can_edit": can_edit,
        "typed": typed,
        "vary_error": error,
        "vary_examples": EXAMPLES,
        "variations": rows,
        "variations_active": any(
            row.job is not None and row.job.state in ("queued", "running") for row in rows
        ),
    }
    if can_edit:
        context["lyrics"] = lyrics or {}
        context["lyric_sections"] = song.sections.values_list("entity_id", "label")
        context["lyric_writers"] = WRITERS
        context["has_small_model"] = is_installed()
    failed = bool(error or (lyrics and lyrics["error"]))
    return render(request, "compositions/_variations.html", context, status=422 if failed else 200)


def _key(request: HttpRequest, song: Composition, typed: str) -> str:
    """Return a key that is the same only when the same page sends the same words twice."""
    page = request.POST.get("request_key", "")[:64]
    if not page:
        return ""
    return f"vary:{page}:{hashlib.sha256(f'{song.pk}{typed}'.encode()).hexdigest()[:32]}"
