"""What the REST API says and takes of differences, merges, proposals and blame."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compositions.api.history_serializers import (
    ReferenceField,
    SentenceSerializer,
    VersionBriefSerializer,
)
from compositions.history.merging import MAX_RECORDED
from compositions.models import Proposal
from compositions.models.history import MESSAGE_MAX_LENGTH
from compositions.score.merge import CHOICES
from compositions.score.scope import MAX_SCOPE_IDS

CONFLICTS_MAX = 10_000
FIXES_MAX = 1_000


class ChangeSerializer(serializers.Serializer[Any]):
    """What became of one entity, for programs."""

    entity_id = serializers.CharField()
    kind = serializers.CharField()
    action = serializers.ChoiceField(choices=["add", "set", "remove"])
    before = serializers.DictField(
        allow_null=True, help_text="Of `set`, the fields that changed; of `remove`, all."
    )
    after = serializers.DictField(
        allow_null=True, help_text="Of `set`, the fields that changed; of `add`, all."
    )


class StateSerializer(serializers.Serializer[Any]):
    """One side of a comparison."""

    reference = serializers.CharField(help_text="As it was asked for.")
    version = VersionBriefSerializer(allow_null=True, help_text="Null for the working copy.")
    tree_hash = serializers.CharField()


class CountsSerializer(serializers.Serializer[Any]):
    """How many entities changed."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    removed = serializers.IntegerField()
    kinds = serializers.DictField(
        child=serializers.IntegerField(), help_text="By kind of entity, all three together."
    )


