"""REST endpoints of AI sessions: conversations with the composer, kept step by step."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ariaforge.api.idempotency import ANSWER_ONCE, answer_once
from compositions.ai_sessions.selectors import counted, with_steps
from compositions.ai_sessions.services import continue_from, request_replay
from compositions.api.base import OfCompositionViewSet, actor
from compositions.api.session_serializers import (
    AISessionDetailSerializer,
    AISessionSerializer,
    AISessionStepSerializer,
    BranchFromStepSerializer,
)
from compositions.models import AISession, AISessionStep


class AISessionFilter(filters.FilterSet):
    """Filters of the list of sessions."""

    branch = filters.CharFilter(field_name="branch__name", label="Name of the branch")
    person = filters.CharFilter(field_name="created_by__username", label="Who talked")
    state = filters.ChoiceFilter(
        choices=AISessionStep.State.choices,
        method="filter_state",
        label="With a step in this state",
    )

    class Meta:
        model = AISession
        fields = ("branch", "person", "state")

    def filter_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep the sessions with a step in the state."""
        return queryset.filter(pk__in=AISessionStep.objects.filter(state=value).values("session"))


@extend_schema_view(list=extend_schema(summary="List the AI sessions of a song"))
class AISessionViewSet(OfCompositionViewSet):
    """Conversations with the composer about a song."""

    queryset = AISession.objects.none()
    serializer_class = AISessionSerializer
    filterset_class = AISessionFilter

    def related(self) -> QuerySet[Any]:
        """With person and branch, and how many steps; all of them for a single one."""
        rows = counted(AISession.objects.all())
        return rows if self.action == "list" else with_steps(rows)

    def get_throttles(self) -> list[Any]:
        """A replay composes, and counts as that."""
        self.throttle_scope = "compose" if self.action == "replay" else None
        return super().get_throttles()

    def _session(self, pk: UUID) -> AISession:
        """The session, if the caller may change its song; 403 or 404 otherwise."""
        song = self.get_composition()
        found: AISession = get_object_or_404(AISession.objects.filter(composition=song), pk=pk)
        return found

    @extend_schema(summary="Get an AI session", responses=AISessionDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The session with every step: what was asked, understood, made and decided."""
        return Response(AISessionDetailSerializer(self.get_object()).data)

    @extend_schema(
        summary="Replay an AI session",
        parameters=[ANSWER_ONCE],
        request=None,
        responses={202: AISessionStepSerializer},
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def replay(self, request: Request, composition_pk: UUID, pk: UUID) -> Response:
        """Do the chosen steps again, from the first, and compare the music hash by hash.

        The answer is a step of its own, and its job. When that is done, the step is `checked`
        if the same engine gave the same bytes; `parameters.report` has the hashes. Where
        another engine gives other music, that is `offered` as a proposal.
        """
        session = self._session(pk)

        def work() -> Response:
            step = request_replay(session=session, user=actor(request))
            return Response(AISessionStepSerializer(step).data, status=status.HTTP_202_ACCEPTED)

        return answer_once(request, work)

    @extend_schema(
        summary="Go on from a step of an AI session",
        parameters=[ANSWER_ONCE],
        request=BranchFromStepSerializer,
        responses={201: AISessionDetailSerializer},
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def branch(self, request: Request, composition_pk: UUID, pk: UUID) -> Response:
        """Open a branch of the song at what the step made, and a session of one's own on it.

        The song goes to the new branch; what was not saved is saved where it was.
        """
        session = self._session(pk)
        form = BranchFromStepSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wish = form.validated_data
        step = get_object_or_404(
            AISessionStep.objects.select_related("session", "result_version", "proposal__result"),
            session=session,
            pk=wish["step"],
        )

        def work() -> Response:
            made = continue_from(step=step, user=actor(request), name=wish.get("name", ""))
            found = with_steps(counted(AISession.objects.filter(pk=made.pk))).get()
            answer = AISessionDetailSerializer(found).data
            return Response(answer, status=status.HTTP_201_CREATED)

        return answer_once(request, work)
