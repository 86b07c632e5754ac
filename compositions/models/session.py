"""AI sessions: conversations with the composer about a song, kept step by step."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from ariaforge.audit import audited
from ariaforge.models import AliveManager, BaseModel
from compositions.models.composition import PROMPT_MAX_LENGTH
from compositions.querysets import AISessionStepQuerySet, CompositionContentQuerySet


@audited()
class AISession(BaseModel):
    """A conversation of one person (``created_by``) with the composer about a song.

    ``branch`` is the line of work that it goes on; null for one that began before the song
    had a history. A session that continues another one begins at ``parent_step``.
    """

    composition = models.ForeignKey(
        "compositions.Composition", on_delete=models.CASCADE, related_name="sessions"
    )
    title = models.CharField(max_length=200, blank=True)
    branch = models.ForeignKey(
        "compositions.Branch", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    parent_step = models.ForeignKey(
        "compositions.AISessionStep",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="continued_by",
    )

    soft_delete_parents = ("composition", "composition__project")

    objects = AliveManager.from_queryset(CompositionContentQuerySet)()
    all_objects = CompositionContentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "AI session"

    def __str__(self) -> str:
        return self.title or "AI session"


@audited()
class AISessionStep(BaseModel):
    """One request to the composer and what became of it, kept so that it can be repeated exactly.

    ``operation`` is "compose", "vary" or "replay". ``parameters`` hold what it was done with:
    for composing ``overrides``, ``lyrics`` and what a language model ``filled`` in, for
    varying ``operations`` and what was ``not_understood``, for a replay its ``report``.
    ``base_version`` is what it began from, ``result_version`` what it made;
    ``result_content_hash`` is the hash of that music, whatever the song is called. ``parent``
    is the step that it follows. ``explanation`` says in words what it made; ``error`` why it
    failed. ``started_at`` and ``finished_at`` are those of the work itself.
    """

    class Operation(models.TextChoices):
        """What was asked of the composer."""

        COMPOSE = "compose", "Compose"
        VARY = "vary", "Change"
        REPLAY = "replay", "Replay"

    class State(models.TextChoices):
        """What became of the step."""

        RUNNING = "running", "Running"
        OFFERED = "offered", "Offered"
        CHOSEN = "chosen", "Chosen"
        DROPPED = "dropped", "Dropped"
        FAILED = "failed", "Failed"
        CHECKED = "checked", "Checked"

    session = models.ForeignKey(AISession, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    parent = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="followed_by"
    )
    operation = models.CharField(max_length=30, choices=Operation)
    prompt = models.CharField(max_length=PROMPT_MAX_LENGTH, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    spec = models.JSONField(default=dict, blank=True)
    seed = models.BigIntegerField()
    engine_version = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    base_version = models.ForeignKey(
        "compositions.Version", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    result_version = models.ForeignKey(
        "compositions.Version", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    proposal = models.ForeignKey(
        "compositions.Proposal",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="session_steps",
    )
    result_content_hash = models.CharField(max_length=64, blank=True)
    confidence_score = models.FloatField(null=True, blank=True)
    explanation = models.JSONField(default=list, blank=True)
    error = models.CharField(max_length=1000, blank=True)
    job = models.ForeignKey(
        "ariaforge.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    soft_delete_parents = ("session",)

    objects = AliveManager.from_queryset(AISessionStepQuerySet)()
    all_objects = AISessionStepQuerySet.as_manager()

    class Meta:
        ordering = ["session", "number"]
        verbose_name = "step of an AI session"
        verbose_name_plural = "steps of AI sessions"
        constraints = [
            models.UniqueConstraint(
                fields=["session", "number"],
                condition=Q(deleted_at__isnull=True),
                name="session_step_number_unique",
            ),
            models.CheckConstraint(
                name="session_step_operation_known",
                condition=Q(operation__in=["compose", "vary", "replay"]),
            ),
            models.CheckConstraint(
                name="session_step_confidence_in_range",
                condition=Q(confidence_score__isnull=True)
                | Q(confidence_score__gte=0, confidence_score__lte=1),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("running", "offered"),
                    ("running", "chosen"),
                    ("running", "checked"),
                    ("running", "failed"),
                    ("offered", "chosen"),
                    ("offered", "dropped"),
                    # The job of a step that failed can be tried again.
                    ("failed", "running"),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.operation}: {self.prompt[:60]}"