class DifferenceSerializer(serializers.Serializer[Any]):
    """What differs between two states of a song."""

    to = StateSerializer()
    counts = CountsSerializer()
    sentences = SentenceSerializer(many=True)
    sentence_count = serializers.IntegerField()
    changes = ChangeSerializer(many=True)
    change_count = serializers.IntegerField()
    offset = serializers.IntegerField()
    limit = serializers.IntegerField()
    next = serializers.URLField(
        allow_null=True, help_text="Where the next changes (or sentences) are."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add ``from``, which Python does not let one write as an attribute."""
        return {"from": StateSerializer(), **super().get_fields()}


class ConflictSerializer(serializers.Serializer[Any]):
    """Something that both sides changed in ways that exclude each other."""

    id = serializers.CharField()
    entity_id = serializers.CharField()
    kind = serializers.CharField()
    field = serializers.CharField(
        allow_null=True, help_text="Null when it is about the whole entity."
    )
    base = serializers.JSONField(allow_null=True)
    ours = serializers.JSONField(allow_null=True)
    theirs = serializers.JSONField(allow_null=True)
    reason = serializers.CharField()
    default = serializers.ChoiceField(choices=CHOICES)
    words = serializers.CharField()


class MergeWarningSerializer(serializers.Serializer[Any]):
    """Something in the merged song that a musician should look at."""

    id = serializers.CharField()
    kind = serializers.CharField()
    message = serializers.CharField()
    bars = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    entity_ids = serializers.ListField(child=serializers.CharField())
    blocking = serializers.BooleanField(help_text="The merge is refused while it stands.")
    fix = ChangeSerializer(many=True, help_text="What would mend it; empty when nobody knows.")
    fix_words = serializers.CharField(allow_blank=True)


class ScopeSerializer(serializers.Serializer[Any]):
    """A part of a song; what is given is intersected, nothing given is everything."""

    tracks = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, max_length=MAX_SCOPE_IDS
    )
    sections = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, max_length=MAX_SCOPE_IDS
    )
    bars = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=1_000_000),
        required=False,
        allow_null=True,
        min_length=2,
        max_length=2,
        help_text="First and last bar, counted from 1.",
    )


class MergeChoicesSerializer(serializers.Serializer[Any]):
    """How what both sides changed is to be decided."""

    resolutions = serializers.DictField(
        child=serializers.ChoiceField(choices=CHOICES),
        required=False,
        help_text="What holds, by the id of the conflict.",
    )
    fixes = serializers.ListField(
        child=serializers.CharField(max_length=200),
        required=False,
        max_length=FIXES_MAX,
        help_text="Ids of warnings whose fix is to be made.",
    )
    accept_defaults = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Let the defaults decide what no resolution names.",
    )

    message = serializers.CharField(max_length=MESSAGE_MAX_LENGTH, required=False, allow_blank=True)
    dry_run = serializers.BooleanField(
        required=False, default=False, help_text="Only say what would happen."
    )

    def validate_resolutions(self, value: dict[str, str]) -> dict[str, str]:
        """Refuse more than a merge can have."""
        if len(value) > CONFLICTS_MAX:
            raise serializers.ValidationError(f"At most {CONFLICTS_MAX} resolutions are taken.")
        return value


class MergeRequestSerializer(MergeChoicesSerializer):
    """A wish to merge."""

    into = serializers.CharField(
        max_length=100,
        required=False,
        help_text="A branch, by name or id; without it the one that the working copy follows.",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add ``from``, which Python does not let one write as an attribute."""
        return {"from": ReferenceField(), **super().get_fields()}


class CherryPickSerializer(MergeChoicesSerializer):
    """A wish to take part of a version over."""

    version = ReferenceField()
    scope = ScopeSerializer(required=False)


class RevertSerializer(MergeChoicesSerializer):
    """A wish to take back what a version changed."""

    version = ReferenceField()


class DecidedConflictSerializer(ConflictSerializer):
    """A conflict that a resolution decides."""

    resolution = serializers.ChoiceField(choices=CHOICES)


class MergePlanSerializer(serializers.Serializer[Any]):
    """What a merge would do."""

    ours_changes = serializers.IntegerField(help_text="Entities that our side changed.")
    theirs_changes = serializers.IntegerField(help_text="Entities that the other side changed.")
    conflicts = ConflictSerializer(many=True, help_text=f"The first {MAX_RECORDED} undecided.")
    conflict_count = serializers.IntegerField()
    resolved = DecidedConflictSerializer(many=True)
    warnings = MergeWarningSerializer(many=True)
    warning_count = serializers.IntegerField()
    fixed = MergeWarningSerializer(many=True, help_text="Warnings whose fix is in the result.")
    sentences = SentenceSerializer(
        many=True, help_text=f"What our side gets, the first {MAX_RECORDED}."
    )
    sentence_count = serializers.IntegerField()
    can_merge = serializers.BooleanField(
        help_text="Whether the same request without `dry_run` would be done now."
    )


class ProposalSerializer(serializers.ModelSerializer[Proposal]):
    """An offer to change a song."""

    composition = serializers.UUIDField(source="composition_id", read_only=True)
    branch = serializers.CharField(source="branch.name", read_only=True)
    target = serializers.CharField(source="target.name", read_only=True)
    base = VersionBriefSerializer(read_only=True)
    version = VersionBriefSerializer(read_only=True)
    result = VersionBriefSerializer(read_only=True, allow_null=True)
    created_by = serializers.UUIDField(
        source="created_by_id", read_only=True, allow_null=True, help_text="Who made the offer."
    )
    decided_by = serializers.UUIDField(source="decided_by_id", read_only=True, allow_null=True)
    provenance = serializers.DictField(
        read_only=True, help_text="Of a composer: prompt, seed, engine and step."
    )
    decision = serializers.DictField(
        read_only=True, help_text="What was accepted (`scope`), or why it was not (`reason`)."
    )

    class Meta:
        model = Proposal
        fields: tuple[str, ...] = (
            "id",
            "composition",
            "title",
            "description",
            "state",
            "branch",
            "target",
            "base",
            "version",
            "provenance",
            "decision",
            "created_by",
            "decided_by",
            "decided_at",
            "result",
            "created_at",
        )
        read_only_fields = fields


class ProposalDetailSerializer(ProposalSerializer):
    """An offer with what it would change."""

    sentences = serializers.SerializerMethodField()
    sentence_count = serializers.SerializerMethodField(
        help_text=f"`sentences` has the first {MAX_RECORDED}."
    )

    class Meta(ProposalSerializer.Meta):
        fields = (*ProposalSerializer.Meta.fields, "sentences", "sentence_count")
        read_only_fields = fields

    @extend_schema_field(SentenceSerializer(many=True))
    def get_sentences(self, proposal: Proposal) -> Any:
        """What is offered, in words."""
        return [one.to_dict() for one in self.context["sentences"][:MAX_RECORDED]]

    def get_sentence_count(self, proposal: Proposal) -> int:
        """How many sentences there are."""
        return len(self.context["sentences"])


class NewProposalSerializer(serializers.Serializer[Any]):
    """An offer: a branch as it is now, or a whole document."""

    title = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    branch = serializers.CharField(
        max_length=100, required=False, help_text="The branch that is offered, by name or id."
    )
    target = serializers.CharField(
        max_length=100,
        required=False,
        help_text="With `branch`: which one should get it; else the one that is followed.",
    )
    document = serializers.DictField(
        required=False, help_text="The song as it should be, in the form of `document/`."
    )
    base = ReferenceField(
        required=False, help_text="With `document`: the version that it was made from."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a mixture of the two forms."""
        if ("branch" in attrs) == ("document" in attrs):
            raise serializers.ValidationError("Give either a branch or a document.")
        unfit = "base" if "branch" in attrs else "target"
        if unfit in attrs:
            raise serializers.ValidationError({unfit: "This belongs to the other form."})
        return attrs


class AcceptSerializer(MergeChoicesSerializer):
    """A wish to take an offer over, whole or in part."""

    scope = ScopeSerializer(required=False)


class RejectSerializer(serializers.Serializer[Any]):
    """Why an offer is not taken."""

    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True)
