"""Fixtures for all tests. Keep this small; fixtures of one app belong in its folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser
from rest_framework.test import APIClient

from tests.chromium import ARGUMENTS, CHROMIUM

# Folders whose files take longest: begun first, they do not keep one process waiting at the end.
LONGEST = ("studio", "embedded", "jobs", "sound", "compositions", "composer", "tests", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take longest; all else keeps its order."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.parent.name, len(places)))


@pytest.fixture(autouse=True)
def _own_cache_and_files(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Give each test its own throttle counters and its own folder of stored files."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "tests",
        }
    }
    settings.MEDIA_ROOT = str(tmp_path / "media")
    # Tests of previews switch them on; for all others they would be work for nothing.
    settings.RENDER_PREVIEWS = False
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def page_client() -> Callable[..., Client]:
    """Return a browser that is signed in as the given user, or as nobody."""

    def make(user: Any = None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def api_client() -> Callable[..., APIClient]:
    """Return a program with a session of the given user, or of nobody."""

    def make(user: Any = None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Start the browser of the system: one for all tests of a process."""
    return {"executable_path": CHROMIUM, "args": ARGUMENTS, "headless": True}


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Iterator[Browser]:
    """Let tests use the database meanwhile: Playwright runs an event loop in their thread."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield browser
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before
