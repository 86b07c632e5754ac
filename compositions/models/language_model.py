"""Calls to a language model, each with what was asked, what came back and what it cost."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ariaforge.audit import audited
from ariaforge.models import AliveManager, BaseModel
from compositions.querysets import LLMInteractionQuerySet


# The texts are forgotten after a while (settings.LLM_RETENTION_DAYS), so the audit, which
# keeps everything for good, does not have them.
@audited(exclude=["request", "answer"])
class LLMInteraction(BaseModel):
    """One call to a language model; there is a row for each, also for those that failed.

    ``host`` is the host of the address, without user, password or path; no key is ever
    stored. ``request`` is the body that was sent, ``answer`` the text that came back, cut at
    :data:`compositions.llm.records.ANSWER_MAX_LENGTH` characters; both are emptied when they
    are old. Tokens are null when the server does not count them.
    """

    class Purpose(models.TextChoices):
        """What was asked for."""

        SPEC = "spec", "Fill the specification"
        LYRICS = "lyrics", "Draft lyrics"

    class State(models.TextChoices):
        """How it went: a refused answer came, but was not what was asked for."""

        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        REFUSED = "refused", "Answer refused"
        FAILED = "failed", "Failed"

    purpose = models.CharField(max_length=10, choices=Purpose)
    model = models.CharField(max_length=200)
    host = models.CharField(max_length=260)
    step = models.ForeignKey(
        "compositions.AISessionStep",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="interactions",
    )
    job = models.ForeignKey(
        "ariaforge.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    request = models.JSONField(default=dict, blank=True)
    answer = models.TextField(blank=True)
    prompt_tokens = models.PositiveIntegerField(null=True, blank=True)
    completion_tokens = models.PositiveIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=500, blank=True)

    soft_delete_parents = ("step",)

    objects = AliveManager.from_queryset(LLMInteractionQuerySet)()
    all_objects = LLMInteractionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "call to a language model"
        verbose_name_plural = "calls to language models"
        constraints = [
            models.CheckConstraint(
                name="llm_interaction_purpose_known", condition=Q(purpose__in=["spec", "lyrics"])
            ),
            models.CheckConstraint(
                name="llm_interaction_state_known",
                condition=Q(state__in=["running", "succeeded", "refused", "failed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} by {self.model}: {self.state}"
