"""Whole projects as files: archives that were made of one, and that were brought to one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ariaforge.audit import audited
from ariaforge.models import AliveManager, BaseModel
from compositions.querysets import ProjectContentQuerySet


@audited()
class ProjectArchive(BaseModel):
    """An archive of a project: made of all its songs, or brought so that its songs came in.

    ``sha256`` is that of the file, ``song_count`` how many songs are in it, 0 until that is known.
    The file of an archive that was made goes after ``expires_at``; one that was brought is kept
    only until its songs are here.
    """

    class Direction(models.TextChoices):
        """Which way the songs went."""

        EXPORT = "export", "Export"
        IMPORT = "import", "Import"

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="archives"
    )
    direction = models.CharField(max_length=6, choices=Direction)
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, blank=True)
    song_count = models.PositiveIntegerField(default=0)
    asset = models.ForeignKey(
        "media.Asset", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    job = models.ForeignKey(
        "ariaforge.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField(null=True, blank=True)

    soft_delete_parents = ("project",)

    objects = AliveManager.from_queryset(ProjectContentQuerySet)()
    all_objects = ProjectContentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="project_archive_direction_known",
                condition=Q(direction__in=["export", "import"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                name="project_archives_that_expire",
                condition=Q(asset__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.filename
