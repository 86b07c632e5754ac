"""Long lists, shown a page at a time, the newest first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

from projects.selectors import keyset_page


def page_of(
    request: HttpRequest, rows: QuerySet[Any], size: int
) -> tuple[list[Any], dict[str, str]]:
    """Return the ``size`` rows that the address asks for, and the addresses of their neighbours.

    ``?before=`` and ``?after=`` name the row to go on from; without one that is a key the list
    begins with the newest. The addresses are ``newer_url`` and ``older_url``, empty at the ends.
    """
    page = keyset_page(
        rows, before=_key(request, "before"), after=_key(request, "after"), size=size
    )
    return page.rows, {
        "newer_url": f"?after={page.newer}" if page.newer else "",
        "older_url": f"?before={page.older}" if page.older else "",
    }


def _key(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET[name])
    except (KeyError, ValueError):
        return None
