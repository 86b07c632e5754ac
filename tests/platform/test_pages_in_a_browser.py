"""Pages of others under our content security policy, in Chromium: nothing is blocked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from media.services import store_file
from tests.chromium import CHROMIUM, PATIENCE_MS
from tests.factories import ProjectFactory, UserFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]


@pytest.fixture
def staff() -> Any:
    return UserFactory(staff=True)


@pytest.fixture
def visit(browser: Browser, live_server: Any, staff: Any) -> Iterator[Any]:
    """Open a page as staff; returns the page and what its console complained about."""
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )

    def open_page(path: str) -> tuple[Page, list[str]]:
        page = context.new_page()
        complaints: list[str] = []
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        return page, complaints

    yield open_page
    context.close()


def test_the_admin_runs_under_the_policy(visit: Any) -> None:
    project = ProjectFactory()
    asset = store_file(
        owner=project.created_by, project=project, content=b"x", filename="a.wav", kind="audio"
    )
    for path in (
        reverse("admin:index"),
        reverse("admin:media_asset_changelist") + "?trash=all",
        reverse("admin:media_asset_change", args=[asset.pk]),
        reverse("admin:accounts_user_changelist"),
    ):
        page, complaints = visit(path)
        assert page.locator("#content").is_visible()
        assert complaints == [], path
    # The scripts of the admin do run: ticking the head of the list ticks its rows.
    page, _ = visit(reverse("admin:media_asset_changelist"))
    page.check("#action-toggle")
    assert page.locator("tr.selected").count() == 1


def test_the_documentation_of_the_api_runs_under_the_policy(visit: Any) -> None:
    page, complaints = visit(reverse("api_docs"))
    page.wait_for_selector(".opblock", timeout=20_000)
    assert page.locator(".opblock").count() >= 5
    assert complaints == []


def test_an_error_page_runs_under_the_policy(visit: Any) -> None:
    page, complaints = visit("/nothing/here/")
    assert page.locator("h1").inner_text() == "There is nothing here"
    # The browser itself complains about the status of the page, and about nothing else.
    assert [text for text in complaints if "404 (Not Found)" not in text] == []
