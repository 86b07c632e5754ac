"""A client of the chat completions protocol, as servers of large language models speak it.

Standard library only: one POST and one JSON answer, bounded in time and size. The work is done
in a thread of its own, because the time limits of a socket are for one read each: a server that
sends a byte now and then would hold them off for ever.
"""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

ANSWER_MAX_BYTES = 1_000_000
ERROR_MAX_LENGTH = 300
HTTP_BAD_REQUEST = 400


class LLMError(Exception):
    """A call came to nothing. ``code`` is a short name, ``message`` says what happened.

    Neither holds the key of the server. ``status`` is the HTTP status, if there was one.
    """

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model is: the address below which ``chat/completions`` lies, and its name."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    timeout_seconds: float = 30.0

    @property
    def host(self) -> str:
        """Host and port, without user, password, path or query."""
        parts = urlsplit(self.base_url)
        try:
            port = parts.port
        except ValueError:
            port = None
        return (f"{parts.hostname}:{port}" if port else parts.hostname or "")[:260]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said, and how many tokens that took as far as the server counts them."""

    text: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    status: int = 200


def configured_endpoint() -> Endpoint | None:
    """Return the address of the settings; None when there is none, which is the default."""
    if not settings.LLM_BASE_URL or not settings.LLM_MODEL:
        return None
    return Endpoint(
        settings.LLM_BASE_URL,
        settings.LLM_MODEL,
        settings.LLM_API_KEY,
        settings.LLM_TIMEOUT_SECONDS,
    )


def complete(endpoint: Endpoint, body: dict[str, Any]) -> Answer:
    """Send one request and return the text of the first choice. Raises :class:`LLMError`."""
    parts = urlsplit(endpoint.base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise LLMError(
            "misconfigured", "LLM_BASE_URL must be an http or https address without a password."
        )
    status, content = _post_within_time(endpoint, json.dumps(body).encode())
    return _read(status, content)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The key is for one server: nobody is followed to another."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Return nothing, which makes a redirect an error."""


def _post_within_time(endpoint: Endpoint, data: bytes) -> tuple[int, bytes]:
    results: list[tuple[int, bytes] | Exception] = []

    def work() -> None:
        try:
            results.append(_post(endpoint, data))
        except Exception as error:  # noqa: BLE001 - raised again by who waits
            results.append(error)

    thread = threading.Thread(target=work, name="llm", daemon=True)
    thread.start()
    thread.join(endpoint.timeout_seconds)
    if not results:
        raise LLMError("timeout", f"There was no answer within {endpoint.timeout_seconds:g} s.")
    result = results[0]
    if isinstance(result, LLMError):
        raise result
    if isinstance(result, TimeoutError):
        raise LLMError("timeout", f"There was no answer within {endpoint.timeout_seconds:g} s.")
    if isinstance(result, Exception):
        raise LLMError("unreachable", _clean(endpoint, f"It was not reached: {result}"))
    return result


def _post(endpoint: Endpoint, data: bytes) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if endpoint.api_key:
        headers["Authorization"] = f"Bearer {endpoint.api_key}"
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
        f"{endpoint.base_url.rstrip('/')}/chat/completions", data, headers, method="POST"
    )
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=endpoint.timeout_seconds) as response:
            content = response.read(ANSWER_MAX_BYTES + 1)
            status = response.status
    except urllib.error.HTTPError as error:
        with error:
            said = error.read(10_000)
        message = f"The server answered {error.code}: {_error_of(said)}"
        raise LLMError("http_error", _clean(endpoint, message), error.code) from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise error.reason from None
        raise
    if len(content) > ANSWER_MAX_BYTES:
        raise LLMError("too_large", "The answer is too large.", status)
    return status, content


def _error_of(content: bytes) -> str:
    try:
        data = json.loads(content)
        found = data["error"]
        return str(found["message"] if isinstance(found, dict) else found)
    except (ValueError, KeyError, TypeError, RecursionError):
        return content.decode("utf-8", "replace").strip() or "nothing"


def _clean(endpoint: Endpoint, text: str) -> str:
    """Return a message on one line, without the key, whatever the server says."""
    if endpoint.api_key:
        text = text.replace(endpoint.api_key, "[key]")
    return " ".join(text.replace("\x00", "").split())[:ERROR_MAX_LENGTH]


def _read(status: int, content: bytes) -> Answer:
    try:
        data = json.loads(content)
        choice = data["choices"][0]
        message = choice["message"]
        text = message.get("content")
        refusal = message.get("refusal")
        usage = data.get("usage") or {}
        tokens = [_count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens")]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise LLMError(
            "not_the_protocol", "The answer is no chat completion; is the address right?", status
        ) from None
    if refusal and not text:
        raise LLMError("declined", "The model declined to answer.", status)
    if not isinstance(text, str) or not text.strip():
        raise LLMError("no_answer", "The model said nothing.", status)
    if choice.get("finish_reason") == "length":
        raise LLMError("cut_off", "The answer was cut off before its end.", status)
    return Answer(text.replace("\x00", ""), tokens[0], tokens[1], status)


def _count(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value < 2**31 else None
