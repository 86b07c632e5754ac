"""REST endpoints for files that are brought in."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ariaforge.api.idempotency import IDEMPOTENCY_KEY, idempotency_key
from ariaforge.api.jobs import JobSerializer
from compositions import imports
from compositions.api.base import OfCompositionViewSet, actor, song_to_edit
from compositions.api.serializers import CompositionSerializer
from compositions.models import Import
from media.api.serializers import AssetSerializer
from projects.models import Project

_WHAT = "A MIDI (.mid, 2 MB at most) or MusicXML file (.musicxml, .mxl or .xml, 80 MB at most)."


class ImportSongSerializer(serializers.Serializer[Any]):
    """A file that becomes a song."""

    file = serializers.FileField(help_text=_WHAT)
    project = serializers.PrimaryKeyRelatedField(
        queryset=Project.objects.none(), required=False, allow_null=True
    )
    name = serializers.CharField(
        max_length=imports.NAME_MAX_LENGTH,
        required=False,
        allow_blank=True,
        help_text="Without one, the title in the file or the file's name.",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Offer only projects that the caller may edit."""
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None:
            fields["project"].queryset = Project.objects.editable_by(request.user)  # type: ignore[attr-defined]
        return fields


class ImportIntoSerializer(serializers.Serializer[Any]):
    """A file that changes a song."""

    file = serializers.FileField(help_text=_WHAT)
    mode = serializers.ChoiceField(
        choices=[Import.Mode.APPLY.value, Import.Mode.PROPOSE.value],
        default=Import.Mode.APPLY.value,
        help_text="Change the song at once (what was is kept as a version), or propose it.",
    )


class ImportSerializer(serializers.ModelSerializer[Import]):
    """A file that was brought in: what was read, and what became of it."""

    composition = serializers.UUIDField(source="composition_id", read_only=True)
    version = serializers.UUIDField(source="version_id", read_only=True, allow_null=True)
    proposal = serializers.UUIDField(source="proposal_id", read_only=True, allow_null=True)
    asset = AssetSerializer(read_only=True, allow_null=True)
    job = JobSerializer(read_only=True, allow_null=True)
    remarks = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Import
        fields: tuple[str, ...] = (
            "id",
            "composition",
            "filename",
            "format",
            "mode",
            "sha256",
            "remarks",
            "version",
            "proposal",
            "asset",
            "job",
            "created_at",
        )
        read_only_fields = fields


class ImportSongView(APIView):
    """Songs from files."""

    parser_classes = (MultiPartParser,)
    throttle_scope = "compose"

    @extend_schema(
        operation_id="compositions_import_new_create",
        summary="Make a song from a MIDI or MusicXML file",
        parameters=[IDEMPOTENCY_KEY],
        request=ImportSongSerializer,
        responses={202: CompositionSerializer},
    )
    def post(self, request: Request) -> Response:
        """Begin a song from a file; watch its job, or the song itself, until it is ready.

        A mix is rendered afterwards. The file is kept; what was repaired or left out is
        among the song's imports.
        """
        form = ImportSongSerializer(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        data = form.validated_data
        song = imports.import_song(
            user=actor(request),
            file=data["file"],
            filename=data["file"].name,
            project=data.get("project"),
            name=data.get("name", ""),
            idempotency_key=idempotency_key(request),
        )
        answer = CompositionSerializer(song, context={"request": request}).data
        return Response(answer, status=status.HTTP_202_ACCEPTED)


class ImportIntoView(APIView):
    """Changes of a song from files."""

    parser_classes = (MultiPartParser,)
    throttle_scope = "compose"

    @extend_schema(
        operation_id="compositions_import_create",
        summary="Import a file into a song",
        parameters=[IDEMPOTENCY_KEY],
        request=ImportIntoSerializer,
        responses={202: ImportSerializer},
    )
    def post(self, request: Request, composition_pk: str) -> Response:
        """Read a file as changes of the song, at once or as a proposal.

        Notes that the song has are found again (by their ids where the file kept them, else
        by what they are), so that an edit made in another program comes back as changes.
        What is locked is never changed: then the import fails and says so.
        """
        song = song_to_edit(request, composition_pk)  # type: ignore[arg-type]
        form = ImportIntoSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        row = imports.import_into(
            composition=song,
            user=actor(request),
            file=data["file"],
            filename=data["file"].name,
            mode=data["mode"],
            idempotency_key=idempotency_key(request),
        )
        answer = ImportSerializer(row, context={"request": request}).data
        return Response(answer, status=status.HTTP_202_ACCEPTED)


@extend_schema_view(
    list=extend_schema(summary="List the files imported into a song"),
    retrieve=extend_schema(summary="Get an import"),
)
class ImportViewSet(OfCompositionViewSet):
    """Files that were brought into a song, with what was read of them."""

    queryset = Import.objects.none()
    serializer_class = ImportSerializer

    def related(self) -> QuerySet[Any]:
        """With file and job."""
        return Import.objects.select_related("asset", "job")
