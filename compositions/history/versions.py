"""Saving, replacing and restoring the document of a song. Each function owns its transaction.

Other modules take all that makes and reads versions from here.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from accounts.models import User
from ariaforge.exceptions import ConflictError, InvalidInputError
from compositions.documents import prepare
from compositions.editing.locking import lock_document, mirror_song
from compositions.editing.replacing import replace_document
from compositions.history.commits import (
    BEFORE_HISTORY,
    add_version,
    commit_hash,
    ensure_history,
    load_version,
    move_tip,
    require_unprotected,
    tell_history,
    write_version,
)
from compositions.history.unsaved import unsaved_changes
from compositions.history.wording import describe
from compositions.models import Branch, Composition, EditBatch, Version
from compositions.models.history import MAIN_BRANCH, MESSAGE_MAX_LENGTH
from compositions.score.entities import Plain

logger = logging.getLogger(__name__)

__all__ = [
    "BEFORE_HISTORY",
    "commit_hash",
    "ensure_history",
    "load_version",
    "mirror_song",
    "move_tip",
    "require_unprotected",
    "restore_version",
    "save_version",
    "save_working_copy",
    "set_document",
    "tell_history",
    "write_version",
]


def save_version(
    *,
    composition: Composition,
    user: User | None,
    message: str = "",
    source: str = Version.Source.PERSON,
    provenance: dict[str, Any] | None = None,
) -> Version | None:
    """Keep the working copy as a version on its branch; None when nothing changed since.

    Without ``message`` the version says what changed. Raises :class:`InvalidInputError` for
    a message that is too long, and :class:`NotPermittedError` when the branch is protected
    and ``user`` owns nothing; what is saved automatically was edited before that.
    """
    message = message.strip()
    if len(message) > MESSAGE_MAX_LENGTH:
        raise InvalidInputError(
            f"The message has {len(message)} characters; {MESSAGE_MAX_LENGTH} are the most."
        )
    if "\x00" in message:
        raise InvalidInputError("The message holds characters that are no text.")
    with transaction.atomic():
        song = lock_document(composition.pk)
        if source != Version.Source.AUTOMATIC:
            require_unprotected(song, ensure_history(song, user), user)
        version = save_working_copy(
            song, user=user, message=message, source=source, provenance=provenance
        )
    mirror_song(song, composition)
    return version


def save_working_copy(
    composition: Composition,
    *,
    user: User | None,
    message: str = "",
    source: str = Version.Source.AUTOMATIC,
    provenance: dict[str, Any] | None = None,
) -> Version | None:
    """Do what :func:`save_version` does for a song that is locked, without asking who may.

    What is saved automatically is in the name of whoever edited last.
    """
    branch = ensure_history(composition, user)
    head: Version = branch.tip
    if composition.tree_hash == head.tree_hash:
        if composition.head_sequence != composition.revision:
            # Edits that took each other back.
            composition.head_sequence = composition.revision
            composition.save(update_fields=["head_sequence"])
        return None
    if source == Version.Source.AUTOMATIC:
        user = _last_editor(composition) or user
    unsaved = unsaved_changes(composition, head)
    version = add_version(
        composition,
        unsaved.tree,
        unsaved.parts,
        note_count=head.note_count + unsaved.added_notes,
        length_ticks=composition.length_ticks,
        parent=head,
        branch_name=branch.name,
        author=user,
        message=message or describe(unsaved.before, unsaved.after),
        source=source,
        provenance=provenance,
        sequence=composition.revision,
    )
    move_tip(branch, version)
    composition.head = version
    composition.head_sequence = composition.revision
    fields = ["head", "head_sequence"]
    if version.tree_hash != composition.tree_hash:
        logger.warning(
            "A song's hashes were not those of its rows", extra={"composition": str(composition.pk)}
        )
        composition.tree, composition.tree_hash = version.tree, version.tree_hash
        composition.content_hash = version.content_hash
        fields += ["tree", "tree_hash", "content_hash"]
    composition.save(update_fields=fields)
    tell_history(composition, "version", version)
    return version


def set_document(
    *,
    composition: Composition,
    data: Plain,
    user: User | None,
    name: str,
    source: str,
    message: str,
    provenance: dict[str, Any] | None = None,
    merged_parent: Version | None = None,
    merge: dict[str, Any] | None = None,
) -> Version:
    """Make ``data`` the song's document and keep it as a version on the branch that is followed.

    Edits that no version holds yet are saved first, as an automatic version. ``name`` is
    what the log of edits says ("Restored version 3"), ``message`` what the version says,
    ``source`` one that versions and edits share. The first document of a song begins its
    history. ``composition`` need not be locked; what changed is set on it.

    Raises :class:`compositions.score.errors.ScoreError` when the document is not valid, and
    :class:`NotPermittedError` when the branch is protected from ``user``.
    """
    with transaction.atomic():
        song = lock_document(composition.pk)
        data = prepare(song, data)
        if song.branch is not None or song.is_composed:
            require_unprotected(song, ensure_history(song, user), user)
            save_working_copy(song, user=user)
        version = write_version(
            song,
            data,
            parent=song.head,
            branch_name=song.branch.name if song.branch else MAIN_BRANCH,
            author=user,
            message=message,
            source=source,
            provenance=provenance,
            merged_parent=merged_parent,
            merge=merge,
            # The batch that replaces the document is the next one.
            sequence=song.revision + 1,
        )
        if song.branch is None:
            song.branch = Branch.objects.create(
                composition=song, name=MAIN_BRANCH, tip=version, created_by=user
            )
        else:
            move_tip(song.branch, version)
        replace_document(
            composition=song, data=data, version=version, name=name, source=source, user=user
        )
        tell_history(song, "version", version)
    mirror_song(song, composition)
    return version


def restore_version(*, composition: Composition, version: Version, user: User) -> Version:
    """Bring back the document of ``version`` as a new version; later ones stay.

    Raises :class:`ConflictError` when the song is as in ``version`` already, and
    :class:`InvalidInputError` for a version of another song.
    """
    if version.composition_id != composition.pk:
        raise InvalidInputError("This version belongs to another song.")
    with transaction.atomic():
        if lock_document(composition.pk).tree_hash == version.tree_hash:
            raise ConflictError(f"The song is as in version {version.number} already.")
        return set_document(
            composition=composition,
            data=load_version(version),
            user=user,
            name=f"Restore version {version.number}",
            source=Version.Source.RESTORE,
            message=f"Restored version {version.number}: {version.message}",
            provenance={
                "restored": {
                    "version": str(version.pk),
                    "number": version.number,
                    "sha256": version.sha256,
                }
            },
        )


def _last_editor(composition: Composition) -> User | None:
    last = EditBatch.all_objects.filter(composition=composition, sequence=composition.revision)
    return User.objects.filter(pk__in=last.values("author")).first()
