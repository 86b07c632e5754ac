"""REST endpoints of the living document: reading it, editing it, following it, undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from ariaforge.api.conditional import (
    ETAG,
    IF_MATCH,
    IF_NONE_MATCH,
    is_not_modified,
    require_match,
)
from ariaforge.api.throttling import CountingRateThrottle
from ariaforge.exceptions import InvalidInputError
from compositions.api.base import actor, song_to_edit
from compositions.api.changes import CHANGING, change_song
from compositions.api.editing_serializers import (
    AppliedEditsSerializer,
    DocumentQuerySerializer,
    EditBatchRequestSerializer,
    EditsPageSerializer,
    EditsQuerySerializer,
    plain_applied,
    plain_batch,
    read_batch,
)
from compositions.documents import read_document
from compositions.editing import AppliedEdits, apply_edits, redo, undo
from compositions.editing.log import edits_after
from compositions.models import Composition, EditBatch
from compositions.score.entities import Plain
from compositions.score.excerpts import bars_of


class _EditingView(APIView):
    """A view that people at work ask many times a minute."""

    throttle_classes = [CountingRateThrottle]
    throttle_scope = "edit"

    def visible_song(self, key: UUID) -> Composition:
        """The song's head; 404 when the caller may not see it or nothing is composed."""
        songs = Composition.objects.visible_to(self.request.user)
        song: Composition = get_object_or_404(
            songs.only("pk", "revision", "tree_hash", "content_hash"), pk=key
        )
        if not song.is_composed:
            raise Http404("The song has no notes yet.")
        return song

    def editable_song(self, key: UUID) -> Composition:
        """The song, for changing it: 404 or 403 when the caller may not."""
        songs = Composition.objects.editable_by(self.request.user)
        song: Composition | None = songs.only("pk").filter(pk=key).first()
        # Only who is refused has it looked up again, for the reason.
        return song if song is not None else song_to_edit(self.request, key)


class DocumentView(_EditingView):
    """The document of a song as it is now."""

    @extend_schema(
        summary="The document of a song",
        parameters=[DocumentQuerySerializer, IF_NONE_MATCH, ETAG],
        responses={
            200: OpenApiTypes.OBJECT,
            304: OpenApiResponse(description="You have it already."),
        },
    )
    def get(self, request: Request, composition_pk: UUID) -> HttpResponseBase:
        """The working copy with its `revision`, whole, by track or by bars; see docs/api.md."""
        song = self.visible_song(composition_pk)
        query = DocumentQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        if is_not_modified(request, song.tree_hash):
            return HttpResponse(status=304, headers={"ETag": f'"{song.tree_hash}"'})
        try:
            song, data = read_document(composition_pk, asked.get("track"))
        except Composition.DoesNotExist as error:
            raise Http404 from error
        _require_tracks(data, asked.get("track", ()))
        if "from_bar" in asked:
            data = bars_of(data, asked["from_bar"], asked["to_bar"])
        return HttpResponse(
            orjson.dumps({**data, "revision": song.revision}),
            content_type="application/json",
            headers={"ETag": f'"{song.tree_hash}"'},
        )


