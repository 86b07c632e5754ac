"""The files of comparisons: they are for listening now, and go after a day."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from media.models import Asset
from media.services import purge_assets

ROLE = "comparison"
"""The role of the files, which are removed after :data:`KEPT`."""
KEPT = timedelta(days=1)
REMOVED_AT_ONCE = 200
"""Files that one run removes; the next goes on."""


def remove_old_comparisons() -> int:
    """Remove the sound of comparisons that are older than :data:`KEPT`; return how many files."""
    old = Asset.all_objects.filter(role=ROLE, created_at__lt=timezone.now() - KEPT)
    return purge_assets(old.order_by("created_at")[:REMOVED_AT_ONCE])
