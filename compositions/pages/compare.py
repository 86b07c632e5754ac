"""Pages that put two states of a song side by side, in words and in notes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import Truncator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from compositions.documents import load_plain
from compositions.history.blame import Blame, blame
from compositions.history.references import WORKING, UnknownReferenceError, load_reference
from compositions.models import Branch, Composition, Tag, Version
from compositions.pages.access import actor_of, page_for_members, song_to_see
from compositions.pages.history_parts import frame, grouped
from compositions.presentation.blame_picture import draw_blame
from compositions.presentation.difference_picture import draw_difference
from compositions.score.diff import Change, diff
from compositions.score.diff_words import tell
from compositions.score.entities import Entities, Kind, to_entities

MOST_VERSIONS = 50
"""Versions to choose from; others are named by the links of the history."""
MOST_SENTENCES = 200
MOST_BAR = 1_000_000


@never_cache
@page_for_members
@require_safe
def song_compare(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what leads from one state to another; by default, what is not saved yet.

    ``from`` and ``to`` are references (:mod:`compositions.history.references`); with
    ``track`` only that track is drawn, from ``bar`` on.
    """
    song = song_to_see(request, pk)
    head = song.head
    unsaved = head is not None and head.tree_hash != song.tree_hash
    default = ""
    if head is not None:
        default = f"v{head.number}" if unsaved or head.number == 1 else f"v{head.number - 1}"
    chosen_from = _reference(request, "from") or default
    chosen_to = _reference(request, "to") or WORKING
    context = frame(request, song, "compare") | {
        "from_choices": choices(song, chosen_from),
        "to_choices": choices(song, chosen_to),
        "chosen_from": chosen_from,
        "chosen_to": chosen_to,
    }
    status = 200
    if chosen_from:
        try:
            before = to_entities(load_reference(song, chosen_from))
            after = to_entities(load_reference(song, chosen_to))
        except UnknownReferenceError as error:
            context["error"] = error.message
            status = 404
        else:
            query = urlencode({"from": chosen_from, "to": chosen_to})
            context |= difference_context(
                before,
                after,
                diff(before, after),
                more_url=f"?{query}",
                track_id=request.GET.get("track") or None,
                first_bar=_bar(request),
            )
    return render(request, "compositions/history/compare.html", context, status=status)


def difference_context(
    before: Entities,
    after: Entities,
    changes: list[Change],
    *,
    more_url: str = "",
    track_id: str | None = None,
    first_bar: int = 1,
) -> dict[str, Any]:
    """Return a difference in words and as pictures, for the parts of pages that show them."""
    difference = draw_difference(before, after, changes, track_id=track_id, first_bar=first_bar)
    sentences = tell(before, after, changes)
    names = {
        key: fields["name"]
        for entities in (before, after)
        for key, fields in entities.items()
        if fields["kind"] == Kind.TRACK
    }
    return {
        "difference": difference,
        "groups": grouped(sentences[:MOST_SENTENCES], difference, names, more_url),
        "more_sentences": max(0, len(sentences) - MOST_SENTENCES),
        "change_count": len(changes),
        "more_url": more_url,
        "only_track": names.get(track_id, "") if track_id else "",
        "from_bar": first_bar if track_id else 0,
    }


def choices(
    song: Composition, chosen: str, *, with_working: bool = True
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what a state can be chosen from: groups of references with their names."""
    branches = Branch.objects.filter(composition=song).select_related("tip")
    tags = Tag.objects.filter(composition=song).select_related("version")
    versions = Version.objects.filter(composition=song).order_by("-number")
    groups = [
        ("Now", [(WORKING, "The song as it is now")] if with_working else []),
        ("Branches", [(row.name, f"{row.name} (v{row.tip.number})") for row in branches]),
        ("Tags", [(row.name, f"{row.name} (v{row.version.number})") for row in tags]),
        (
            "Versions",
            [
                (f"v{number}", f"v{number} {Truncator(message).chars(60)}")
                for number, message in versions.values_list("number", "message")[:MOST_VERSIONS]
            ],
        ),
    ]
    if chosen and not any(chosen == value for _, rows in groups for value, _ in rows):
        groups.append(("Chosen", [(chosen, chosen)]))
    return [(title, rows) for title, rows in groups if rows]


def _reference(request: HttpRequest, name: str) -> str:
    return " ".join(request.GET.get(name, "").split())[:200]


def _bar(request: HttpRequest) -> int:
    text = request.GET.get("bar", "")
    return min(int(text), MOST_BAR) if text.isascii() and text.isdigit() and len(text) < 8 else 1


@never_cache
@page_for_members
@require_safe
def song_blame(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show for each note of a track who changed it last, or in which version (``by``)."""
    song = song_to_see(request, pk)
    entities = to_entities(load_plain(song))
    tracks = [
        (key, fields["name"] or "Unnamed track")
        for key, fields in entities.items()
        if fields["kind"] == Kind.TRACK
    ]
    wanted = request.GET.get("track", "")
    track = next((key for key, _ in tracks if key == wanted), tracks[0][0] if tracks else "")
    by = "author" if request.GET.get("by") == "author" else "version"
    context = frame(request, song, "blame") | {"tracks": tracks, "track": track, "by": by}
    if track:
        user = actor_of(request)
        origins = {
            row.entity_id: (
                _origin(row, by, user),
                row.words(user),
            )
            for row in blame(song, track=track)
            if row.kind == Kind.NOTE
        }
        context["picture"] = draw_blame(entities, track, origins, first_bar=_bar(request))
        context["track_name"] = dict(tracks)[track]
        context["more_url"] = "?" + urlencode({"track": track, "by": by})
    return render(request, "compositions/history/blame.html", context)


def _origin(row: Blame, by: str, user: User) -> str:
    """Return the group that a note belongs to, in words."""
    origin = row.changed
    name = "You" if origin.author_id == user.pk else origin.author_name or "AriaForge"
    if by == "author":
        return name
    if origin.version_number is None:
        return f"Not saved yet, {name}"
    message = Truncator(origin.message).chars(60)
    return f"v{origin.version_number} {message}, {name}"
