"""Pages for what went wrong, in the product's look; JSON for programs, a note for htmx.

Nothing here shows an exception or a path of the machine. The page for a failure of our
own asks neither the database nor the session, since either may be what has failed.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import get_template, render_to_string
from django.utils.html import escape
from django.views.decorators.csrf import requires_csrf_token

from ariaforge.api.errors import error_body, error_response
from ariaforge.exceptions import DomainError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a page about an error says."""

    status: int
    title: str
    message: str


BAD_REQUEST = Trouble(
    400, "That did not make sense", "The request was not complete or not valid. Please try again."
)
FORBIDDEN = Trouble(403, "This is not open to you", "You may not do this with your present role.")
CSRF_FAILED = Trouble(
    403,
    "This page was open for too long",
    "For your safety nothing was changed. Please reload the page and try again; your browser "
    "must accept cookies from the studio.",
)
NOT_FOUND = Trouble(
    404,
    "There is nothing here",
    "It may have been deleted, or it belongs to somebody who has not shared it with you.",
)
SERVER_ERROR = Trouble(
    500,
    "Something broke on our side",
    "What you saved is safe. Please try again; if it happens again, tell the person who runs "
    "the studio the number below.",
)
DATABASE_AWAY = Trouble(
    503,
    "The studio is catching its breath",
    "Its database does not answer at the moment. What you saved is safe. Please try again in a "
    "few seconds.",
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    return _respond(request, BAD_REQUEST)


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return _respond(request, FORBIDDEN)


@requires_csrf_token
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: the same whether a thing is not there or not for this person."""
    return _respond(request, NOT_FOUND)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form without a valid token; the log says why."""
    logger.warning("csrf_failed", extra={"reason": reason})
    return _respond(request, CSRF_FAILED)


def domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer an error of the domain that a page did not show in a place of its own."""
    if _wants_json(request):
        return JsonResponse(
            error_body(error.code, error.message, error.details), status=error.status
        )
    return _respond(request, Trouble(error.status, "That did not work", error.message))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 when it was the database that did not answer."""
    away = database_is_away(sys.exc_info()[1])
    response = _respond(request, DATABASE_AWAY if away else SERVER_ERROR, bare=True)
    if away:
        response.headers["Retry-After"] = "5"
    return response


def database_is_away(error: BaseException | None) -> bool:
    """Whether an error means that the database did not answer."""
    return isinstance(error, OperationalError | InterfaceError)


def _respond(request: HttpRequest, trouble: Trouble, *, bare: bool = False) -> HttpResponse:
    """Answer in the form that fits who asks; ``bare`` keeps away from database and session."""
    if _wants_json(request):
        return error_response(trouble.status, trouble.message)
    context: dict[str, Any] = {
        "trouble": trouble,
        "request_id": request.META.get("HTTP_X_REQUEST_ID", ""),
    }
    if request.headers.get("HX-Request") == "true":
        return _note(trouble, context)
    try:
        if bare:
            # Without the request no context processor runs; the nonce comes from the middleware.
            context["CSP_NONCE"] = str(getattr(request, "csp_nonce", ""))
            html = get_template("errors/error.html").render(context)
        else:
            html = render_to_string("errors/error.html", context, request)
    except Exception:
        # An error page must never fail, whatever its template asks for.
        logger.exception("error_page_failed")
        html = _plain_page(trouble)
    return HttpResponse(html, status=trouble.status)


def _wants_json(request: HttpRequest) -> bool:
    """Whether a program asks: by the address, or because it prefers JSON to a page."""
    if request.path.startswith("/api/"):
        return True
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _note(trouble: Trouble, context: dict[str, Any]) -> HttpResponse:
    """Return a note for the place where the page of htmx shows messages."""
    html = get_template("errors/note.html").render(context)
    response = HttpResponse(html, status=trouble.status)
    response.headers["HX-Retarget"] = "#messages"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _plain_page(trouble: Trouble) -> str:
    """Return a page that needs no template, no style and no script."""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(trouble.title)}</title></head><body><main>"
        f"<h1>{escape(trouble.title)}</h1><p>{escape(trouble.message)}</p>"
        '<p><a href="/">Go to the studio</a></p></main></body></html>'
    )
