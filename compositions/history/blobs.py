"""The store of parts: each is kept once, compressed, under its own hash.

Whoever writes a version holds the store (:func:`hold_parts`) until its transaction ends, so
that :mod:`compositions.history.upkeep` does not sweep away a part that the version is about
to name.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping

from django.db import connection

from ariaforge.exceptions import DomainError
from compositions.models import Blob
from compositions.score.tree import Parts

STORE_LOCK = 0x61726961626C6F62
"""The advisory lock of the store: writers share it, sweeping has it alone."""
COMPRESSION_LEVEL = 6


class DamagedHistoryError(DomainError):
    """A part that a version names is not in the store, or cannot be read."""

    code = "server_error"


def hold_parts() -> None:
    """Keep the sweep away from the store until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [STORE_LOCK])


def store_parts(parts: Parts) -> int:
    """Store the parts that are not there yet; return how many those are.

    Call it in a transaction. Two that store the same part at once end up with one.
    """
    if not parts:
        return 0
    hold_parts()
    known = set(Blob.objects.filter(pk__in=parts).values_list("pk", flat=True))
    # In the same order everywhere, so that two writers of the same parts do not deadlock.
    fresh = [
        Blob(sha256=key, data=zlib.compress(content, COMPRESSION_LEVEL), size_bytes=len(content))
        for key, content in sorted(parts.items())
        if key not in known
    ]
    Blob.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def fetch_parts(hashes: Iterable[str]) -> Mapping[str, bytes]:
    """Return the canonical JSON of the parts, in one query.

    Raises :class:`DamagedHistoryError` when one is not there.
    """
    wanted = set(hashes)
    if not wanted:
        return {}
    found = {
        key: zlib.decompress(bytes(data))
        for key, data in Blob.objects.filter(pk__in=wanted).values_list("pk", "data")
    }
    missing = wanted - found.keys()
    if missing:
        raise DamagedHistoryError(
            "A part of this version is missing in the database; an administrator can look "
            "with “manage.py verify_history”.",
            details={"missing": sorted(missing)},
        )
    return found
