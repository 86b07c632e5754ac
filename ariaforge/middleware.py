"""Middleware of our own: request ids, one log line per request, headers, and who acts."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django_structlog import signals
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars, get_contextvars

from ariaforge.context import acting_as
from ariaforge.errors import database_is_away, domain_error
from ariaforge.exceptions import DomainError
from ariaforge.logs import redact

REQUEST_ID_HEADER = "X-Request-ID"
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")

PERMISSIONS_POLICY = ", ".join(
    [
        *(f"{feature}=(self)" for feature in ("autoplay", "fullscreen", "microphone", "midi")),
        *(f"{feature}=()" for feature in ("camera", "geolocation", "payment", "usb")),
    ]
)

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Give every request an id, and every answer the same id and the security headers.

    An id that a proxy or a client sends in X-Request-ID is kept when it is 8 to 64
    letters, digits, dots, dashes or underscores; anything else could forge log lines.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the id before anything else reads it."""
        request_id = request.META.get("HTTP_X_REQUEST_ID", "")
        if not _REQUEST_ID.fullmatch(request_id):
            request_id = str(uuid.uuid4())
            request.META["HTTP_X_REQUEST_ID"] = request_id
        response = self.get_response(request)
        headers = response.headers
        headers[REQUEST_ID_HEADER] = request_id
        headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Nothing here is for shared caches unless it says so; static files never get here.
        headers.setdefault("Cache-Control", "private, no-cache")
        return response


class RequestLogMiddleware(RequestMiddleware):
    """One line in the log for each request, when it is done.

    Adds to django-structlog: the duration, no query string, no secrets in paths, and no
    query of its own for the user, so that a request can be logged without the database.
    """

    def prepare(self, request: HttpRequest) -> None:
        """Start the clock."""
        request.started_at = time.perf_counter()  # type: ignore[attr-defined]
        super().prepare(request)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Return method and path; query strings can hold what people search for or type."""
        return f"{request.method} {redact(request.path)}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Note the user in the log if somebody has asked for the user already."""
        user: Any = request.__dict__.get("user")
        if isinstance(user, SimpleLazyObject):
            user = getattr(request, "_cached_user", None)
        if user is not None and user.is_authenticated:
            bind_contextvars(user_id=str(user.pk))


@receiver(signals.bind_extra_request_finished_metadata)
@receiver(signals.bind_extra_request_failed_metadata)
def _complete_line(request: HttpRequest, log_kwargs: dict[str, Any], **kwargs: Any) -> None:
    """Add how long the request took, in milliseconds; for streams, until they began.

    django-structlog takes every exception for a 500; a database that is away is a 503.
    """
    if database_is_away(kwargs.get("exception")):
        log_kwargs["code"] = 503
    started_at = getattr(request, "started_at", None)
    if started_at is not None:
        log_kwargs["duration_ms"] = round((time.perf_counter() - started_at) * 1000, 1)


class ActionContextMiddleware:
    """Let everything a request changes carry its user and its request id.

    Stands after ``AuthenticationMiddleware`` and :class:`RequestLogMiddleware`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Run the view in the name of the signed-in user."""
        request_id = str(get_contextvars().get("request_id", ""))
        actor_id = request.user.pk if request.user.is_authenticated else None
        with acting_as(actor_id, request_id=request_id):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer an error of the domain that a page let through with its own message."""
        if isinstance(exception, DomainError):
            return domain_error(request, exception)
        return None
