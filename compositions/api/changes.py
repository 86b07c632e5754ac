"""How requests change a song: once per idempotency key, and only the state that they know."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from ariaforge.api.conditional import IF_MATCH, require_match
from ariaforge.api.idempotency import ANSWER_ONCE, answer_once
from compositions.editing import lock_document
from compositions.models import Composition

# For @extend_schema(parameters=CHANGING).
CHANGING: list[OpenApiParameter] = [ANSWER_ONCE, IF_MATCH]


def change_song(
    request: Request, composition: Composition, work: Callable[[Composition], Response]
) -> Response:
    """Do ``work`` with the song locked, in one transaction.

    ``composition`` is one that the caller may change in this way. With an
    ``Idempotency-Key`` that was used before, the first answer is given again; with an
    ``If-Match`` that does not name the working copy, nothing is done (412).
    """

    def locked() -> Response:
        try:
            song = lock_document(composition.pk)
        except Composition.DoesNotExist as error:
            raise Http404 from error
        require_match(request, song.tree_hash)
        return work(song)

    return answer_once(request, locked)
