"""What the jobs that work on a song share: its rows, its lock, its files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from django.core.files import File
from django.db.models import Model

from accounts.models import User
from ariaforge.jobs.registry import JobContext, JobError
from compositions.models import Composition
from media.models import Asset
from media.services import prepare_file

Row = TypeVar("Row", bound=Model)


def row_to_work_on(model: type[Row], context: JobContext, parameter: str, *related: str) -> Row:
    """Return the row that the job is about, if the job's owner may still change it.

    Somebody may have left the project since, or the song may be in the trash; then
    ``JobError`` is raised.
    """
    owner = User.objects.get(pk=context.owner_id)
    rows = model.objects.editable_by(owner).select_related(*related)  # type: ignore[attr-defined]
    try:
        row: Row = rows.get(pk=context.parameters.get(parameter))
    except model.DoesNotExist as error:  # type: ignore[attr-defined]
        raise _song_is_gone() from error
    return row


def locked_song(key: Any) -> Composition:
    """Return the song, locked. Raises ``JobError`` when it is in the trash."""
    try:
        song: Composition = Composition.objects.select_for_update(of=("self",)).get(pk=key)
    except Composition.DoesNotExist as error:
        raise _song_is_gone() from error
    return song


@contextmanager
def sent_file(asset: Asset | None) -> Iterator[File[bytes]]:
    """Open what somebody sent for the job to read. Raises ``JobError`` when it is gone."""
    gone = JobError("file_is_gone", "The file is gone; import it again.")
    if asset is None:
        raise gone
    try:
        stored = asset.file.open("rb")
    except FileNotFoundError as error:
        raise gone from error
    with stored:
        yield stored


def _song_is_gone() -> JobError:
    return JobError(
        "song_is_gone",
        "The song, or its project, was deleted meanwhile, or you may no longer change it.",
    )


def prepare_song_file(
    composition: Composition,
    context: JobContext,
    content: Path | bytes,
    *,
    title: str,
    ending: str,
    kind: str,
    role: str,
    made_with: dict[str, Any] | None = None,
    **fields: Any,
) -> Asset:
    """Put a file of the song into the storage, named after the song.

    ``made_with`` is added to what is kept about its making.
    """
    return prepare_file(
        owner=User.objects.get(pk=context.owner_id),
        project=composition.project,
        content=content,
        filename=f"{title}.{ending}",
        kind=kind,
        role=role,
        provenance=Asset.Provenance.AI_GENERATED,
        generator={
            "composition": str(composition.pk),
            "job": str(context.job_id),
            **(made_with or {}),
        },
        folder=context.files_folder,
        **fields,
    )


def note_artifact(context: JobContext, name: str, asset: Asset) -> None:
    """Note that the job made ``asset``."""
    context.add_artifact(name, asset, content_type=asset.content_type, size_bytes=asset.size_bytes)
