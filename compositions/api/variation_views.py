"""REST endpoint of variations: changes that the composer makes and offers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ariaforge.api.idempotency import IDEMPOTENCY_KEY, idempotency_key
from ariaforge.api.jobs import JobSerializer
from ariaforge.exceptions import InvalidInputError
from compositions.api.base import actor, song_to_edit, song_to_see
from compositions.composer.operations.sentences import MAX_REQUEST_CHARACTERS
from compositions.models import AISession, AISessionStep, Composition
from compositions.services import SEED_LIMIT
from compositions.variations import MAX_OPERATIONS, explain_song, request_variation


class VariationRequestSerializer(serializers.Serializer[Any]):
    """What shall be changed, in words or as operations."""

    text = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=MAX_REQUEST_CHARACTERS,
        help_text="Plain English, such as “less busy drums in verse 2, and up a tone at the end”.",
    )
    session = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="The session of yours that goes on; your latest one about the song otherwise.",
    )
    operations = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        max_length=MAX_OPERATIONS,
        help_text="Instead of text: objects with name, scope and parameters.",
    )
    scope = serializers.DictField(
        required=False,
        allow_null=True,
        help_text="Where, if the request does not say: tracks, sections (ids) and bars.",
    )
    seed = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=SEED_LIMIT - 1
    )


class VariationSerializer(serializers.ModelSerializer[AISessionStep]):
    """A request for a variation; the result of its finished job names the proposal."""

    composition = serializers.UUIDField(source="session.composition_id", read_only=True)
    session = serializers.UUIDField(source="session_id", read_only=True)
    job = JobSerializer(read_only=True, allow_null=True)
    operations = serializers.SerializerMethodField()
    not_understood = serializers.SerializerMethodField()

    class Meta:
        model = AISessionStep
        fields: tuple[str, ...] = (
            "id", "composition", "session", "number", "prompt", "seed", "operations",
            "not_understood", "state", "job", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_operations(self, row: AISessionStep) -> list[dict[str, Any]]:
        """What will be done, in order."""
        return list(row.parameters.get("operations", ()))

    def get_not_understood(self, row: AISessionStep) -> list[str]:
        """Words and places that were not understood and are left out."""
        return list(row.parameters.get("not_understood", ()))


class VariationsView(APIView):
    """Variations of a song."""

    throttle_scope = "compose"

    @extend_schema(
        operation_id="compositions_variations_create",
        summary="Vary a song, in words or by operations",
        parameters=[IDEMPOTENCY_KEY],
        request=VariationRequestSerializer,
        responses={202: VariationSerializer},
    )
    def post(self, request: Request, composition_pk: str) -> Response:
        """Ask the composer for changes; the song stays as it is.

        The finished job's result names the ``proposal`` that holds them; accept or reject it
        there. Nothing locked is changed.
        """
        song = song_to_edit(request, composition_pk)  # type: ignore[arg-type]
        form = VariationRequestSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        row = request_variation(
            composition=song,
            user=actor(request),
            text=data.get("text", ""),
            operations=data.get("operations", ()),
            scope=data.get("scope"),
            seed=data.get("seed"),
            session=_session(song, data.get("session")),
            idempotency_key=idempotency_key(request),
        )
        answer = VariationSerializer(row, context={"request": request}).data
        return Response(answer, status=status.HTTP_202_ACCEPTED)


def _session(song: Composition, key: UUID | None) -> AISession | None:
    if key is None:
        return None
    found: AISession | None = AISession.objects.filter(composition=song, pk=key).first()
    if found is None:
        raise InvalidInputError(
            "This song has no such session.", details={"session": ["It does not exist."]}
        )
    return found


class ExplanationSerializer(serializers.Serializer[Any]):
    """How a song is made, in words."""

    sentences = serializers.ListField(child=serializers.CharField())


class ExplanationView(APIView):
    """How a song is made."""

    @extend_schema(
        operation_id="compositions_explanation_retrieve",
        summary="Explain a song: form, key, chords in numerals, devices",
        responses={200: ExplanationSerializer},
    )
    def get(self, request: Request, composition_pk: str) -> Response:
        """Say in words how the song is made as it stands now, edits included."""
        song = song_to_see(request, composition_pk)  # type: ignore[arg-type]
        return Response({"sentences": explain_song(song)})
