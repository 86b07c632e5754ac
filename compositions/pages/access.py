"""Who asks for a page, who gets it at all, and who gets which song."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.models import User
from compositions.models import Composition
from compositions.selectors import composition_to_edit
from projects.models import Project


def page_for_members(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask for a sign-in; a part of a page that htmx fetches sends the whole page there."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if not is_htmx(request):
            return redirect_to_login(request.get_full_path())
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("account_login")
        return response

    return wrapped


def actor_of(request: HttpRequest) -> User:
    """Return who asks."""
    return cast(User, request.user)


def is_htmx(request: HttpRequest) -> bool:
    """Whether a page asks for a part of itself."""
    return request.headers.get("HX-Request") == "true"


def song_to_see(request: HttpRequest, pk: UUID) -> Composition:
    """Return the song with its project, branch and head. Raises ``Http404`` for strangers."""
    songs = Composition.objects.visible_to(actor_of(request))
    song: Composition = get_object_or_404(
        songs.select_related("project", "branch__tip", "head").defer("head__tree"), pk=pk
    )
    return song


def song_to_change(request: HttpRequest, pk: UUID) -> Composition:
    """Return the song for a change. Raises ``Http404``, or refuses who may only look."""
    try:
        return composition_to_edit(actor_of(request), pk)
    except Composition.DoesNotExist as error:
        raise Http404 from error


def may_change(request: HttpRequest, song: Composition) -> bool:
    """Whether who asks may change the song."""
    projects = Project.objects.editable_by(actor_of(request))
    return bool(projects.filter(pk=song.project_id).exists())
