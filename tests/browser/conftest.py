"""Headless Chromium on a live server. Without a Chromium these tests are skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User
from tests.chromium import CHROMIUM, PATIENCE_MS
from tests.factories import UserFactory

# What a browser says when an address answers with an error; some tests ask for that.
EXPECTED_WHEN_MISSING = "Failed to load resource"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and skip them where there is no browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium"))


@pytest.fixture
def musician(transactional_db: None) -> User:
    """Somebody with an account."""
    return UserFactory(username="ada")


@pytest.fixture
def open_page(live_server: Any, browser: Any, musician: User) -> Iterator[Callable[..., Any]]:
    """Return a function that opens an address for the signed-in musician.

    The page collects what the browser complains of (errors of scripts, violations of the
    content security policy, files that are missing) in ``page.complaints``.
    """
    contexts = []

    def open_at(path: str = "/", *, width: int = 1280, theme: str = "dark", **options: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 820},
            color_scheme=theme,
            base_url=live_server.url,
            accept_downloads=True,
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        context.add_cookies(
            [
                {
                    "name": django_settings.SESSION_COOKIE_NAME,
                    "value": session_of(musician),
                    "url": live_server.url,
                }
            ]
        )
        page = context.new_page()
        page.complaints = []
        page.on(
            "console",
            lambda message: (
                page.complaints.append(message.text)
                if message.type in ("error", "warning")
                else None
            ),
        )
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()


def session_of(user: User) -> str:
    """Sign the user in and return the key of the session."""
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)
