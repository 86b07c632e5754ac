"""Middleware of our own: the audit context of each request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import get_contextvars

from ariaforge.context import acting_as


class ActionContextMiddleware:
    """Let everything a request changes carry its user and its request id.

    Stands after ``AuthenticationMiddleware`` and after the middleware of
    django-structlog, which mints the request id.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Run the view in the name of the signed-in user."""
        request_id = str(get_contextvars().get("request_id", ""))
        actor_id = request.user.pk if request.user.is_authenticated else None
        with acting_as(actor_id, request_id=request_id):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response
