"""REST endpoints of presets."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer

from accounts.models import User
from ariaforge.api.idempotency import IDEMPOTENCY_KEY, idempotency_key
from ariaforge.api.jobs import JobSerializer
from compositions.api.base import actor, song_to_edit, song_to_see
from compositions.api.preset_serializers import (
    PresetAppliedSerializer,
    PresetApplySerializer,
    PresetChangeSerializer,
    PresetCompareSerializer,
    PresetComparisonSerializer,
    PresetCopySerializer,
    PresetCreateSerializer,
    PresetDetailSerializer,
    PresetFileSerializer,
    PresetKeepSerializer,
    PresetListenSerializer,
    PresetSerializer,
    PresetVersionSerializer,
)
from compositions.models import Preset, PresetVersion
from compositions.presets import selectors, services
from compositions.presets.applying import Applied, apply_preset, keep_as_preset
from compositions.presets.comparing import compare, request_comparison, told
from compositions.presets.exchange import file_of, import_preset

_VERSION = OpenApiParameter("version", int, description="Number of a version; the newest if unset.")


class PresetFilter(django_filters.FilterSet):
    """By what a preset is for, whose it is, and words."""

    kind = django_filters.ChoiceFilter(choices=Preset.Kind.choices)
    category = django_filters.CharFilter(lookup_expr="iexact")
    search = django_filters.CharFilter(
        method="filter_search", label="Words in name, description, category or tags"
    )
    whose = django_filters.ChoiceFilter(
        choices=selectors.WHOSE, method="filter_whose", label="Mine, shared by others, the studio's"
    )

    class Meta:
        model = Preset
        fields = ("kind", "category")

    def filter_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those that have every word."""
        return selectors.searched(queryset, value)

    def filter_whose(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those of somebody."""
        assert self.request is not None  # noqa: S101 - the API always has one
        return selectors.of_whom(queryset, cast(User, self.request.user), value)


@extend_schema_view(
    list=extend_schema(summary="List presets"),
    retrieve=extend_schema(summary="Get a preset"),
    destroy=extend_schema(summary="Move a preset to the trash"),
)
class PresetViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet,
):
    """Presets of instruments, effects, mixes and renders: the studio's, shared ones, one's own."""

    queryset = Preset.objects.none()
    serializer_class = PresetSerializer
    filterset_class = PresetFilter
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Any]:
        """Presets that the caller may use."""
        return Preset.objects.visible_to(self.request.user).with_settings()

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """The words are for a single one."""
        return PresetDetailSerializer if self.action == "retrieve" else PresetSerializer

    def get_throttles(self) -> list[Any]:
        """Listening renders, and counts as an export."""
        self.throttle_scope = "export" if self.action == "listen" else None
        return super().get_throttles()

    @property
    def required_scope(self) -> str | None:
        """What a token must be allowed to do besides reading and writing by method."""
        return "render" if self.action == "listen" else None

    def _own(self, pk: UUID) -> Preset:
        """The preset for changing it; 404 when the caller may not see it, 403 when not change."""
        try:
            return selectors.preset_to_change(actor(self.request), pk)
        except Preset.DoesNotExist as error:
            raise Http404 from error

    def _answer(self, preset: Preset, status_code: int = status.HTTP_200_OK) -> Response:
        fresh = Preset.objects.with_settings().get(pk=preset.pk)
        return Response(PresetDetailSerializer(fresh).data, status=status_code)

    def _version(self, pk: UUID | None, number: int | None) -> PresetVersion | None:
        """The version of a preset that the caller may use; None without a preset."""
        if pk is None:
            return None
        preset = get_object_or_404(self.get_queryset(), pk=pk)
        rows = PresetVersion.objects.filter(preset=preset).select_related("preset")
        wanted = {"pk": preset.current_id} if number is None else {"number": number}
        found: PresetVersion = get_object_or_404(rows, **wanted)
        return found

    @extend_schema(
        summary="Create a preset",
        request=PresetCreateSerializer,
        responses={201: PresetDetailSerializer},
    )
    def create(self, request: Request) -> Response:
        """Keep settings under a name; they are version 1."""
        values = _valid(PresetCreateSerializer, request.data)
        preset = services.create_preset(user=actor(request), **values)
        return self._answer(preset, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change a preset",
        request=PresetChangeSerializer,
        responses={200: PresetDetailSerializer},
    )
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what it is called and who may use it; other settings become a new version."""
        preset = self._own(pk)
        values = _valid(PresetChangeSerializer, request.data)
        services.update_preset(preset=preset, user=actor(request), **values)
        return self._answer(preset)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Move it to the trash."""
        services.delete_preset(preset=self._own(kwargs["pk"]), user=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Presets in the trash", responses=PresetSerializer(many=True))
    @action(detail=False, filterset_class=None)
    def trash(self, request: Request) -> Response:
        """Presets of one's own that can be restored."""
        page = self.paginate_queryset(selectors.presets_in_trash(actor(request)))
        return self.get_paginated_response(PresetSerializer(page, many=True).data)

    @extend_schema(
        summary="Restore a preset", request=None, responses={200: PresetDetailSerializer}
    )
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID) -> Response:
        """Take a preset out of the trash."""
        preset = get_object_or_404(selectors.presets_in_trash(actor(request)), pk=pk)
        services.restore_preset(preset=preset, user=actor(request))
        return self._answer(preset)

    @extend_schema(
        summary="List the versions of a preset", responses=PresetVersionSerializer(many=True)
    )
    @action(detail=True, filterset_class=None)
    def versions(self, request: Request, pk: UUID) -> Response:
        """Every state that was saved, the latest first."""
        preset = get_object_or_404(self.get_queryset(), pk=pk)
        page = self.paginate_queryset(PresetVersion.objects.filter(preset=preset))
        return self.get_paginated_response(PresetVersionSerializer(page, many=True).data)

    @extend_schema(
        summary="Go back to a version of a preset",
        request=None,
        responses={200: PresetDetailSerializer},
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="versions/<int:number>/restore",
        url_name="restore-version",
    )
    def restore_version(self, request: Request, pk: UUID, number: int) -> Response:
        """Make its settings the newest version again."""
        preset = self._own(pk)
        get_object_or_404(PresetVersion.objects.filter(preset=preset), number=number)
        services.restore_version(preset=preset, user=actor(request), number=number)
        return self._answer(preset)

    @extend_schema(
        summary="Copy a preset",
        request=PresetCopySerializer,
        responses={201: PresetDetailSerializer},
    )
    @action(detail=True, methods=["post"], url_path="copy", url_name="copy")
    def make_copy(self, request: Request, pk: UUID) -> Response:
        """Make a preset of one's own of it."""
        preset = get_object_or_404(self.get_queryset(), pk=pk)
        values = _valid(PresetCopySerializer, request.data)
        made = services.copy_preset(preset=preset, user=actor(request), **values)
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(
        summary="A preset as a file",
        parameters=[_VERSION],
        responses={200: PresetFileSerializer},
    )
    @action(detail=True, url_path="export", url_name="export", filterset_class=None)
    def as_file(self, request: Request, pk: UUID) -> HttpResponse:
        """The JSON that every AriaForge can import."""
        text = request.query_params.get("version", "")
        if text and not (text.isascii() and text.isdigit() and len(text) < 9):
            raise Http404
        version = self._version(pk, int(text) if text else None)
        assert version is not None  # noqa: S101 - a key was given
        name, content = file_of(version.preset, version)
        response = HttpResponse(content, content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{_ascii(name)}"'
        return response

    @extend_schema(
        summary="Import a preset",
        request=PresetFileSerializer,
        responses={201: PresetDetailSerializer},
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="import",
        url_name="import",
        parser_classes=[JSONParser],
    )
    def from_file(self, request: Request) -> Response:
        """Make a preset of one's own of what was exported here or elsewhere."""
        preset = import_preset(user=actor(request), data=request.data)
        return self._answer(preset, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Keep what a track or song is set to as a preset",
        request=PresetKeepSerializer,
        responses={201: PresetDetailSerializer},
    )
    @action(detail=False, methods=["post"])
    def keep(self, request: Request) -> Response:
        """Make a preset of an instrument, a channel strip, a mix or the choices of renders."""
        values = _valid(PresetKeepSerializer, request.data)
        song = song_to_see(request, values.pop("composition"))
        track = values.pop("track", "")
        preset = keep_as_preset(composition=song, user=actor(request), track_id=track, **values)
        return self._answer(preset, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Apply a preset",
        request=PresetApplySerializer,
        responses={200: PresetAppliedSerializer},
    )
    @action(detail=True, methods=["post"], url_path="apply", url_name="apply")
    def put_on(self, request: Request, pk: UUID) -> Response:
        """Put it on a track or a song, as an edit that can be undone.

        A render preset is kept with the song; its next mixes begin from it.
        """
        preset = get_object_or_404(self.get_queryset(), pk=pk)
        values = _valid(PresetApplySerializer, request.data)
        song = song_to_edit(request, values["composition"])
        version = self._version(pk, values["version"])
        done = apply_preset(
            preset=preset,
            composition=song,
            user=actor(request),
            track_id=values["track"],
            version=version,
        )
        return Response(_applied(done))

    @extend_schema(
        summary="Compare two presets",
        request=PresetCompareSerializer,
        responses={200: PresetComparisonSerializer},
    )
    @action(detail=False, methods=["post"], url_path="compare", url_name="compare")
    def side_by_side(self, request: Request) -> Response:
        """Tell in what two presets differ on a track or song, or a preset and what is set now."""
        values = _valid(PresetCompareSerializer, request.data)
        song = song_to_see(request, values["composition"])
        comparison = compare(composition=song, track_id=values["track"], **self._sides(values))
        return Response(told(comparison))

    @extend_schema(
        summary="Hear two presets",
        parameters=[IDEMPOTENCY_KEY],
        request=PresetListenSerializer,
        responses={202: JobSerializer},
    )
    @action(detail=False, methods=["post"])
    def listen(self, request: Request) -> Response:
        """Render some bars with each, equally loud; the job's `result` has both files."""
        values = _valid(PresetListenSerializer, request.data)
        song = song_to_see(request, values["composition"])
        job = request_comparison(
            composition=song,
            user=actor(request),
            track_id=values["track"],
            from_bar=values["from_bar"],
            to_bar=values["to_bar"],
            idempotency_key=idempotency_key(request),
            **self._sides(values),
        )
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)

    def _sides(self, values: dict[str, Any]) -> dict[str, PresetVersion | None]:
        return {side: self._version(values[side], values[f"{side}_version"]) for side in ("a", "b")}


def _valid(form_class: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    form = form_class(data=data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _applied(done: Applied) -> dict[str, Any]:
    return {
        "changes": [
            {"setting": entry.label, "a": entry.before, "b": entry.after} for entry in done.changes
        ],
        "edit": str(done.batch.pk) if done.batch is not None else None,
        "remarks": list(done.remarks),
    }


def _ascii(name: str) -> str:
    return name.encode("ascii", "ignore").decode() or "preset.json"
