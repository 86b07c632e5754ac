"""What the REST API says and takes of AI sessions."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ariaforge.api.jobs import JobSerializer
from compositions.models import AISession, AISessionStep, LLMInteraction, Version
from compositions.models.history import NAME_MAX_LENGTH


class StepVersionSerializer(serializers.ModelSerializer[Version]):
    """A version that a step began from or made."""

    class Meta:
        model = Version
        fields: tuple[str, ...] = ("id", "number", "content_hash")
        read_only_fields = fields


class LLMInteractionSerializer(serializers.ModelSerializer[LLMInteraction]):
    """A call to a language model: what it was for, how it went, and what it took."""

    class Meta:
        model = LLMInteraction
        fields: tuple[str, ...] = (
            "id", "purpose", "model", "host", "state", "error_code", "error", "prompt_tokens",
            "completion_tokens", "duration_ms", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class AISessionStepSerializer(serializers.ModelSerializer[AISessionStep]):
    """One request to the composer and what became of it."""

    parent = serializers.UUIDField(source="parent_id", read_only=True, allow_null=True)  # type: ignore[assignment]
    base_version = StepVersionSerializer(read_only=True, allow_null=True)
    result_version = StepVersionSerializer(read_only=True, allow_null=True)
    proposal = serializers.UUIDField(source="proposal_id", read_only=True, allow_null=True)
    proposal_state = serializers.CharField(
        source="proposal.state",
        read_only=True,
        default=None,
        allow_null=True,
        help_text="A chosen step may have been accepted in part: “partly_accepted”.",
    )
    explanation = serializers.ListField(child=serializers.CharField(), read_only=True)
    job = JobSerializer(read_only=True, allow_null=True)
    interactions = LLMInteractionSerializer(many=True, read_only=True)

    class Meta:
        model = AISessionStep
        fields: tuple[str, ...] = (
            "id", "number", "parent", "operation", "prompt", "parameters", "spec", "seed",
            "engine_version", "state", "error", "base_version", "result_version", "proposal",
            "proposal_state", "result_content_hash", "confidence_score", "explanation", "job",
            "interactions", "started_at", "finished_at", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class ParentStepSerializer(serializers.ModelSerializer[AISessionStep]):
    """The step that a session goes on from."""

    session = serializers.UUIDField(source="session_id", read_only=True)

    class Meta:
        model = AISessionStep
        fields: tuple[str, ...] = ("id", "session", "number")
        read_only_fields = fields


class AISessionSerializer(serializers.ModelSerializer[AISession]):
    """A conversation with the composer, as lists show it."""

    composition = serializers.UUIDField(source="composition_id", read_only=True)
    person = serializers.CharField(source="created_by.username", read_only=True, default=None)
    branch = serializers.CharField(
        source="branch.name", read_only=True, default=None, help_text="The line of work it is on."
    )
    parent_step = ParentStepSerializer(read_only=True, allow_null=True)
    step_count = serializers.IntegerField(read_only=True)
    chosen_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = AISession
        fields: tuple[str, ...] = (
            "id", "composition", "title", "person", "branch", "parent_step", "step_count",
            "chosen_count", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class AISessionDetailSerializer(AISessionSerializer):
    """A conversation with the composer, with every step."""

    steps = AISessionStepSerializer(many=True, read_only=True)

    class Meta(AISessionSerializer.Meta):
        fields = (*AISessionSerializer.Meta.fields, "steps")
        read_only_fields = fields


class BranchFromStepSerializer(serializers.Serializer[Any]):
    """From which step to go on, and what the new branch is called."""

    step = serializers.UUIDField(help_text="A step of the session, chosen or not.")
    name = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=NAME_MAX_LENGTH,
        help_text="The name of the new branch; called after the step when there is none.",
    )
