"""What can be done about archives of projects. Each function owns its transaction."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from ariaforge.exceptions import (
    InvalidInputError,
    TooLargeError,
    UnsupportedTypeError,
)
from ariaforge.files import clean_filename
from ariaforge.jobs.services import IdempotencyKeyReusedError, stop_job, submit_job
from ariaforge.storage import remove_uncommitted_files
from compositions.exporting.archive_file import ENDING
from compositions.models import Composition, ProjectArchive
from compositions.services import one_at_a_time
from media.models import Asset
from media.services import keep_file, prepare_file, purge_assets
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import User

MOST_UPLOADED_BYTES = 2_000_000_000
EXPIRED_AT_ONCE = 50
_ZIP_MARK = b"PK\x03\x04"


def request_project_archive(
    *, project: Project, user: User, idempotency_key: str = ""
) -> ProjectArchive:
    """Ask for one file of all songs of the project, with their history.

    ``project`` must be one that the user may edit. Raises :class:`InvalidInputError` for a project
    without songs.
    """
    if not Composition.objects.filter(project=project).exists():
        raise InvalidInputError("The project has no songs yet, so there is nothing to export.")
    with transaction.atomic():
        earlier = _earlier(user, idempotency_key)
        if earlier is not None:
            if (earlier.direction, earlier.project_id) != ("export", project.pk):
                raise _key_reused()
            return earlier
        row: ProjectArchive = ProjectArchive.objects.create(
            project=project,
            direction=ProjectArchive.Direction.EXPORT,
            filename=clean_filename(f"{project.name}.{ENDING}"),
            created_by=user,
            updated_by=user,
        )
        return _submitted(row, user, "export_project", idempotency_key)


def import_archive(
    *,
    project: Project,
    user: User,
    file: IO[bytes] | File[Any],
    filename: str,
    idempotency_key: str = "",
) -> ProjectArchive:
    """Begin to bring the songs of an archive into the project; nothing that is there changes.

    ``project`` must be one that the user may edit. Raises :class:`UnsupportedTypeError` for what
    is no ZIP, and :class:`TooLargeError`; what else is wrong with the file the job says.
    """
    digest = _look_at(file)
    with remove_uncommitted_files(), transaction.atomic():
        earlier = _earlier(user, idempotency_key)
        if earlier is not None:
            wanted = ("import", project.pk, digest)
            if (earlier.direction, earlier.project_id, earlier.sha256) != wanted:
                raise _key_reused()
            return earlier
        asset = keep_file(
            prepare_file(
                owner=user,
                project=project,
                content=file,
                filename=clean_filename(filename),
                kind=Asset.Kind.ARCHIVE,
                role="import",
                provenance=Asset.Provenance.USER_PROVIDED,
                content_type="application/vnd.ariaforge+zip",
            )
        )
        row: ProjectArchive = ProjectArchive.objects.create(
            project=project,
            direction=ProjectArchive.Direction.IMPORT,
            filename=asset.filename,
            sha256=digest,
            asset=asset,
            created_by=user,
            updated_by=user,
        )
        return _submitted(row, user, "import_archive", idempotency_key)


def delete_project_archive(*, archive: ProjectArchive) -> None:
    """Take an archive out of the list, and remove its file; work on it is stopped.

    Songs that were brought stay.
    """
    if archive.job is not None:
        stop_job(archive.job)
    with transaction.atomic():
        archive.soft_delete()
        remove_file_of(archive)


def remove_file_of(archive: ProjectArchive) -> None:
    """Remove the file of an archive for good; its row stays."""
    if archive.asset_id is not None:
        purge_assets(Asset.all_objects.filter(pk=archive.asset_id))


def expire_project_archives(*, now: datetime | None = None) -> int:
    """Remove the files of archives whose time is over; return how many there were."""
    due = ProjectArchive.all_objects.filter(
        asset__isnull=False, expires_at__lte=now or timezone.now()
    ).order_by("expires_at")[:EXPIRED_AT_ONCE]
    keys = [row.asset_id for row in due]
    return purge_assets(Asset.all_objects.filter(pk__in=keys))


def _submitted(row: ProjectArchive, user: User, kind: str, idempotency_key: str) -> ProjectArchive:
    row.job = submit_job(
        owner=user,
        kind=kind,
        parameters={"archive": str(row.pk)},
        idempotency_key=idempotency_key,
    )
    row.save(update_fields=["job"])
    return row


def _look_at(file: IO[bytes] | File[Any]) -> str:
    """Return the SHA-256 of what may be an archive."""
    file.seek(0)
    head = file.read(len(_ZIP_MARK))
    if head != _ZIP_MARK:
        raise UnsupportedTypeError(
            f"This is no AriaForge archive. Bring a file that ends in .{ENDING}."
        )
    digest, size = hashlib.sha256(head), len(head)
    while block := file.read(1024 * 1024):
        size += len(block)
        if size > MOST_UPLOADED_BYTES:
            raise TooLargeError(
                f"The archive is too large: {MOST_UPLOADED_BYTES // 10**9} GB are the most."
            )
        digest.update(block)
    return digest.hexdigest()


def _earlier(user: User, key: str) -> ProjectArchive | None:
    """Return what an earlier request with the key made; requests with one key take turns."""
    if not key:
        return None
    one_at_a_time(user)
    found: ProjectArchive | None = (
        ProjectArchive.objects.filter(job__owner=user, job__idempotency_key=key)
        .select_related("job", "asset")
        .first()
    )
    return found


def _key_reused() -> IdempotencyKeyReusedError:
    return IdempotencyKeyReusedError(
        "This idempotency key was used before for other work. Use a new key."
    )
