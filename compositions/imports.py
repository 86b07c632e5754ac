"""Bringing MIDI and MusicXML files in, as new songs or as changes of one."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from django.core.files.base import File
from django.db import transaction

from ariaforge.exceptions import (
    ConflictError,
    InvalidInputError,
    TooLargeError,
    UnsupportedTypeError,
)
from ariaforge.files import clean_filename
from ariaforge.jobs.services import IdempotencyKeyReusedError, submit_job
from ariaforge.storage import remove_uncommitted_files
from compositions.exporting.archive_file import ENDING as ARCHIVE_ENDING
from compositions.history.versions import require_unprotected
from compositions.models import Composition, Import
from compositions.score.midi_scan import MAX_FILE_BYTES as MIDI_MAX_BYTES
from compositions.score.musicxml_file import MAX_FILE_BYTES as MUSICXML_MAX_BYTES
from compositions.services import SEED_LIMIT, composition_topic, default_project, one_at_a_time
from media.models import Asset
from media.services import keep_file, prepare_file
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import User

ENDINGS = (".mid", ".midi", ".musicxml", ".mxl", ".xml")
"""What a file may be called; what it is, its first bytes tell."""
LIMITS: dict[str, int] = {
    Import.Format.MIDI: MIDI_MAX_BYTES,
    Import.Format.MUSICXML: MUSICXML_MAX_BYTES,
}
NAME_MAX_LENGTH = 200

_CONTENT_TYPES: dict[str, tuple[str, str]] = {
    "midi": ("audio/midi", Asset.Kind.MIDI),
    "musicxml": ("application/vnd.recordare.musicxml+xml", Asset.Kind.DOCUMENT),
    "packed": ("application/vnd.recordare.musicxml", Asset.Kind.DOCUMENT),
}
_MARKS = ("\ufeff".encode(), b"\xff\xfe", b"\xfe\xff")


def import_song(
    *,
    user: User,
    file: IO[bytes] | File[Any],
    filename: str,
    project: Project | None = None,
    name: str = "",
    idempotency_key: str = "",
) -> Composition:
    """Begin a song from a file: the row, the stored file and the job to read it.

    ``project`` must be one that the user may edit. Without ``name`` the song gets the title
    in the file, or the file's name. With an ``idempotency_key`` that was used before for the
    same file, the song of that first call is returned.

    Raises :class:`UnsupportedTypeError` for what is neither MIDI nor MusicXML,
    :class:`TooLargeError` beyond :data:`LIMITS`, and :class:`IdempotencyKeyReusedError` for a
    key that stands for other work.
    """
    name = " ".join(name.split())
    if len(name) > NAME_MAX_LENGTH:
        raise InvalidInputError(f"A name can have {NAME_MAX_LENGTH} characters at most.")
    filename = clean_filename(filename)
    kind, digest = _look_at(file, filename)
    with remove_uncommitted_files(), transaction.atomic():
        earlier = _earlier(user, idempotency_key)
        if earlier is not None:
            if (earlier.mode, earlier.sha256) != (Import.Mode.NEW, digest):
                raise _key_reused()
            return Composition.objects.with_work().get(pk=earlier.composition_id)
        composition = Composition.objects.create(
            project=project or default_project(user),
            name=name or stem_of(filename),
            seed=secrets.randbelow(SEED_LIMIT),
            created_by=user,
            updated_by=user,
        )
        _begin(
            composition=composition,
            user=user,
            file=file,
            filename=filename,
            kind=kind,
            digest=digest,
            mode=Import.Mode.NEW,
            parameters={"name": name},
            idempotency_key=idempotency_key,
        )
    return composition


def import_into(
    *,
    composition: Composition,
    user: User,
    file: IO[bytes] | File[Any],
    filename: str,
    mode: str = Import.Mode.APPLY,
    idempotency_key: str = "",
) -> Import:
    """Ask for a file to be read as changes of a song, at once or as a proposal.

    What the file says of a note that the song has is a change of that note; what the file
    cannot say stays as it is. Raises as :func:`import_song`, and besides
    :class:`ConflictError` while the song is at work on something else, and
    :class:`NotPermittedError` when its branch is protected and the file is not proposed.
    """
    if mode not in (Import.Mode.APPLY, Import.Mode.PROPOSE):
        raise InvalidInputError("A file can be applied or proposed.", details={"mode": mode})
    filename = clean_filename(filename)
    kind, digest = _look_at(file, filename)
    with remove_uncommitted_files(), transaction.atomic():
        earlier = _earlier(user, idempotency_key)
        if earlier is not None:
            wanted = (composition.pk, mode, digest)
            if (earlier.composition_id, earlier.mode, earlier.sha256) != wanted:
                raise _key_reused()
            return earlier
        one_at_a_time(composition)
        song = Composition.objects.select_related("compose_job", "branch").get(pk=composition.pk)
        job = song.compose_job
        if job is not None and job.state in ("queued", "running"):
            raise ConflictError(
                "The song is being composed or imported; wait until that is done, or cancel it."
            )
        if mode == Import.Mode.PROPOSE and not song.is_composed:
            raise ConflictError("The song has no notes yet, so nothing can be proposed for it.")
        if mode == Import.Mode.APPLY and song.branch is not None:
            require_unprotected(song, song.branch, user)
        return _begin(
            composition=song,
            user=user,
            file=file,
            filename=filename,
            kind=kind,
            digest=digest,
            mode=mode,
            parameters={},
            idempotency_key=idempotency_key,
        )


def stem_of(filename: str) -> str:
    """Return the name of a file without its ending, as a name for a song."""
    stem = PurePosixPath(filename).stem if filename.lower().endswith(ENDINGS) else filename
    return " ".join(stem.replace("_", " ").split())[:NAME_MAX_LENGTH] or "Imported song"


def _begin(
    *,
    composition: Composition,
    user: User,
    file: IO[bytes] | File[Any],
    filename: str,
    kind: str,
    digest: str,
    mode: str,
    parameters: dict[str, Any],
    idempotency_key: str,
) -> Import:
    """Store the file and submit the job, inside the caller's transaction."""
    content_type, asset_kind = _CONTENT_TYPES[kind]
    asset = keep_file(
        prepare_file(
            owner=user,
            project=composition.project,
            content=file,
            filename=filename,
            kind=asset_kind,
            role="import",
            provenance=Asset.Provenance.USER_PROVIDED,
            content_type=content_type,
        )
    )
    row: Import = Import.objects.create(
        composition=composition,
        asset=asset,
        filename=filename,
        format=Import.Format.MIDI if kind == "midi" else Import.Format.MUSICXML,
        mode=mode,
        sha256=digest,
        created_by=user,
        updated_by=user,
    )
    row.job = submit_job(
        owner=user,
        kind="import",
        parameters={"import": str(row.pk), **parameters},
        topic=composition_topic(composition.pk),
        idempotency_key=idempotency_key,
    )
    row.save(update_fields=["job"])
    composition.compose_job = row.job
    composition.save(update_fields=["compose_job"])
    return row


