"""Differences between states of a song, in words, for the answers of the API."""

from __future__ import annotations

from rest_framework.response import Response

from compositions.api.history_serializers import VersionDetailSerializer
from compositions.history.versions import load_version
from compositions.models import Version
from compositions.score.diff_words import Sentence, tell
from compositions.score.entities import Plain, to_entities


def told(before: Plain, after: Plain) -> list[Sentence]:
    """What leads from one document to the other, in words."""
    return tell(to_entities(before), to_entities(after))


def version_answer(version: Version, status_code: int = 200) -> Response:
    """A version with its parents and what changed with it; the first one changed nothing."""
    found = (
        Version.objects.select_related("parent", "merged_parent")
        .prefetch_related("tags")
        .get(pk=version.pk)
    )
    sentences: list[Sentence] = []
    if found.parent is not None:
        sentences = told(load_version(found.parent), load_version(found))
    answer = VersionDetailSerializer(found, context={"sentences": sentences}).data
    return Response(answer, status=status_code)
