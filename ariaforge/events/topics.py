"""Who may watch which topic."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.utils.module_loading import autodiscover_modules

Authorise = Callable[[Any, str], bool]

_authorisers: dict[str, Authorise] = {}
_lock = threading.RLock()
_discovered = False


def register_topic(prefix: str, authorise: Authorise) -> None:
    """Let people watch topics ``<prefix>:<id>`` when ``authorise(user, id)`` is true.

    ``id`` is whatever text stands in the address, so it may be no valid id at all.
    Raises ``ValueError`` when the prefix is taken by another function.
    """
    with _lock:
        known = _authorisers.setdefault(prefix, authorise)
        if known is not authorise:
            raise ValueError(f"The topics {prefix}:... already belong to {known!r}.")


def may_watch(user: Any, topic: str) -> bool:
    """Whether ``user`` may watch ``topic``; nobody may watch a topic of unknown prefix."""
    _discover()
    prefix, colon, identifier = topic.partition(":")
    authorise = _authorisers.get(prefix)
    if authorise is None or not colon or not identifier:
        return False
    return bool(authorise(user, identifier))


def _discover() -> None:
    """Import ``event_topics`` of every app, once."""
    global _discovered
    with _lock:
        if not _discovered:
            autodiscover_modules("event_topics")
            _discovered = True
