"""Running claimed jobs in real child processes, from a worker thread in this process."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from accounts.models import User
from ariaforge.context import acting_as
from ariaforge.events.streams import stream_key
from ariaforge.jobs import worker
from ariaforge.jobs.attempt import Attempt
from ariaforge.jobs.claims import claim_job
from ariaforge.jobs.services import cancel_job, retry_job
from ariaforge.models import Job
from ariaforge.redis_client import redis_client
from tests.jobs.conftest import Marker
from tests.jobs.servers import processes_of, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def run(job: Job) -> Job:
    """Run the job, which is the best of its queue, and return it as it is then."""
    ran = worker.run_next_job(job.queue)
    assert ran is not None
    assert ran.pk == job.pk
    job.refresh_from_db()
    return job


def messages(job: Job) -> list[str]:
    """Return the log."""
    return list(job.log.values_list("message", flat=True))


def leftovers() -> list[Path]:
    """Return what lies in the folder of work folders."""
    root = settings.JOB_WORK_DIR
    return list(root.iterdir()) if root.is_dir() else []


def test_a_job_runs_in_a_child_and_ends_in_one_transaction(
    submit: Callable[..., Job], owner: User
) -> None:
    job = run(submit(parameters={"numbers": [1, 2, 3]}, topic="test:sum"))

    assert (job.state, job.progress, job.step) == ("succeeded", 1.0, "Adding 3")
    assert job.result["sum"] == job.result["written"] == 6
    assert job.lease_token is None
    assert job.finished_at is not None
    # finish() runs here in the worker, run() ran in another process that acted as the owner.
    assert job.result["child_group"] == os.getpgid(0)
    assert (job.result["actor"], job.result["job"]) == (str(owner.pk), str(job.pk))
    artifact = job.artifacts.get()
    assert (artifact.name, artifact.target_model, artifact.target_id) == (
        "owner",
        "accounts.user",
        str(owner.pk),
    )
    assert messages(job) == [
        "Submitted.",
        "Started, attempt 1 of 3.",
        "Added 1",
        "Added 2",
        "Added 3",
        "Done.",
    ]
    assert not leftovers()


def test_news_go_to_the_job_its_owner_and_its_topic(submit: Callable[..., Job]) -> None:
    job = run(submit(topic="test:news"))

    for topic in (f"job:{job.pk}", f"user:{job.owner_id}", "test:news"):
        entries: Any = redis_client().xrange(stream_key(topic))
        assert {fields["event"] for _, fields in entries} == {"job"}
        states = [fields["data"].split('"state": "')[1].split('"')[0] for _, fields in entries]
        assert states[0] == "queued"
        assert states[-1] == "succeeded"
        assert "running" in states


def test_the_audit_names_the_actor_the_request_and_the_job(
    submit: Callable[..., Job], owner: User
) -> None:
    with acting_as(owner.pk, request_id="request-7"):
        asked = submit()
    job = run(asked)

    history = apps.get_model("ariaforge", "JobAuditEvent").objects.filter(pgh_obj_id=job.pk)
    last = history.select_related("pgh_context").order_by("pgh_id").last()
    assert last.state == "succeeded"
    assert last.pgh_context.metadata == {
        "actor": str(owner.pk),
        "request_id": "request-7",
        "job_id": str(job.pk),
    }


def test_progress_rises_through_many_values(
    submit: Callable[..., Job], running: Callable[..., threading.Thread]
) -> None:
    job = submit(parameters={"numbers": list(range(10)), "pause": 0.3})
    thread = running(job)
    seen: list[float] = []
    while thread.is_alive():
        seen.append(Job.objects.values_list("progress", flat=True).get(pk=job.pk))
        time.sleep(0.05)

    assert seen == sorted(seen)
    assert len(set(seen)) >= 5


def test_progress_never_goes_back(
    submit: Callable[..., Job], running: Callable[..., threading.Thread]
) -> None:
    job = submit("test_faulty", parameters={"how": "backwards"})
    thread = running(job)
    seen = []
    while thread.is_alive():
        seen.append(Job.objects.values_list("progress", flat=True).get(pk=job.pk))
        time.sleep(0.05)

    assert seen == sorted(seen)
    assert {0.6, 0.7} <= set(seen)
    assert not {0.1, 0.2} & set(seen)


@pytest.mark.parametrize(
    ("how", "code", "message"),
    [
        ("permanent", "cannot_add", "These numbers cannot be added."),
        ("bug", "internal_error", "Something went wrong in the studio."),
        ("memory", "memory_limit", "This needed more memory than one job may use."),
        ("file", "file_limit", "This would have made a file that is larger"),
        ("spin", "cpu_limit", "This took longer than one job may take."),
        ("unpicklable", "internal_error", "Something went wrong in the studio."),
        ("finish", "cannot_finish", "The sum could not be kept."),
    ],
)
def test_permanent_errors_end_the_job_at_once(
    submit: Callable[..., Job], how: str, code: str, message: str
) -> None:
    job = run(submit("test_faulty", parameters={"how": how}))

    assert (job.state, job.error_code, job.attempts) == ("failed", code, 1)
    assert job.error_message.startswith(message)
    assert "half written" not in messages(job)
    # The musician reads no traceback, the admin does.
    assert not any("secret detail" in line for line in [job.error_message, *messages(job)])
    if how == "bug":
        assert "secret detail" in job.log.get(level="error").data["traceback"]
    assert not leftovers()


@pytest.mark.parametrize("how", ["transient", "exit", "kill"])
def test_transient_errors_are_tried_again_up_to_the_cap(
    submit: Callable[..., Job], how: str
) -> None:
    job = submit("test_faulty", parameters={"how": how})
    delays = []
    for attempt in (1, 2):
        run(job)
        assert (job.state, job.attempts) == ("queued", attempt)
        assert job.not_before is not None
        assert job.sent_at is None
        assert worker.run_next_job(job.queue) is None  # not yet
        delays.append(job.not_before)
        Job.objects.update(not_before=None)
    run(job)

    assert (job.state, job.attempts) == ("failed", 3)
    assert job.error_code == ("busy" if how == "transient" else "crashed")


def test_a_retry_by_hand_begins_anew(submit: Callable[..., Job]) -> None:
    job = run(submit("test_faulty", parameters={"how": "permanent"}))
    retry_job(job)
    Job.objects.update(parameters={"how": "nothing"})

    job = run(job)

    assert (job.state, job.attempts, job.error_message) == ("succeeded", 1, "")


@pytest.mark.parametrize("stubborn", [False, True], ids=["obedient", "stubborn"])
@pytest.mark.parametrize("spin", [False, True], ids=["sleeping", "spinning"])
def test_cancelling_kills_the_whole_group_and_clears_its_files(
    submit: Callable[..., Job],
    running: Callable[..., threading.Thread],
    marker: Marker,
    spin: bool,
    stubborn: bool,
) -> None:
    job = submit(
        "test_busy", parameters={"marker": str(marker.path), "spin": spin, "stubborn": stubborn}
    )
    running(job)
    child, _, work_dir = marker.read()
    assert os.getpgid(child) == child
    assert len(processes_of(child)) >= 3  # child, grandchild, guard
    assert (work_dir / "half.part").exists()

    assert cancel_job(job).is_cancelling
    wait_for(
        lambda: Job.objects.get(pk=job.pk).state != "running", seconds=10, what="the cancellation"
    )

    # From the moment that the state says so, nothing is left.
    assert not processes_of(child)
    assert not work_dir.exists()
    job.refresh_from_db()
    assert (job.state, job.lease_token, job.result) == ("cancelled", None, {})
    assert messages(job)[-3:] == ["Asked to stop.", "Cancelled.", "discarded"]


def test_a_job_that_takes_too_long_is_killed(
    submit: Callable[..., Job], running: Callable[..., threading.Thread], marker: Marker
) -> None:
    job = submit("test_hurry", parameters={"marker": str(marker.path)})
    running(job).join(20)
    marker.wait_until_dead()

    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "time_limit")
    assert "discarded" in messages(job)


def test_a_lost_lease_stops_the_work_and_writes_nothing(
    submit: Callable[..., Job], running: Callable[..., threading.Thread], marker: Marker
) -> None:
    job = submit("test_busy", parameters={"marker": str(marker.path)})
    thread = running(job)
    _, _, work_dir = marker.read()

    token = uuid.uuid4()
    Job.objects.filter(pk=job.pk).update(lease_token=token, worker="another")
    thread.join(20)

    marker.wait_until_dead()
    assert not work_dir.exists()
    job.refresh_from_db()
    assert (job.state, job.lease_token, job.worker) == ("running", token, "another")
    assert messages(job) == ["Submitted.", "Started, attempt 1 of 2."]


def test_of_two_finishes_the_one_with_the_token_counts(submit: Callable[..., Job]) -> None:
    """A worker was given up for dead, and comes to its end while and after it is done again."""
    job = submit("test_ledger")
    late = claim_job("bulk")
    assert late is not None
    Job.objects.filter(pk=job.pk).update(
        state="queued", lease_token=None, lease_expires_at=None, slot=None
    )
    rightful = claim_job("bulk")
    assert rightful is not None

    Attempt(late, threading.Event()).run()
    job.refresh_from_db()
    assert (job.state, job.lease_token) == ("running", rightful.lease_token)
    assert "charged" not in messages(job)

    Attempt(rightful, threading.Event()).run()
    Attempt(late, threading.Event()).run()
    job.refresh_from_db()
    assert (job.state, job.result) == ("succeeded", {"attempt": 2})
    assert messages(job).count("charged") == 1


def test_a_worker_that_stops_gives_its_job_back(
    submit: Callable[..., Job], running: Callable[..., threading.Thread], marker: Marker
) -> None:
    job = submit("test_busy", parameters={"marker": str(marker.path)})
    stopping = threading.Event()
    thread = running(job, stopping)
    marker.read()
    stopping.set()
    thread.join(20)

    marker.wait_until_dead()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.sent_at) == ("queued", 0, None)


def test_a_lost_connection_to_the_database_does_not_lose_the_job(
    submit: Callable[..., Job], running: Callable[..., threading.Thread]
) -> None:
    job = submit(parameters={"numbers": list(range(8)), "pause": 0.2})
    thread = running(job)
    wait_for(lambda: Job.objects.get(pk=job.pk).progress > 0, what="progress")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
    thread.join(20)

    job.refresh_from_db()
    assert job.state in ("succeeded", "queued")
    if job.state == "queued":  # the child itself was in the middle of a query
        Job.objects.update(not_before=None)
        assert run(job).state == "succeeded"


def test_a_kind_that_is_gone_fails_in_words(submit: Callable[..., Job]) -> None:
    job = submit()
    Job.objects.update(kind="test_gone")

    job = run(job)

    assert (job.state, job.error_code) == ("failed", "unknown_kind")


def test_no_nudge_is_needed_when_nothing_waits(owner: User) -> None:
    assert worker.run_next_job("compose") is None
