"""REST endpoint of new words for a song."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ariaforge.api.idempotency import IDEMPOTENCY_KEY, idempotency_key
from compositions.api.base import actor, song_to_edit
from compositions.api.variation_views import VariationSerializer
from compositions.lyric_requests import MAX_THEME, RULES, WRITERS, request_lyrics
from compositions.services import SEED_LIMIT


class LyricsRequestSerializer(serializers.Serializer[Any]):
    """What the words shall be about, where, and who writes them."""

    theme = serializers.CharField(
        max_length=MAX_THEME, help_text="What the words are about, such as “leaving home”."
    )
    writer = serializers.ChoiceField(
        choices=list(WRITERS.items()),
        default=RULES,
        help_text="“rules” writes at once; “model” drafts by the small language model, where it "
        "is installed, and keeps lines by rules where no draft fits.",
    )
    line = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=400,
        help_text="Only this line of the scope, from 1.",
    )  # fmt: skip
    scope = serializers.DictField(
        required=False, allow_null=True, help_text="Where: sections (ids), tracks and bars."
    )
    seed = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=SEED_LIMIT - 1
    )


class LyricsView(APIView):
    """The words of a song."""

    throttle_scope = "compose"

    @extend_schema(
        operation_id="compositions_lyrics_create",
        summary="Write the words of a song, a section or a line on a theme",
        parameters=[IDEMPOTENCY_KEY],
        request=LyricsRequestSerializer,
        responses={202: VariationSerializer},
    )
    def post(self, request: Request, composition_pk: str) -> Response:
        """Ask for new words; the melody and the song stay as they are.

        The finished job's result names the ``proposal`` that holds the words, and its
        ``remarks`` say which lines are by the model and which by rules.
        """
        song = song_to_edit(request, composition_pk)  # type: ignore[arg-type]
        form = LyricsRequestSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        row = request_lyrics(
            composition=song,
            user=actor(request),
            theme=data["theme"],
            writer=data["writer"],
            line=data.get("line"),
            scope=data.get("scope"),
            seed=data.get("seed"),
            idempotency_key=idempotency_key(request),
        )
        answer = VariationSerializer(row, context={"request": request}).data
        return Response(answer, status=status.HTTP_202_ACCEPTED)
