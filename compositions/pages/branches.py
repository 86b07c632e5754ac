"""What can be done with the branches and tags of a song, from its history page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from compositions.history import branches as services
from compositions.models import Composition, Tag
from compositions.pages.access import actor_of, page_for_members
from compositions.pages.history_parts import branch_of, change_of_song

BACK = "song_history"


def _told(change: Callable[..., str]) -> Callable[..., HttpResponse]:
    """A view that makes a change and says on the history page what it did."""

    @page_for_members
    @require_POST
    @change_of_song(BACK)
    @wraps(change)
    def view(request: HttpRequest, song: Composition, **kwargs: Any) -> HttpResponse:
        messages.success(request, change(request, song, **kwargs))
        return redirect(BACK, pk=song.pk)

    return view


@_told
def song_branch_create(request: HttpRequest, song: Composition) -> str:
    """Begin a branch, at the version ``start`` or where the song is now."""
    branch = services.create_branch(
        composition=song,
        user=actor_of(request),
        name=request.POST.get("name", ""),
        start=request.POST.get("start", "") or "working",
    )
    if request.POST.get("switch"):
        services.checkout(composition=song, branch=branch, user=actor_of(request))
        return f"The song is on the new branch “{branch.name}” now."
    return f"The branch “{branch.name}” begins there."


@_told
def song_branch_rename(request: HttpRequest, song: Composition, branch: UUID) -> str:
    """Give a branch another name."""
    row = services.rename_branch(
        branch=branch_of(song, branch), user=actor_of(request), name=request.POST.get("name", "")
    )
    return f"The branch is called “{row.name}” now."


@_told
def song_branch_protect(request: HttpRequest, song: Composition, branch: UUID) -> str:
    """Let only owners change a branch, or everybody again (``protected`` is "no")."""
    protected = request.POST.get("protected") != "no"
    row = services.protect_branch(
        branch=branch_of(song, branch), user=actor_of(request), protected=protected
    )
    who = "only owners of the project change" if protected else "all editors may change"
    return f"From now on {who} “{row.name}”."


@_told
def song_branch_delete(request: HttpRequest, song: Composition, branch: UUID) -> str:
    """Forget a branch; its versions stay."""
    row = branch_of(song, branch)
    services.delete_branch(branch=row, user=actor_of(request))
    return f"The branch “{row.name}” is gone; its versions stay."


@_told
def song_branch_checkout(request: HttpRequest, song: Composition, branch: UUID) -> str:
    """Let the song follow another branch; what is unsaved is kept on the one that is left."""
    row = services.checkout(
        composition=song, branch=branch_of(song, branch), user=actor_of(request)
    )
    return f"The song is on “{row.name}” now."


@_told
def song_tag_delete(request: HttpRequest, song: Composition, tag: UUID) -> str:
    """Forget a tag; the version stays."""
    row = get_object_or_404(Tag.objects.filter(composition=song), pk=tag)
    services.delete_tag(tag=row, user=actor_of(request))
    return f"The tag “{row.name}” is gone; the version stays."
