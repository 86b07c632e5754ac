"""REST endpoints of assets: list them, describe one, fetch its bytes."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from media.api.serializers import AssetSerializer
from media.models import Asset
from media.selectors import asset_file_response


class AssetFilter(django_filters.FilterSet):
    """Assets of one project, kind, role, origin or parent."""

    # Plain identifiers: a choice of rows would tell strangers which of them exist.
    project = django_filters.UUIDFilter(field_name="project_id")
    parent = django_filters.UUIDFilter(field_name="parent_id")

    class Meta:
        model = Asset
        fields = ["kind", "role", "provenance", "sha256"]


class AnyAccept(BaseContentNegotiation):
    """Ignore Accept: a file has the type that it has, whatever a player would like best."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Return the first parser."""
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """Return the first renderer, which only errors use."""
        return renderers[0], renderers[0].media_type


@extend_schema(tags=["assets"])
class AssetViewSet(viewsets.ReadOnlyModelViewSet):
    """The stored files that you may see: mixes, stems, MIDI files, covers."""

    queryset = Asset.objects.none()
    serializer_class = AssetSerializer
    filterset_class = AssetFilter
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Return the assets that the person may see."""
        return Asset.objects.visible_to(self.request.user)

    @extend_schema(
        operation_id="assets_file",
        description=(
            "The bytes of the file. Understands `Range` (one byte range), `If-Range`, "
            "`If-None-Match` and `If-Modified-Since`; the `ETag` is the SHA-256."
        ),
        parameters=[
            OpenApiParameter("download", OpenApiTypes.BOOL, description="Save, do not play."),
            OpenApiParameter(
                "Range", OpenApiTypes.STR, OpenApiParameter.HEADER, description="`bytes=0-99`"
            ),
        ],
        filters=False,
        responses={
            (200, "*/*"): OpenApiTypes.BINARY,
            (206, "*/*"): OpenApiTypes.BINARY,
            304: OpenApiResponse(description="The file that you have is the present one."),
            412: OpenApiResponse(description="A precondition of the request does not hold."),
            416: OpenApiResponse(description="The range lies behind the end of the file."),
        },
    )
    @action(
        detail=True,
        methods=["get"],
        filter_backends=[],
        pagination_class=None,
        content_negotiation_class=AnyAccept,
    )
    def file(self, request: Request, pk: str) -> Any:
        """Return the bytes, or the part that was asked for."""
        download = request.query_params.get("download", "") not in ("", "0", "false")
        return asset_file_response(request._request, self.get_object(), download=download)
