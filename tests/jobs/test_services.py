"""Submitting, cancelling and retrying, without a worker."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from ariaforge.exceptions import ConflictError, InvalidInputError
from ariaforge.jobs.registry import JobKind, all_kinds, find_kind, register
from ariaforge.jobs.services import IdempotencyKeyReusedError, cancel_job, retry_job, submit_job
from ariaforge.models import Job
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def raw_connection() -> psycopg.Connection[Any]:
    """Return a second connection to the test database, with autocommit."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    return psycopg.connect(**parameters, autocommit=True)


def test_a_job_waits_in_the_queue_of_its_kind(submit: Callable[..., Job]) -> None:
    job = submit(parameters={"numbers": [1], "ignored": True}, topic="test:1", priority=5)

    job.refresh_from_db()
    assert (job.state, job.queue, job.priority, job.topic) == ("queued", "compose", 5, "test:1")
    assert job.parameters == {"numbers": [1], "pause": 0.0}
    assert job.max_attempts == 3
    assert job.sent_at is None
    assert [line.message for line in job.log.all()] == ["Submitted."]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "no_such"}, "There is no job of kind 'no_such'"),
        ({"parameters": {}}, "Give whole numbers"),
        ({"parameters": {"numbers": [1], "pause": float("nan")}}, "cannot be stored as JSON"),
        ({"priority": 101}, "from -100 to 100"),
        ({"idempotency_key": "k" * 201}, "200 characters at most"),
    ],
)
def test_what_cannot_be_done_is_refused(owner: User, change: dict[str, Any], message: str) -> None:
    request = {"owner": owner, "kind": "test_add", "parameters": {"numbers": [1]}, **change}

    with pytest.raises(InvalidInputError, match=message):
        submit_job(**request)

    assert not Job.objects.exists()


def test_the_same_key_gives_the_same_job(submit: Callable[..., Job]) -> None:
    first = submit(idempotency_key="once")
    again = submit(idempotency_key="once")

    assert again.pk == first.pk
    assert Job.objects.count() == 1
    assert first.log.count() == 1


def test_a_key_belongs_to_one_person(submit: Callable[..., Job]) -> None:
    mine, theirs = (
        submit(idempotency_key="once"),
        submit(idempotency_key="once", owner=UserFactory()),
    )
    assert mine.pk != theirs.pk


def test_a_key_does_not_stand_for_other_work(submit: Callable[..., Job]) -> None:
    submit(idempotency_key="once")

    with pytest.raises(IdempotencyKeyReusedError, match="used before for another request"):
        submit(idempotency_key="once", parameters={"numbers": [9]})

    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_requests_with_one_key_at_once_make_one_job(submit: Callable[..., Job]) -> None:
    found: list[Any] = []

    def ask() -> None:
        found.append(submit(idempotency_key="once").pk)
        connection.close()

    with transaction.atomic():
        first = submit(idempotency_key="once")
        # The other request has to wait for this transaction to decide.
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join(0.5)
        assert not found
    thread.join(10)

    assert found == [first.pk]
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_dispatcher_is_woken_by_the_commit_and_not_before(submit: Callable[..., Job]) -> None:
    with raw_connection() as listener:
        listener.execute("LISTEN ariaforge_jobs")
        with transaction.atomic():
            submit()
            assert list(listener.notifies(timeout=0.3, stop_after=1)) == []
        assert len(list(listener.notifies(timeout=10, stop_after=1))) == 1


@pytest.mark.django_db(transaction=True)
def test_a_request_that_is_rolled_back_never_was(submit: Callable[..., Job]) -> None:
    with transaction.atomic():
        submit()
        transaction.set_rollback(True)

    assert not Job.objects.exists()


def test_a_waiting_job_is_cancelled_at_once(submit: Callable[..., Job]) -> None:
    job = cancel_job(submit("test_busy"))

    job.refresh_from_db()
    assert job.state == "cancelled"
    assert job.finished_at is not None
    assert [line.message for line in job.log.all()] == ["Submitted.", "Cancelled.", "discarded"]
    assert cancel_job(job).finished_at == job.finished_at
    assert job.log.count() == 3


def test_a_job_that_has_ended_cannot_be_cancelled(submit: Callable[..., Job]) -> None:
    job = submit()
    Job.objects.filter(pk=job.pk).update(
        state="failed", error_code="x", error_message="It broke.", finished_at=timezone.now()
    )

    with pytest.raises(ConflictError, match="has ended already"):
        cancel_job(job)


def test_a_failed_job_begins_anew(submit: Callable[..., Job]) -> None:
    job = submit()
    Job.objects.filter(pk=job.pk).update(
        state="failed",
        error_code="x",
        error_message="It broke.",
        finished_at=timezone.now(),
        attempts=3,
        progress=0.7,
        step="Adding",
        sent_at=timezone.now(),
    )

    retry_job(job)

    job.refresh_from_db()
    assert (job.state, job.attempts, job.progress, job.step) == ("queued", 0, 0, "")
    assert (job.error_code, job.error_message) == ("", "")
    assert job.finished_at is None
    assert job.sent_at is None


def test_a_waiting_job_cannot_be_retried(submit: Callable[..., Job]) -> None:
    with pytest.raises(ConflictError, match="failed or was cancelled"):
        retry_job(submit())


def test_kinds_of_every_app_are_found() -> None:
    names = [kind.name for kind in all_kinds()]
    assert "test_add" in names
    assert names == sorted(names)
    assert find_kind("no_such") is None


def test_a_name_or_queue_that_does_not_fit_is_refused() -> None:
    class Impostor(JobKind):
        name = "test_add"

        def run(self, context: Any) -> None:
            """Do nothing."""

    class Lost(Impostor):
        name = "test_lost"
        queue = "nowhere"

    with pytest.raises(ValueError, match="is AddKind already"):
        register(Impostor)
    with pytest.raises(ValueError, match="unknown queue 'nowhere'"):
        register(Lost)
