"""One log line for each request, without secrets; request ids; security headers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from ariaforge.logs import REDACTED, redact, redact_secrets
from tests.factories import UserFactory

ROOT = Path(__file__).parents[2]
SECRET = "s3cr3t-0123456789abcdef"


@pytest.mark.parametrize(
    "text",
    [
        f"GET /sign-in/{SECRET}/",
        f"GET /sign-in/{SECRET}",
        f"see http://127.0.0.1:8000/sign-in/{SECRET}/?next=/",
        f"/accounts/password/reset/key/{SECRET}/",
        f"/accounts/confirm-email/{SECRET}/",
        f"Authorization: Token {SECRET}",
        f"{{'Authorization': 'Bearer {SECRET}'}}",
        f"postgresql://ariaforge:{SECRET}@127.0.0.1:5432/ariaforge",
        f"redis://:{SECRET}@127.0.0.1:6379/0",
        f"Cookie: csrftoken={SECRET}; sessionid={SECRET}",
    ],
)
def test_secrets_are_redacted(text: str) -> None:
    assert SECRET not in redact(text)
    assert REDACTED in redact(text)
    event = redact_secrets(None, "info", {"event": "x", "exception": text, "code": 3})
    assert SECRET not in str(event)
    assert event["code"] == 3


@pytest.mark.parametrize("text", ["GET /projects/", "the sign-in failed", "http://localhost:80/@x"])
def test_other_text_stays(text: str) -> None:
    assert redact(text) == text


# -- Request ids --------------------------------------------------------------------


@pytest.mark.parametrize("given", ["request-1", "0a1b2c3d", "a" * 64, "A.b_c-d.e"])
def test_a_well_formed_request_id_is_kept(given: str) -> None:
    response = Client().get(reverse("livez"), headers={"X-Request-ID": given})
    assert response.headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "with space 123", 'quote"quote', "-leading-dash", "ünïcödéé"]
)
def test_any_other_is_replaced(given: str) -> None:
    response = Client().get(reverse("livez"), headers={"X-Request-ID": given})
    minted = response.headers["X-Request-ID"]
    assert minted != given
    assert re.fullmatch(r"[0-9a-f-]{36}", minted)


def test_requests_without_an_id_differ() -> None:
    ids = {Client().get(reverse("livez")).headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3


# -- Headers ------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["account_login", "project_list", "livez", "asset-list", "admin:login"]
)
def test_security_headers_are_everywhere(name: str) -> None:
    headers = Client().get(reverse(name)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Cache-Control" in headers
    policy = dict(
        directive.strip().partition(" ")[::2]
        for directive in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    for directive in ("script-src", "style-src"):
        assert "unsafe-inline" not in policy[directive]
        assert "'unsafe-eval'" not in policy[directive]


@pytest.mark.django_db
def test_each_page_has_its_own_nonce_and_every_inline_script_has_it() -> None:
    nonces = set()
    for _ in range(2):
        response = Client().get(reverse("account_login"))
        html = response.content.decode()
        (nonce,) = set(re.findall(r"'nonce-([^']+)'", response.headers["Content-Security-Policy"]))
        tags = re.findall(r"<(?:script|style)\b[^>]*>", html)
        inline = [tag for tag in tags if "src=" not in tag]
        assert inline
        assert all(f'nonce="{nonce}"' in tag for tag in inline)
        nonces.add(nonce)
    assert len(nonces) == 2


@pytest.mark.django_db
def test_pages_of_people_are_not_for_shared_caches(page_client: Any) -> None:
    response = page_client(UserFactory()).get(reverse("project_list"))
    assert "private" in response.headers["Cache-Control"]
    assert "Cookie" in response.headers["Vary"]


# -- The log of a real server -------------------------------------------------------


def fetch(url: str, **headers: str) -> int:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
            response.read()
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_gunicorn_logs_one_json_line_for_each_request(tmp_path: Path) -> None:
    log = tmp_path / "log"
    environment = {
        **os.environ,
        "LOG_LEVEL": "INFO",
        "LOG_FORMAT": "json",
        "VAR_DIR": str(tmp_path),
        "SECRET_KEY": django_settings.SECRET_KEY,
        # Nothing listens there: what is asked below must not need a database.
        "DATABASE_URL": f"postgresql://user:{SECRET}@127.0.0.1:1/none",
    }
    command = [
        *(sys.executable, "-m", "gunicorn", "ariaforge.wsgi"),
        *("--bind", "127.0.0.1:0", "--worker-class", "gthread", "--workers", "1"),
    ]
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=output, stdout=output)
    try:
        deadline = time.monotonic() + 60
        while not (found := re.search(r"Listening at: (http://[^ ]+)", log.read_text())):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        base = found[1]
        assert fetch(f"{base}/livez", **{"X-Request-ID": "request-alive"}) == 200
        assert fetch(f"{base}/livez?password={SECRET}", **{"X-Request-ID": "request-query"}) == 200
        assert fetch(f"{base}/api/v1/none/{SECRET}", **{"X-Request-ID": "request-404"}) == 404
        headers = {"X-Request-ID": "request-503", "Cookie": f"sessionid={SECRET}"}
        headers["Accept"] = "application/json"
        assert fetch(f"{base}/sign-in/{SECRET}/", **headers) == 503
    finally:
        server.terminate()
        server.wait(20)
    text = log.read_text()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    requests = [line for line in lines if line.get("request_id", "").startswith("request-")]
    finished = {
        line["request_id"]: line
        for line in requests
        if line["event"] in ("request_finished", "request_failed")
    }
    assert list(finished) == ["request-alive", "request-query", "request-404", "request-503"]
    assert len(requests) == len(finished), "more than one line for a request"
    assert all(line["duration_ms"] >= 0 for line in finished.values())
    alive = finished["request-alive"]
    assert (alive["level"], alive["code"], alive["request"]) == ("info", 200, "GET /livez")
    assert "timestamp" in alive
    failed = finished["request-503"]
    assert (failed["level"], failed["code"]) == ("error", 503)
    assert failed["request"] == f"GET /sign-in/{REDACTED}/"
    assert "OperationalError" in failed["exception"]
    for line in lines:
        if line.get("request_id") != "request-404":  # an address that means nothing stays
            assert SECRET not in json.dumps(line)
