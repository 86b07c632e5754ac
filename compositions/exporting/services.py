"""What can be done about exports. Each function owns its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from ariaforge.exceptions import InvalidInputError
from ariaforge.jobs.services import IdempotencyKeyReusedError, stop_job, submit_job
from compositions.event_topics import composition_topic
from compositions.exporting.choices import checked, formats_of
from compositions.exporting.formats import FACTS
from compositions.models import Composition, Export
from compositions.services import NothingComposedYetError, one_at_a_time
from media.models import Asset
from media.services import purge_assets

if TYPE_CHECKING:
    from accounts.models import User

EXPIRED_AT_ONCE = 200
"""Files that one run of the sweeper removes; the next goes on."""


def request_export(
    *,
    composition: Composition,
    user: User,
    format: str = "",  # noqa: A002 - the word musicians and the API use
    formats: Sequence[str] = (),
    settings: dict[str, Any] | None = None,
    idempotency_key: str = "",
) -> Export:
    """Ask for a file of the song, or for a ZIP of several ``formats``.

    A sound file needs a finished render. Raises :class:`NothingComposedYetError` when what a
    format needs is not there yet, :class:`InvalidInputError` for a format that does not exist and
    for settings that it does not have. Where the song was edited since its mix, a new one is made
    for the file.
    """
    names = list(dict.fromkeys(formats or [format]))
    unknown = [name for name in names if name not in FACTS]
    if unknown:
        raise InvalidInputError(
            "Choose a format for the file.", details={"format": ", ".join(unknown)}
        )
    if not composition.is_composed:
        raise NothingComposedYetError("The song has no notes yet; wait until it is composed.")
    chosen = checked(names, settings or {})
    render = composition.current_render
    sounds = any(FACTS[name].needs_mix for name in names)
    if sounds and render is None:
        raise NothingComposedYetError("The mix is not finished yet; wait until it is rendered.")
    packed = len(names) > 1
    with transaction.atomic():
        if idempotency_key:
            one_at_a_time(composition)
            earlier = composition.exports.filter(
                job__owner=user, job__idempotency_key=idempotency_key
            ).first()
            if earlier is not None:
                if formats_of(earlier) != names:
                    raise IdempotencyKeyReusedError(
                        "This idempotency key was used before for another export."
                    )
                return earlier
        export = Export.objects.create(
            composition=composition,
            render=render if sounds else None,
            format=Export.Format.ZIP if packed else names[0],
            settings={**chosen, "formats": names} if packed else chosen,
            content_hash=composition.content_hash,
            created_by=user,
            updated_by=user,
        )
        export.job = submit_job(
            owner=user,
            kind="export",
            parameters={"export": str(export.pk)},
            topic=composition_topic(composition.pk),
            idempotency_key=idempotency_key,
        )
        export.save(update_fields=["job"])
    return export


def export_again(*, export: Export, user: User, idempotency_key: str = "") -> Export:
    """Ask for the same formats with the same settings of the song as it is now.

    Raises as :func:`request_export`.
    """
    chosen = {name: value for name, value in export.settings.items() if name != "formats"}
    return request_export(
        composition=export.composition,
        user=user,
        formats=formats_of(export),
        settings=chosen,
        idempotency_key=idempotency_key,
    )


def delete_export(*, export: Export) -> None:
    """Take an export out of the history, and remove its file for good.

    Work on it is stopped.
    """
    if export.job is not None:
        stop_job(export.job)
    with transaction.atomic():
        export.soft_delete()
        _remove_files([export])


def expire_exports(*, now: datetime | None = None) -> int:
    """Remove the files of exports whose time is over; return how many there were.

    The history keeps what was exported, how, and when.
    """
    due = list(
        Export.all_objects.filter(asset__isnull=False, expires_at__lte=now or timezone.now())
        .select_related("asset")
        .order_by("expires_at")[:EXPIRED_AT_ONCE]
    )
    return _remove_files(due)


def _remove_files(exports: list[Export]) -> int:
    # A file that is something else besides, such as the song's own MIDI, is not an export's.
    assets = [row.asset for row in exports if row.asset is not None and row.asset.role == "export"]
    return purge_assets(Asset.all_objects.filter(pk__in=[asset.pk for asset in assets]))
