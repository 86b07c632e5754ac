"""One form for every error of the REST API.

``{"error": {"code", "message", "details", "request_id"}}`` with a code of the closed set
``ariaforge.exceptions.ERROR_CODES``, a sentence for people, details for programs, and the
request id that also stands in the log.
"""

from __future__ import annotations

import logging
from typing import Any

from django.apps import apps
from django.core import exceptions as django_errors
from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from django.http import Http404, JsonResponse
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_framework_handler

from ariaforge.context import current_action
from ariaforge.exceptions import ERROR_CODES, DomainError

logger = logging.getLogger(__name__)

CODE_OF_STATUS = {status_code: code for code, status_code in ERROR_CODES.items()}

# SQLSTATE classes of PostgreSQL (appendix A of its manual).
RAISED_BY_TRIGGER = "P0001"


def error_body(code: str, message: str, details: Any = None) -> dict[str, Any]:
    """Return the envelope of an error as plain data."""
    return {
        "error": {
            "code": code,
            "message": message,
            "details": details if details is not None else {},
            "request_id": current_action().request_id,
        }
    }


def error_response(status_code: int, message: str, details: Any = None) -> JsonResponse:
    """Return an error outside REST framework's views in the same envelope."""
    code = CODE_OF_STATUS.get(status_code, _code_of_class(status_code))
    return JsonResponse(error_body(code, message, details), status=status_code)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn any error that we can name into an enveloped answer.

    Returns ``None`` for an error that nobody expected: Django then logs it and answers
    500, in the same envelope, from :mod:`ariaforge.errors`.
    """
    known = _as_api_exception(error)
    if known is None:
        return None
    response = rest_framework_handler(known, context)
    if response is None:
        return None
    if isinstance(error, DomainError):
        response.data = error_body(error.code, error.message, error.details)
        return response
    code = CODE_OF_STATUS.get(response.status_code, _code_of_class(response.status_code))
    message, details = _message_and_details(known)
    wait = getattr(known, "wait", None)
    if wait is not None:
        details = {"retry_after_seconds": int(wait)}
    response.data = error_body(code, message, details)
    return response


def _code_of_class(status_code: int) -> str:
    """Return the code for a status that has none of its own."""
    return "server_error" if status_code >= 500 else "validation_error"


def _message_and_details(error: exceptions.APIException) -> tuple[str, Any]:
    """Split what the error says into one sentence and its details by field."""
    detail = error.detail
    if isinstance(detail, dict):
        # A view may refuse with {"detail": ...}; that is the message.
        if set(detail) == {"detail"} and isinstance(detail["detail"], str):
            return str(detail["detail"]), {}
        return "Some fields are not valid.", {"fields": detail}
    if isinstance(detail, list):
        if len(detail) == 1 and isinstance(detail[0], str):
            return str(detail[0]), {}
        return "The request is not valid.", {"errors": detail}
    return str(detail), {}


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    """Return the REST framework exception with the right status, if the error is known."""
    match error:
        case exceptions.APIException():
            return error
        case DomainError():
            return _with_status(error.status, error.message)
        case Http404():
            # Its own text may name a model or a key; the answer does not.
            return exceptions.NotFound()
        case django_errors.PermissionDenied():
            return exceptions.PermissionDenied()
        case django_errors.ValidationError():
            return exceptions.ValidationError(_django_validation_detail(error))
        case django_errors.RequestDataTooBig() | django_errors.TooManyFilesSent():
            return _with_status(413, "The request is larger than the studio accepts.")
        case django_errors.SuspiciousOperation() | MultiPartParserError():
            return exceptions.ParseError()
        case IntegrityError():
            return _from_integrity_error(error)
        case DataError():
            return exceptions.ValidationError("A value does not fit into its field.")
        case InternalError() | ProgrammingError():
            return _from_trigger(error)
        case OperationalError() | InterfaceError():
            logger.error("database_away", exc_info=error)
            return _with_status(503, "The database does not answer. Please try again soon.")
    return None


def _with_status(status_code: int, message: str) -> exceptions.APIException:
    """Return an API exception with a status of our choice."""
    error = exceptions.APIException(message)
    error.status_code = status_code
    return error


def _django_validation_detail(error: django_errors.ValidationError) -> Any:
    """Return the messages by field; errors of the whole object go by ``non_field_errors``."""
    if not hasattr(error, "error_dict"):
        return error.messages
    detail = dict(error.message_dict)
    if django_errors.NON_FIELD_ERRORS in detail:
        detail["non_field_errors"] = detail.pop(django_errors.NON_FIELD_ERRORS)
    return detail


def _sqlstate(error: Exception) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def _from_integrity_error(error: IntegrityError) -> exceptions.APIException:
    """Answer 409 for a clash with another row and 400 for a value out of bounds."""
    diagnostics = getattr(error.__cause__, "diag", None)
    name = getattr(diagnostics, "constraint_name", None) or ""
    message = _constraint_message(name)
    match _sqlstate(error):
        case "23505" | "23P01":
            return _with_status(409, message or "Another row already has this value.")
        case "23503":
            return _with_status(409, message or "Something that this row belongs to is gone.")
        case _:
            return exceptions.ValidationError(message or "A value is missing or out of range.")


def _constraint_message(name: str) -> str:
    """Return the message that the constraint of this name carries, if it has its own."""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                if constraint.violation_error_message == constraint.default_violation_error_message:
                    return ""
                return str(constraint.violation_error_message)
    return ""


def _from_trigger(error: Exception) -> exceptions.APIException | None:
    """Answer 409 when a trigger of ours refused the change; other errors are bugs."""
    if _sqlstate(error) == RAISED_BY_TRIGGER and "pgtrigger:" in str(error):
        return _with_status(status.HTTP_409_CONFLICT, "This change is not allowed in this state.")
    return None
