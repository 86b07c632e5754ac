"""The REST endpoint that says who is behind what is in a song."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from compositions.api.base import actor, song_to_see
from compositions.api.history_serializers import ReferenceField
from compositions.history.blame import Blame, blame
from compositions.history.references import WORKING, resolve
from compositions.models import Version

ENTITIES_ASKED = 100
LIMIT_DEFAULT, LIMIT_MAX = 200, 1_000


class OriginSerializer(serializers.Serializer[Any]):
    """Who gave something its value, when, and in which version and edit."""

    author_id = serializers.UUIDField(allow_null=True)
    author_name = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="What made the edit or the version."
    )
    version_id = serializers.UUIDField(allow_null=True, help_text="Null while it is not saved.")
    version_number = serializers.IntegerField(allow_null=True)
    message = serializers.CharField(allow_blank=True)
    batch_id = serializers.UUIDField(
        allow_null=True, help_text="Null where a whole document came at once."
    )
    sequence = serializers.IntegerField(allow_null=True)
    batch_name = serializers.CharField(allow_null=True)
    provenance = serializers.DictField(
        allow_null=True, help_text="Of the version: prompt, seed, engine and step."
    )


class FieldOriginSerializer(OriginSerializer):
    """Fields that were given their values together."""

    fields_ = serializers.ListField(child=serializers.CharField())

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Call the list what REST framework does not let an attribute be called."""
        found = super().get_fields()
        return {"fields": found.pop("fields_"), **found}


class BlameSerializer(serializers.Serializer[Any]):
    """Where an entity comes from."""

    entity_id = serializers.CharField()
    kind = serializers.CharField()
    track_id = serializers.CharField(allow_blank=True, help_text="Empty for what is in no track.")
    created = OriginSerializer()
    changed = OriginSerializer(help_text="The last change of any field.")
    words = serializers.CharField(help_text="The same in words, to the person who asks.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add ``fields``: the origin of each, the newest first."""
        return {**super().get_fields(), "fields": FieldOriginSerializer(many=True)}


class BlamePageSerializer(serializers.Serializer[Any]):
    """A page of entities."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    results = BlameSerializer(many=True)


class BlameQuerySerializer(serializers.Serializer[Any]):
    """What is asked for: entities, or a track with all that is in it."""

    entity = serializers.ListField(
        child=serializers.CharField(max_length=64),
        required=False,
        max_length=ENTITIES_ASKED,
        help_text="Ids of entities; may be repeated.",
    )
    track = serializers.CharField(max_length=64, required=False)
    at = ReferenceField(required=False, default=WORKING)
    limit = serializers.IntegerField(
        min_value=1, max_value=LIMIT_MAX, required=False, default=LIMIT_DEFAULT
    )
    offset = serializers.IntegerField(min_value=0, max_value=10_000_000, required=False, default=0)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for one of the two."""
        if bool(attrs.get("entity")) == bool(attrs.get("track")):
            raise serializers.ValidationError("Give either entities or a track.")
        return attrs


class BlameView(APIView):
    """Who is behind what is in a song."""

    @extend_schema(
        summary="Say who is behind what is in a song",
        parameters=[BlameQuerySerializer],
        responses=BlamePageSerializer,
    )
    def get(self, request: Request, composition_pk: UUID) -> Response:
        """Who made each entity and set each of its fields, when, and in which version."""
        song = song_to_see(request, composition_pk)
        query = BlameQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        state = resolve(song, asked["at"])
        found = blame(
            song,
            asked.get("entity"),
            track=asked.get("track"),
            at=state if isinstance(state, Version) else None,
        )
        end = asked["offset"] + asked["limit"]
        following = None
        if end < len(found):
            following = replace_query_param(request.build_absolute_uri(), "offset", str(end))
        user = actor(request)

        def shown(entry: Blame) -> dict[str, Any]:
            return {**entry.to_dict(), "words": entry.words(user)}

        rows = [shown(entry) for entry in found[asked["offset"] : end]]
        return Response({"count": len(found), "next": following, "results": rows})
