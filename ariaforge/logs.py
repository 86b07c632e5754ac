"""What may stand in a log: everything but secrets.

The settings run :func:`redact_secrets` on each line last, whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

from structlog import DropEvent

REDACTED = "[redacted]"

# What people are given to prove who they are: one-time links, keys to set a password or
# confirm an address, API tokens, and passwords in the addresses of servers.
_SECRETS = (
    re.compile(r"(/sign-in/)[^/\s\"'?]+"),
    re.compile(r"(/accounts/password/reset/key/)[^/\s\"'?]+"),
    re.compile(r"(/accounts/confirm-email/)[^/\s\"'?]+"),
    re.compile(r"((?:^|\b)Authorization['\"]?\s*[:=]\s*['\"]?(?:Token|Bearer|Basic)\s+)[^\s'\",]+"),
    re.compile(r"(\b(?:postgres(?:ql)?|rediss?|smtp|https?)://[^:@/\s]*:)[^@/\s]+(?=@)"),
    re.compile(r"((?:sessionid|csrftoken)=)[^;\s'\"]+"),
)


def redact(text: str) -> str:
    """Return the text with the secrets in it replaced."""
    for pattern in _SECRETS:
        text = pattern.sub(rf"\1{REDACTED}", text)
    return text


def redact_secrets(logger: Any, method_name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Processor of structlog: redact each text of a line, the traceback too."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = redact(value)
    return event


def drop_stream_notes(
    logger: Any, method_name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Processor of structlog: a response that streams is one line too, not three.

    django-structlog notes the end of each stream at the level of successful requests.
    """
    if event.get("event") == "streaming_finished":
        raise DropEvent
    return event
