"""The lock of a document: whoever changes a working copy holds its song's row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError

from accounts.models import User
from ariaforge.prepared import Prepared
from compositions.documents import (
    DOCUMENT_FIELDS,
    UNTOUCHED,
    load_plain,
    prepare,
    write_document,
)
from compositions.models import Composition
from compositions.models.composition import DOCUMENT_HEAD


def _locking(songs: QuerySet[Composition], composition_id: UUID) -> QuerySet[Composition]:
    return (
        songs.select_for_update(of=("self",), no_key=True)
        .defer(*UNTOUCHED)
        .order_by()
        .filter(pk=composition_id)
    )


def _locking_for_editor(composition_id: UUID, user_id: UUID) -> QuerySet[Composition]:
    return _locking(Composition.objects.editable_by(User(pk=user_id)), composition_id)


_song = Prepared(lambda key: _locking(Composition.objects.all(), key), UUID)
_song_of_editor = Prepared(_locking_for_editor, UUID, UUID)


def lock_document(composition_id: UUID, editor: User | None = None) -> Composition:
    """Return the song with its row locked until the transaction ends.

    Nothing is joined: of other rows a statement that had to wait for the lock returns the
    state from before the wait, so the branch has to be read after it.

    Large columns that no edit touches are not read until somebody asks for them.
    Rows that refer to the song can be saved meanwhile. A song that was composed before
    documents had trees gets its tree. Call it inside a transaction. Raises
    ``Composition.DoesNotExist`` for a song in the trash, and for one that ``editor``, if
    given, may not edit.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("A document is locked until a transaction ends.")
    if editor is None:
        composition = _song.get(composition_id)
    else:
        composition = _song_of_editor.get(composition_id, editor.pk)
    if composition.is_composed and not composition.tree:
        write_document(composition, prepare(composition, load_plain(composition)))
        composition.save(update_fields=DOCUMENT_FIELDS)
    return composition


def mirror_song(song: Composition, composition: Composition) -> None:
    """Set what has changed on the caller's copy of the row, if that is another one."""
    if song is composition:
        return
    for name in (*DOCUMENT_HEAD, "branch", "name"):
        field: Any = song._meta.get_field(name)
        setattr(composition, field.attname, getattr(song, field.attname))
        if field.is_relation and field.is_cached(song):
            field.set_cached_value(composition, field.get_cached_value(song))
