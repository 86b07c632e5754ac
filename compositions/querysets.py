"""The only way into songs: what a person may see or edit, through the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Q

from ariaforge.models import SoftDeleteQuerySet
from media.models import Asset
from media.querysets import AssetQuerySet
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
            "pending_render__preview",
            "current_render__mix",
            "current_render__mp3",
        )

    def soft_delete(self) -> int:
        """Move the songs to the trash, and their files with them; return how many songs."""
        with transaction.atomic():
            songs = list(self.filter(deleted_at__isnull=True).values_list("pk", flat=True))
            self._files_of(songs).soft_delete()
            return super(
                CompositionQuerySet, self.model.all_objects.filter(pk__in=songs)
            ).soft_delete()

    def restore(self) -> int:
        """Take the songs out of the trash, and their files; return how many songs."""
        with transaction.atomic():
            songs = list(self.filter(deleted_at__isnull=False).values_list("pk", flat=True))
            self._files_of(songs).restore()
            chosen = self.model.all_objects.filter(pk__in=songs)
            return super(CompositionQuerySet, chosen).restore()

    def _files_of(self, songs: list[UUID]) -> AssetQuerySet:
        """MIDI files, mixes, exports and imports of the songs, in the trash or not."""
        render = self.model._meta.get_field("renders").related_model
        export = self.model._meta.get_field("exports").related_model
        brought = self.model._meta.get_field("imports").related_model
        renders = render.all_objects.filter(composition__in=songs)
        return Asset.all_objects.filter(
            Q(pk__in=self.model.all_objects.filter(pk__in=songs).values("midi"))
            | Q(pk__in=renders.values("mix"))
            | Q(pk__in=renders.values("mp3"))
            | Q(pk__in=renders.values("preview"))
            | Q(pk__in=export.all_objects.filter(composition__in=songs).values("asset"))
            | Q(pk__in=brought.all_objects.filter(composition__in=songs).values("asset"))
        )


class CompositionContentQuerySet(ProjectContentQuerySet):
    """Rows that belong to a song: tracks, sections, chords, sessions, renders, exports."""

    project_lookup = "composition__project"


class AISessionStepQuerySet(ProjectContentQuerySet):
    """Steps of AI sessions."""

    project_lookup = "session__composition__project"


class LLMInteractionQuerySet(ProjectContentQuerySet):
    """Calls to a language model, by the song that they were made for."""

    project_lookup = "step__session__composition__project"


class CompositionRecordQuerySet(CompositionContentQuerySet):
    """Records of a song that are never in the trash themselves: versions and edits."""

    def alive(self) -> Self:
        """Leave out the records of songs that are in the trash, or whose project is."""
        return self.filter(
            composition__deleted_at__isnull=True, composition__project__deleted_at__isnull=True
        )


class PresetQuerySet(SoftDeleteQuerySet):
    """Presets: the factory's and public ones are everybody's, any other is its owner's alone."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Presets that ``user`` may use."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(owner__isnull=True) | Q(owner=user) | Q(is_public=True))

    def editable_by(self, user: User | AnonymousUser) -> Self:
        """Presets that ``user`` may change."""
        return self.filter(owner=user) if user.is_authenticated else self.none()

    def factory(self) -> Self:
        """Presets that came with the studio."""
        return self.filter(owner__isnull=True)

    def with_settings(self) -> Self:
        """Join what a list or the page of a preset says about it, in one query."""
        return self.select_related("owner", "current")


class PresetVersionQuerySet(models.QuerySet[Any]):
    """Versions of presets, which are never in the trash themselves."""

    def alive(self) -> Self:
        """Leave out the versions of presets that are in the trash."""
        return self.filter(preset__deleted_at__isnull=True)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Versions of presets that ``user`` may use."""
        presets = self.model._meta.get_field("preset").related_model
        return self.filter(preset__in=presets.objects.visible_to(user))
