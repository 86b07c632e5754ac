"""What can be done with the branches and tags of a song, from its history page."""

from __future__ import annotations

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


@page_for_members
@require_POST
@change_of_song(BACK)
def song_branch_create(request: HttpRequest, song: Composition) -> HttpResponse:
    """Begin a branch, at the version ``start`` or where the song is now."""
    branch = services.create_branch(
        composition=song,
        user=actor_of(request),
        name=request.POST.get("name", ""),
        start=request.POST.get("start", "") or "working",
    )
    if request.POST.get("switch"):
        services.checkout(composition=song, branch=branch, user=actor_of(request))
        messages.success(request, f"The song is on the new branch “{branch.name}” now.")
    else:
        messages.success(request, f"The branch “{branch.name}” begins there.")
    return redirect(BACK, pk=song.pk)


@page_for_members
@require_POST
@change_of_song(BACK)
def song_branch_rename(request: HttpRequest, song: Composition, branch: UUID) -> HttpResponse:
    """Give a branch another name."""
    row = services.rename_branch(
        branch=branch_of(song, branch), user=actor_of(request), name=request.POST.get("name", "")
    )
    messages.success(request, f"The branch is called “{row.name}” now.")
    return redirect(BACK, pk=song.pk)


@page_for_members
@require_POST
@change_of_song(BACK)
def song_branch_protect(request: HttpRequest, song: Composition, branch: UUID) -> HttpResponse:
    """Let only owners change a branch, or everybody again (``protected`` is "no")."""
    protected = request.POST.get("protected") != "no"
    row = services.protect_branch(
        branch=branch_of(song, branch), user=actor_of(request), protected=protected
    )
    who = "only owners of the project change" if protected else "all editors may change"
    messages.success(request, f"From now on {who} “{row.name}”.")
    return redirect(BACK, pk=song.pk)


@page_for_members
@require_POST
@change_of_song(BACK)
def song_branch_delete(request: HttpRequest, song: Composition, branch: UUID) -> HttpResponse:
    """Forget a branch; its versions stay."""
    row = branch_of(song, branch)
    services.delete_branch(branch=row, user=actor_of(request))
    messages.success(request, f"The branch “{row.name}” is gone; its versions stay.")
    return redirect(BACK, pk=song.pk)


@page_for_members
@require_POST
@change_of_song(BACK)
def song_branch_checkout(request: HttpRequest, song: Composition, branch: UUID) -> HttpResponse:
    """Let the song follow another branch; what is unsaved is kept on the one that is left."""
    row = services.checkout(
        composition=song, branch=branch_of(song, branch), user=actor_of(request)
    )
    messages.success(request, f"The song is on “{row.name}” now.")
    return redirect(BACK, pk=song.pk)


@page_for_members
@require_POST
@change_of_song(BACK)
def song_tag_delete(request: HttpRequest, song: Composition, tag: UUID) -> HttpResponse:
    """Forget a tag; the version stays."""
    row = get_object_or_404(Tag.objects.filter(composition=song), pk=tag)
    services.delete_tag(tag=row, user=actor_of(request))
    messages.success(request, f"The tag “{row.name}” is gone; the version stays.")
    return redirect(BACK, pk=song.pk)
