"""REST endpoints of project archives."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ariaforge.api.idempotency import IDEMPOTENCY_KEY, idempotency_key
from ariaforge.api.jobs import JobSerializer
from ariaforge.exceptions import NotPermittedError
from compositions.api.base import actor
from compositions.exporting import archives
from compositions.models import ProjectArchive
from media.api.serializers import AssetSerializer
from projects.models import Project


class ProjectArchiveSerializer(serializers.ModelSerializer[ProjectArchive]):
    """An archive that was made of a project, or brought to it."""

    project = serializers.UUIDField(source="project_id", read_only=True)
    asset = AssetSerializer(read_only=True, allow_null=True)
    job = JobSerializer(read_only=True, allow_null=True)

    class Meta:
        model = ProjectArchive
        fields: tuple[str, ...] = (
            "id",
            "project",
            "direction",
            "filename",
            "sha256",
            "song_count",
            "asset",
            "job",
            "expires_at",
            "created_at",
        )
        read_only_fields = fields


class BroughtArchiveSerializer(serializers.Serializer[Any]):
    """An archive whose songs come into the project."""

    file = serializers.FileField(help_text="An .ariaforge file, 2 GB at most.")


def project_to_edit(request: Request, key: UUID) -> Project:
    """The project for changing it: 404 when the caller may not see it, 403 when not change it."""
    person = actor(request)
    found: Project = get_object_or_404(Project.objects.visible_to(person), pk=key)
    if not Project.objects.editable_by(person).filter(pk=key).exists():
        raise NotPermittedError("Only editors and owners of a project do that.")
    return found


@extend_schema_view(
    list=extend_schema(summary="List the archives of a project"),
    retrieve=extend_schema(summary="Get an archive"),
)
class ProjectArchiveViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ProjectArchive]
):
    """Whole projects as files."""

    lookup_value_converter = "uuid"
    queryset = ProjectArchive.objects.none()
    serializer_class = ProjectArchiveSerializer
    required_scope = "render"

    def get_queryset(self) -> QuerySet[ProjectArchive]:
        """The project's archives with file and job."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        projects = Project.objects.visible_to(self.request.user)
        project = get_object_or_404(projects.only("pk"), pk=self.kwargs["project_pk"])
        found: QuerySet[ProjectArchive] = ProjectArchive.objects.select_related(
            "asset", "job"
        ).filter(project=project)
        return found

    def get_throttles(self) -> list[Any]:
        """Exporting has a limit of its own."""
        self.throttle_scope = "export" if self.action == "create" else None
        return super().get_throttles()

    @extend_schema(
        summary="Export a project",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={202: ProjectArchiveSerializer},
    )
    def create(self, request: Request, project_pk: UUID) -> Response:
        """Ask for one file of all songs with their history, which another AriaForge reads."""
        row = archives.request_project_archive(
            project=project_to_edit(request, project_pk),
            user=actor(request),
            idempotency_key=idempotency_key(request),
        )
        return Response(self.get_serializer(row).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(summary="Delete an archive", responses={204: None})
    def destroy(self, request: Request, project_pk: UUID, pk: UUID) -> Response:
        """Take the archive out of the list, and its file with it; songs that were brought stay."""
        project_to_edit(request, project_pk)
        archives.delete_project_archive(archive=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class ImportArchiveView(APIView):
    """Songs from archives."""

    parser_classes = (MultiPartParser,)
    throttle_scope = "compose"

    @extend_schema(
        operation_id="projects_archives_import_create",
        summary="Import an archive into a project",
        parameters=[IDEMPOTENCY_KEY],
        request=BroughtArchiveSerializer,
        responses={202: ProjectArchiveSerializer},
    )
    def post(self, request: Request, project_pk: UUID) -> Response:
        """Add the songs of an archive to the project; nothing that is there changes.

        All songs come in, or none: the job says what is wrong with the file.
        """
        project = project_to_edit(request, project_pk)
        form = BroughtArchiveSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = archives.import_archive(
            project=project,
            user=actor(request),
            file=form.validated_data["file"],
            filename=form.validated_data["file"].name,
            idempotency_key=idempotency_key(request),
        )
        answer = ProjectArchiveSerializer(row, context={"request": request}).data
        return Response(answer, status=status.HTTP_202_ACCEPTED)
