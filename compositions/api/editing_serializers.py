"""What the REST API says and takes of edits."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ariaforge.exceptions import InvalidInputError
from compositions.editing.submitting import NAME_MAX_LENGTH, AppliedEdits, invalid
from compositions.models import EditBatch, EditOp
from compositions.score.entities import Kind
from compositions.score.errors import Problem
from compositions.score.operations import MAX_OPERATIONS

BATCHES_MAX = 100
_ID = r"^[A-Za-z0-9_-]{1,64}$"
_FIELDS = {"name", "base_sequence", "strict", "operations"}


class DocumentQuerySerializer(serializers.Serializer[Any]):
    """Which part of a document is asked for."""

    track = serializers.ListField(
        child=serializers.RegexField(_ID),
        required=False,
        max_length=128,
        help_text="Ids of tracks; may be repeated. All tracks unless told.",
    )
    from_bar = serializers.IntegerField(
        min_value=1, max_value=100_000, required=False, help_text="First bar, counted from 1."
    )
    to_bar = serializers.IntegerField(
        min_value=1, max_value=100_000, required=False, help_text="Last bar, itself included."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for both ends of the bars, in order."""
        if ("from_bar" in attrs) != ("to_bar" in attrs):
            raise serializers.ValidationError("Give both from_bar and to_bar, or neither.")
        if "from_bar" in attrs and attrs["from_bar"] > attrs["to_bar"]:
            raise serializers.ValidationError("from_bar must not be behind to_bar.")
        return attrs


class EditsQuerySerializer(serializers.Serializer[Any]):
    """From where on the log is asked for."""

    after = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, required=False, default=0, help_text="A sequence number."
    )
    limit = serializers.IntegerField(
        min_value=1, max_value=BATCHES_MAX, required=False, default=BATCHES_MAX
    )


class OperationSerializer(serializers.Serializer[Any]):
    """One operation; exactly one of `set`, `add` and `remove`."""

    op_id = serializers.RegexField(_ID, help_text="Your name for it, unique in the song.")
    entity_id = serializers.RegexField(_ID, help_text="For `add` a new id that you mint.")
    set = serializers.DictField(required=False, help_text="Fields and their new values.")
    add = serializers.DictField(required=False, help_text="`kind` and the fields of the entity.")
    remove = serializers.BooleanField(required=False, help_text="Only true.")


class EditBatchRequestSerializer(serializers.Serializer[Any]):
    """Edits that are made together; described here, read by :func:`read_batch`."""

    name = serializers.CharField(
        max_length=NAME_MAX_LENGTH, help_text="What the edits are, such as “Quantise 12 notes”."
    )
    base_sequence = serializers.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        required=False,
        allow_null=True,
        help_text="The last edit that you have seen; all of them unless told.",
    )
    strict = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Refuse (409) instead of overwriting what others changed since.",
    )
    operations = OperationSerializer(
        many=True,
        help_text=f"1 to {MAX_OPERATIONS:,}; all of them happen, or none.",
    )


class EffectSerializer(serializers.Serializer[Any]):
    """What became of an entity."""

    op_id = serializers.CharField(allow_blank=True, help_text="Empty for what only followed.")
    entity_id = serializers.CharField()
    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in Kind])
    action = serializers.ChoiceField(choices=EditOp.Action.choices)
    before = serializers.DictField(
        allow_null=True, help_text="What changed, as it was: all fields of what was removed."
    )
    after = serializers.DictField(allow_null=True, help_text="The same as it is now.")


class SupersededSerializer(serializers.Serializer[Any]):
    """An operation that was left out: somebody had removed `missing`."""

    op_id = serializers.CharField()
    entity_id = serializers.CharField()
    missing = serializers.CharField()


class EditBatchSerializer(serializers.Serializer[Any]):
    """A batch of the log, as it took effect."""

    sequence = serializers.IntegerField()
    batch = serializers.UUIDField()
    name = serializers.CharField()
    source = serializers.ChoiceField(choices=EditBatch.Source.choices)  # type: ignore[assignment]
    author = serializers.UUIDField(allow_null=True)
    base_sequence = serializers.IntegerField()
    branch = serializers.CharField()
    undoes = serializers.UUIDField(allow_null=True)
    version = serializers.UUIDField(
        allow_null=True, help_text="Set when the whole document was replaced: read it again."
    )
    tree_hash = serializers.CharField(help_text="Of the document after these edits.")
    created_at = serializers.DateTimeField()
    superseded = SupersededSerializer(many=True)
    effects = EffectSerializer(many=True)


class EditsPageSerializer(serializers.Serializer[Any]):
    """Part of the log, oldest first."""

    revision = serializers.IntegerField(help_text="The sequence number of the last edit of all.")
    next = serializers.URLField(allow_null=True)
    results = EditBatchSerializer(many=True)


class RefusedSerializer(serializers.Serializer[Any]):
    """What an undo left as it is."""

    entity_id = serializers.CharField()
    kind = serializers.CharField()
    field = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    edited = serializers.JSONField(allow_null=True, help_text="What the edit had set.")
    present = serializers.JSONField(allow_null=True)
    wanted = serializers.JSONField(allow_null=True, help_text="What would have come back.")


class AppliedEditsSerializer(EditBatchSerializer):
    """What became of a batch."""

    repeated = serializers.BooleanField(help_text="It was known; this is what it did then.")
    refused = RefusedSerializer(many=True)


def read_batch(data: Any) -> dict[str, Any]:
    """Return the arguments of ``apply_edits`` from a request's body.

    Operations are read there, with the path of every fault; a serializer for each would take
    longer than the edit. Raises :class:`InvalidInputError`.
    """
    if not isinstance(data, dict):
        raise InvalidInputError("A batch of edits must be an object.")
    problems = [
        Problem(f"{name!s:.80}", "is not a known field") for name in data if name not in _FIELDS
    ][:BATCHES_MAX]
    base, strict = data.get("base_sequence"), data.get("strict", False)
    if base is not None and (type(base) is not int or not 0 <= base < 2**31):
        problems.append(Problem("base_sequence", "must be a whole number from 0"))
    if not isinstance(strict, bool):
        problems.append(Problem("strict", "must be true or false"))
    if problems:
        raise invalid(problems)
    return {
        "name": data.get("name"),
        "operations": data.get("operations"),
        "base_sequence": base,
        "strict": strict,
    }


def plain_batch(batch: EditBatch, effects: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a batch of the log in the form of :class:`EditBatchSerializer`."""
    return {
        "sequence": batch.sequence,
        "batch": batch.pk,
        "name": batch.name,
        "source": batch.source,
        "author": batch.author_id,
        "base_sequence": batch.base_sequence,
        "branch": batch.branch_name,
        "undoes": batch.undoes_id,
        "version": batch.version_id,
        "tree_hash": batch.tree_hash,
        "created_at": batch.created_at,
        "superseded": batch.superseded,
        "effects": effects,
    }


def plain_applied(applied: AppliedEdits) -> dict[str, Any]:
    """Return what became of a batch in the form of :class:`AppliedEditsSerializer`."""
    return {
        **plain_batch(applied.batch, applied.effects),
        "repeated": applied.repeated,
        "refused": applied.refused,
    }
