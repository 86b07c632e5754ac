"""Exports in the REST API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ariaforge.api.jobs import JobSerializer
from compositions.engraving.pages import PAGE_MM
from compositions.exporting.choices import MOST_COUNT_IN_BARS
from compositions.models import Export
from compositions.share_video.shapes import PICTURES, SHAPES
from compositions.sound.encoding import SAMPLE_RATES
from media.api.serializers import AssetSerializer

_LONGEST_SECONDS = 3600.0
_MOST_BARS = 10_000


class ExportSerializer(serializers.ModelSerializer):
    """A file made from a song."""

    composition = serializers.UUIDField(source="composition_id", read_only=True)
    asset = AssetSerializer(read_only=True, allow_null=True)
    job = JobSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Export
        fields = [
            "id",
            "composition",
            "format",
            "settings",
            "content_hash",
            "asset",
            "job",
            "expires_at",
            "created_at",
        ]
        read_only_fields = fields


class ExportSettingsSerializer(serializers.Serializer[Any]):
    """Choices for an export; each only where the format has it."""

    midi_type = serializers.ChoiceField(choices=[0, 1], required=False)
    words = serializers.BooleanField(
        required=False, help_text="LRC: a time for each word, not only for each line."
    )
    sample_rate = serializers.ChoiceField(
        choices=SAMPLE_RATES, required=False, help_text="Frames a second; that of the mix if unset."
    )
    bit_depth = serializers.ChoiceField(
        choices=[16, 24, 32],
        required=False,
        help_text="WAV, AIFF, FLAC; 32 is floating point, for WAV.",
    )
    stem_effects = serializers.ChoiceField(
        choices=["wet", "dry"], required=False, help_text="Stems with reverb and echo, or without."
    )
    stem_per = serializers.ChoiceField(choices=["track", "group"], required=False)
    stem_format = serializers.ChoiceField(choices=["wav", "flac"], required=False)
    paper = serializers.ChoiceField(
        choices=sorted(PAGE_MM), required=False, help_text="Paper of sheet music."
    )
    shape = serializers.ChoiceField(
        choices=list(SHAPES), required=False, help_text="Of a video; wide if unset."
    )
    picture = serializers.ChoiceField(
        choices=PICTURES, required=False, help_text="What moves in a video."
    )
    bitrate_kbps = serializers.IntegerField(
        min_value=32, max_value=320, required=False, help_text="MP3 and M4A."
    )
    from_bar = serializers.IntegerField(min_value=1, max_value=_MOST_BARS, required=False)
    to_bar = serializers.IntegerField(
        min_value=1, max_value=_MOST_BARS, required=False, help_text="The last bar, included."
    )
    from_seconds = serializers.FloatField(min_value=0, max_value=_LONGEST_SECONDS, required=False)
    to_seconds = serializers.FloatField(min_value=0, max_value=_LONGEST_SECONDS, required=False)
    loop = serializers.BooleanField(
        required=False, help_text="Cut so that the end goes on into the beginning."
    )
    count_in_bars = serializers.IntegerField(
        min_value=0, max_value=MOST_COUNT_IN_BARS, required=False
    )


class ExportRequestSerializer(serializers.Serializer[Any]):
    """A request for a file, or with several ``formats`` for one ZIP."""

    format = serializers.ChoiceField(choices=Export.Format.choices, required=False)
    formats = serializers.ListField(
        child=serializers.ChoiceField(choices=Export.Format.choices),
        required=False,
        min_length=1,
        max_length=len(Export.Format.values),
    )
    settings = ExportSettingsSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take either one format or several."""
        if ("format" in attrs) == ("formats" in attrs):
            raise serializers.ValidationError("Give either a format or several formats.")
        if Export.Format.ZIP in (attrs.get("format"), *attrs.get("formats", ())):
            raise serializers.ValidationError("A ZIP comes about when several formats are given.")
        return attrs


class FormatFactsSerializer(serializers.Serializer[Any]):
    """A format that songs can be exported in, with what can be chosen for it."""

    format = serializers.CharField(source="value")
    label = serializers.CharField()  # type: ignore[assignment]
    about = serializers.CharField()
    ending = serializers.CharField()
    needs_mix = serializers.BooleanField()
    settings = serializers.ListField(child=serializers.CharField())
    sample_rates = serializers.ListField(child=serializers.IntegerField())
    bit_depths = serializers.ListField(child=serializers.IntegerField())
