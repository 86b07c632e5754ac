"""The jobs that pack a project into an archive, and bring the songs of one."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import soundfile
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from ariaforge.exceptions import DomainError
from ariaforge.jobs.registry import JobContext, JobError, JobKind, register
from ariaforge.models import Job
from compositions.exporting.archive_checking import check_archive
from compositions.exporting.archive_file import ArchiveError, ArchiveReader
from compositions.exporting.archive_reading import add_songs
from compositions.exporting.archive_writing import PROJECT_FIELDS, write_archive
from compositions.exporting.archives import remove_file_of
from compositions.exporting.progress import part_of
from compositions.models import Composition, ProjectArchive
from compositions.song_jobs import sent_file
from media.models import Asset
from media.services import keep_file, prepare_file
from projects.models import Project
from projects.services import set_cover, update_project

_CHECK_SHARE = 0.8
_LOCAL_NAME = "archive.zip"
_SOUNDS = {"mix.wav": ("wav", "mix"), "mix.mp3": ("mp3", "mix"), "song.mid": ("mid", "song")}
_FULL = "The disk is full. Free some space and try again; nothing was kept."


@register
class ExportProjectKind(JobKind):
    """A project becomes one file that another AriaForge can read."""

    name = "export_project"
    label = "Export a project"
    queue = "bulk"
    time_limit_seconds = 3600
    file_limit_mb = 16_384

    def run(self, context: JobContext) -> tuple[Asset, int]:
        """Write the archive."""
        row = _row(context)
        songs = list(Composition.objects.filter(project=row.project_id).order_by("pk"))
        if not songs:
            raise JobError("nothing_to_export", "The project has no songs any more.")
        path = context.work_dir / _LOCAL_NAME
        try:
            write_archive(
                path,
                row.project,
                songs,
                whole_project=True,
                progress=part_of(context.progress, 0.0, 0.95),
            )
            asset = prepare_file(
                owner=User.objects.get(pk=context.owner_id),
                project=row.project,
                content=path,
                filename=row.filename,
                kind=Asset.Kind.ARCHIVE,
                role="export",
                provenance=Asset.Provenance.AI_GENERATED,
                generator={"project": str(row.project_id), "job": str(context.job_id)},
                folder=context.files_folder,
            )
        except OSError as error:
            raise _told(error) from error
        return asset, len(songs)

    def finish(self, context: JobContext, outcome: tuple[Asset, int]) -> dict[str, Any]:
        """Keep the file until it expires."""
        row = _row(context)
        row.asset, row.song_count = keep_file(outcome[0]), outcome[1]
        row.sha256 = row.asset.sha256
        if settings.EXPORT_RETENTION_DAYS > 0:
            row.expires_at = timezone.now() + timedelta(days=settings.EXPORT_RETENTION_DAYS)
        row.save(update_fields=["asset", "song_count", "sha256", "expires_at"])
        file = row.asset
        context.add_artifact(
            "file", file, content_type=file.content_type, size_bytes=file.size_bytes
        )
        return {"archive": str(row.pk), "songs": row.song_count}


@dataclass(frozen=True, slots=True)
class BroughtFiles:
    """What checking an archive leaves for the finish: its files in the storage."""

    files: dict[str, Asset]


@register
class ImportArchiveKind(JobKind):
    """The songs of an archive become songs of a project."""

    name = "import_archive"
    label = "Import an archive"
    queue = "bulk"
    max_attempts = 1
    time_limit_seconds = 3600
    memory_limit_mb = 3072
    file_limit_mb = 16_384

    def run(self, context: JobContext) -> BroughtFiles:
        """Check everything that can be checked without rows; store music and sound."""
        row = _row(context)
        context.progress(0.01, "Reading the file")
        owner = User.objects.get(pk=context.owner_id)
        try:
            path = _local_copy(row, context.work_dir)
            with ArchiveReader(path) as archive:
                checking = part_of(context.progress, 0.02, _CHECK_SHARE)
                check_archive(archive, lambda part: checking(part, "Checking the songs"))
                context.progress(_CHECK_SHARE, "Keeping the sound")
                files = stored_files(
                    archive,
                    row.project,
                    owner,
                    context.work_dir,
                    source=str(context.job_id),
                    folder=context.files_folder,
                )
        except ArchiveError as error:
            raise JobError("cannot_import", str(error)) from error
        except OSError as error:
            raise _told(error) from error
        context.progress(0.95, "Adding the songs")
        return BroughtFiles(files)

    def finish(self, context: JobContext, outcome: BroughtFiles) -> dict[str, Any]:
        """Make the songs."""
        row = _row(context)
        owner = User.objects.get(pk=context.owner_id)
        try:
            with ArchiveReader(context.work_dir / _LOCAL_NAME) as archive:
                songs = bring(archive, row.project, owner, outcome.files)
        except ArchiveError as error:
            raise JobError("cannot_import", str(error)) from error
        row.song_count = len(songs)
        row.save(update_fields=["song_count"])
        remove_file_of(row)
        return {
            "archive": str(row.pk),
            "project": str(row.project_id),
            "songs": [str(song.pk) for song in songs],
        }

    def discard(self, job: Job) -> None:
        """Leave nothing of the file."""
        row = ProjectArchive.all_objects.filter(pk=job.parameters["archive"]).first()
        if row is not None:
            remove_file_of(row)


def bring(
    archive: ArchiveReader, project: Project, user: User, files: dict[str, Asset]
) -> list[Composition]:
    """Add the songs of a checked archive, and to a project that says nothing yet what it says.

    Call it in a transaction. Raises :class:`ArchiveError`.
    """
    was_empty = not Composition.objects.filter(project=project).exists()
    songs = add_songs(archive, project, user, files)
    if was_empty and archive.holds("project.json"):
        said = archive.json("project.json")
        try:
            fresh = {
                name: said[name]
                for name in PROJECT_FIELDS
                if name != "name" and said[name] and not getattr(project, name)
            }
            project = update_project(project=project, actor=user, **fresh)
            if archive.holds("cover") and not project.cover:
                _bring_cover(archive, project, user)
        except (DomainError, ValueError, TypeError, KeyError) as error:
            raise ArchiveError(
                "The archive is damaged: what it says of the project does not fit together."
            ) from error
    return songs


def _bring_cover(archive: ArchiveReader, project: Project, user: User) -> None:
    content = archive.read("cover")
    set_cover(project=project, actor=user, file=io.BytesIO(content), size=len(content))


def _row(context: JobContext) -> ProjectArchive:
    """Return the row, if the job's owner may still change its project."""
    owner = User.objects.get(pk=context.owner_id)
    rows = ProjectArchive.objects.editable_by(owner).select_related("project", "asset")
    row: ProjectArchive | None = rows.filter(pk=context.parameters["archive"]).first()
    if row is None:
        raise JobError(
            "project_is_gone",
            "The project was deleted meanwhile, or you may no longer change it.",
        )
    return row


