"""REST endpoints of a song's branches and tags."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import ExpressionWrapper, F, Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ariaforge.api.idempotency import ANSWER_ONCE, answer_once
from compositions.api.base import OfCompositionViewSet, actor
from compositions.api.changes import CHANGING, change_song
from compositions.api.history_serializers import (
    BranchSerializer,
    ChangeBranchSerializer,
    ChangeTagSerializer,
    NewBranchSerializer,
    NewTagSerializer,
    TagSerializer,
)
from compositions.history import branches
from compositions.models import Branch, Composition, Tag


@extend_schema_view(
    list=extend_schema(summary="List the branches of a song"),
    retrieve=extend_schema(summary="Get a branch"),
)
class BranchViewSet(OfCompositionViewSet):
    """Lines of work on a song."""

    queryset = Branch.objects.none()
    serializer_class = BranchSerializer

    def related(self) -> QuerySet[Any]:
        """With the latest version, and whether the working copy follows the branch."""
        current = ExpressionWrapper(Q(composition__branch=F("pk")), models.BooleanField())
        rows = Branch.objects.select_related("tip").annotate(is_current=current)
        return rows.defer("tip__tree", "tip__provenance", "tip__merge")

    def _answer(self, branch: Branch, status_code: int = status.HTTP_200_OK) -> Response:
        found = self.get_queryset().get(pk=branch.pk)
        return Response(BranchSerializer(found).data, status=status_code)

    @extend_schema(
        summary="Begin a branch",
        parameters=[ANSWER_ONCE],
        request=NewBranchSerializer,
        responses={201: BranchSerializer},
    )
    def create(self, request: Request, composition_pk: UUID) -> Response:
        """Name a version as the beginning of a line of work; `checkout/` goes to it."""
        song = self.get_composition()
        form = NewBranchSerializer(data=request.data)
        form.is_valid(raise_exception=True)

        def begin() -> Response:
            branch = branches.create_branch(
                composition=song,
                user=actor(request),
                name=form.validated_data["name"],
                start=form.validated_data.get("from", ""),
            )
            return self._answer(branch, status.HTTP_201_CREATED)

        return answer_once(request, begin)

    @extend_schema(
        summary="Rename or protect a branch",
        request=ChangeBranchSerializer,
        responses=BranchSerializer,
    )
    def partial_update(self, request: Request, composition_pk: UUID, pk: UUID) -> Response:
        """Give it another name; owners of the project may protect it."""
        self.get_composition()
        branch = self.get_object()
        form = ChangeBranchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            if "name" in form.validated_data:
                branches.rename_branch(
                    branch=branch, user=actor(request), name=form.validated_data["name"]
                )
            if "is_protected" in form.validated_data:
                branches.protect_branch(
                    branch=branch,
                    user=actor(request),
                    protected=form.validated_data["is_protected"],
                )
        return self._answer(branch)

    @extend_schema(summary="Delete a branch")
    def destroy(self, request: Request, composition_pk: UUID, pk: UUID) -> Response:
        """Forget the name; the versions stay."""
        self.get_composition()
        branches.delete_branch(branch=self.get_object(), user=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Go to a branch",
        parameters=CHANGING,
        request=None,
        responses={200: BranchSerializer},
    )
    @action(detail=True, methods=["post"])
    def checkout(self, request: Request, composition_pk: UUID, pk: UUID) -> Response:
        """Let the working copy follow this branch; what was not saved is saved first."""
        song = self.get_composition()
        branch = self.get_object()

        def go(locked: Composition) -> Response:
            branches.checkout(composition=locked, branch=branch, user=actor(request))
            return self._answer(branch)

        return change_song(request, song, go)


@extend_schema_view(
    list=extend_schema(summary="List the tags of a song"),
    retrieve=extend_schema(summary="Get a tag"),
)
class TagViewSet(OfCompositionViewSet):
    """Names that people gave to versions."""

    queryset = Tag.objects.none()
    serializer_class = TagSerializer

    def related(self) -> QuerySet[Any]:
        """With the version."""
        rows = Tag.objects.select_related("version")
        return rows.defer("version__tree", "version__provenance", "version__merge")

    def _answer(self, tag: Tag, status_code: int = status.HTTP_200_OK) -> Response:
        return Response(TagSerializer(self.get_queryset().get(pk=tag.pk)).data, status=status_code)

    @extend_schema(
        summary="Tag a version",
        parameters=[ANSWER_ONCE],
        request=NewTagSerializer,
        responses={201: TagSerializer},
    )
    def create(self, request: Request, composition_pk: UUID) -> Response:
        """Give a version a name that stays with it."""
        song = self.get_composition()
        form = NewTagSerializer(data=request.data)
        form.is_valid(raise_exception=True)

        def tag() -> Response:
            made = branches.create_tag(
                composition=song,
                user=actor(request),
                name=form.validated_data["name"],
                version=form.validated_data.get("version", ""),
            )
            return self._answer(made, status.HTTP_201_CREATED)

        return answer_once(request, tag)

    @extend_schema(
        summary="Rename or move a tag", request=ChangeTagSerializer, responses=TagSerializer
    )
    def partial_update(self, request: Request, composition_pk: UUID, pk: UUID) -> Response:
        """Give it another name, or let it name another version."""
        self.get_composition()
        tag = self.get_object()
        form = ChangeTagSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            if "name" in form.validated_data:
                branches.rename_tag(tag=tag, user=actor(request), name=form.validated_data["name"])
            if "version" in form.validated_data:
                branches.move_tag(
                    tag=tag, user=actor(request), version=form.validated_data["version"]
                )
        return self._answer(tag)

    @extend_schema(summary="Delete a tag")
    def destroy(self, request: Request, composition_pk: UUID, pk: UUID) -> Response:
        """Forget the name; the version stays."""
        self.get_composition()
        branches.delete_tag(tag=self.get_object(), user=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
