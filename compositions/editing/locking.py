"""The lock of a document: whoever changes a working copy holds its song's row."""

from __future__ import annotations

from uuid import UUID

from compositions.documents import DOCUMENT_FIELDS, load_plain, prepare, write_document
from compositions.models import Composition


def lock_document(composition_id: UUID) -> Composition:
    """Return the song with its row locked until the transaction ends, its branch joined.

    Rows that refer to the song can be saved meanwhile. A song that was composed before
    documents had trees gets its tree. Call it inside a transaction. Raises
    ``Composition.DoesNotExist`` for a song in the trash.
    """
    composition: Composition = (
        Composition.objects.select_for_update(of=("self",), no_key=True)
        .select_related("branch")
        .get(pk=composition_id)
    )
    if composition.is_composed and not composition.tree:
        write_document(composition, prepare(composition, load_plain(composition)))
        composition.save(update_fields=DOCUMENT_FIELDS)
    return composition
