"""What the REST API says and takes of songs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ariaforge.api.jobs import JobSerializer
from compositions.models import (
    Chord,
    Composition,
    Preset,
    Render,
    Section,
    Track,
)
from compositions.models.composition import LYRICS_MAX_LENGTH, PROMPT_MAX_LENGTH, Stage
from compositions.score.mix_settings import STRIP_FIELDS
from compositions.sound import RenderParameters
from media.api.serializers import AssetSerializer
from projects.models import Project


class CompositionListSerializer(serializers.ModelSerializer):
    """A song as lists show it."""

    project = serializers.UUIDField(source="project_id", read_only=True)
    stage = serializers.ChoiceField(choices=Stage.choices, read_only=True)

    class Meta:
        model = Composition
        fields = [
            "id",
            "project",
            "name",
            "stage",
            "ai_prompt",
            "seed",
            "engine_version",
            "confidence_score",
            "content_hash",
            "revision",
            "duration_seconds",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class CompositionSerializer(CompositionListSerializer):
    """A song with all that is known of it but its notes."""

    midi = AssetSerializer(read_only=True, allow_null=True)
    job = serializers.SerializerMethodField()
    name = serializers.CharField(max_length=200)
    branch = serializers.UUIDField(
        source="branch_id",
        read_only=True,
        allow_null=True,
        help_text="The branch that the working copy follows.",
    )
    head = serializers.UUIDField(
        source="head_id",
        read_only=True,
        allow_null=True,
        help_text="The version that the working copy was last equal to.",
    )

    class Meta(CompositionListSerializer.Meta):
        fields = [
            *CompositionListSerializer.Meta.fields,
            "tree_hash",
            "branch",
            "head",
            "head_sequence",
            "lyrics",
            "spec",
            "explanation",
            "confidence",
            "tempos",
            "meters",
            "keys",
            "theory_data",
            "audio_metadata",
            "render_parameters",
            "mix",
            "midi",
            "job",
        ]
        read_only_fields = [field for field in fields if field != "name"]

    @extend_schema_field(JobSerializer(allow_null=True))
    def get_job(self, composition: Composition) -> Any:
        """The job at work on the song, or the one that stopped short; null otherwise."""
        job = composition.active_job
        return JobSerializer(job, context=self.context).data if job is not None else None


class ComposeSerializer(serializers.Serializer[Any]):
    """A request for a song."""

    prompt = serializers.CharField(max_length=PROMPT_MAX_LENGTH)
    project = serializers.PrimaryKeyRelatedField(
        queryset=Project.objects.none(), required=False, allow_null=True
    )
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    lyrics = serializers.CharField(max_length=LYRICS_MAX_LENGTH, required=False, allow_blank=True)
    overrides = serializers.DictField(
        required=False, help_text="Fields of the music spec that beat the prompt, e.g. tempo."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Offer only projects that the caller may edit."""
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None:
            fields["project"].queryset = Project.objects.editable_by(request.user)  # type: ignore[attr-defined]
        return fields


class TrackSerializer(serializers.ModelSerializer):
    """A track with its notes (times in ticks, 480 per quarter note)."""

    notes = serializers.JSONField(read_only=True)

    class Meta:
        model = Track
        fields = [
            "id",
            "entity_id",
            "position",
            "name",
            "role",
            "program",
            "bank",
            "percussion",
            "gain_db",
            "pan",
            "reverb_send",
            "muted",
            "solo",
            "notes",
            "automation",
            *STRIP_FIELDS,
        ]
        read_only_fields = fields


class SectionSerializer(serializers.ModelSerializer):
    """A section of the form."""

    class Meta:
        model = Section
        fields = ["id", "entity_id", "start_tick", "duration_ticks", "label", "kind", "energy"]
        read_only_fields = fields


class ChordSerializer(serializers.ModelSerializer):
    """A chord symbol."""

    symbol = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = Chord
        fields = [
            "id",
            "entity_id",
            "start_tick",
            "duration_ticks",
            "symbol",
            "root",
            "quality",
            "bass",
            "roman",
        ]
        read_only_fields = fields


class RenderSerializer(serializers.ModelSerializer):
    """A mix of a song: how it was made, its measurements and its files."""

    composition = serializers.UUIDField(source="composition_id", read_only=True)
    mix = AssetSerializer(read_only=True, allow_null=True)
    mp3 = AssetSerializer(read_only=True, allow_null=True)
    job = JobSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Render
        fields = [
            "id",
            "composition",
            "parameters",
            "seed",
            "content_hash",
            "engine_version",
            "soundfont_sha256",
            "duration_seconds",
            "measurements",
            "mix",
            "mp3",
            "job",
            "created_at",
        ]
        read_only_fields = fields


class RenderRequestSerializer(serializers.Serializer[Any]):
    """A request for a mix."""

    preset = serializers.PrimaryKeyRelatedField(
        queryset=Preset.objects.none(), required=False, allow_null=True
    )
    parameters = serializers.DictField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Offer the presets for rendering that the caller may use."""
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None:
            presets = Preset.objects.visible_to(request.user).with_settings()
            fields["preset"].queryset = presets.filter(kind=Preset.Kind.RENDER)  # type: ignore[attr-defined]
        return fields

    def validate_parameters(self, value: dict[str, Any]) -> dict[str, Any]:
        """Refuse parameters that the sound engine does not know or cannot use."""
        try:
            RenderParameters.from_dict(value)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error
        return value
