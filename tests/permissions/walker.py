"""Finds every URL pattern of the product, and asks each of them as each role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pghistory.models
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.signals import request_finished
from django.db import close_old_connections, connection, transaction
from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.permissions.rows import UNSAFE
from tests.permissions.world import World


@dataclass(frozen=True)
class Endpoint:
    """One URL pattern: its full name (with namespaces), its route, and its arguments."""

    name: str
    route: str
    arguments: tuple[str, ...]

    def path(self, arguments: dict[str, Any]) -> str:
        """Return an address of the pattern; an unnamed one has none but by its route."""
        if self.name.endswith(":") or not self.name:
            return "/" + re.sub(r"\(\?P<\w+>.*", "x", self.route).strip("^$")
        return reverse(self.name, kwargs=arguments)


def endpoints() -> list[Endpoint]:
    """Return every URL pattern below the root URLconf."""
    return list(_walk(get_resolver().url_patterns))


def _walk(
    patterns: list[URLPattern | URLResolver],
    namespaces: tuple[str, ...] = (),
    prefix: str = "",
    inherited: tuple[str, ...] = (),
) -> Iterator[Endpoint]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        arguments = (*inherited, *_arguments(pattern))
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, inner, route, arguments)
        else:
            yield Endpoint(":".join([*namespaces, pattern.name or ""]), route, arguments)


def _arguments(pattern: URLPattern | URLResolver) -> list[str]:
    return list(pattern.pattern.regex.groupindex)


class Asker:
    """Asks one URL after another in a world that each answer leaves as it was."""

    def __init__(self, world: World) -> None:
        self.clients = {role: Client() for role in world.people}
        for role, user in world.people.items():
            if user is not None:
                self.clients[role].force_login(
                    user, backend="django.contrib.auth.backends.ModelBackend"
                )
        self.cookies = {
            role: {name: morsel.value for name, morsel in client.cookies.items()}
            for role, client in self.clients.items()
        }
        self.before = fingerprint()

    def ask(
        self,
        role: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        multipart: bool = False,
        draw: bool = True,
    ) -> tuple[str, bool]:
        """Return the status (or ``login``) and whether the database changed meanwhile.

        The change is undone. Without ``draw`` a page's template is not rendered.
        """
        cache.clear()
        client = self.clients[role]
        client.cookies.clear()
        client.cookies.load(self.cookies[role])
        extra: dict[str, Any] = {}
        if method in UNSAFE:
            is_api = path.startswith("/api/")
            if is_api and not multipart:
                extra = {"data": body or {}, "content_type": "application/json"}
            elif method == "POST":
                extra = {"data": body or {}}
        drawn = nullcontext() if draw else patch.object(TemplateResponse, "rendered_content", "")
        with transaction.atomic(), drawn:
            response = getattr(client, method.lower())(path, **extra)
            changed = fingerprint() != self.before
            transaction.set_rollback(True)
        if response.streaming:
            # Nobody reads the stream; its end must not take the connection with it.
            request_finished.disconnect(close_old_connections)
            response.close()
            request_finished.connect(close_old_connections)
        return status_of(response), changed


def status_of(response: HttpResponseBase) -> str:
    """Return the status, or ``login`` for a redirect to the sign-in page."""
    if response.status_code in (301, 302):
        target = response.headers["Location"].split("?")[0]
        if target in (reverse(settings.LOGIN_URL), reverse("admin:login")):
            return "login"
    return str(response.status_code)


def fingerprint() -> tuple[int, ...]:
    """Return the number of audit rows of each table.

    Triggers write one for every row that is inserted, changed or deleted in a business
    table, by whatever means; so equal numbers mean that nothing was changed.
    """
    tables = sorted(
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, pghistory.models.Event)
    )
    # The names are those of our own tables.
    counts = ", ".join(f'(SELECT count(*) FROM "{table}")' for table in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + counts)
        row: tuple[int, ...] = cursor.fetchone()
    return row
