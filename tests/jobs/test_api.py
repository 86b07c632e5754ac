"""The REST endpoints of jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import create_api_token
from ariaforge.api.jobs import STATE_ALIASES
from ariaforge.jobs.transitions import log_event
from ariaforge.models import Job, JobArtifact
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api_client: Callable[..., APIClient], owner: User) -> APIClient:
    """The musician's program."""
    return api_client(owner)


def test_a_job_says_how_it_stands(client: APIClient, submit: Callable[..., Job]) -> None:
    job = submit(parameters={"numbers": [4]}, priority=3)
    Job.objects.update(progress=0.4567, step="Adding 4")
    JobArtifact.objects.create(
        job=job, name="midi", target_model="media.asset", target_id="1", size_bytes=9
    )

    answer = client.get(f"/api/v1/jobs/{job.pk}/")

    assert answer.status_code == 200
    body = answer.json()
    assert body["id"] == str(job.pk)
    assert (body["kind"], body["queue"], body["priority"]) == ("test_add", "compose", 3)
    assert (body["state"], body["progress"], body["progress_percent"]) == ("queued", 0.4567, 45)
    assert (body["step"], body["parameters"]) == ("Adding 4", {"numbers": [4], "pause": 0.0})
    assert body["artifacts"][0]["name"] == "midi"
    assert body["error_message"] == ""
    assert body["elapsed_seconds"] is None
    assert not {"lease_token", "worker", "idempotency_key", "owner"} & set(body)


def test_the_list_has_own_jobs_newest_first_in_pages(
    client: APIClient, submit: Callable[..., Job]
) -> None:
    mine = [submit() for _ in range(5)]
    submit(owner=UserFactory())

    first = client.get("/api/v1/jobs/", {"page_size": 3}).json()
    second = client.get(first["next"]).json()

    ids = [row["id"] for row in first["results"] + second["results"]]
    assert ids == [str(job.pk) for job in reversed(mine)]
    assert second["next"] is None


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_takes_the_same_queries_for_any_number(
    client: APIClient,
    submit: Callable[..., Job],
    django_assert_num_queries: Any,
    count: int,
) -> None:
    for _ in range(count):
        submit()

    with django_assert_num_queries(3):  # session, user, jobs
        assert len(client.get("/api/v1/jobs/").json()["results"]) == count


def test_filters(client: APIClient, submit: Callable[..., Job]) -> None:
    waiting = submit()
    failed = submit("test_busy")
    Job.objects.filter(pk=failed.pk).update(
        state="failed", error_code="x", error_message="It broke.", finished_at=timezone.now()
    )

    def found(**query: str) -> list[str]:
        answer = client.get("/api/v1/jobs/", query)
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["results"]]

    assert found(kind="test_add") == [str(waiting.pk)]
    assert found(state="failed") == found(state="error") == [str(failed.pk)]
    for alias, state in STATE_ALIASES.items():
        assert found(state=alias) == found(state=str(state))
    assert found(state="pending", kind="test_busy") == []
    refused = client.get("/api/v1/jobs/", {"state": "sleeping"})
    assert refused.status_code == 400
    assert "state" in refused.json()["error"]["details"]["fields"]


def test_the_log_hides_tracebacks(client: APIClient, submit: Callable[..., Job]) -> None:
    job = submit()
    log_event(job, "error", "Something went wrong.", {"traceback": "KeyError: secret detail"})

    answer = client.get(f"/api/v1/jobs/{job.pk}/events/")

    assert [line["message"] for line in answer.json()["results"]] == [
        "Something went wrong.",
        "Submitted.",
    ]
    assert b"secret" not in answer.content
    only = client.get(f"/api/v1/jobs/{job.pk}/events/", {"level": "error"}).json()["results"]
    assert [line["level"] for line in only] == ["error"]
    assert client.get(f"/api/v1/jobs/{job.pk}/events/", {"level": "x"}).status_code == 400


def test_cancel_and_retry(client: APIClient, submit: Callable[..., Job]) -> None:
    job = submit()

    assert client.post(f"/api/v1/jobs/{job.pk}/retry/").status_code == 409
    cancelled = client.post(f"/api/v1/jobs/{job.pk}/cancel/")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    again = client.post(f"/api/v1/jobs/{job.pk}/cancel/")
    assert again.status_code == 200
    retried = client.post(f"/api/v1/jobs/{job.pk}/retry/")
    assert (retried.status_code, retried.json()["state"]) == (200, "queued")


@pytest.mark.parametrize("action", ["", "events/", "cancel/", "retry/"])
def test_jobs_of_others_do_not_exist(
    api_client: Callable[..., APIClient], submit: Callable[..., Job], action: str
) -> None:
    job = submit()
    for stranger in (UserFactory(), UserFactory(staff=True)):
        method = "get" if action in ("", "events/") else "post"
        answer = getattr(api_client(stranger), method)(f"/api/v1/jobs/{job.pk}/{action}")
        assert answer.status_code == 404

    job.refresh_from_db()
    assert job.state == "queued"


def test_a_token_that_may_only_read_cannot_cancel(owner: User, submit: Callable[..., Job]) -> None:
    job = submit()
    _, secret = create_api_token(user=owner, name="reader", scopes=["read"])
    client = APIClient(headers={"Authorization": f"Token {secret}"})

    assert client.get(f"/api/v1/jobs/{job.pk}/").status_code == 200
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel/").status_code == 403
    job.refresh_from_db()
    assert job.state == "queued"
