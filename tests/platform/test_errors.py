"""What people and programs are told when something goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from ariaforge.exceptions import ERROR_CODES, DomainError
from tests.factories import ProjectFactory, UserFactory
from tests.platform.urls import SECRET

pytestmark = pytest.mark.urls("tests.platform.urls")


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def program() -> APIClient:
    return APIClient(raise_request_exception=False)


def envelope(response: Any) -> dict[str, Any]:
    """Return the error of an answer after checking its form."""
    assert response.headers["Content-Type"] == "application/json"
    body = response.json()
    assert set(body) == {"error"}
    error = body["error"]
    assert set(error) == {"code", "message", "details", "request_id"}
    assert ERROR_CODES[error["code"]] == response.status_code
    assert error["request_id"] == response.headers["X-Request-ID"]
    assert isinstance(error["details"], dict)
    assert error["message"]
    assert SECRET not in str(body)
    assert "secret" not in str(body)
    return error


# -- The REST API -------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("missing", 404),
        ("forbidden", 403),
        ("suspicious", 400),
        ("invalid", 400),
        ("invalid_text", 400),
        ("throttled", 429),
        ("conflict", 409),
        ("full", 507),
        ("unique", 409),
        ("range", 400),
        ("too_long", 400),
        ("trigger", 409),
        ("integrity", 400),
        ("data", 400),
        ("database_away", 503),
        ("bug", 500),
    ],
)
def test_every_error_has_the_envelope(program: APIClient, kind: str, status: int) -> None:
    ProjectFactory()
    response = program.get(f"/api/v1/fail/{kind}/")
    assert response.status_code == status
    envelope(response)


def test_details_name_the_fields(program: APIClient) -> None:
    error = envelope(program.get("/api/v1/fail/invalid/"))
    assert error["details"] == {
        "fields": {"tempo": ["Too fast."], "non_field_errors": ["Odd."]},
    }
    error = envelope(program.post("/api/v1/fail/x/", {"pitch": 200}))
    assert set(error["details"]["fields"]) == {"pitch"}
    assert envelope(program.get("/api/v1/fail/invalid_text/"))["message"] == "Odd."


def test_a_domain_error_speaks_for_itself(program: APIClient) -> None:
    error = envelope(program.get("/api/v1/fail/conflict/"))
    assert error["message"] == "The song is being changed."
    assert error["details"] == {"version": 3}


def test_the_message_of_a_404_names_no_model(program: APIClient) -> None:
    assert "Project" not in envelope(program.get("/api/v1/fail/missing/"))["message"]


def test_throttled_says_when_to_come_back(program: APIClient) -> None:
    response = program.get("/api/v1/fail/throttled/")
    assert response.headers["Retry-After"] == "42"
    assert envelope(response)["details"] == {"retry_after_seconds": 42}


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("get", "/api/v1/nothing/", {}, 404),
        ("get", "/api/", {}, 404),
        ("get", "/api/v1/assets/", {}, 401),
        ("delete", "/api/v1/fail/x/", {}, 405),
        ("get", "/api/v1/fail/x/", {"headers": {"Accept": "text/csv"}}, 406),
        ("post", "/api/v1/fail/x/", {"data": "<a/>", "content_type": "text/xml"}, 415),
        ("post", "/api/v1/fail/x/", {"data": "{", "content_type": "application/json"}, 400),
    ],
)
def test_errors_of_http(
    program: APIClient, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    response = getattr(program, method)(path, **options)
    assert response.status_code == status
    envelope(response)


@pytest.mark.django_db
def test_csrf_failure_of_a_session_has_the_envelope() -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    response = client.post("/api/v1/fail/x/", {"pitch": 3})
    assert response.status_code == 403
    envelope(response)


def test_every_domain_error_has_a_code_of_the_closed_set() -> None:
    classes = DomainError.__subclasses__()
    assert len(classes) >= 8
    for error_class in classes:
        assert 400 <= error_class("words").status < 600


# -- Pages --------------------------------------------------------------------------


def page(response: Any, status: int) -> str:
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    html = response.content.decode()
    assert SECRET not in html
    assert "secret" not in html
    return html


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/nothing/here/", 404, "There is nothing here"),
        ("/fail/missing/", 404, "There is nothing here"),
        ("/fail/forbidden/", 403, "This is not open to you"),
        ("/fail/suspicious/", 400, "That did not make sense"),
        ("/fail/conflict/", 409, "The song is being changed."),
        ("/fail/bug/", 500, "Something broke on our side"),
        ("/fail/database_away/", 503, "The studio is catching its breath"),
    ],
)
def test_pages_have_the_look_of_the_product(
    browser: Client, path: str, status: int, title: str
) -> None:
    browser.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    html = page(browser.get(path), status)
    assert title in html
    assert 'class="top-bar"' in html
    assert 'class="empty error-page"' in html


@pytest.mark.parametrize("kind", ["bug", "database_away"])
def test_a_failure_of_ours_asks_no_database(browser: Client, kind: str) -> None:
    """No django_db mark: pytest-django refuses every query of this test."""
    browser.cookies["sessionid"] = "a-session-that-would-have-to-be-read"
    response = browser.get(f"/fail/{kind}/")
    html = page(response, response.status_code)
    assert response.status_code in (500, 503)
    assert "Number of this request" in html
    assert response.headers["X-Request-ID"] in html


def test_a_broken_template_still_gives_a_page(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("ariaforge.errors.get_template", fail)
    html = page(browser.get("/fail/bug/"), 500)
    assert "Something broke on our side" in html
    assert "top-bar" not in html


def test_htmx_gets_a_note_for_the_messages(browser: Client) -> None:
    response = browser.get("/fail/bug/", headers={"HX-Request": "true"})
    html = page(response, 500)
    assert "<html" not in html
    assert 'role="alert"' in html
    assert response.headers["HX-Retarget"] == "#messages"


def test_programs_get_json_from_pages_too(browser: Client) -> None:
    response = browser.get("/nothing/", headers={"Accept": "application/json"})
    assert envelope(response)["code"] == "not_found"
    response = browser.get("/fail/bug/", headers={"Accept": "application/json"})
    assert envelope(response)["code"] == "server_error"
    response = browser.get("/fail/conflict/", headers={"Accept": "application/json"})
    assert envelope(response)["details"] == {"version": 3}


def test_a_form_without_its_token_says_what_to_do() -> None:
    browser = Client(enforce_csrf_checks=True)
    html = page(browser.post("/fail/bug/"), 403)
    assert "open for too long" in html
