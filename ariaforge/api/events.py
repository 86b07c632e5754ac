"""The stream of events for programs with a token; pages use ``/events/``."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from ariaforge.events.views import TOPICS_PER_STREAM, stream_for


class _JSONForErrors(BaseContentNegotiation):
    """A stream is a stream whatever ``Accept`` says, and an error is JSON."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """Return the first renderer."""
        return renderers[0], renderers[0].media_type


class EventsView(APIView):
    """What happens to songs and jobs, as it happens."""

    content_negotiation_class = _JSONForErrors
    # A stream has no end that HEAD could wait for.
    http_method_names = ["get", "options"]

    @extend_schema(
        tags=["events"],
        summary="Follow events",
        description=(
            "Server-sent events, each with a name, JSON data and an id. Come back with "
            "`Last-Event-ID` after a break; the event `reset` says that some are lost. A "
            "stream ends after ten minutes at the latest. `429` when too many are open."
        ),
        parameters=[
            OpenApiParameter(
                "topic",
                OpenApiTypes.STR,
                many=True,
                required=True,
                description=f"`composition:<id>` or `job:<id>`; up to {TOPICS_PER_STREAM} of them.",
            ),
            OpenApiParameter(
                "after", OpenApiTypes.STR, description="As `Last-Event-ID`, for the first request."
            ),
        ],
        responses={(200, "text/event-stream"): OpenApiResponse(OpenApiTypes.STR)},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Stream the events of the topics."""
        response = stream_for(request.user, request._request)
        response.headers["Cache-Control"] = "no-store"
        return response
