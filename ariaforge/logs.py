"""How logs are written, and what may stand in them: everything but secrets.

:func:`redact_secrets` runs on each line last, whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

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
        raise structlog.DropEvent
    return event


def logging_settings(*, level: str, as_json: bool) -> dict[str, Any]:
    """Set structlog up, and return Django's ``LOGGING``: one line an event, to the console.

    Lines of libraries pass through the same processors as ours.
    """
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    )
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            drop_stream_notes,
            *processors,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    redact_secrets,
                    renderer,
                ],
                "foreign_pre_chain": [*processors, structlog.stdlib.ExtraAdder()],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Requests, failed ones too, are logged by ariaforge.middleware, once.
            "django.request": {"level": "CRITICAL"},
            "django.server": {"level": "WARNING"},
            "gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False},
            "mido": {"level": "WARNING"},
        },
    }