def _earlier(user: User, key: str) -> Import | None:
    """Return what an earlier request with the key made; requests with one key take turns."""
    if not key:
        return None
    one_at_a_time(user)
    found: Import | None = (
        Import.objects.filter(job__owner=user, job__idempotency_key=key)
        .select_related("job", "asset")
        .first()
    )
    return found


def _key_reused() -> IdempotencyKeyReusedError:
    return IdempotencyKeyReusedError(
        "This idempotency key was used before for another file. Use a new key."
    )


def _look_at(file: IO[bytes] | File[Any], filename: str) -> tuple[str, str]:
    """Return (kind, SHA-256) of a file: "midi", "musicxml" or "packed" by its first bytes."""
    if filename.lower().endswith(f".{ARCHIVE_ENDING}"):
        raise UnsupportedTypeError(
            "This is an AriaForge file. Bring its songs in on the Files tab of a project."
        )
    file.seek(0)
    head = file.read(512)
    kind = _kind(head)
    if kind is None:
        raise UnsupportedTypeError(
            "This file is neither MIDI nor MusicXML. Bring a file that ends in .mid, .midi, "
            ".musicxml, .mxl or .xml."
        )
    limit = LIMITS["midi" if kind == "midi" else "musicxml"]
    digest, size = hashlib.sha256(head), len(head)
    while block := file.read(1024 * 1024):
        size += len(block)
        if size > limit:
            raise TooLargeError(
                f"The file is too large: {limit // 1024**2} MB are the most for "
                f"{'MIDI' if kind == 'midi' else 'MusicXML'}."
            )
        digest.update(block)
    return kind, digest.hexdigest()


def _kind(head: bytes) -> str | None:
    if head.startswith(b"MThd") or (head.startswith(b"RIFF") and head[8:12] == b"RMID"):
        return "midi"
    if head.startswith(b"PK\x03\x04"):
        return "packed"
    for mark in _MARKS:
        head = head.removeprefix(mark)
    if head.replace(b"\x00", b"").lstrip().startswith(b"<"):
        return "musicxml"
    return None
