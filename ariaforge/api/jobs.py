"""REST endpoints of background jobs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ariaforge.jobs import services
from ariaforge.models import Job, JobArtifact, JobEvent, JobState

# Names that other tools use for the same states.
STATE_ALIASES = {
    "pending": JobState.QUEUED,
    "created": JobState.QUEUED,
    "processing": JobState.RUNNING,
    "completed": JobState.SUCCEEDED,
    "success": JobState.SUCCEEDED,
    "canceled": JobState.CANCELLED,
    "error": JobState.FAILED,
}


class JobSerializer(serializers.ModelSerializer[Job]):
    """A job as its owner sees it."""

    progress_percent = serializers.IntegerField(
        read_only=True, min_value=0, max_value=100, help_text="Progress in whole per cent."
    )
    progress = serializers.FloatField(
        read_only=True, min_value=0, max_value=1, help_text="Share of the work done, 0 to 1."
    )
    is_cancelling = serializers.BooleanField(
        read_only=True, help_text="It still runs although it was asked to stop."
    )
    elapsed_seconds = serializers.FloatField(
        read_only=True, allow_null=True, help_text="Since the present (or last) attempt began."
    )
    remaining_seconds = serializers.FloatField(
        read_only=True, allow_null=True, help_text="Estimated from the pace so far."
    )

    class Meta:
        model = Job
        fields: tuple[str, ...] = (
            "id",
            "kind",
            "queue",
            "priority",
            "state",
            "is_cancelling",
            "progress",
            "progress_percent",
            "step",
            "elapsed_seconds",
            "remaining_seconds",
            "error_code",
            "error_message",
            "parameters",
            "result",
            "attempts",
            "max_attempts",
            "created_at",
            "queued_at",
            "started_at",
            "finished_at",
        )
        read_only_fields: tuple[str, ...] = fields


class JobArtifactSerializer(serializers.ModelSerializer[JobArtifact]):
    """Something that a job made."""

    class Meta:
        model = JobArtifact
        fields = ("id", "name", "target_model", "target_id", "content_type", "size_bytes")
        read_only_fields = fields


class JobDetailSerializer(JobSerializer):
    """A job with what it made."""

    artifacts = JobArtifactSerializer(many=True, read_only=True)

    class Meta(JobSerializer.Meta):
        fields = (*JobSerializer.Meta.fields, "artifacts")
        read_only_fields = fields


class JobEventSerializer(serializers.ModelSerializer[JobEvent]):
    """A line in the log of a job; tracebacks are for the admin only."""

    class Meta:
        model = JobEvent
        fields = ("id", "at", "level", "message")
        read_only_fields = fields


class JobFilter(filters.FilterSet):
    """Filters of the list of jobs."""

    kind = filters.CharFilter(max_length=50, help_text="Such as `compose` or `render`.")
    state = filters.ChoiceFilter(
        method="filter_state",
        choices=[*JobState.choices, *((alias, alias.title()) for alias in STATE_ALIASES)],
        help_text=(
            "`queued`, `running`, `succeeded`, `failed` or `cancelled`; also understood: "
            + ", ".join(f"`{alias}` ({state})" for alias, state in STATE_ALIASES.items())
            + "."
        ),
    )

    class Meta:
        model = Job
        fields = ("kind", "state")

    def filter_state(self, queryset: Any, name: str, value: str) -> QuerySet[Job]:
        """Keep the jobs in this state, by any of its names."""
        found: QuerySet[Job] = queryset.filter(state=STATE_ALIASES.get(value, value))
        return found


class JobEventFilter(filters.FilterSet):
    """Filters of the log of a job."""

    level = filters.ChoiceFilter(choices=JobEvent.Level.choices)

    class Meta:
        model = JobEvent
        fields = ("level",)


@extend_schema_view(
    list=extend_schema(tags=["jobs"]),
    retrieve=extend_schema(tags=["jobs"], responses=JobDetailSerializer),
)
class JobViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Job]):
    """The background jobs of the person who asks."""

    lookup_value_converter = "uuid"
    queryset = Job.objects.none()
    serializer_class = JobSerializer
    filterset_class = JobFilter

    def get_queryset(self) -> Any:
        """Return the person's own jobs; those of others do not exist here."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        jobs = Job.objects.visible_to(self.request.user)
        return jobs.prefetch_related("artifacts") if self.action == "retrieve" else jobs

    def get_serializer_class(self) -> Any:
        """Return the serializer with artifacts for a single job."""
        return JobDetailSerializer if self.action == "retrieve" else JobSerializer

    @extend_schema(tags=["jobs"], request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Stop the job. A running one ends within three seconds; 409 for one that has ended."""
        return Response(JobSerializer(services.cancel_job(self.get_object())).data)

    @extend_schema(tags=["jobs"], request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def retry(self, request: Request, pk: UUID) -> Response:
        """Begin a failed or cancelled job anew; 409 for any other."""
        return Response(JobSerializer(services.retry_job(self.get_object())).data)

    @extend_schema(
        tags=["jobs"],
        responses=JobEventSerializer(many=True),
        filters=False,
        parameters=[
            OpenApiParameter("level", OpenApiTypes.STR, enum=list(JobEvent.Level.values)),
            OpenApiParameter("cursor", OpenApiTypes.STR),
            OpenApiParameter("page_size", OpenApiTypes.INT),
        ],
    )
    @action(detail=True, url_path="events", url_name="events", filterset_class=None)
    def log(self, request: Request, pk: UUID) -> Response:
        """List the log of the job, newest line first."""
        lines = JobEventFilter(
            request.query_params, queryset=JobEvent.objects.filter(job=self.get_object())
        )
        if not lines.is_valid():
            raise serializers.ValidationError(lines.errors)
        page = self.paginate_queryset(lines.qs)
        return self.get_paginated_response(JobEventSerializer(page, many=True).data)
