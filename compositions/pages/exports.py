"""Pages for taking files out: the short form on the song's page, and all exports with choices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ariaforge.exceptions import DomainError
from compositions.exporting import services
from compositions.exporting.forms import ExportForm
from compositions.exporting.history import (
    ACTIVE_STATES,
    export_lines,
    mix_is_older,
    offered_formats,
)
from compositions.models import Composition, Export
from compositions.pages.access import (
    actor_of,
    is_htmx,
    may_change,
    page_for_members,
    song_to_change,
    song_to_see,
)
from compositions.pages.lists import page_of
from compositions.selectors import song_files

HISTORY_SIZE = 20


@page_for_members
@require_POST
def composition_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for a file of the song, or for several in one ZIP."""
    song = song_to_change(request, pk)
    form = ExportForm(request.POST)
    if form.is_valid():
        try:
            services.request_export(composition=song, user=actor_of(request), **form.request())
        except DomainError as error:
            form.add_error(None, error.message)
    # The page of all exports shows its form again, with what was chosen.
    if request.POST.get("page") == "exports" and not is_htmx(request):
        if form.is_valid():
            return redirect("song_exports", pk=pk)
        return render(request, "compositions/exports.html", _page(request, song, form), status=422)
    if not form.is_valid():
        messages.error(request, _first_error(form))
    if is_htmx(request):
        return _exports(request, song)
    return redirect("composition_detail", pk=pk)


@never_cache
@page_for_members
@require_safe
def composition_exports(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the list of the song's exports, for the page that waits for one."""
    return _exports(request, song_to_see(request, pk))


@never_cache
@page_for_members
@require_safe
def song_exports(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show all exports of the song, and the form with every choice; to htmx, only the list."""
    song = song_to_see(request, pk)
    form = ExportForm(initial={"formats": request.GET.getlist("format")})
    part = "_export_history" if is_htmx(request) else "exports"
    return render(request, f"compositions/{part}.html", _page(request, song, form))


@page_for_members
@require_POST
def song_export_again(request: HttpRequest, pk: UUID, export: UUID) -> HttpResponse:
    """Ask for the same file of the song as it is now."""
    song = song_to_change(request, pk)
    try:
        services.export_again(export=_export(song, export), user=actor_of(request))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("song_exports", pk=pk)


@page_for_members
@require_POST
def song_export_delete(request: HttpRequest, pk: UUID, export: UUID) -> HttpResponse:
    """Take an export out of the history, with its file."""
    song = song_to_change(request, pk)
    services.delete_export(export=_export(song, export))
    return redirect("song_exports", pk=pk)


def _export(song: Composition, key: UUID) -> Export:
    rows = Export.objects.select_related("composition", "job", "asset")
    found: Export = get_object_or_404(rows, pk=key, composition=song)
    return found


def _exports(request: HttpRequest, song: Composition) -> HttpResponse:
    context = {"song": song, "can_edit": may_change(request, song), **song_files(song)}
    return render(request, "compositions/_exports.html", context)


def _page(request: HttpRequest, song: Composition, form: ExportForm) -> dict[str, Any]:
    mine = Export.objects.filter(composition=song).select_related("asset", "job")
    rows, links = page_of(request, mine, HISTORY_SIZE)
    lines = export_lines(rows)
    form.offer(offered_formats(song))
    return {
        "song": song,
        "form": form,
        "lines": lines,
        "mix_is_older": mix_is_older(song),
        "active": any(
            line.export.job is not None and line.export.job.state in ACTIVE_STATES for line in lines
        ),
        "can_edit": may_change(request, song),
        **links,
    }


def _first_error(form: ExportForm) -> str:
    return str(next(iter(form.errors.values()))[0])
