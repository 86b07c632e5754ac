"""A whole document takes the place of another: composed, imported, restored, merged."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from ariaforge.events import publish
from compositions.documents import DOCUMENT_FIELDS, prepare, write_document
from compositions.event_topics import composition_topic
from compositions.models import Composition, EditBatch, Version
from compositions.models.history import MAIN_BRANCH
from compositions.score.entities import Plain

NAME_MAX_LENGTH = 200


def replace_document(
    *,
    composition: Composition,
    data: Plain,
    version: Version,
    name: str,
    source: str,
    user: User | None,
) -> EditBatch:
    """Make the working copy say what ``version``, whose document is ``data``, says.

    ``composition`` is locked (:func:`compositions.editing.lock_document`). Rows that stay as
    they are are not touched. The working copy's head becomes ``version``; the song's branch is
    saved as the caller set it. The log gets one batch without operations, and after the commit
    whoever watches the song hears of it ("document").

    Raises :class:`compositions.score.errors.ScoreError` when the document is not valid and
    ``ValueError`` when it is not that of ``version`` (write it as
    :func:`compositions.documents.prepare` returns it).
    """
    write_document(composition, prepare(composition, data))
    if composition.tree_hash != version.tree_hash:
        raise ValueError("The document is not that of the version.")
    before = composition.revision
    composition.revision = before + 1
    composition.head = version
    composition.head_sequence = composition.revision
    composition.save(
        update_fields=[*DOCUMENT_FIELDS, "revision", "head", "head_sequence", "branch"]
    )
    batch = EditBatch.objects.create(
        composition=composition,
        sequence=composition.revision,
        base_sequence=before,
        branch_name=composition.branch.name if composition.branch else MAIN_BRANCH,
        name=name[:NAME_MAX_LENGTH],
        source=source,
        author=user,
        version=version,
        tree_hash=composition.tree_hash,
    )
    topic = composition_topic(composition.pk)
    news: dict[str, Any] = {
        "sequence": batch.sequence,
        "batch": str(batch.pk),
        "name": batch.name,
        "source": batch.source,
        "author": str(user.pk) if user is not None else None,
        "version": str(version.pk),
        "tree_hash": batch.tree_hash,
    }
    transaction.on_commit(lambda: publish(topic, "document", news))
    return batch
