"""Conditional requests by entity tag (RFC 9110, section 13): ``If-None-Match``, ``If-Match``."""

from __future__ import annotations

from django.utils.http import parse_etags, quote_etag
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from ariaforge.exceptions import PreconditionFailedError

# For @extend_schema(parameters=[...]).
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The `ETag` of what you have: 304 without a body when it is still the same.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        "The `ETag` of the document as you know it: 412, and nothing is changed, when the "
        "working copy has been edited since."
    ),
)
ETAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The hash of the document, in quotes.",
    response=[200, 304],
)


def is_not_modified(request: Request, tag: str) -> bool:
    """Whether the caller already has what ``tag`` (without quotes) names: answer 304."""
    known = [etag.removeprefix("W/") for etag in parse_etags(_header(request, "If-None-Match"))]
    return "*" in known or quote_etag(tag) in known


def require_match(request: Request, tag: str) -> None:
    """Check that the caller knows the present state, if the request says what it knows.

    ``tag`` (without quotes, empty when there is nothing yet) names the present state; read
    it under the lock under which the state is then changed. Raises
    :class:`PreconditionFailedError` with the present ``etag`` in its details.
    """
    if "If-Match" not in request.headers:
        return
    known = parse_etags(_header(request, "If-Match"))
    if tag and ("*" in known or quote_etag(tag) in known):
        return
    raise PreconditionFailedError(
        "The song was changed since you last saw it; read it again, then decide.",
        details={"etag": quote_etag(tag) if tag else ""},
    )


def _header(request: Request, name: str) -> str:
    return str(request.headers.get(name, ""))
