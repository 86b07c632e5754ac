"""Pages for bringing files in."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from ariaforge.exceptions import DomainError
from compositions import imports
from compositions.models import Import
from compositions.notices import dismiss_stopped_work
from compositions.pages.access import actor_of, page_for_members, song_to_change
from projects.models import Project


@page_for_members
@require_POST
def song_import(request: HttpRequest) -> HttpResponse:
    """Make a song from the file of the home page, and show it."""
    user = actor_of(request)
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, "Choose a MIDI or MusicXML file.")
        return redirect("home")
    project = None
    if request.POST.get("project"):
        project = _project(request, request.POST["project"])
    try:
        song = imports.import_song(
            user=user,
            file=file,
            filename=file.name or "",
            project=project,
            idempotency_key=_key(request, file.name or "", file.size or 0),
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("home")
    return redirect("composition_detail", pk=song.pk)


@page_for_members
@require_POST
def composition_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read a file into a song, as its form says: at once or as a proposal."""
    song = song_to_change(request, pk)
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, "Choose a MIDI or MusicXML file.")
        return redirect("composition_detail", pk=pk)
    mode = request.POST.get("mode", Import.Mode.APPLY)
    try:
        imports.import_into(
            composition=song,
            user=actor_of(request),
            file=file,
            filename=file.name or "",
            mode=mode,
            idempotency_key=_key(request, f"{pk}{mode}{file.name}", file.size or 0),
        )
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("composition_detail", pk=pk)


@page_for_members
@require_POST
def composition_dismiss(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put away the notice of an import or a mix that failed."""
    dismiss_stopped_work(composition=song_to_change(request, pk))
    return redirect("composition_detail", pk=pk)


def _project(request: HttpRequest, key: str) -> Project:
    try:
        found = Project.objects.editable_by(actor_of(request)).filter(pk=UUID(key)).first()
    except ValueError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found


def _key(request: HttpRequest, what: str, size: int) -> str:
    """Return a key that is the same only when the same page sends the same file twice."""
    page = request.POST.get("request_key", "")[:64]
    if not page:
        return ""
    return f"file:{page}:{hashlib.sha256(f'{what}{size}'.encode()).hexdigest()[:32]}"
