"""The form of the permission table, and the statuses that the rows leave out.

A row says for one URL and each method what each role gets, in the order of ``ROLES``:
anonymous, stranger, viewer, commenter, editor, owner, staff. Each is

* a status, as ``200`` or ``404``;
* ``login``: redirected to the sign-in page;
* a status of success with ``=`` after it: answered, but nothing may change;
* several of these with ``|`` between, where the machine decides and not the role.

Whatever is refused (400 and above, ``login``) and whatever is asked with GET, HEAD or
OPTIONS may not change the database; whatever succeeds with another method must change it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.permissions.world import ROLES, World

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")

Arguments = Callable[[World], dict[str, Any]]
Body = Callable[[World], dict[str, Any]]


def nothing(world: World) -> dict[str, Any]:
    """Return no URL arguments, or an empty body."""
    return {}


@dataclass(frozen=True)
class Row:
    """Who may do what at one URL."""

    name: str
    expected: dict[str, dict[str, str]]
    args: Arguments = nothing
    bodies: dict[str, Body] = field(default_factory=dict)
    multipart: bool = False
    changes_by_get: bool = False


def row(
    name: str,
    *,
    defaults: dict[str, str],
    args: Arguments = nothing,
    bodies: dict[str, Body] | None = None,
    multipart: bool = False,
    changes_by_get: bool = False,
    **methods: str,
) -> Row:
    """Return a row; ``methods`` override ``defaults``, and HEAD is like GET unless told.

    Raises ``ValueError`` when a line of statuses does not have one for each role.
    """
    lines = {**defaults, **methods}
    if "HEAD" not in methods and "GET" in methods:
        lines["HEAD"] = methods["GET"]
    expected: dict[str, dict[str, str]] = {}
    for method in METHODS:
        statuses = lines[method].split()
        if len(statuses) == 1:
            statuses *= len(ROLES)
        if len(statuses) != len(ROLES):
            raise ValueError(f"{name} {method}: {len(statuses)} statuses for {len(ROLES)} roles")
        expected[method] = dict(zip(ROLES, statuses, strict=True))
    return Row(name, expected, args, bodies or {}, multipart, changes_by_get)


_PAGE = dict.fromkeys(METHODS, "login 405 405 405 405 405 405")
_API = {
    **dict.fromkeys(METHODS, "401 405 405 405 405 405 405"),
    "OPTIONS": "401 200 200 200 200 200 200",
}
_PUBLIC = dict.fromkeys(METHODS, "405")


def page(name: str, **rest: Any) -> Row:
    """Return a row of a page for signed-in people; methods not named are 405."""
    return row(name, defaults=_PAGE, **rest)


def api(name: str, **rest: Any) -> Row:
    """Return a row of an API endpoint; methods not named are 405, and OPTIONS describes it."""
    return row(name, defaults=_API, **rest)


def public(name: str, **rest: Any) -> Row:
    """Return a row of a URL that asks nobody who they are; methods not named are 405."""
    return row(name, defaults=_PUBLIC, **rest)
