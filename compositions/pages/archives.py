"""The page of a project for taking it out as one file, and for bringing songs in from one."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import get_random_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ariaforge.exceptions import DomainError, NotPermittedError
from compositions.exporting import archives
from compositions.exporting.archive_file import ENDING
from compositions.exporting.history import archive_lines
from compositions.models import Composition, ProjectArchive
from compositions.pages.access import actor_of, is_htmx, page_for_members
from compositions.pages.lists import page_of
from projects.models import Project

HISTORY_SIZE = 20


@never_cache
@page_for_members
@require_safe
def project_files(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the archives of the project and both forms; to htmx, only the list."""
    project = get_object_or_404(Project.objects.visible_to(actor_of(request)), pk=pk)
    made = ProjectArchive.objects.filter(project=project).select_related("asset", "job")
    rows, links = page_of(request, made, HISTORY_SIZE)
    lines = archive_lines(rows)
    context: dict[str, Any] = {
        "project": project,
        "lines": lines,
        "active": any(line.state == "waiting" for line in lines),
        "can_edit": Project.objects.editable_by(actor_of(request)).filter(pk=pk).exists(),
        "has_songs": Composition.objects.filter(project=project).exists(),
        "archive_ending": f".{ENDING}",
        "request_key": get_random_string(16),
        **links,
    }
    part = "_project_archives" if is_htmx(request) else "project_files"
    return render(request, f"compositions/{part}.html", context)


@page_for_members
@require_POST
def project_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for one file of the whole project."""
    try:
        archives.request_project_archive(
            project=_project_to_change(request, pk), user=actor_of(request)
        )
    except NotPermittedError:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("project_files", pk=pk)


@page_for_members
@require_POST
def project_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Bring the songs of a file into the project."""
    project = _project_to_change(request, pk)
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, f"Choose a file that ends in .{ENDING}.")
        return redirect("project_files", pk=pk)
    page = request.POST.get("request_key", "")[:64]
    what = hashlib.sha256(f"{pk}{file.name}{file.size}".encode()).hexdigest()[:32]
    try:
        archives.import_archive(
            project=project,
            user=actor_of(request),
            file=file,
            filename=file.name or f"songs.{ENDING}",
            idempotency_key=f"archive:{page}:{what}" if page else "",
        )
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("project_files", pk=pk)


@page_for_members
@require_POST
def project_archive_delete(request: HttpRequest, pk: UUID, archive: UUID) -> HttpResponse:
    """Take an archive out of the list, with its file."""
    project = _project_to_change(request, pk)
    rows = ProjectArchive.objects.select_related("job", "asset")
    row = get_object_or_404(rows, pk=archive, project=project)
    archives.delete_project_archive(archive=row)
    return redirect("project_files", pk=pk)


def _project_to_change(request: HttpRequest, pk: UUID) -> Project:
    person = actor_of(request)
    project: Project = get_object_or_404(Project.objects.visible_to(person), pk=pk)
    if not Project.objects.editable_by(person).filter(pk=pk).exists():
        raise NotPermittedError("Only editors and owners of a project do that.")
    return project
