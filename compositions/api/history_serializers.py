"""What the REST API says and takes of a song's versions, branches and tags."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compositions.models import Branch, Tag, Version
from compositions.models.history import MESSAGE_MAX_LENGTH
from projects.models import Project

REFERENCE_MAX_LENGTH = 110
SENTENCES_OF_A_VERSION = 100

REFERENCE_HELP = (
    "A version's id or number (`v12`), the name of a branch or of a tag, or `working` for the "
    "working copy."
)


class ReferenceField(serializers.CharField):
    """A state of the song, named as people name it."""

    def __init__(self, **rest: Any) -> None:
        rest.setdefault("help_text", REFERENCE_HELP)
        super().__init__(max_length=REFERENCE_MAX_LENGTH, **rest)


class SentenceSerializer(serializers.Serializer[Any]):
    """One thing that changed, in words."""

    text = serializers.CharField()
    kind = serializers.CharField(help_text="The kind of entity it is about.")
    action = serializers.CharField()
    track_id = serializers.CharField(allow_null=True)
    bars = serializers.ListField(
        child=serializers.IntegerField(),
        allow_null=True,
        min_length=2,
        max_length=2,
        help_text="First and last bar, counted from 1.",
    )
    entity_ids = serializers.ListField(child=serializers.CharField())


class VersionSerializer(serializers.ModelSerializer):
    """A version as lists show it."""

    composition = serializers.UUIDField(source="composition_id", read_only=True)
    parent = serializers.UUIDField(  # type: ignore[assignment]
        source="parent_id", read_only=True, allow_null=True
    )
    merged_parent = serializers.UUIDField(
        source="merged_parent_id",
        read_only=True,
        allow_null=True,
        help_text="The second parent of a merge: what was merged in.",
    )
    author = serializers.UUIDField(source="author_id", read_only=True, allow_null=True)
    tags: serializers.Field[Any, Any, Any, Any] = serializers.SlugRelatedField(
        slug_field="name", many=True, read_only=True
    )

    class Meta:
        model = Version
        fields: tuple[str, ...] = (
            "id",
            "composition",
            "number",
            "sha256",
            "parent",
            "merged_parent",
            "tree_hash",
            "content_hash",
            "branch_name",
            "sequence",
            "author",
            "author_name",
            "message",
            "source",
            "note_count",
            "length_ticks",
            "tags",
            "created_at",
        )
        read_only_fields = fields


class VersionBriefSerializer(serializers.ModelSerializer[Version]):
    """A version in a few words."""

    class Meta:
        model = Version
        fields = (
            "id",
            "number",
            "sha256",
            "tree_hash",
            "branch_name",
            "author_name",
            "message",
            "created_at",
        )
        read_only_fields = fields


class VersionDetailSerializer(VersionSerializer):
    """A version with its parents, how it came to be, and what changed with it."""

    parents = serializers.SerializerMethodField()
    provenance = serializers.DictField(
        read_only=True,
        help_text="How it came to be: prompt, seed, engine and step; file; version restored.",
    )
    merge = serializers.DictField(
        read_only=True,
        help_text="Of a merge: its conflicts with what was chosen, and the warnings shown.",
    )
    sentences = serializers.SerializerMethodField()
    sentence_count = serializers.SerializerMethodField(
        help_text=f"`sentences` has the first {SENTENCES_OF_A_VERSION}; `diff/` has all."
    )

    class Meta(VersionSerializer.Meta):
        fields = (
            *VersionSerializer.Meta.fields,
            "parents",
            "provenance",
            "merge",
            "sentences",
            "sentence_count",
        )
        read_only_fields = fields

    @extend_schema_field(VersionBriefSerializer(many=True))
    def get_parents(self, version: Version) -> Any:
        """The version it was made from, and of a merge what was merged in."""
        parents = [one for one in (version.parent, version.merged_parent) if one is not None]
        return VersionBriefSerializer(parents, many=True).data

    @extend_schema_field(SentenceSerializer(many=True))
    def get_sentences(self, version: Version) -> Any:
        """What differs from the parent, in words."""
        return [one.to_dict() for one in self.context["sentences"][:SENTENCES_OF_A_VERSION]]

    def get_sentence_count(self, version: Version) -> int:
        """How many sentences there are."""
        return len(self.context["sentences"])


class SaveVersionSerializer(serializers.Serializer[Any]):
    """A wish to keep the working copy."""

    message = serializers.CharField(
        max_length=MESSAGE_MAX_LENGTH,
        required=False,
        allow_blank=True,
        help_text="What changed; without one the studio says it.",
    )


class ForkSerializer(serializers.Serializer[Any]):
    """A wish for a song of one's own that begins as a version of another."""

    project = serializers.PrimaryKeyRelatedField(
        queryset=Project.objects.none(),
        required=False,
        allow_null=True,
        help_text="One that you may edit; without it the song's own or your first one.",
    )
    name = serializers.CharField(max_length=200, required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Offer only projects that the caller may edit."""
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None:
            fields["project"].queryset = Project.objects.editable_by(request.user)  # type: ignore[attr-defined]
        return fields


class BranchSerializer(serializers.ModelSerializer[Branch]):
    """A branch with its latest version."""

    composition = serializers.UUIDField(source="composition_id", read_only=True)
    tip = VersionBriefSerializer(read_only=True)
    is_current = serializers.BooleanField(
        read_only=True, help_text="Whether the working copy follows it."
    )

    class Meta:
        model = Branch
        fields = (
            "id",
            "composition",
            "name",
            "tip",
            "is_protected",
            "is_current",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class NewBranchSerializer(serializers.Serializer[Any]):
    """A wish for a branch."""

    name = serializers.CharField(max_length=100)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add ``from``, which Python does not let one write as an attribute."""
        return super().get_fields() | {
            "from": ReferenceField(
                required=False, help_text=f"{REFERENCE_HELP} Without it: the latest version."
            )
        }


class ChangeBranchSerializer(serializers.Serializer[Any]):
    """Changes of a branch."""

    name = serializers.CharField(max_length=100, required=False)
    is_protected = serializers.BooleanField(required=False)


class TagSerializer(serializers.ModelSerializer[Tag]):
    """A tag and the version that it names."""

    composition = serializers.UUIDField(source="composition_id", read_only=True)
    version = VersionBriefSerializer(read_only=True)

    class Meta:
        model = Tag
        fields = ("id", "composition", "name", "version", "created_at", "updated_at")
        read_only_fields = fields


class NewTagSerializer(serializers.Serializer[Any]):
    """A wish for a tag."""

    name = serializers.CharField(max_length=100)
    version = ReferenceField(
        required=False,
        help_text=f"{REFERENCE_HELP} Without it, or with `working`: the latest version.",
    )


class ChangeTagSerializer(serializers.Serializer[Any]):
    """Changes of a tag."""

    name = serializers.CharField(max_length=100, required=False)
    version = ReferenceField(required=False)
