"""The OpenAPI description: every operation names the errors that it can answer with."""

from __future__ import annotations

from typing import Any

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated

from ariaforge.exceptions import ERROR_CODES

ERROR_COMPONENT = "Error"
READING = ("get", "head", "options")

# Name of the component, status, when it is sent.
_DESCRIPTIONS = {
    400: ("InvalidRequest", "Something in the request is not valid; `details` says what."),
    401: ("NotAuthenticated", "Sign in, or send `Authorization: Token <key>`."),
    403: ("PermissionDenied", "You may see this but not do that, or the token lacks a scope."),
    404: ("NotFound", "There is no such thing, or you may not know of it."),
    406: ("NotAcceptable", "The answer cannot be had in the type of `Accept`."),
    409: ("Conflict", "The request does not fit the present state."),
    412: ("PreconditionFailed", "What `If-Match` names is no longer the present state."),
    413: ("TooLarge", "The request exceeds a limit."),
    415: ("UnsupportedMediaType", "The body has a type that is not understood."),
    429: ("RateLimited", "Too many requests; try again after `Retry-After` seconds."),
    503: ("Unavailable", "A server that is needed does not answer; try again soon."),
    507: ("StorageFull", "There is too little free disk space."),
}


def add_error_responses(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Postprocessing hook: add the error envelope, and the errors of each operation."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})[ERROR_COMPONENT] = _error_schema()
    responses = components.setdefault("responses", {})
    for name, description in _DESCRIPTIONS.values():
        responses[name] = {
            "description": description,
            "content": {
                "application/json": {"schema": {"$ref": f"#/components/schemas/{ERROR_COMPONENT}"}}
            },
        }
    for path, operations in result.get("paths", {}).items():
        for method, operation in operations.items():
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            for status in _errors_of(path, method, operation):
                name = _DESCRIPTIONS[status][0]
                operation["responses"].setdefault(
                    str(status), {"$ref": f"#/components/responses/{name}"}
                )
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def _errors_of(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    """Return the error statuses that an operation can have."""
    statuses = [400, 401, 403, 404, 406, 429, 503]
    if method not in READING:
        statuses += [409, 507]
    if any(parameter.get("name") == "If-Match" for parameter in operation.get("parameters", ())):
        statuses.append(412)
    if "requestBody" in operation or method in ("post", "put", "patch"):
        statuses += [413, 415]
    return statuses


def _error_schema() -> dict[str, Any]:
    """Return the JSON schema of the envelope (see ariaforge/api/errors.py)."""
    return {
        "type": "object",
        "description": "What every error looks like.",
        "properties": {
            "error": {
                "type": "object",
                "properties": {
                    "code": {"type": "string", "enum": list(ERROR_CODES)},
                    "message": {"type": "string", "description": "A sentence for people."},
                    "details": {
                        "type": "object",
                        "additionalProperties": {},
                        "description": "For programs; `fields` has the messages by field.",
                    },
                    "request_id": {"type": "string", "description": "Also stands in the log."},
                },
                "required": ["code", "message", "details", "request_id"],
            }
        },
        "required": ["error"],
    }


class SchemaView(SpectacularAPIView):
    """The OpenAPI description as YAML or, with `Accept: application/json`, as JSON."""

    permission_classes = [IsAuthenticated]


class DocumentationView(SpectacularSwaggerSplitView):
    """The API to read and to try out. Its script is a request of its own, so the CSP holds."""

    permission_classes = [IsAuthenticated]
    url_name = "api_schema"
    template_name = "api/docs.html"
    # REST framework would try to draw what OPTIONS describes with the template of the page.
    metadata_class = None
