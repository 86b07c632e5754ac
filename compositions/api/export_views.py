"""REST endpoints of exports."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ariaforge.api.idempotency import IDEMPOTENCY_KEY, idempotency_key
from compositions.api.base import OfCompositionViewSet, actor
from compositions.api.export_serializers import (
    ExportRequestSerializer,
    ExportSerializer,
    FormatFactsSerializer,
)
from compositions.exporting import services
from compositions.exporting.formats import FACTS
from compositions.models import Export


@extend_schema_view(
    list=extend_schema(summary="List the exports of a song"),
    retrieve=extend_schema(summary="Get an export"),
)
class ExportViewSet(OfCompositionViewSet):
    """Files made from a song, with their history."""

    queryset = Export.objects.none()
    serializer_class = ExportSerializer
    required_scope = "render"

    def related(self) -> QuerySet[Any]:
        """With file and job."""
        return Export.objects.select_related("asset", "job")

    def get_throttles(self) -> list[Any]:
        """Exporting has a limit of its own."""
        self.throttle_scope = "export" if self.action in ("create", "again") else None
        return super().get_throttles()

    @extend_schema(
        summary="Export a song",
        parameters=[IDEMPOTENCY_KEY],
        request=ExportRequestSerializer,
        responses={202: ExportSerializer},
    )
    def create(self, request: Request, composition_pk: str) -> Response:
        """Ask for a file in a format, or for several formats in one ZIP."""
        form = ExportRequestSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        export = services.request_export(
            composition=self.get_composition(),
            user=actor(request),
            idempotency_key=idempotency_key(request),
            **form.validated_data,
        )
        return Response(self.get_serializer(export).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Export again",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={202: ExportSerializer},
    )
    @action(detail=True, methods=["post"])
    def again(self, request: Request, composition_pk: str, pk: str) -> Response:
        """Ask for the same formats and settings, of the song as it is now."""
        self.get_composition()
        export = services.export_again(
            export=self.get_object(), user=actor(request), idempotency_key=idempotency_key(request)
        )
        return Response(self.get_serializer(export).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(summary="Delete an export", responses={204: None})
    def destroy(self, request: Request, composition_pk: str, pk: str) -> Response:
        """Take the export out of the history; its file goes for good."""
        self.get_composition()
        services.delete_export(export=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class ExportFormatsView(APIView):
    """What songs can be exported in."""

    @extend_schema(
        summary="List the export formats", responses={200: FormatFactsSerializer(many=True)}
    )
    def get(self, request: Request) -> Response:
        """Every format with what can be chosen for it."""
        return Response(FormatFactsSerializer(list(FACTS.values()), many=True).data)
