"""Files that came from outside: what was read of each, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ariaforge.audit import audited
from ariaforge.models import AliveManager, BaseModel
from compositions.querysets import CompositionContentQuerySet

FILENAME_MAX_LENGTH = 200


@audited()
class Import(BaseModel):
    """A MIDI or MusicXML file that somebody brought, kept with what was made of it.

    ``remarks`` are the reader's sentences: what was read, repaired and left out. ``version``
    is the version that the import made, null for a proposal, while it is at work, and when
    the file said what the song said already.
    """

    class Format(models.TextChoices):
        """What the file is."""

        MIDI = "midi", "MIDI"
        MUSICXML = "musicxml", "MusicXML"

    class Mode(models.TextChoices):
        """What becomes of the file."""

        NEW = "new", "A song of its own"
        APPLY = "apply", "Changes of the song"
        PROPOSE = "propose", "A proposal"

    composition = models.ForeignKey(
        "compositions.Composition", on_delete=models.CASCADE, related_name="imports"
    )
    asset = models.ForeignKey("media.Asset", on_delete=models.SET_NULL, null=True, related_name="+")
    filename = models.CharField(max_length=FILENAME_MAX_LENGTH)
    format = models.CharField(max_length=8, choices=Format)
    mode = models.CharField(max_length=8, choices=Mode)
    sha256 = models.CharField(max_length=64)
    remarks = models.JSONField(default=list, blank=True)
    version = models.ForeignKey(
        "compositions.Version", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    proposal = models.ForeignKey(
        "compositions.Proposal", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    job = models.ForeignKey(
        "ariaforge.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    soft_delete_parents = ("composition", "composition__project")

    objects = AliveManager.from_queryset(CompositionContentQuerySet)()
    all_objects = CompositionContentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="import_format_known", condition=Q(format__in=["midi", "musicxml"])
            ),
            models.CheckConstraint(
                name="import_mode_known", condition=Q(mode__in=["new", "apply", "propose"])
            ),
        ]

    def __str__(self) -> str:
        return self.filename
