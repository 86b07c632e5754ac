"""REST endpoints of a song's versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ariaforge.api.conditional import ETAG, IF_NONE_MATCH, is_not_modified
from ariaforge.api.idempotency import ANSWER_ONCE, answer_once
from compositions.api.base import OfCompositionViewSet, actor
from compositions.api.changes import CHANGING, change_song
from compositions.api.history_serializers import (
    ForkSerializer,
    SaveVersionSerializer,
    VersionDetailSerializer,
    VersionSerializer,
)
from compositions.api.serializers import CompositionSerializer
from compositions.api.tellings import version_answer
from compositions.history import forks, versions
from compositions.models import Composition, Version

# A version never changes; who may see it may, so browsers ask again after an hour.
IMMUTABLE = "private, max-age=3600, immutable"


class VersionFilter(filters.FilterSet):
    """Filters of the list of versions."""

    branch = filters.CharFilter(
        field_name="branch_name", max_length=100, help_text="The branch it was made on, by name."
    )
    source = filters.ChoiceFilter(choices=Version.Source.choices)

    class Meta:
        model = Version
        fields = ("branch", "source")


@extend_schema_view(
    list=extend_schema(summary="List the versions of a song"),
)
class VersionViewSet(OfCompositionViewSet):
    """States of a song that are kept for good."""

    queryset = Version.objects.none()
    serializer_class = VersionSerializer
    filterset_class = VersionFilter

    def related(self) -> QuerySet[Any]:
        """With what the answer shows: a list leaves the hashes of the parts out."""
        if self.action != "list":
            return Version.objects.all()
        return Version.objects.prefetch_related("tags").defer("tree", "provenance", "merge")

    @extend_schema(summary="Get a version", responses=VersionDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The version with its parents, and in words what changed with it."""
        return version_answer(self.get_object())

    @extend_schema(
        summary="Save a version",
        parameters=CHANGING,
        request=SaveVersionSerializer,
        responses={
            200: OpenApiResponse(VersionDetailSerializer, "Nothing changed since this version."),
            201: VersionDetailSerializer,
        },
    )
    def create(self, request: Request, composition_pk: UUID) -> Response:
        """Keep the working copy as a version on its branch.

        When nothing changed since the last version, that one is the answer (200).
        """
        song = self.get_composition()
        form = SaveVersionSerializer(data=request.data)
        form.is_valid(raise_exception=True)

        def save(locked: Composition) -> Response:
            version = versions.save_version(
                composition=locked, user=actor(request), **form.validated_data
            )
            if version is None:
                # Saving has given the song a history, if it had none.
                head = Version.objects.get(pk=locked.head_id)
                return version_answer(head)
            return version_answer(version, status.HTTP_201_CREATED)

        return change_song(request, song, save)

    @extend_schema(
        summary="The document of a version",
        parameters=[IF_NONE_MATCH, ETAG],
        responses={
            200: OpenApiTypes.OBJECT,
            304: OpenApiResponse(description="You have it already."),
        },
    )
    @action(detail=True, filterset_class=None)
    def document(self, request: Request, composition_pk: UUID, pk: UUID) -> HttpResponseBase:
        """The score as it was, in the form of `document/`; it never changes."""
        version = self.get_object()
        headers = {"ETag": f'"{version.tree_hash}"', "Cache-Control": IMMUTABLE}
        if is_not_modified(request, version.tree_hash):
            return HttpResponse(status=304, headers=headers)
        content = orjson.dumps(versions.load_version(version), option=orjson.OPT_SORT_KEYS)
        return HttpResponse(content, content_type="application/json", headers=headers)

    @extend_schema(
        summary="Restore a version",
        parameters=CHANGING,
        request=None,
        responses={201: VersionDetailSerializer},
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def restore(self, request: Request, composition_pk: UUID, pk: UUID) -> Response:
        """Bring its document back, as a new version; nothing that came later is lost.

        409 when the song is as in that version already.
        """
        song = self.get_composition()
        version = self.get_object()

        def restore(locked: Composition) -> Response:
            made = versions.restore_version(
                composition=locked, version=version, user=actor(request)
            )
            return version_answer(made, status.HTTP_201_CREATED)

        return change_song(request, song, restore)

    @extend_schema(
        summary="Fork a version",
        parameters=[ANSWER_ONCE],
        request=ForkSerializer,
        responses={201: CompositionSerializer},
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def fork(self, request: Request, composition_pk: UUID, pk: UUID) -> Response:
        """Begin a song of one's own as this version; it keeps saying where it came from."""
        version = self.get_object()
        context = self.get_serializer_context()
        form = ForkSerializer(data=request.data, context=context)
        form.is_valid(raise_exception=True)

        def fork() -> Response:
            made = forks.fork(version=version, user=actor(request), **form.validated_data)
            song = Composition.objects.visible_to(request.user).with_work().get(pk=made.pk)
            answer = CompositionSerializer(song, context=context).data
            return Response(answer, status=status.HTTP_201_CREATED)

        return answer_once(request, fork)
