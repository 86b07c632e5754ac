"""Chores of songs: keep as a version what nobody has touched for a while."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from ariaforge.context import acting_as
from ariaforge.jobs.periodic import periodic
from compositions.editing import lock_document
from compositions.exporting.archives import expire_project_archives
from compositions.exporting.services import expire_exports
from compositions.history.versions import save_working_copy
from compositions.llm.records import forget_texts
from compositions.models import Composition, EditBatch, Version
from compositions.presets.comparison_files import remove_old_comparisons
from compositions.querysets import CompositionQuerySet

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 50
"""Songs that one run saves; the next run, a minute later, goes on."""


@periodic(every=timedelta(minutes=1))
def save_idle_songs() -> int:
    """Save the songs whose last edit is older than ``settings.IDLE_VERSION_SECONDS``.

    The version is automatic, in the name of whoever edited last. A song that somebody works
    on at this moment, or that cannot be saved, is left for the next time. Returns how many
    versions were made.
    """
    saved = 0
    for key in list(_idle_songs().order_by("pk").values_list("pk", flat=True)):
        if saved >= MOST_AT_ONCE:
            break
        try:
            saved += _save(key) is not None
        except Exception:
            logger.exception("A song could not be saved", extra={"composition": str(key)})
    return saved


@periodic(every=timedelta(days=1))
def forget_llm_texts() -> int:
    """Empty what was said to language models longer ago than ``settings.LLM_RETENTION_DAYS``."""
    return forget_texts()


@periodic(every=timedelta(minutes=10))
def remove_expired_exports() -> int:
    """Remove the files of exports that are older than ``settings.EXPORT_RETENTION_DAYS``."""
    return expire_exports() + expire_project_archives()


@periodic(every=timedelta(minutes=10))
def remove_heard_comparisons() -> int:
    """Remove the sound of presets that were compared more than a day ago."""
    return remove_old_comparisons()


def _idle_songs() -> CompositionQuerySet:
    """Songs with edits that no version holds, all of them old enough."""
    before = timezone.now() - timedelta(seconds=settings.IDLE_VERSION_SECONDS)
    last = EditBatch.all_objects.filter(
        composition=OuterRef("pk"), sequence=OuterRef("revision"), created_at__lt=before
    )
    songs: CompositionQuerySet = Composition.objects.filter(
        Exists(last), revision__gt=F("head_sequence")
    )
    return songs


def _save(key: UUID) -> Version | None:
    with transaction.atomic():
        free = _idle_songs().select_for_update(skip_locked=True, no_key=True, of=("self",))
        if free.filter(pk=key).only("pk").first() is None:
            return None
        song = lock_document(key)
        last = EditBatch.all_objects.filter(composition=song, sequence=song.revision).first()
        with acting_as(last.author_id if last is not None else None):
            return save_working_copy(song, user=None)
