"""REST endpoints of projects and their members."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from projects import services
from projects.api.serializers import (
    CoverSerializer,
    MembershipSerializer,
    NewMembershipSerializer,
    ProjectSerializer,
)
from projects.models import Membership, Project
from projects.selectors import project_list, project_members


class ProjectFilter(filters.FilterSet):
    """Filters of the project list."""

    search = filters.CharFilter(
        method="filter_search",
        max_length=200,
        help_text="Words that all occur in the name, description or genre.",
    )
    genre = filters.CharFilter(lookup_expr="iexact", max_length=60)

    class Meta:
        model = Project
        fields = ("status",)

    def filter_search(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        """Keep the projects that match."""
        found: QuerySet[Any] = queryset.matching(value)
        return found


def actor_of(request: Request) -> User:
    """Return the signed-in person."""
    return cast(User, request.user)


@extend_schema_view(
    list=extend_schema(tags=["projects"]),
    retrieve=extend_schema(tags=["projects"]),
    create=extend_schema(tags=["projects"]),
    update=extend_schema(tags=["projects"]),
    partial_update=extend_schema(tags=["projects"]),
    destroy=extend_schema(tags=["projects"], description="Move the project to the trash."),
)
class ProjectViewSet(viewsets.ModelViewSet[Project]):
    """Projects of which the person who asks is a member."""

    lookup_value_converter = "uuid"
    queryset = Project.objects.none()
    serializer_class = ProjectSerializer
    filterset_class = ProjectFilter

    def get_queryset(self) -> Any:
        """Return the projects that the person may see."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        in_trash = self.action in {"trash", "restore"}
        return project_list(actor_of(self.request), status="trash" if in_trash else "")

    def perform_create(self, serializer: Any) -> None:
        """Create the project, owned by the person who asks."""
        project = services.create_project(owner=actor_of(self.request), **serializer.validated_data)
        serializer.instance = self._again(project)

    def perform_update(self, serializer: Any) -> None:
        """Change the project, if the person's role allows it."""
        project = services.update_project(
            project=serializer.instance,
            actor=actor_of(self.request),
            **serializer.validated_data,
        )
        serializer.instance = self._again(project)

    def perform_destroy(self, instance: Project) -> None:
        """Move the project to the trash."""
        services.delete_project(project=instance, actor=actor_of(self.request))

    @extend_schema(tags=["projects"], filters=False, responses=ProjectSerializer(many=True))
    @action(detail=False, filterset_class=None)
    def trash(self, request: Request) -> Response:
        """List the projects in the trash that the person owns."""
        return self.list(request)

    @extend_schema(tags=["projects"], request=None, responses=ProjectSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID) -> Response:
        """Bring a project back from the trash."""
        project = services.restore_project(project=self.get_object(), actor=actor_of(request))
        return Response(self.get_serializer(self._again(project)).data)

    @extend_schema(tags=["projects"], request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, pk: UUID) -> Response:
        """End the person's own membership; the last owner cannot."""
        services.leave_project(project=self.get_object(), actor=actor_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(tags=["projects"], request=CoverSerializer, responses=ProjectSerializer)
    @action(detail=True, methods=["put"], parser_classes=[MultiPartParser])
    def cover(self, request: Request, pk: UUID) -> Response:
        """Give the project a cover: JPEG, PNG or WebP, at most 10 MB and 40 megapixels."""
        given = CoverSerializer(data=request.data)
        project = self.get_object()
        given.is_valid(raise_exception=True)
        image = given.validated_data["image"]
        project = services.set_cover(
            project=project, actor=actor_of(request), file=image, size=image.size
        )
        return Response(self.get_serializer(self._again(project)).data)

    @extend_schema(tags=["projects"], request=None, responses={204: None})
    @cover.mapping.delete
    def remove_cover(self, request: Request, pk: UUID) -> Response:
        """Take the cover off the project."""
        services.remove_cover(project=self.get_object(), actor=actor_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _again(self, project: Project) -> Any:
        """Return the project with the person's role and the number of members."""
        return project_list(actor_of(self.request)).get(pk=project.pk)


project_id_parameter = OpenApiParameter("project_id", OpenApiTypes.UUID, OpenApiParameter.PATH)


@extend_schema_view(
    list=extend_schema(tags=["projects"], parameters=[project_id_parameter]),
    partial_update=extend_schema(
        tags=["projects"],
        parameters=[project_id_parameter],
        description="Change the role; the last owner stays owner.",
    ),
    destroy=extend_schema(
        tags=["projects"],
        parameters=[project_id_parameter],
        description="End the membership: owners may end any, every member their own.",
    ),
)
class MembershipViewSet(
    mixins.ListModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[Membership],
):
    """Members of a project, for all of its members to see."""

    lookup_value_converter = "uuid"
    queryset = Membership.objects.none()
    serializer_class = MembershipSerializer
    filter_backends = ()
    http_method_names = ("get", "post", "patch", "delete", "head", "options")

    def get_queryset(self) -> Any:
        """Return the members of the project."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return project_members(self.get_project())

    def get_project(self) -> Project:
        """Return the project of the URL; raises ``Http404`` when the person may not see it."""
        visible = Project.objects.visible_to(actor_of(self.request))
        return cast(Project, get_object_or_404(visible, pk=self.kwargs["project_id"]))

    @extend_schema(
        request=NewMembershipSerializer,
        responses={201: MembershipSerializer},
        tags=["projects"],
        parameters=[project_id_parameter],
    )
    def create(self, request: Request, project_id: UUID) -> Response:
        """Add a person by username or e-mail address; owners may."""
        project = self.get_project()
        given = NewMembershipSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        membership = services.add_member(
            project=project, actor=actor_of(request), **given.validated_data
        )
        return Response(self.get_serializer(membership).data, status=status.HTTP_201_CREATED)

    def perform_update(self, serializer: Any) -> None:
        """Change the role."""
        if "role" in serializer.validated_data:
            serializer.instance = services.change_role(
                membership=serializer.instance,
                actor=actor_of(self.request),
                role=serializer.validated_data["role"],
            )

    def perform_destroy(self, instance: Membership) -> None:
        """End the membership."""
        services.remove_member(membership=instance, actor=actor_of(self.request))
