"""REST endpoints of proposals: changes that an AI or a person offers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ariaforge.api.idempotency import ANSWER_ONCE, answer_once
from compositions.api.base import OfCompositionViewSet, actor
from compositions.api.changes import CHANGING, change_song
from compositions.api.lookups import branch_named, in_words, scope_from
from compositions.api.merge_serializers import (
    AcceptSerializer,
    MergePlanSerializer,
    NewProposalSerializer,
    ProposalDetailSerializer,
    ProposalSerializer,
    RejectSerializer,
)
from compositions.api.merge_views import plan_answer
from compositions.api.tellings import told
from compositions.history import proposals
from compositions.history.references import resolve_version
from compositions.history.versions import load_version
from compositions.models import Composition, Proposal

_UNSHOWN = ("tree", "provenance", "merge")


class ProposalFilter(filters.FilterSet):
    """Filters of the list of proposals."""

    class Meta:
        model = Proposal
        fields = ("state",)


@extend_schema_view(list=extend_schema(summary="List the proposals of a song"))
class ProposalViewSet(OfCompositionViewSet):
    """Changes that an AI or a person offers."""

    queryset = Proposal.objects.none()
    serializer_class = ProposalSerializer
    filterset_class = ProposalFilter

    def related(self) -> QuerySet[Any]:
        """With branches and versions; the hashes of their parts only for a single one."""
        versions = ("base", "version", "result")
        rows = Proposal.objects.select_related("branch", "target", *versions)
        if self.action != "list":
            return rows
        return rows.defer(*(f"{row}__{column}" for row in versions for column in _UNSHOWN))

    def _answer(self, proposal: Proposal, status_code: int = status.HTTP_200_OK) -> Response:
        found = self.get_queryset().get(pk=proposal.pk)
        sentences = told(load_version(found.base), load_version(found.version))
        answer = ProposalDetailSerializer(found, context={"sentences": sentences}).data
        return Response(answer, status=status_code)

    @extend_schema(summary="Get a proposal", responses=ProposalDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The offer, and in words what it would change."""
        return self._answer(self.get_object())

    @extend_schema(
        summary="Propose a change",
        parameters=[ANSWER_ONCE],
        request=NewProposalSerializer,
        responses={201: ProposalDetailSerializer},
    )
    def create(self, request: Request, composition_pk: UUID) -> Response:
        """Offer what a branch holds now, or a whole document, for others to accept.

        A document gets a branch of its own. What is added to a branch after it was offered
        is not part of the offer.
        """
        song = self.get_composition()
        form = NewProposalSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wish = form.validated_data
        common: dict[str, Any] = {
            "composition": song,
            "user": actor(request),
            "title": wish["title"],
            "description": wish.get("description", ""),
        }

        def propose() -> Response:
            if "document" in wish:
                base = resolve_version(song, wish["base"]) if "base" in wish else None
                made = proposals.propose(**common, data=wish["document"], base=base)
            else:
                target = branch_named(song, wish["target"]) if "target" in wish else None
                made = proposals.propose_branch(
                    **common, branch=branch_named(song, wish["branch"]), target=target
                )
            return self._answer(made, status.HTTP_201_CREATED)

        return answer_once(request, propose)

    @extend_schema(
        summary="Accept a proposal",
        parameters=CHANGING,
        request=AcceptSerializer,
        responses={
            200: OpenApiResponse(MergePlanSerializer, "With `dry_run`: what would happen."),
            201: OpenApiResponse(
                ProposalDetailSerializer, "It was done; `result` is the version that it made."
            ),
        },
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def accept(self, request: Request, composition_pk: UUID, pk: UUID) -> Response:
        """Take the offer over, all of it or the tracks, sections and bars of `scope`.

        It becomes one version that says where it came from. Conflicts are answered as those
        of a merge.
        """
        song = self.get_composition()
        proposal = self.get_object()
        form = AcceptSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wish = form.validated_data
        choices: dict[str, Any] = {
            "scope": scope_from(wish.get("scope")),
            "resolutions": wish.get("resolutions"),
            "fixes": wish.get("fixes", ()),
        }
        if wish["dry_run"]:
            with in_words():
                return plan_answer(proposals.plan_acceptance(proposal, **choices), wish)
        choices["accept_defaults"] = wish["accept_defaults"]
        choices["message"] = wish.get("message", "")

        def accept(locked: Composition) -> Response:
            proposals.accept(proposal=proposal, user=actor(request), **choices)
            return self._answer(proposal, status.HTTP_201_CREATED)

        with in_words():
            return change_song(request, song, accept)

    @extend_schema(
        summary="Reject a proposal",
        parameters=[ANSWER_ONCE],
        request=RejectSerializer,
        responses=ProposalDetailSerializer,
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def reject(self, request: Request, composition_pk: UUID, pk: UUID) -> Response:
        """Close the offer; its branch stays."""
        self.get_composition()
        proposal = self.get_object()
        form = RejectSerializer(data=request.data)
        form.is_valid(raise_exception=True)

        def reject() -> Response:
            proposals.reject(proposal=proposal, user=actor(request), **form.validated_data)
            return self._answer(proposal)

        return answer_once(request, reject)

    @extend_schema(
        summary="Withdraw a proposal",
        parameters=[ANSWER_ONCE],
        request=None,
        responses=ProposalDetailSerializer,
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def withdraw(self, request: Request, composition_pk: UUID, pk: UUID) -> Response:
        """Take one's own offer back."""
        self.get_composition()
        proposal = self.get_object()

        def withdraw() -> Response:
            proposals.withdraw(proposal=proposal, user=actor(request))
            return self._answer(proposal)

        return answer_once(request, withdraw)
