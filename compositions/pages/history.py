"""Pages of a song's history: its versions, and what can be done with each of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ariaforge.exceptions import DomainError
from compositions.history import branches as branch_services
from compositions.history.forks import fork
from compositions.history.graph import history_graph
from compositions.history.unsaved import unsaved_changes
from compositions.history.versions import load_version, restore_version, save_version
from compositions.models import Branch, Composition, Proposal, Tag
from compositions.models.history import MESSAGE_MAX_LENGTH
from compositions.pages.access import (
    actor_of,
    is_htmx,
    page_for_members,
    song_to_change,
    song_to_see,
)
from compositions.pages.history_parts import change_of_song, frame, lines_of, version_of
from compositions.score.diff_words import headline, tell
from compositions.score.entities import Plain, to_entities
from compositions.score.midi import write_midi
from compositions.score.serialisation import from_dict

PAGE_SIZE = 30
MOST_SENTENCES = 8
MOST_PANEL_SENTENCES = 40


@never_cache
@page_for_members
@require_safe
def song_history(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the versions, newest first; to htmx only the part that it asks for.

    ``before`` asks for versions below a number, ``to`` for all down to one.
    """
    song = song_to_see(request, pk)
    before, shown_to = _number(request, "before"), _number(request, "to")
    if before is not None:
        context = frame(request, song, "history") | _versions(song, before=before)
        if is_htmx(request):
            return render(request, "compositions/history/_rows.html", context)
        context["is_older"] = True
    else:
        context = frame(request, song, "history") | _versions(song, shown_to=shown_to)
    return _page(request, song, context)


def _page(
    request: HttpRequest, song: Composition, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    context |= _working_copy(song) | {
        "branches": Branch.objects.filter(composition=song).select_related("tip"),
        "tags": Tag.objects.filter(composition=song).select_related("version"),
        "proposals": Proposal.objects.filter(
            composition=song, state=Proposal.State.OPEN
        ).select_related("version", "branch", "target"),
    }
    part = "_history" if is_htmx(request) else "history"
    return render(request, f"compositions/history/{part}.html", context, status=status)


def _versions(
    song: Composition, *, before: int | None = None, shown_to: int | None = None
) -> dict[str, Any]:
    """Return a page of versions with the graph beside them."""
    page = history_graph(song, before=before, down_to=shown_to, limit=PAGE_SIZE)
    return {
        "rows": page.rows,
        "graph_width": page.width or 24,
        "older_before": page.older_before or 0,
        "shown_to": page.rows[-1].version.number if page.rows else 0,
    }


def _working_copy(song: Composition) -> dict[str, Any]:
    """Return what the song holds that no version does, in words."""
    if song.head is None or song.head.tree_hash == song.tree_hash:
        return {"unsaved": False}
    changes = unsaved_changes(song, song.head)
    sentences = tell(to_entities(changes.before), to_entities(changes.after))
    return {
        "unsaved": True,
        "unsaved_sentences": lines_of(sentences[:MOST_SENTENCES]),
        "unsaved_more": max(0, len(sentences) - MOST_SENTENCES),
        "suggested_message": headline(sentences)[:MESSAGE_MAX_LENGTH],
    }


@page_for_members
@require_POST
def song_version_save(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep the song as it is; what was typed stays when that is refused."""
    song = song_to_change(request, pk)
    typed, error = request.POST.get("message", ""), ""
    try:
        version = save_version(composition=song, user=actor_of(request), message=typed)
    except DomainError as refusal:
        error = refusal.message
    if is_htmx(request):
        song = song_to_see(request, pk)
        context = frame(request, song, "history")
        context |= _versions(song, shown_to=_number(request, "to"))
        if error:
            context |= {"save_error": error, "typed_message": typed}
        return _page(request, song, context, status=422 if error else 200)
    if error:
        messages.error(request, error)
    elif version is None:
        messages.info(request, "Nothing has changed since the last version.")
    else:
        messages.success(request, f"Saved as version {version.number}.")
    return redirect("song_history", pk=pk)


@never_cache
@page_for_members
@require_safe
def song_version(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Show one version: what it changed, where it is from, and what can be done with it."""
    song = song_to_see(request, pk)
    version = version_of(song, number)
    sentences = []
    if version.parent is not None:
        before = to_entities(load_version(version.parent))
        sentences = tell(before, to_entities(load_version(version)))
    context = frame(request, song, "history") | {
        "version": version,
        "sentences": lines_of(sentences[:MOST_PANEL_SENTENCES]),
        "more_sentences": max(0, len(sentences) - MOST_PANEL_SENTENCES),
        "provenance": provenance_lines(version.provenance),
        "is_now": song.tree_hash == version.tree_hash,
        "branches": Branch.objects.filter(composition=song, tip=version),
        "tags": Tag.objects.filter(version=version),
        "in_panel": is_htmx(request),
    }
    part = "_version_panel" if is_htmx(request) else "version"
    return render(request, f"compositions/history/{part}.html", context)


@page_for_members
@require_safe
def song_version_midi(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Send the notes of a version as a MIDI file."""
    song = song_to_see(request, pk)
    content = _midi(load_version(version_of(song, number)))
    name = f"{song.name}, version {number}.mid"
    plain = f"{slugify(song.name) or 'song'}-v{number}.mid"
    response = HttpResponse(content, content_type="audio/midi")
    response["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    # Versions never change.
    response["Cache-Control"] = "private, max-age=86400"
    return response


def _midi(data: Plain) -> bytes:
    return write_midi(from_dict(data))


@page_for_members
@require_POST
@change_of_song("song_history")
def song_version_restore(request: HttpRequest, song: Composition, number: int) -> HttpResponse:
    """Bring a version back as a new one."""
    version = version_of(song, number)
    made = restore_version(composition=song, version=version, user=actor_of(request))
    messages.success(
        request, f"The song is as in version {number} again, as version {made.number}."
    )
    return redirect("song_history", pk=song.pk)


@page_for_members
@require_POST
@change_of_song("song_history")
def song_version_tag(request: HttpRequest, song: Composition, number: int) -> HttpResponse:
    """Give a version a name."""
    tag = branch_services.create_tag(
        composition=song,
        user=actor_of(request),
        name=request.POST.get("name", ""),
        version=version_of(song, number),
    )
    messages.success(request, f"Version {number} is tagged “{tag.name}”.")
    return redirect("song_history", pk=song.pk)


@page_for_members
@require_POST
def song_version_fork(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Begin a song of one's own with a version; who may see the song may do that."""
    version = version_of(song_to_see(request, pk), number)
    try:
        song = fork(version=version, user=actor_of(request))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("song_history", pk=pk)
    messages.success(request, f"“{song.name}” begins with version {number}.")
    return redirect("composition_detail", pk=song.pk)


def provenance_lines(provenance: dict[str, Any]) -> list[tuple[str, str]]:
    """Return where a version comes from as labels and values, as far as they are plain."""
    lines = []
    for key, value in provenance.items():
        if isinstance(value, dict):
            lines += provenance_lines(value)
        elif isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            lines.append((key.replace("_", " ").capitalize(), str(value)))
        elif isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            lines.append((key.replace("_", " ").capitalize(), ", ".join(value)))
    return lines


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name) or request.POST.get(name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
