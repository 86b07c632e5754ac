"""REST endpoints that compare the states of a song, and say who is behind what is in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from ariaforge.api.conditional import ETAG, IF_NONE_MATCH, is_not_modified
from compositions.api.base import song_to_see
from compositions.api.history_serializers import ReferenceField, VersionBriefSerializer
from compositions.api.merge_serializers import DifferenceSerializer
from compositions.documents import read_document
from compositions.history.references import WORKING, resolve
from compositions.history.versions import load_version
from compositions.models import Composition, Version
from compositions.score.diff import Change, diff
from compositions.score.diff_words import tell
from compositions.score.entities import Plain, to_entities
from compositions.score.tree import write_tree

CHANGES_MAX = 5_000
CHANGES_DEFAULT = 1_000
SENTENCES_SHOWN = 500


@dataclass(frozen=True, slots=True)
class _State:
    """One side of a comparison: a version, or the working copy."""

    reference: str
    version: Version | None
    data: Plain
    tree_hash: str

    def to_dict(self) -> dict[str, Any]:
        version = VersionBriefSerializer(self.version).data if self.version else None
        return {"reference": self.reference, "version": version, "tree_hash": self.tree_hash}


class DifferenceQuerySerializer(serializers.Serializer[Any]):
    """What is asked for."""

    to = ReferenceField(required=False, default=WORKING)
    words = serializers.ChoiceField(choices=["only"], required=False)
    limit = serializers.IntegerField(
        min_value=1, max_value=CHANGES_MAX, required=False, default=CHANGES_DEFAULT
    )
    offset = serializers.IntegerField(min_value=0, max_value=10_000_000, required=False, default=0)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add ``from``, which Python does not let one write as an attribute."""
        return {"from": ReferenceField(), **super().get_fields()}


class DifferenceView(APIView):
    """What differs between two states of a song."""

    @extend_schema(
        summary="Compare two states of a song",
        parameters=[DifferenceQuerySerializer, IF_NONE_MATCH, ETAG],
        responses={
            200: DifferenceSerializer,
            304: OpenApiResponse(description="You have it already."),
        },
    )
    def get(self, request: Request, composition_pk: UUID) -> HttpResponseBase:
        """What leads from one state to the other, in words and entity by entity.

        `changes` come in pages of `limit`: follow `next`; when the hashes of the two states
        are others there, the song was edited in between. `sentences` has the first 500;
        with `words=only` there are no changes and the sentences come in pages.
        """
        song = song_to_see(request, composition_pk)
        query = DifferenceQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        before, after = (_state(song, asked[name]) for name in ("from", "to"))
        tag = f"{before.tree_hash[:32]}-{after.tree_hash[:32]}"
        headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
        if is_not_modified(request, tag):
            return HttpResponse(status=304, headers=headers)
        old, new = to_entities(before.data), to_entities(after.data)
        changes = diff(old, new)
        sentences = [sentence.to_dict() for sentence in tell(old, new, changes)]
        offset, limit = asked["offset"], asked["limit"]
        page = slice(offset, offset + limit)
        only_words = asked.get("words") == "only"
        total = len(sentences) if only_words else len(changes)
        following = None
        if offset + limit < total:
            address = request.build_absolute_uri()
            following = replace_query_param(address, "offset", str(offset + limit))
        answer = {
            "from": before.to_dict(),
            "to": after.to_dict(),
            "counts": _counts(changes),
            "sentences": sentences[page] if only_words else sentences[:SENTENCES_SHOWN],
            "sentence_count": len(sentences),
            "changes": [] if only_words else [change.to_dict() for change in changes[page]],
            "change_count": len(changes),
            "offset": offset,
            "limit": limit,
            "next": following,
        }
        return Response(answer, headers=headers)


def _state(composition: Composition, reference: str) -> _State:
    """Return what the reference names. Raises ``UnknownReferenceError``."""
    found = resolve(composition, reference)
    if isinstance(found, Version):
        return _State(reference, found, load_version(found), found.tree_hash)
    try:
        _, data = read_document(composition.pk)
    except Composition.DoesNotExist as error:
        raise Http404 from error
    # Songs that were composed before there was a history have no hash yet.
    return _State(reference, None, data, write_tree(data).tree_hash)


def _counts(changes: list[Change]) -> dict[str, Any]:
    actions = Counter(change.action for change in changes)
    return {
        "added": actions["add"],
        "changed": actions["set"],
        "removed": actions["remove"],
        "kinds": dict(Counter(change.kind for change in changes)),
    }
