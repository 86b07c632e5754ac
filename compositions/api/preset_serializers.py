"""Presets in the REST API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from compositions.models import Preset, PresetVersion
from compositions.models.presets import (
    CATEGORY_MAX_LENGTH,
    DESCRIPTION_MAX_LENGTH,
    MOST_TAGS,
    NAME_MAX_LENGTH,
    NOTE_MAX_LENGTH,
    TAG_MAX_LENGTH,
)
from compositions.presets.words import describe


def _number(help_text: str = "") -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1, required=False, allow_null=True, default=None, help_text=help_text
    )


def _key() -> serializers.UUIDField:
    return serializers.UUIDField(required=False, allow_null=True, default=None)


class PresetSerializer(serializers.ModelSerializer[Preset]):
    """A preset with the settings of its newest version."""

    owner = serializers.CharField(
        source="owner.username", read_only=True, default=None, help_text="Null: the studio's own."
    )
    is_factory = serializers.BooleanField(read_only=True)
    version = serializers.IntegerField(source="current.number", read_only=True)
    settings = serializers.DictField(source="current.settings", read_only=True)
    copied_from = serializers.UUIDField(source="copied_from_id", read_only=True, allow_null=True)

    class Meta:
        model = Preset
        fields: tuple[str, ...] = (
            "id",
            "kind",
            "name",
            "description",
            "category",
            "tags",
            "owner",
            "is_factory",
            "is_public",
            "version",
            "settings",
            "copied_from",
            "created_at",
            "updated_at",
        )
        read_only_fields: tuple[str, ...] = fields


class SettingLineSerializer(serializers.Serializer[Any]):
    """One setting in words."""

    setting = serializers.CharField()
    value = serializers.CharField()


class PresetDetailSerializer(PresetSerializer):
    """A preset, and what it does in words."""

    words = serializers.SerializerMethodField()

    class Meta(PresetSerializer.Meta):
        fields = (*PresetSerializer.Meta.fields, "words")
        read_only_fields = fields

    def get_words(self, preset: Preset) -> list[dict[str, str]]:
        """Each setting that is set."""
        settings = preset.current.settings if preset.current is not None else {}
        return [
            {"setting": line.label, "value": line.value} for line in describe(preset.kind, settings)
        ]


class PresetVersionSerializer(serializers.ModelSerializer[PresetVersion]):
    """Settings as they were saved once."""

    author = serializers.CharField(source="author_name", read_only=True)

    class Meta:
        model = PresetVersion
        fields = ("id", "number", "settings", "note", "author", "created_at")
        read_only_fields = fields


class PresetChangeSerializer(serializers.Serializer[Any]):
    """What can be changed of a preset; other settings become a new version."""

    name = serializers.CharField(max_length=NAME_MAX_LENGTH, required=False)
    description = serializers.CharField(
        max_length=DESCRIPTION_MAX_LENGTH, required=False, allow_blank=True
    )
    category = serializers.CharField(
        max_length=CATEGORY_MAX_LENGTH, required=False, allow_blank=True
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=TAG_MAX_LENGTH), required=False, max_length=MOST_TAGS
    )
    is_public = serializers.BooleanField(required=False)
    settings = serializers.DictField(required=False)
    note = serializers.CharField(
        max_length=NOTE_MAX_LENGTH,
        required=False,
        allow_blank=True,
        help_text="What was changed, for the list of versions.",
    )


class PresetCreateSerializer(PresetChangeSerializer):
    """A new preset."""

    kind = serializers.ChoiceField(choices=Preset.Kind.choices)
    name = serializers.CharField(max_length=NAME_MAX_LENGTH)
    settings = serializers.DictField()


class PresetKeepSerializer(serializers.Serializer[Any]):
    """What a track or song is set to, as a preset."""

    composition = serializers.UUIDField()
    track = serializers.CharField(
        required=False, help_text="Id of the track in the document, for instruments and effects."
    )
    kind = serializers.ChoiceField(choices=Preset.Kind.choices)
    name = serializers.CharField(max_length=NAME_MAX_LENGTH)
    description = serializers.CharField(
        max_length=DESCRIPTION_MAX_LENGTH, required=False, allow_blank=True
    )
    category = serializers.CharField(
        max_length=CATEGORY_MAX_LENGTH, required=False, allow_blank=True
    )
    is_public = serializers.BooleanField(required=False)


class PresetCopySerializer(serializers.Serializer[Any]):
    """A copy of one's own."""

    name = serializers.CharField(max_length=NAME_MAX_LENGTH, required=False, allow_blank=True)


class PresetFileSerializer(serializers.Serializer[Any]):
    """A preset as a file: see docs/presets.md."""

    format = serializers.CharField()
    format_version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Preset.Kind.choices)
    name = serializers.CharField()
    description = serializers.CharField()
    category = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField()
    settings = serializers.DictField()


class PresetApplySerializer(serializers.Serializer[Any]):
    """Where to put a preset."""

    composition = serializers.UUIDField()
    track = serializers.CharField(
        required=False, default="", help_text="Id of the track in the document."
    )
    version = _number("The newest if unset.")


class SettingDifferenceSerializer(serializers.Serializer[Any]):
    """A setting that is not alike on both sides."""

    setting = serializers.CharField()
    a = serializers.CharField()
    b = serializers.CharField()


class PresetAppliedSerializer(serializers.Serializer[Any]):
    """What became of a preset: `a` is what was set before, `b` what is set now."""

    changes = SettingDifferenceSerializer(many=True)
    edit = serializers.UUIDField(allow_null=True, help_text="The batch of edits, to be undone.")
    remarks = serializers.ListField(child=serializers.CharField())


class PresetCompareSerializer(serializers.Serializer[Any]):
    """Two sides to compare on a track or a song; a side without a preset is the present state."""

    composition = serializers.UUIDField()
    track = serializers.CharField(required=False, default="")
    a = _key()
    a_version = _number()
    b = _key()
    b_version = _number()


class PresetListenSerializer(PresetCompareSerializer):
    """Two sides to hear, in chosen bars or in the fullest ones."""

    from_bar = _number()
    to_bar = _number()


class PresetComparisonSerializer(serializers.Serializer[Any]):
    """In what two sides differ."""

    kind = serializers.CharField()
    target = serializers.CharField()
    track = serializers.CharField(allow_null=True)
    a = serializers.CharField()
    b = serializers.CharField()
    differences = SettingDifferenceSerializer(many=True)
