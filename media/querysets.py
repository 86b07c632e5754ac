"""The only way into assets: what a person may see or change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from ariaforge.models import SoftDeleteQuerySet
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import User


class AssetQuerySet(SoftDeleteQuerySet):
    """Assets by what a person may do with them.

    An asset of a project follows the project; an asset without one is its owner's alone.
    """

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Assets that ``user`` may see and fetch."""
        if not user.is_authenticated:
            return self.none()
        projects = Project.objects.visible_to(user).order_by().values("pk")
        return self.filter(Q(project__in=projects) | Q(project__isnull=True, owner=user))

    def editable_by(self, user: User | AnonymousUser) -> Self:
        """Assets that ``user`` may rename, move or delete."""
        if not user.is_authenticated:
            return self.none()
        projects = Project.objects.editable_by(user).order_by().values("pk")
        return self.filter(Q(project__in=projects) | Q(project__isnull=True, owner=user))
