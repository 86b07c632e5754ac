"""The web application without the lock of documents: what the race must not survive."""

from __future__ import annotations

from typing import Any

from ariaforge.wsgi import application
from compositions.querysets import CompositionQuerySet


def _without_lock(self: Any, **options: Any) -> Any:
    return self


CompositionQuerySet.select_for_update = _without_lock  # type: ignore[method-assign]

__all__ = ["application"]
