"""Notices of work on a song that stopped and took nothing from it."""

from __future__ import annotations

from django.db import transaction

from compositions.models import Composition
from compositions.services import one_at_a_time


def dismiss_stopped_work(*, composition: Composition) -> None:
    """Forget that an import into a song with notes, or a newer mix of one with a mix, stopped."""
    with transaction.atomic():
        one_at_a_time(composition)
        song = Composition.objects.select_related("compose_job", "pending_render__job").get(
            pk=composition.pk
        )
        job = song.stopped_beside
        if job is None:
            return
        if job.kind == "render":
            song.pending_render = None
        else:
            song.compose_job = None
        song.save(update_fields=["compose_job", "pending_render"])
