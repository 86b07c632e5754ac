"""Background work: the job, its log, and what it made.

The row is the truth. A message in Redis only tells a worker to look here; see
:mod:`ariaforge.jobs` for the protocol, and note that the database itself refuses every
change of state that the protocol does not have.
"""

from __future__ import annotations

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ariaforge.audit import audited
from ariaforge.models.base import uuid7

PRIORITY_LIMIT = 100
# Below this share of the work an estimate of the remaining time would be a guess.
ESTIMATE_FROM_PROGRESS = 0.05


class JobState(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


ACTIVE_STATES = (JobState.QUEUED, JobState.RUNNING)
TERMINAL_STATES = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)

STATE_CHANGES = [
    ("queued", "running"),
    ("queued", "cancelled"),
    ("queued", "failed"),
    ("running", "succeeded"),
    ("running", "failed"),
    ("running", "cancelled"),
    ("running", "queued"),
    ("failed", "queued"),
    ("cancelled", "queued"),
]


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs."""

    def visible_to(self, user: Any) -> Self:
        """Keep the jobs of ``user``; staff see those of others in the admin only."""
        if user is None or isinstance(user, AnonymousUser):
            return self.none()
        return self.filter(owner=user)

    def active(self) -> Self:
        """Keep the jobs that wait or run."""
        return self.filter(state__in=ACTIVE_STATES)

    def terminal(self) -> Self:
        """Keep the jobs that have ended."""
        return self.filter(state__in=TERMINAL_STATES)


# Progress, lease and sending change many times a second and would drown the changes that
# matter; the job's own log keeps what is worth keeping of them.
@audited(
    exclude=["progress", "step", "lease_token", "lease_expires_at", "sent_at", "worker", "slot"],
    event_model_name="JobAuditEvent",
)
class Job(models.Model):
    """A piece of background work with its state, its lease and its result.

    ``progress`` is 0 to 1. ``attempts`` counts the claims since it was submitted or
    retried by hand. ``lease_token`` belongs to the worker that claimed the job last;
    only its holder may write to a running job. ``slot`` (1 to the limit of jobs that one
    person may run at once) is taken for as long as the job runs.
    """

    State = JobState

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs"
    )
    kind = models.CharField(max_length=50)
    queue = models.CharField(max_length=20)
    priority = models.SmallIntegerField(default=0, help_text="Higher goes first.")
    parameters = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    topic = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(
        max_length=200, blank=True, help_text="The web request that asked for the job, if one did."
    )
    idempotency_key = models.CharField(max_length=200, blank=True)

    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    progress = models.FloatField(default=0.0)
    step = models.CharField(max_length=100, blank=True)
    error_code = models.CharField(max_length=50, blank=True)
    error_message = models.CharField(max_length=1000, blank=True)
    result = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)

    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    slot = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    worker = models.CharField(max_length=100, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(F("owner"), F("id").desc(), name="job_of_owner"),
            models.Index(
                F("queue"),
                F("priority").desc(),
                F("queued_at"),
                F("id"),
                name="job_waiting",
                condition=Q(state="queued"),
            ),
            # Not on the time of the lease: that would make each renewal rewrite the index.
            models.Index(F("id"), name="job_running", condition=Q(state="running")),
            models.Index(
                F("finished_at"),
                name="job_ended",
                condition=Q(state__in=["succeeded", "failed", "cancelled"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="job_state_known", condition=Q(state__in=JobState.values)),
            models.CheckConstraint(
                name="job_progress_range", condition=Q(progress__gte=0, progress__lte=1)
            ),
            models.CheckConstraint(
                name="job_priority_range",
                condition=Q(priority__gte=-PRIORITY_LIMIT, priority__lte=PRIORITY_LIMIT),
            ),
            models.CheckConstraint(
                name="job_attempts_capped",
                condition=Q(max_attempts__gte=1, attempts__lte=F("max_attempts")),
            ),
            models.CheckConstraint(
                name="job_running_means_leased",
                condition=Q(
                    state="running",
                    lease_token__isnull=False,
                    lease_expires_at__isnull=False,
                    slot__gte=1,
                    slot__isnull=False,
                    started_at__isnull=False,
                    attempts__gte=1,
                )
                | (
                    ~Q(state="running")
                    & Q(
                        lease_token__isnull=True,
                        lease_expires_at__isnull=True,
                        slot__isnull=True,
                    )
                ),
            ),
            models.CheckConstraint(
                name="job_finished_means_ended",
                condition=Q(state__in=TERMINAL_STATES, finished_at__isnull=False)
                | Q(state__in=ACTIVE_STATES, finished_at__isnull=True),
            ),
            models.CheckConstraint(
                name="job_failed_says_why",
                condition=Q(state="failed", error_message__gt="", error_code__gt="")
                | (~Q(state="failed") & Q(error_code="", error_message="")),
            ),
            models.CheckConstraint(
                name="job_succeeded_is_complete",
                condition=~Q(state="succeeded") | Q(progress=1),
            ),
            models.UniqueConstraint(
                fields=["owner", "idempotency_key"],
                name="job_idempotency_key_unique",
                condition=~Q(idempotency_key=""),
            ),
            # Two workers that claim for one person at the same moment meet here: the
            # limit holds without any lock that a claim would have to wait for.
            models.UniqueConstraint(
                fields=["owner", "slot"], name="job_slot_unique", condition=Q(state="running")
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="state_machine", field="state", transitions=STATE_CHANGES),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_active(self) -> bool:
        """Whether the job waits or runs."""
        return self.state in ACTIVE_STATES

    @property
    def is_terminal(self) -> bool:
        """Whether the job has ended."""
        return self.state in TERMINAL_STATES

    @property
    def is_cancelling(self) -> bool:
        """Whether the job still runs although it was asked to stop."""
        return self.state == JobState.RUNNING and self.cancel_requested_at is not None

    @property
    def progress_percent(self) -> int:
        """Progress in whole per cent; 100 only when all is done."""
        return 100 if self.progress >= 1 else int(self.progress * 100)

    @property
    def elapsed_seconds(self) -> float | None:
        """Seconds since the present (or last) attempt began; ``None`` before the first."""
        if self.started_at is None:
            return None
        end = self.finished_at or timezone.now()
        return max(0.0, (end - self.started_at).total_seconds())

    @property
    def remaining_seconds(self) -> float | None:
        """Estimated seconds to the end, from the pace so far; ``None`` when unknown."""
        elapsed = self.elapsed_seconds
        if (
            self.state != JobState.RUNNING
            or elapsed is None
            or self.progress < ESTIMATE_FROM_PROGRESS
        ):
            return None
        return elapsed * (1 - self.progress) / self.progress


class JobEvent(models.Model):
    """A line in the log of a job. Lines are added and never changed.

    ``message`` is for the musician; ``data`` may hold a traceback and is for the admin.
    """

    class Level(models.TextChoices):
        """How much a line matters."""

        DEBUG = "debug", "Detail"
        INFO = "info", "Information"
        WARNING = "warning", "Warning"
        ERROR = "error", "Error"

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField(default=timezone.now)
    level = models.CharField(max_length=10, choices=Level, default=Level.INFO)
    message = models.CharField(max_length=2000)
    data = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["job", "id"], name="job_event_of_job")]
        constraints = [
            models.CheckConstraint(
                name="job_event_level_known",
                condition=Q(level__in=["debug", "info", "warning", "error"]),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.level}: {self.message}"


class JobArtifact(models.Model):
    """Something that a job made: which row of which model, and the file behind it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="artifacts")
    name = models.CharField(max_length=100)
    target_model = models.CharField(max_length=100, help_text='Such as "media.asset".')
    target_id = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100, blank=True)
    size_bytes = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "name"], name="job_artifact_name_unique"),
            models.CheckConstraint(
                name="job_artifact_size_not_negative",
                condition=Q(size_bytes__isnull=True) | Q(size_bytes__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.target_model})"
