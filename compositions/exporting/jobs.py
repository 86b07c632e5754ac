"""The job that makes the file of an export."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from ariaforge.exceptions import InvalidInputError
from ariaforge.jobs.registry import JobContext, JobError, JobKind, register
from compositions.exporting.choices import formats_of
from compositions.exporting.formats import FACTS
from compositions.exporting.progress import part_of
from compositions.exporting.writing import Writer, write_note, write_zip
from compositions.models import Export
from compositions.score.musicxml import MusicXmlError
from compositions.song_jobs import row_to_work_on
from compositions.sound import SoundError
from media.models import Asset
from media.services import keep_file, prepare_file

_ZIP_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class ExportOutcome:
    """What exporting leaves for the finish: the stored file, and the hash of the music in it."""

    file: Asset
    content_hash: str


@register
class ExportKind(JobKind):
    """A song becomes a file in the format that somebody asked for, or a ZIP of several."""

    name = "export"
    label = "Export a file"
    queue = "render"
    time_limit_seconds = 1800

    def run(self, context: JobContext) -> ExportOutcome:
        """Write each format, from the document or from the mix."""
        export = _export(context)
        try:
            return self._write(export, context)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise JobError(
                "disk_full", "The disk is full. Free some space and export again; nothing was kept."
            ) from error

    def _write(self, export: Export, context: JobContext) -> ExportOutcome:
        names = formats_of(export)
        writer = Writer(export, context.work_dir, names)
        share = (1.0 - _ZIP_SHARE) / max(1, len(names))
        files: list[Path] = []
        left_out: list[str] = []
        for place, name in enumerate(names):
            report = part_of(context.progress, place * share, (place + 1) * share)
            try:
                files.append(writer.write(name, export.settings, report))
            except (SoundError, MusicXmlError) as error:
                raise JobError("cannot_export", str(error)) from error
            except InvalidInputError as error:
                raise JobError("cannot_export", error.message) from error
            except ValueError as error:
                reason = f"{FACTS[name].label} cannot be written: {str(error).rstrip('.')}."
                if len(names) == 1:
                    raise JobError("cannot_export", reason) from error
                left_out.append(reason)
        for remark in [*writer.remarks, *left_out]:
            context.log("info", remark)
        if not files:
            raise JobError("cannot_export", " ".join(left_out))
        single = export.format != Export.Format.ZIP
        if single and files[0].is_file():
            facts = FACTS[export.format]
            name = export.composition.name + facts.file_suffix
            asset = _stored(export, context, files[0], facts.kind, name=name)
            return ExportOutcome(asset, writer.content_hash)
        if left_out:
            files.append(write_note(left_out, context.work_dir))
        context.progress(1.0 - _ZIP_SHARE, "Packing")
        packed = write_zip(files, context.work_dir / "export.zip")
        asset = _stored(
            export,
            context,
            packed,
            Asset.Kind.ARCHIVE,
            name=files[0].name if single else "",
        )
        return ExportOutcome(asset, writer.content_hash)

    def finish(self, context: JobContext, outcome: ExportOutcome) -> dict[str, Any]:
        """Keep the file in the export's history, until it expires."""
        export = _export(context)
        export.asset = keep_file(outcome.file)
        # Somebody may have edited the song after the file was asked for.
        export.content_hash = outcome.content_hash
        if settings.EXPORT_RETENTION_DAYS > 0:
            kept = timedelta(days=settings.EXPORT_RETENTION_DAYS)
            export.expires_at = timezone.now() + kept
        export.save(update_fields=["asset", "content_hash", "expires_at"])
        file = export.asset
        context.add_artifact(
            "file", file, content_type=file.content_type, size_bytes=file.size_bytes
        )
        return {"export": str(export.pk)}


def _export(context: JobContext) -> Export:
    """Return the row, if the job's owner may still change its song."""
    return row_to_work_on(Export, context, "export", "composition__project", "render__mix")


def _stored(export: Export, context: JobContext, path: Path, kind: str, *, name: str = "") -> Asset:
    """Put the file into the storage, named after the song unless it has a ``name``."""
    composition = export.composition
    return prepare_file(
        owner=User.objects.get(pk=context.owner_id),
        project=composition.project,
        content=path,
        filename=f"{name or composition.name}{path.suffix}",
        kind=kind,
        role="export",
        provenance=Asset.Provenance.AI_GENERATED,
        generator={"composition": str(composition.pk), "job": str(context.job_id)},
        folder=context.files_folder,
    )