def _local_copy(row: ProjectArchive, folder: Path) -> Path:
    path = folder / _LOCAL_NAME
    with sent_file(row.asset) as stored, path.open("wb") as copy:
        for block in stored.chunks():
            copy.write(block)
    return path


def stored_files(
    archive: ArchiveReader,
    project: Project,
    owner: User,
    work_dir: Path,
    *,
    source: str,
    folder: str = "",
) -> dict[str, Asset]:
    """Put music and sound of the archive into the storage; return their rows, not saved yet.

    Raises :class:`ArchiveError` for a file that is not what it has to be.
    """
    return {
        name: _stored(archive, name, project, owner, work_dir, source, folder)
        for name in archive.names("songs/")
        if name.rpartition("/")[2] in _SOUNDS
    }


def _stored(
    archive: ArchiveReader,
    name: str,
    project: Project,
    owner: User,
    work_dir: Path,
    source: str,
    folder: str,
) -> Asset:
    plain = name.rpartition("/")[2]
    ending, role = _SOUNDS[plain]
    local = work_dir / f"brought.{ending}"
    _unpack(archive.blocks(name), local)
    figures: dict[str, Any] = {}
    try:
        if ending == "mid":
            with local.open("rb") as file:
                fits = file.read(4) == b"MThd"
        else:
            info = soundfile.info(local)
            fits = info.format == {"wav": "WAV", "mp3": "MP3"}[ending]
            figures = {
                "duration_seconds": info.duration,
                "sample_rate_hz": info.samplerate,
                "channels": info.channels,
            }
    except soundfile.LibsndfileError:
        fits = False
    if not fits:
        raise ArchiveError(f"The archive is damaged: “{name}” is not what its name says.")
    try:
        return prepare_file(
            owner=owner,
            project=project,
            content=local,
            filename=plain,
            kind=Asset.Kind.MIDI if ending == "mid" else Asset.Kind.AUDIO,
            role=role,
            provenance=Asset.Provenance.USER_PROVIDED,
            source="AriaForge archive",
            generator={"import": source},
            folder=folder,
            **figures,
        )
    finally:
        local.unlink()


def _unpack(blocks: Iterator[bytes], path: Path) -> None:
    with path.open("wb") as file:
        for block in blocks:
            file.write(block)


def _told(error: OSError) -> JobError:
    if error.errno == errno.ENOSPC:
        return JobError("disk_full", _FULL)
    raise error
