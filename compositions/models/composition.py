"""The song."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q

from ariaforge.audit import audited
from ariaforge.models import AliveManager, BaseModel
from compositions.querysets import CompositionQuerySet

if TYPE_CHECKING:
    from ariaforge.models import Job

PROMPT_MAX_LENGTH = 1000
LYRICS_MAX_LENGTH = 10_000


class Stage(models.TextChoices):
    """Where a song stands, derived from its jobs and never stored."""

    COMPOSING = "composing", "Composing"
    IMPORTING = "importing", "Importing"
    RENDERING = "rendering", "Rendering"
    READY = "ready", "Ready"
    COMPOSED = "composed", "Composed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


# What the working copy changes with every edit; the log of edits keeps it.
DOCUMENT_HEAD = (
    "tempos",
    "meters",
    "keys",
    "document_metadata",
    "mix",
    "content_hash",
    "tree",
    "tree_hash",
    "revision",
    "length_ticks",
    "duration_seconds",
    "head",
    "head_sequence",
    "updated_at",
    "updated_by",
)


@audited(exclude=DOCUMENT_HEAD)
class Composition(BaseModel):
    """A song: its prompt, the document's head, and what is known of its sound.

    The document's tracks, sections, chords, lyric lines and syllables are rows of their
    own; tempo, meter and key changes are lists in the form of
    :mod:`compositions.score.serialisation`, and ``mix`` holds what is set of the fields of
    :class:`compositions.score.mix_settings.MixSettings`. ``tree``, ``tree_hash`` and
    ``content_hash`` are those of the working copy (:mod:`compositions.score.tree`), empty until
    something is composed. ``revision`` is the sequence number of its last edit. The working
    copy follows ``branch``; ``head`` is the version that it was last equal to, after edit
    ``head_sequence``. ``confidence_score`` is 0..1 or null
    when it could not be measured; ``confidence`` holds its parts with reasons.
    """

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="compositions"
    )
    name = models.CharField(max_length=200)

    ai_prompt = models.CharField(max_length=PROMPT_MAX_LENGTH, blank=True)
    lyrics = models.TextField(blank=True, validators=[MaxLengthValidator(LYRICS_MAX_LENGTH)])
    seed = models.BigIntegerField()
    spec = models.JSONField(default=dict, blank=True)
    engine_version = models.CharField(max_length=40, blank=True)
    explanation = models.JSONField(default=list, blank=True)
    confidence_score = models.FloatField(null=True, blank=True)
    confidence = models.JSONField(default=list, blank=True)

    tempos = models.JSONField(default=list, blank=True)
    meters = models.JSONField(default=list, blank=True)
    keys = models.JSONField(default=list, blank=True)
    document_metadata = models.JSONField(default=dict, blank=True)
    mix = models.JSONField(default=dict, db_default={}, blank=True)
    theory_data = models.JSONField(default=dict, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    tree = models.JSONField(default=dict, blank=True)
    tree_hash = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=0)
    length_ticks = models.PositiveIntegerField(default=0)
    duration_seconds = models.FloatField(default=0.0)

    audio_metadata = models.JSONField(default=dict, blank=True)
    render_parameters = models.JSONField(default=dict, blank=True)

    branch = models.ForeignKey(
        "compositions.Branch",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The branch that the working copy follows.",
    )
    head = models.ForeignKey(
        "compositions.Version", on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    head_sequence = models.PositiveIntegerField(default=0)
    forked_from = models.ForeignKey(
        "compositions.Version",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="forks",
    )

    midi = models.ForeignKey(
        "media.Asset", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    compose_job = models.ForeignKey(
        "ariaforge.Job",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The job that made the notes, or makes them anew: composing or importing.",
    )
    current_render = models.ForeignKey(
        "compositions.Render",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The finished mix that is played.",
    )
    pending_render = models.ForeignKey(
        "compositions.Render",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The mix that was asked for last and is not finished.",
    )

    soft_delete_parents = ("project",)

    objects = AliveManager.from_queryset(CompositionQuerySet)()
    all_objects = CompositionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["project", "-id"], name="composition_newest_in_project")]
        constraints = [
            models.CheckConstraint(name="composition_name_not_empty", condition=~Q(name="")),
            models.CheckConstraint(
                name="composition_confidence_in_range",
                condition=Q(confidence_score__isnull=True)
                | Q(confidence_score__gte=0, confidence_score__lte=1),
            ),
            models.CheckConstraint(
                name="composition_seed_in_range", condition=Q(seed__gte=0, seed__lt=2**53)
            ),
            models.CheckConstraint(
                name="composition_duration_not_negative", condition=Q(duration_seconds__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_composed(self) -> bool:
        """Whether the song has notes to look at."""
        return bool(self.content_hash)

    @property
    def active_job(self) -> Job | None:
        """The job at work on the song now, or the last one that stopped short; or None."""
        render_job = self.pending_render.job if self.pending_render else None
        for job in (render_job, self.compose_job):
            if job is not None and job.state != "succeeded":
                return job
        return None

    @property
    def stopped_beside(self) -> Job | None:
        """The job that stopped short and took nothing from the song, or None.

        A file that could not be imported has changed nothing of the notes, and while a newer mix
        could not be made, the older one plays.
        """
        job = self.active_job
        if job is None or job.state not in ("failed", "cancelled"):
            return None
        kept = self.current_render_id is not None if job.kind == "render" else self.is_composed
        return job if kept and job.kind in ("import", "render") else None

    @property
    def stage(self) -> Stage:
        """Where the song stands."""
        job = self.active_job
        if self.stopped_beside is not None:
            job = None
        if job is not None and job.kind == "import" and self.is_composed:
            return Stage.IMPORTING
        if job is not None and job.state in ("failed", "cancelled"):
            return Stage(job.state)
        if not self.is_composed:
            # Old jobs are cleared away; without one, nobody composes any more.
            if job is None:
                return Stage.FAILED
            return Stage.IMPORTING if job.kind == "import" else Stage.COMPOSING
        if job is not None:
            return Stage.RENDERING
        if self.current_render_id is not None:
            return Stage.READY
        return Stage.COMPOSED

    def soft_delete(self) -> None:
        """Move the song to the trash, and its files with it."""
        type(self).all_objects.filter(pk=self.pk).soft_delete()
        self.refresh_from_db(fields=["deleted_at"], from_queryset=type(self).all_objects.all())

    def restore(self) -> None:
        """Take the song and its files out of the trash."""
        type(self).all_objects.filter(pk=self.pk).restore()
        self.refresh_from_db(fields=["deleted_at"], from_queryset=type(self).all_objects.all())
