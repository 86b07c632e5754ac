"""REST endpoints that bring lines of work on a song together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from compositions.api.base import actor, song_to_edit
from compositions.api.changes import CHANGING, change_song
from compositions.api.history_serializers import VersionDetailSerializer
from compositions.api.lookups import branch_named, in_words, scope_from
from compositions.api.merge_serializers import (
    CherryPickSerializer,
    MergePlanSerializer,
    MergeRequestSerializer,
    RevertSerializer,
)
from compositions.api.tellings import version_answer
from compositions.history import merging, picking
from compositions.history.merging import MAX_RECORDED, MergePlan
from compositions.history.references import resolve_version
from compositions.models import Composition, Version

MERGE_RESPONSES: dict[int, Any] = {
    200: OpenApiResponse(MergePlanSerializer, "With `dry_run`: what would happen."),
    201: OpenApiResponse(VersionDetailSerializer, "It was done: the version that it made."),
}


def plan_answer(plan: MergePlan, choices: dict[str, Any]) -> Response:
    """Say what a merge would do."""
    decided = not plan.conflicts or choices["accept_defaults"]
    answer = {
        "ours_changes": plan.result.ours_changes,
        "theirs_changes": plan.result.theirs_changes,
        **plan.to_dict(choices.get("resolutions")),
        "sentences": [sentence.to_dict() for sentence in plan.sentences[:MAX_RECORDED]],
        "sentence_count": len(plan.sentences),
        "can_merge": decided and not plan.blocking,
    }
    return Response(answer)


class _MergeView(APIView):
    """Reads the form, and previews or does what it asks for."""

    form_class: type[BaseSerializer[Any]]

    def answer(
        self,
        request: Request,
        song: Composition,
        preview: Callable[[dict[str, Any]], MergePlan],
        do: Callable[[Composition, dict[str, Any]], Version],
        form: dict[str, Any],
    ) -> Response:
        """Answer with the plan (``dry_run``) or with the version that was made."""
        choices: dict[str, Any] = {
            name: form[name] for name in ("resolutions", "fixes") if name in form
        }
        with in_words():
            if form["dry_run"]:
                return plan_answer(preview(choices), form)
            choices["accept_defaults"] = form["accept_defaults"]
            choices["message"] = form.get("message", "")
            return change_song(
                request,
                song,
                lambda locked: version_answer(do(locked, choices), status.HTTP_201_CREATED),
            )

    def read(self, request: Request) -> dict[str, Any]:
        """Return the validated form."""
        form = self.form_class(data=request.data)
        form.is_valid(raise_exception=True)
        data: dict[str, Any] = form.validated_data
        return data


class MergeView(_MergeView):
    """Merging a version into a branch."""

    form_class = MergeRequestSerializer

    @extend_schema(
        summary="Merge",
        parameters=CHANGING,
        request=MergeRequestSerializer,
        responses=MERGE_RESPONSES,
    )
    def post(self, request: Request, composition_pk: UUID) -> Response:
        """Bring what another branch, tag or version changed into a branch.

        What both sides changed differently is 409 with all conflicts in `details`, until
        `resolutions` or `accept_defaults` decide it; so is a warning that blocks the merge.
        """
        song = song_to_edit(request, composition_pk)
        form = self.read(request)
        theirs = resolve_version(song, form["from"])
        into = branch_named(song, form["into"]) if "into" in form else None
        return self.answer(
            request,
            song,
            lambda choices: merging.plan_merge(song, theirs, into=into, **choices),
            lambda locked, choices: merging.merge_versions(
                composition=locked, user=actor(request), theirs=theirs, into=into, **choices
            ),
            form,
        )


class CherryPickView(_MergeView):
    """Taking part of a version over."""

    form_class = CherryPickSerializer

    @extend_schema(
        summary="Take part of a version over",
        parameters=CHANGING,
        request=CherryPickSerializer,
        responses=MERGE_RESPONSES,
    )
    def post(self, request: Request, composition_pk: UUID) -> Response:
        """Bring tracks, sections or bars of another version into the branch that is followed.

        From an earlier version of the same branch they come back as they were. Conflicts
        are answered as those of a merge.
        """
        song = song_to_edit(request, composition_pk)
        form = self.read(request)
        version = resolve_version(song, form["version"])
        scope = scope_from(form.get("scope"))
        return self.answer(
            request,
            song,
            lambda choices: picking.plan_cherry_pick(song, version, scope, **choices),
            lambda locked, choices: picking.cherry_pick(
                composition=locked, user=actor(request), version=version, scope=scope, **choices
            ),
            form,
        )


class RevertView(_MergeView):
    """Taking back what a version changed."""

    form_class = RevertSerializer

    @extend_schema(
        summary="Take back what a version changed",
        parameters=CHANGING,
        request=RevertSerializer,
        responses=MERGE_RESPONSES,
    )
    def post(self, request: Request, composition_pk: UUID) -> Response:
        """Undo one version and keep all that came after it, as a new version.

        Conflicts with what came after are answered as those of a merge.
        """
        song = song_to_edit(request, composition_pk)
        form = self.read(request)
        version = resolve_version(song, form["version"])
        return self.answer(
            request,
            song,
            lambda choices: picking.plan_revert(song, version, **choices),
            lambda locked, choices: picking.revert(
                composition=locked, user=actor(request), version=version, **choices
            ),
            form,
        )
