"""REST endpoints of songs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from ariaforge.api.idempotency import IDEMPOTENCY_KEY, idempotency_key
from compositions import selectors, services
from compositions.api.base import OfCompositionViewSet, actor, song_to_edit
from compositions.api.filters import CompositionFilter
from compositions.api.serializers import (
    ChordSerializer,
    ComposeSerializer,
    CompositionListSerializer,
    CompositionSerializer,
    RenderRequestSerializer,
    RenderSerializer,
    SectionSerializer,
    TrackSerializer,
)
from compositions.documents import load_score
from compositions.models import Composition, Render
from compositions.score.midi import write_midi


@extend_schema_view(
    list=extend_schema(summary="List songs"),
    retrieve=extend_schema(summary="Get a song"),
    partial_update=extend_schema(summary="Rename a song"),
    destroy=extend_schema(summary="Move a song to the trash"),
)
class CompositionViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet,
):
    """Songs."""

    queryset = Composition.objects.none()
    serializer_class = CompositionSerializer
    filterset_class = CompositionFilter
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Any]:
        """Songs that the caller may see."""
        user = self.request.user
        if self.action == "list":
            return selectors.composition_list(actor(self.request))
        songs = Composition.objects.visible_to(user).with_work()
        return songs.defer("current_render__peaks", "pending_render__peaks")

    def get_object(self) -> Composition:
        """The song of the address; for a change it must be one that the caller may edit."""
        if self.request.method in SAFE_METHODS:
            found: Composition = super().get_object()
            return found
        return song_to_edit(self.request, self.kwargs["pk"])

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """The short form for lists."""
        return CompositionListSerializer if self.action == "list" else CompositionSerializer

    def get_throttles(self) -> list[Any]:
        """Composing has a limit of its own."""
        self.throttle_scope = "compose" if self.action == "create" else None
        return super().get_throttles()

    @extend_schema(
        summary="Compose a song from a prompt",
        parameters=[IDEMPOTENCY_KEY],
        request=ComposeSerializer,
        responses={202: CompositionSerializer},
    )
    def create(self, request: Request) -> Response:
        """Begin a song; watch its job, or the song itself, until it is ready."""
        form = ComposeSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        composition = services.create_from_prompt(
            user=actor(request),
            idempotency_key=idempotency_key(request),
            **form.validated_data,
        )
        return Response(self.get_serializer(composition).data, status=status.HTTP_202_ACCEPTED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change the song's name."""
        composition = self.get_object()
        form = CompositionSerializer(composition, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        if "name" in form.validated_data:
            services.rename(
                composition=composition, user=actor(request), name=form.validated_data["name"]
            )
        return Response(self.get_serializer(composition).data)

    def perform_destroy(self, instance: Composition) -> None:
        """Move it to the trash."""
        services.delete_composition(composition=instance)

    @extend_schema(
        summary="Cancel the work on a song", request=None, responses={200: CompositionSerializer}
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop composing or rendering; what is finished is kept."""
        composition = self.get_object()
        services.cancel_work(composition=composition)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        summary="Retry failed work", request=None, responses={200: CompositionSerializer}
    )
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Start failed or cancelled work again."""
        composition = self.get_object()
        services.retry_work(composition=composition)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(summary="Songs in the trash", responses=CompositionListSerializer(many=True))
    @action(detail=False, filterset_class=None)
    def trash(self, request: Request) -> Response:
        """Songs that the caller may restore."""
        songs = selectors.songs_in_trash(actor(request))
        page = self.paginate_queryset(songs)
        serializer = CompositionListSerializer(
            page, many=True, context=self.get_serializer_context()
        )
        return self.get_paginated_response(serializer.data)

    @extend_schema(summary="Restore a song", request=None, responses={200: CompositionSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Take the song out of the trash, with its files."""
        composition = selectors.songs_in_trash(actor(request)).filter(pk=pk).first()
        if composition is None:
            raise Http404
        services.restore_composition(composition=composition)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(summary="Tracks with their notes", responses={200: TrackSerializer(many=True)})
    @action(detail=True, pagination_class=None, filterset_class=None)
    def tracks(self, request: Request, pk: str) -> Response:
        """All tracks of the song in order."""
        tracks = self.get_object().tracks.prefetch_related("note_windows")
        return Response(TrackSerializer(tracks, many=True).data)

    @extend_schema(summary="Sections", responses={200: SectionSerializer(many=True)})
    @action(detail=True, pagination_class=None, filterset_class=None)
    def sections(self, request: Request, pk: str) -> Response:
        """The form of the song."""
        return Response(SectionSerializer(self.get_object().sections.all(), many=True).data)

    @extend_schema(summary="Chords", responses={200: ChordSerializer(many=True)})
    @action(detail=True, pagination_class=None, filterset_class=None)
    def chords(self, request: Request, pk: str) -> Response:
        """The chord symbols of the song."""
        return Response(ChordSerializer(self.get_object().chords.all(), many=True).data)

    @extend_schema(
        summary="The song as a MIDI file",
        responses={(200, "audio/midi"): OpenApiResponse(OpenApiTypes.BINARY)},
    )
    @action(detail=True)
    def midi(self, request: Request, pk: str) -> HttpResponse:
        """The document as it stands now, as a type 1 file."""
        composition = self.get_object()
        if not composition.is_composed:
            raise Http404("The song has no notes yet.")
        response = HttpResponse(write_midi(load_score(composition)), content_type="audio/midi")
        response["Content-Disposition"] = f'attachment; filename="{composition.pk}.mid"'
        return response


@extend_schema_view(
    list=extend_schema(summary="List the renders of a song"),
    retrieve=extend_schema(summary="Get a render"),
)
class RenderViewSet(OfCompositionViewSet):
    """Mixes of a song."""

    queryset = Render.objects.none()
    serializer_class = RenderSerializer
    required_scope = "render"

    def related(self) -> QuerySet[Any]:
        """With files and job."""
        return Render.objects.select_related("mix", "mp3", "job").defer("peaks")

    @extend_schema(
        summary="Render a song",
        parameters=[IDEMPOTENCY_KEY],
        request=RenderRequestSerializer,
        responses={202: RenderSerializer},
    )
    def create(self, request: Request, composition_pk: str) -> Response:
        """Ask for a mix with a preset, with parameters of your own, or both."""
        form = RenderRequestSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        render = services.request_render(
            composition=self.get_composition(),
            user=actor(request),
            idempotency_key=idempotency_key(request),
            **form.validated_data,
        )
        return Response(self.get_serializer(render).data, status=status.HTTP_202_ACCEPTED)
