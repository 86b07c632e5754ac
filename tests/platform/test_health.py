"""Whether the studio lives, and whether it can work."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from ariaforge import health
from ariaforge.health import CheckFailedError, MigrationsCheck
from ariaforge.jobs import heartbeats
from ariaforge.jobs.heartbeats import Heart
from tests.factories import UserFactory

OUTSIDE = {"REMOTE_ADDR": "192.0.2.7"}
SECRET = "secret-host.example"


def passing() -> str:
    return f"answers from {SECRET}"


def test_alive_without_any_server() -> None:
    """No django_db mark: pytest-django refuses every query of this test."""
    response = Client().get(reverse("livez"))
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert "no-store" in response.headers["Cache-Control"]


@pytest.fixture
def all_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECKS", dict.fromkeys(health.CHECKS, passing))


@pytest.mark.django_db
def test_strangers_see_states_only(all_pass: None) -> None:
    response = Client().get(reverse("readyz"), **OUTSIDE)  # type: ignore[arg-type]
    assert response.status_code == 200
    body = response.json()
    assert body["status"] == "ok"
    assert set(body["checks"]) >= {"database", "vector", "migrations", "redis", "disk"}
    assert all(check == {"status": "ok"} for check in body["checks"].values())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("staff", "request_of", "sees"),
    [
        (False, {"REMOTE_ADDR": "127.0.0.1"}, True),
        (False, {"REMOTE_ADDR": "::1"}, True),
        # The proxy is on this machine, the person who asks is not.
        (False, {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"}, False),
        (False, {"REMOTE_ADDR": ""}, False),
        (False, OUTSIDE, False),
        (True, OUTSIDE, True),
    ],
)
def test_who_sees_details(
    all_pass: None, page_client: Any, staff: bool, request_of: dict[str, str], sees: bool
) -> None:
    client = page_client(UserFactory(staff=staff))
    response = client.get(reverse("readyz"), **request_of)
    assert (SECRET in response.content.decode()) == sees


@pytest.mark.django_db
@pytest.mark.parametrize("name", list(health.CHECKS))
@pytest.mark.parametrize(
    "error", [CheckFailedError("there is none"), OperationalError(SECRET), OSError(SECRET)]
)
def test_one_failure_is_enough(
    all_pass: None, monkeypatch: pytest.MonkeyPatch, name: str, error: Exception
) -> None:
    def fail() -> str:
        raise error

    monkeypatch.setitem(health.CHECKS, name, fail)
    response = Client().get(reverse("readyz"), **OUTSIDE)  # type: ignore[arg-type]
    assert response.status_code == 503
    body = response.json()
    assert body["status"] == "failed"
    failed = {key for key, check in body["checks"].items() if check["status"] == "failed"}
    assert failed == {name} | {part for part, needed in health.NEEDS.items() if needed == name}
    assert SECRET not in json.dumps(body)
    # On the machine itself, the kind of error shows, but not what drivers write into it.
    details = Client().get(reverse("readyz")).json()["checks"][name]["detail"]
    assert details == (str(error) if isinstance(error, CheckFailedError) else type(error).__name__)


# -- The real checks ----------------------------------------------------------------


@pytest.mark.django_db
def test_database_and_vector_answer() -> None:
    assert health.check_database().startswith("PostgreSQL ")
    assert health.check_vector().startswith("pgvector ")


@pytest.mark.django_db
def test_a_database_without_vector_is_not_ready() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION vector CASCADE")
    with pytest.raises(CheckFailedError, match="vector"):
        health.check_vector()


@pytest.mark.django_db
def test_a_missing_migration_is_named(django_assert_num_queries: Any) -> None:
    check = MigrationsCheck()
    assert check().endswith(" applied")
    with django_assert_num_queries(1):  # the cheap way, from now on
        check()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'media' AND name LIKE '0002%'")
    with pytest.raises(CheckFailedError, match=r"media\.0002_video_kind"):
        check()


def test_redis_answers_or_not(settings: Any) -> None:
    assert health.check_redis() == "answers"
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(Exception, match="refused"):
        health.check_redis()


def test_workers_and_dispatcher_have_to_live(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JOB_QUEUES = ("compose", "render")
    monkeypatch.setattr(heartbeats, "LIST_KEY", f"test:{uuid.uuid4()}")
    for check in (health.check_workers, health.check_dispatcher):
        with pytest.raises(CheckFailedError):
            check()
    hearts = [
        Heart("worker", queues=["compose"]),
        Heart("worker", queues=["render", "bulk"]),
        Heart("dispatcher"),
    ]
    hearts[0].beat()
    with pytest.raises(CheckFailedError, match="No worker serves: render"):
        health.check_workers()
    hearts[1].beat()
    hearts[2].beat()
    assert health.check_workers() == "2 workers serve all queues"
    assert health.check_dispatcher() == "1 dispatchers live"
    for heart in hearts:
        heart.stop()
    with pytest.raises(CheckFailedError):
        health.check_dispatcher()


def test_a_full_disk_is_not_ready(settings: Any) -> None:
    settings.MINIMUM_FREE_DISK_MB = 0
    assert "MB free" in health.check_disk()
    settings.MINIMUM_FREE_DISK_MB = 10**9
    with pytest.raises(CheckFailedError, match="are needed"):
        health.check_disk()


@pytest.mark.parametrize("name", ["livez", "readyz"])
def test_only_reading(name: str) -> None:
    assert Client().post(reverse(name)).status_code == 405
