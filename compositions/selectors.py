"""Reads of songs that pages and the API share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from ariaforge.exceptions import NotPermittedError
from compositions.exporting.history import offered_formats
from compositions.models import Composition, Import
from projects.models import Project

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User


EXPORTS_SHOWN = 5


def composition_list(user: User, project: Project | None = None) -> QuerySet[Any]:
    """Songs that ``user`` may see, newest first, each with the state of its work.

    Leaves out the large columns that no list shows.
    """
    songs = Composition.objects.visible_to(user).with_work()
    if project is not None:
        songs = songs.filter(project=project)
    return songs.defer(
        "spec",
        "tree",
        "theory_data",
        "explanation",
        "confidence",
        "lyrics",
        "document_metadata",
        "current_render__measurements",
        "current_render__parameters",
        "current_render__peaks",
        "pending_render__peaks",
    ).order_by("-pk")


def composition_page(user: User, pk: UUID) -> Composition:
    """The song with its document's rows, for the song page.

    Raises ``Composition.DoesNotExist`` when the user may not see it.
    """
    song: Composition = (
        Composition.objects.visible_to(user)
        .with_work()
        .prefetch_related("tracks__note_windows", "sections", "chords", "lyriclines", "syllables")
        .get(pk=pk)
    )
    return song


def composition_to_edit(user: User, pk: UUID) -> Composition:
    """The song, for changing it.

    Raises ``Composition.DoesNotExist`` when the user may not see it, and
    :class:`ariaforge.exceptions.NotPermittedError` when they may see but not change it.
    """
    song: Composition | None = (
        Composition.objects.editable_by(user).with_work().filter(pk=pk).first()
    )
    if song is not None:
        return song
    if Composition.objects.visible_to(user).filter(pk=pk).exists():
        raise NotPermittedError("Only editors and owners of the project can change this song.")
    raise Composition.DoesNotExist


def songs_in_trash(user: User) -> QuerySet[Any]:
    """Songs in the trash that ``user`` may take out of it, the latest first.

    Songs that are hidden because their project is in the trash come back with it.
    """
    return (
        Composition.all_objects.editable_by(user)
        .filter(deleted_at__isnull=False, project__deleted_at__isnull=True)
        .with_work()
        .order_by("-deleted_at")
    )


def song_files(song: Composition) -> dict[str, Any]:
    """What the song's page says of files: the latest exports, what can be exported, its origin.

    ``origin`` is the file that the song was made from, if it was.
    """
    exports = list(song.exports.select_related("asset", "job")[:EXPORTS_SHOWN])
    origin = None
    if not song.ai_prompt:
        origin = song.imports.filter(mode=Import.Mode.NEW).select_related("asset").first()
    return {
        "exports": exports,
        "exports_active": any(
            row.job is not None and row.job.state in ("queued", "running") for row in exports
        ),
        "export_formats": [(facts.value, facts.label) for facts in offered_formats(song)],
        "origin": origin,
    }
