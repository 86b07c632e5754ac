"""Presets: named settings of instruments, effects, mixes and renders, kept version by version."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from ariaforge.audit import audited
from ariaforge.models import AliveManager, BaseModel
from ariaforge.models.base import uuid7
from compositions.querysets import PresetQuerySet, PresetVersionQuerySet

NAME_MAX_LENGTH = 80
DESCRIPTION_MAX_LENGTH = 300
CATEGORY_MAX_LENGTH = 60
TAG_MAX_LENGTH = 30
MOST_TAGS = 12
NOTE_MAX_LENGTH = 300


@audited()
class Preset(BaseModel):
    """Named settings of one kind. A preset without an owner is factory content, read-only.

    ``current`` is the version that is used. ``is_public`` lets everybody in the studio use and
    copy it; only its owner changes it. ``factory_key`` names a factory preset for good, whatever
    it is called; it is empty for those of people. ``copied_from`` is what it began as.
    """

    class Kind(models.TextChoices):
        """What the settings are for."""

        INSTRUMENT = "instrument", "Instrument"
        EFFECT = "effect", "Effect"
        MIX = "mix", "Mix"
        RENDER = "render", "Render"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="presets",
    )
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    description = models.CharField(max_length=DESCRIPTION_MAX_LENGTH, blank=True)
    category = models.CharField(max_length=CATEGORY_MAX_LENGTH, blank=True)
    tags = ArrayField(
        models.CharField(max_length=TAG_MAX_LENGTH), size=MOST_TAGS, default=list, blank=True
    )
    is_public = models.BooleanField(default=False)
    factory_key = models.CharField(max_length=100, blank=True, editable=False)
    current = models.ForeignKey(
        "compositions.PresetVersion",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="+",
    )
    copied_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies"
    )

    objects = AliveManager.from_queryset(PresetQuerySet)()
    all_objects = PresetQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                "kind",
                "owner",
                condition=Q(deleted_at__isnull=True),
                name="preset_name_unique_per_owner_and_kind",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["factory_key"],
                condition=Q(deleted_at__isnull=True) & ~Q(factory_key=""),
                name="preset_factory_key_unique",
            ),
            models.CheckConstraint(
                name="preset_kind_known",
                condition=Q(kind__in=["instrument", "effect", "mix", "render"]),
            ),
            models.CheckConstraint(name="preset_name_not_empty", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_factory(self) -> bool:
        """Whether it came with the studio."""
        return self.owner_id is None


class PresetVersion(models.Model):
    """Settings of a preset as they were saved once. Versions never change.

    ``settings`` are those of :mod:`compositions.presets.schemas`; ``note`` says what was changed.
    The account of the author may be deleted one day; the record of who it was stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    preset = models.ForeignKey(Preset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    author_name = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    settings = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AliveManager.from_queryset(PresetVersionQuerySet)()
    all_objects = PresetVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["preset", "number"], name="preset_version_number_unique"
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"Version {self.number} of {self.preset_id}"