class EditsView(_EditingView):
    """The log of edits of a song, and the way to add to it."""

    @extend_schema(
        summary="List the edits of a song",
        parameters=[EditsQuerySerializer],
        responses=EditsPageSerializer,
    )
    def get(self, request: Request, composition_pk: UUID) -> Response:
        """Batches after a sequence number, oldest first, with their effects.

        A page ends after `limit` batches or about 5,000 effects; go on at `next`.
        """
        song = self.visible_song(composition_pk)
        query = EditsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        after = query.validated_data["after"]
        page, is_last = edits_after(song, after, query.validated_data["limit"])
        following = None
        if not is_last:
            here = request.build_absolute_uri()
            following = replace_query_param(here, "after", str(page[-1][0].sequence))
        results = [plain_batch(batch, effects) for batch, effects in page]
        revision = max(song.revision, results[-1]["sequence"] if results else 0)
        return Response({"revision": revision, "next": following, "results": results})

    @extend_schema(
        summary="Edit a song",
        parameters=[IF_MATCH],
        request=EditBatchRequestSerializer,
        responses={
            200: OpenApiResponse(AppliedEditsSerializer, "The batch was made before."),
            201: AppliedEditsSerializer,
        },
    )
    def post(self, request: Request, composition_pk: UUID) -> Response:
        """Apply a batch of operations, all or none; of two authors of a field the last wins.

        Operations on what somebody has removed since `base_sequence` are left out and listed
        in `superseded`. 400 names the path of everything that is not valid. 409 has both
        sides in `details`: of locked entities (`locked`), of fields that others changed since
        when the batch is strict (`conflicts`), or what does not fit what others did
        (`problems`). Sending a batch again does nothing and answers as the first time.
        """
        try:
            applied = apply_edits(
                composition=Composition(pk=composition_pk),
                user=actor(request),
                check=lambda locked: require_match(request, locked.tree_hash),
                ask_rights=True,
                **read_batch(request.data),
            )
        except InvalidInputError:
            # What is wrong with a batch is for those to know who may send one.
            self.editable_song(composition_pk)
            raise
        except Composition.DoesNotExist as error:
            song_to_edit(request, composition_pk)
            raise Http404 from error
        return _answer(applied)


class UndoView(_EditingView):
    """Taking back one's own last edit."""

    @extend_schema(
        summary="Undo your last edit",
        parameters=CHANGING,
        request=None,
        responses={201: AppliedEditsSerializer},
    )
    def post(self, request: Request, composition_pk: UUID) -> Response:
        """Take back your last batch that is in effect, as a new batch.

        Fields that were changed since stay as they are and are listed in `refused`. 409 when
        there is nothing to undo.
        """
        song = self.editable_song(composition_pk)
        return change_song(
            request, song, lambda locked: _answer(undo(composition=locked, user=actor(request)))
        )


class RedoView(_EditingView):
    """Doing again what was undone."""

    @extend_schema(
        summary="Redo your last undone edit",
        parameters=CHANGING,
        request=None,
        responses={201: AppliedEditsSerializer},
    )
    def post(self, request: Request, composition_pk: UUID) -> Response:
        """Do again what you undid last, if you have made no edit since; else 409."""
        song = self.editable_song(composition_pk)
        return change_song(
            request, song, lambda locked: _answer(redo(composition=locked, user=actor(request)))
        )


class UndoBatchView(_EditingView):
    """Taking back one of one's own edits."""

    @extend_schema(
        operation_id="compositions_edits_batch_undo_create",
        summary="Undo one of your edits",
        parameters=CHANGING,
        request=None,
        responses={201: AppliedEditsSerializer},
    )
    def post(self, request: Request, composition_pk: UUID, batch_pk: UUID) -> Response:
        """Take back a batch of yours, whatever came after; an undo is redone by undoing it.

        Fields that were changed since stay as they are and are listed in `refused`. 409 when
        it is undone already, and for what replaced the whole document.
        """
        song = self.editable_song(composition_pk)

        def take_back(locked: Composition) -> Response:
            try:
                applied = undo(composition=locked, user=actor(request), batch_id=batch_pk)
            except EditBatch.DoesNotExist as error:
                raise Http404 from error
            return _answer(applied)

        return change_song(request, song, take_back)


def _answer(applied: AppliedEdits) -> Response:
    code = status.HTTP_200_OK if applied.repeated else status.HTTP_201_CREATED
    return Response(plain_applied(applied), status=code)


def _require_tracks(data: Plain, asked: list[str]) -> None:
    missing = sorted(set(asked) - {track["id"] for track in data["tracks"]})
    if missing:
        fields: dict[str, Any] = {"track": [f"no track {key!r}" for key in missing]}
        raise InvalidInputError("The song has no such track.", details={"fields": fields})
