"""The only way into projects: what a person may see, edit or own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef

from ariaforge.models import SoftDeleteQuerySet
from projects.roles import CAN_COMMENT, CAN_EDIT, CAN_OWN, CAN_VIEW, Role

if TYPE_CHECKING:
    from accounts.models import User


class ProjectQuerySet(SoftDeleteQuerySet):
    """Projects by what a person may do with them; each verb can be chained."""

    def with_role(self, user: User | AnonymousUser, roles: Iterable[Role]) -> Self:
        """Projects of which ``user`` is a member in one of ``roles``."""
        if not user.is_authenticated:
            return self.none()
        membership = self.model._meta.get_field("memberships").related_model
        # Whether the project itself is in the trash is for the outer queryset to say.
        members = membership.all_objects.filter(
            project=OuterRef("pk"), user=user, role__in=list(roles), deleted_at__isnull=True
        )
        return self.filter(Exists(members))

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Projects that ``user`` may see."""
        return self.with_role(user, CAN_VIEW)

    def commentable_by(self, user: User | AnonymousUser) -> Self:
        """Projects in which ``user`` may comment."""
        return self.with_role(user, CAN_COMMENT)

    def editable_by(self, user: User | AnonymousUser) -> Self:
        """Projects whose music ``user`` may change."""
        return self.with_role(user, CAN_EDIT)

    def owned_by(self, user: User | AnonymousUser) -> Self:
        """Projects that ``user`` may administer."""
        return self.with_role(user, CAN_OWN)


class MembershipQuerySet(SoftDeleteQuerySet):
    """Memberships, seen by the members of the same project."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Memberships of projects that ``user`` may see."""
        project = self.model._meta.get_field("project").related_model
        return self.filter(project__in=project.objects.visible_to(user).values("pk"))
