"""Projects: where work is organised, and who may do what in them."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.conf import settings
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact
from django.urls import reverse

from ariaforge.audit import audited
from ariaforge.models import AliveManager, BaseModel
from projects.querysets import MembershipQuerySet, ProjectQuerySet
from projects.roles import Role

KEY_PATTERN = r"^[A-G](#|b)? (major|minor|dorian|phrygian|lydian|mixolydian|locrian)$"
METER_PATTERN = r"^([1-9]|[12][0-9]|3[0-2])/(1|2|4|8|16|32)$"


@audited()
class Project(BaseModel):
    """A place for songs that belong together, with its members.

    ``key``, ``tempo`` (quarter notes per minute) and ``meter`` are defaults for new
    songs in the project; empty means that the prompt or the style decides.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived"

    name = models.CharField(max_length=200)
    description = models.TextField(
        blank=True, max_length=5000, validators=[MaxLengthValidator(5000)]
    )
    genre = models.CharField(max_length=60, blank=True)
    key = models.CharField(
        max_length=20,
        blank=True,
        validators=[RegexValidator(KEY_PATTERN, "Write a key like “D minor” or “Bb major”.")],
    )
    tempo = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(30), MaxValueValidator(300)]
    )
    meter = models.CharField(
        max_length=5,
        blank=True,
        validators=[RegexValidator(METER_PATTERN, "Write a meter like “4/4” or “6/8”.")],
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    cover = models.ImageField(upload_to="projects/covers/", blank=True)
    settings = models.JSONField(default=dict, blank=True)

    objects = AliveManager.from_queryset(ProjectQuerySet)()
    all_objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="project_status_known", condition=Q(status__in=["draft", "active", "archived"])
            ),
            models.CheckConstraint(
                name="project_tempo_in_range",
                condition=Q(tempo__isnull=True) | Q(tempo__gte=30, tempo__lte=300),
            ),
            models.CheckConstraint(name="project_name_not_empty", condition=~Q(name="")),
            models.CheckConstraint(
                name="project_settings_is_object",
                condition=Exact(
                    Func(F("settings"), function="jsonb_typeof", output_field=models.TextField()),
                    Value("object"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the project's page."""
        return reverse("project_detail", args=[self.pk])

    @property
    def cover_url(self) -> str | None:
        """The address of the cover, another for each upload so that browsers may keep it."""
        if not self.cover:
            return None
        version = PurePosixPath(str(self.cover)).stem[:8]
        return f"{reverse('project_cover', args=[self.pk])}?v={version}"


@audited()
class Membership(BaseModel):
    """A person's role in a project. Each live membership is unique."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role)

    soft_delete_parents = ("project",)

    objects = AliveManager.from_queryset(MembershipQuerySet)()
    all_objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "user"],
                condition=Q(deleted_at__isnull=True),
                name="membership_unique_per_project",
            ),
            models.CheckConstraint(
                name="membership_role_known",
                condition=Q(role__in=["owner", "editor", "commenter", "viewer"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.role} of {self.project}"
