"""Reads of projects that pages and the API share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import QuerySet

from projects.models import Membership, Project

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 24


@dataclass(frozen=True, slots=True)
class KeysetPage:
    """A page of rows, newest first, and the keys at which its neighbours begin."""

    rows: list[Any]
    newer: UUID | None
    older: UUID | None


def keyset_page(
    queryset: QuerySet[Any],
    *,
    before: UUID | None = None,
    after: UUID | None = None,
    size: int = PAGE_SIZE,
) -> KeysetPage:
    """Return up to ``size`` rows older than ``before``, or newer than ``after``, or the newest.

    Keys are UUIDs version 7, so their order is that of creation. One query, whose cost
    does not grow with the number of pages before it.
    """
    if after is not None and before is None:
        rows = list(queryset.filter(pk__gt=after).order_by("pk")[: size + 1])
        more_newer = len(rows) > size
        rows = rows[:size][::-1]
        more_older = True
    else:
        if before is not None:
            queryset = queryset.filter(pk__lt=before)
        rows = list(queryset.order_by("-pk")[: size + 1])
        more_older = len(rows) > size
        rows = rows[:size]
        more_newer = before is not None
    return KeysetPage(
        rows=rows,
        newer=rows[0].pk if rows and more_newer else None,
        older=rows[-1].pk if rows and more_older else None,
    )


def project_list(user: User, *, status: str = "", search: str = "") -> QuerySet[Any]:
    """Projects that ``user`` may see, each with ``role`` (theirs) and ``member_count``.

    ``status`` is draft, active, archived, ``trash`` (what they own in the trash),
    ``current`` (all but the archive) or empty for all.
    """
    if status == "trash":
        projects = Project.all_objects.filter(deleted_at__isnull=False).owned_by(user)
    else:
        projects = Project.objects.visible_to(user)
        if status == "current":
            projects = projects.exclude(status=Project.Status.ARCHIVED)
        elif status:
            projects = projects.filter(status=status)
    return projects.matching(search).with_role_of(user).with_member_count().order_by("-pk")


def project_members(project: Project) -> QuerySet[Any]:
    """The memberships of a project with their people, owners first, then by name."""
    return (
        Membership.objects.filter(project=project)
        .select_related("user")
        .by_power()
        .order_by("power", "user__username")
    )
