"""AI sessions: who asked for what, and with which seed and engine it was answered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ariaforge.audit import audited
from ariaforge.models import AliveManager, BaseModel
from compositions.models.composition import PROMPT_MAX_LENGTH
from compositions.querysets import CompositionContentQuerySet


@audited()
class AISession(BaseModel):
    """One request to the composer, kept so that it can be repeated exactly."""

    composition = models.ForeignKey(
        "compositions.Composition", on_delete=models.CASCADE, related_name="sessions"
    )
    operation = models.CharField(max_length=30, default="compose")
    prompt = models.CharField(max_length=PROMPT_MAX_LENGTH, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    seed = models.BigIntegerField()
    engine_version = models.CharField(max_length=40, blank=True)
    spec = models.JSONField(default=dict, blank=True)
    confidence_score = models.FloatField(null=True, blank=True)
    result_content_hash = models.CharField(max_length=64, blank=True)
    job = models.ForeignKey(
        "ariaforge.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    soft_delete_parents = ("composition", "composition__project")

    objects = AliveManager.from_queryset(CompositionContentQuerySet)()
    all_objects = CompositionContentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "AI session"
        constraints = [
            models.CheckConstraint(
                name="session_confidence_in_range",
                condition=Q(confidence_score__isnull=True)
                | Q(confidence_score__gte=0, confidence_score__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation}: {self.prompt[:60]}"
