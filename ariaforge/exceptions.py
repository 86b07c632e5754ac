"""Errors of the domain: what a service raises when it must refuse, in words for people.

Views, the REST API and commands turn a :class:`DomainError` into their own form of
answer; nobody below them needs to know about HTTP beyond the status that fits best.
"""

from __future__ import annotations

from typing import Any, ClassVar

# The closed set of codes of the REST API's error envelope, with the status each one has.
ERROR_CODES: dict[str, int] = {
    "validation_error": 400,
    "not_authenticated": 401,
    "permission_denied": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "conflict": 409,
    "precondition_failed": 412,
    "too_large": 413,
    "unsupported_media_type": 415,
    "rate_limited": 429,
    "server_error": 500,
    "unavailable": 503,
    "storage_full": 507,
}


class DomainError(Exception):
    """A request that the domain refuses.

    ``message`` is a sentence for the musician. ``details`` is plain JSON for programs,
    for example field names with their messages. ``code`` is one of ``ERROR_CODES``.
    """

    code: ClassVar[str] = "conflict"

    def __init__(self, message: str, *, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details or {}

    @property
    def status(self) -> int:
        """The HTTP status that fits the error."""
        return ERROR_CODES[self.code]


class InvalidInputError(DomainError):
    """What was given cannot be used."""

    code = "validation_error"


class NotPermittedError(DomainError):
    """The person may see the thing but not do this to it."""

    code = "permission_denied"


class ConflictError(DomainError):
    """The request does not fit the present state of the row."""

    code = "conflict"


class PreconditionFailedError(DomainError):
    """The state is no longer the one that the request was meant for (``If-Match``)."""

    code = "precondition_failed"


class TooLargeError(DomainError):
    """A file or a request exceeds a stated limit."""

    code = "too_large"


class UnsupportedTypeError(DomainError):
    """A file of a kind that the studio does not take."""

    code = "unsupported_media_type"


class LimitReachedError(DomainError):
    """The person has as many of these as allowed, or asks too often."""

    code = "rate_limited"


class UnavailableError(DomainError):
    """A server that is needed does not answer; trying again later may help."""

    code = "unavailable"


class StorageFullError(DomainError):
    """There is too little free disk space to take on the work."""

    code = "storage_full"
