"""The only way into songs: what a person may see or edit, through the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from ariaforge.models import SoftDeleteQuerySet
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import User


class ProjectContentQuerySet(SoftDeleteQuerySet):
    """Rows that belong to a project directly or through ``project_lookup``."""

    project_lookup = "project"

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Rows of projects that ``user`` may see."""
        return self.filter(**{f"{self.project_lookup}__in": Project.objects.visible_to(user)})

    def editable_by(self, user: User | AnonymousUser) -> Self:
        """Rows of projects whose music ``user`` may change."""
        return self.filter(**{f"{self.project_lookup}__in": Project.objects.editable_by(user)})


class CompositionQuerySet(ProjectContentQuerySet):
    """Songs by what a person may do with them."""

    def with_work(self) -> Self:
        """Join all that a card or the page of a song says about its state, in one query."""
        return self.select_related(
            "project",
            "midi",
            "compose_job",
            "pending_render__job",
            "current_render__mix",
            "current_render__mp3",
        )


class CompositionContentQuerySet(ProjectContentQuerySet):
    """Rows that belong to a song: tracks, sections, chords, sessions, renders, exports."""

    project_lookup = "composition__project"


class PresetQuerySet(SoftDeleteQuerySet):
    """Presets: factory content is everybody's, any other is its owner's alone."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Presets that ``user`` may use."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(owner__isnull=True) | Q(owner=user))

    def editable_by(self, user: User | AnonymousUser) -> Self:
        """Presets that ``user`` may change."""
        return self.filter(owner=user) if user.is_authenticated else self.none()
