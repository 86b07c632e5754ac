"""The only way into projects: what a person may see, edit or own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from ariaforge.models import SoftDeleteQuerySet
from projects.roles import CAN_COMMENT, CAN_EDIT, CAN_OWN, CAN_VIEW, Role

if TYPE_CHECKING:
    from accounts.models import User

SEARCH_WORDS = 10


class ProjectQuerySet(SoftDeleteQuerySet):
    """Projects by what a person may do with them; each verb can be chained."""

    def with_role(self, user: User | AnonymousUser, roles: Iterable[Role]) -> Self:
        """Projects of which ``user`` is a member in one of ``roles``."""
        if not user.is_authenticated:
            return self.none()
        # Whether the project itself is in the trash is for the outer queryset to say.
        members = self._live_members().filter(user=user, role__in=list(roles))
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

    def matching(self, search: str) -> Self:
        """Projects whose name, description or genre holds every word of ``search``."""
        found = self
        for word in search.split()[:SEARCH_WORDS]:
            found = found.filter(
                Q(name__icontains=word) | Q(description__icontains=word) | Q(genre__icontains=word)
            )
        return found

    def with_role_of(self, user: User | AnonymousUser) -> Self:
        """Add ``role``: that of ``user`` in each project, or None."""
        return self.annotate(
            role=Subquery(self._live_members().filter(user=user.pk).values("role"))
        )

    def with_member_count(self) -> Self:
        """Add ``member_count``."""
        counted = (
            self._live_members().order_by().values("project").annotate(n=Count("pk")).values("n")
        )
        return self.annotate(member_count=Coalesce(Subquery(counted), 0))

    def _live_members(self) -> MembershipQuerySet:
        membership = self.model._meta.get_field("memberships").related_model
        members: MembershipQuerySet = membership.all_objects.filter(
            project=OuterRef("pk"), deleted_at__isnull=True
        )
        return members


class MembershipQuerySet(SoftDeleteQuerySet):
    """Memberships, seen by the members of the same project."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Memberships of projects that ``user`` may see."""
        project = self.model._meta.get_field("project").related_model
        return self.filter(project__in=project.objects.visible_to(user).values("pk"))

    def by_power(self) -> Self:
        """Add ``power``: 0 for owners, and one more for each weaker role."""
        ranks = [When(role=role, then=Value(rank)) for rank, role in enumerate(Role)]
        return self.annotate(power=Case(*ranks, output_field=IntegerField()))
