"""The base of every content row: key, authorship, times and soft delete."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Self

import uuid_utils.compat
from django.conf import settings
from django.db import models
from django.utils import timezone

from ariaforge.context import current_action


def uuid7() -> uuid.UUID:
    """Return a UUID version 7 (RFC 9562): unique, and ordered by creation time."""
    return uuid_utils.compat.uuid7()


class TimeStampedModel(models.Model):
    """A row with a time-ordered UUID key and the times it was made and changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


def soft_delete_ancestors(model: type[models.Model]) -> list[str]:
    """Return the lookups of all rows whose deletion hides a row of ``model``.

    Parents of parents count, so a track names its song only, and the song its project.
    """
    found: list[str] = []
    for parent in getattr(model, "soft_delete_parents", ()):
        found.append(parent)
        related = model
        for name in parent.split("__"):
            related = related._meta.get_field(name).related_model  # type: ignore[assignment]
        if related is not model:
            found.extend(f"{parent}__{ancestor}" for ancestor in soft_delete_ancestors(related))
    return found


class SoftDeleteQuerySet(models.QuerySet[Any]):
    """Rows that can be deleted softly, restored, and purged for good with ``delete()``."""

    def alive(self) -> Self:
        """Leave out rows that are deleted, or whose parents are."""
        lookups = {"deleted_at__isnull": True}
        for parent in soft_delete_ancestors(self.model):
            lookups[f"{parent}__deleted_at__isnull"] = True
        return self.filter(**lookups)

    def soft_delete(self) -> int:
        """Hide the rows; return how many were hidden."""
        return self.filter(deleted_at__isnull=True).update(
            deleted_at=timezone.now(),
            updated_at=timezone.now(),
            updated_by=current_action().actor_id,
        )

    def restore(self) -> int:
        """Bring hidden rows back; return how many came back.

        Raises ``IntegrityError`` when a live row took a unique value meanwhile.
        """
        return self.filter(deleted_at__isnull=False).update(
            deleted_at=None,
            updated_at=timezone.now(),
            updated_by=current_action().actor_id,
        )


class AliveManager(models.Manager[Any]):
    """The default manager: deleted rows do not exist for it.

    Parents may be optional and are joined, so lock with ``select_for_update(of=["self"])``.
    """

    def get_queryset(self) -> Any:
        """Return only rows that are alive."""
        queryset: Any = super().get_queryset()
        return queryset.alive()


class BaseModel(TimeStampedModel):
    """A content row: who made and changed it, and whether it is in the trash.

    ``soft_delete_parents`` names the foreign keys to parents whose deletion hides this
    row too, so deleting a project hides its songs and restoring it brings exactly those
    back. A subclass declares ``objects = AliveManager.from_queryset(ItsQuerySet)()``
    and ``all_objects = ItsQuerySet.as_manager()``.
    """

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)

    soft_delete_parents: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, noting the acting user as author of the row or of the change."""
        actor_id = current_action().actor_id
        if actor_id is not None:
            if self._state.adding and self.created_by_id is None:
                self.created_by_id = actor_id
            self.updated_by_id = actor_id
            update_fields = kwargs.get("update_fields")
            if update_fields is not None:
                kwargs["update_fields"] = {*update_fields, "updated_at", "updated_by"}
        super().save(*args, **kwargs)

    @property
    def is_deleted(self) -> bool:
        """Whether the row itself is in the trash."""
        return self.deleted_at is not None

    def soft_delete(self) -> None:
        """Move the row to the trash."""
        self.deleted_at = timezone.now()
        self.save(update_fields=["deleted_at", "updated_at"])

    def restore(self) -> None:
        """Take the row out of the trash."""
        self.deleted_at = None
        self.save(update_fields=["deleted_at", "updated_at"])
