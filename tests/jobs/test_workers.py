"""Real Dramatiq workers and a real dispatcher as processes of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ariaforge.jobs.heartbeats import dispatcher_heartbeats, worker_heartbeats
from ariaforge.jobs.services import cancel_job
from ariaforge.models import Job
from tests.factories import UserFactory
from tests.jobs.conftest import Marker, Studio
from tests.jobs.servers import processes_of, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def wait_for_state(job: Job, *states: str, seconds: float = 40) -> Job:
    """Wait until the job has one of the states, and return it."""

    def has_it() -> bool:
        job.refresh_from_db()
        return job.state in states

    try:
        wait_for(has_it, seconds=seconds, what=f"{' or '.join(states)} of {job.kind}")
    except AssertionError as error:
        log = "\n".join(f"{line.at} {line.message} {line.data}" for line in job.log.all())
        raise AssertionError(f"{error}; it is {job.state}:\n{log}") from None
    return job


def test_jobs_go_all_the_way(studio: Studio, submit: Callable[..., Job]) -> None:
    jobs = [submit(owner=UserFactory()) for _ in range(4)]
    # More of one person than may run at once: the others are sent again as places free up.
    jobs += [submit(parameters={"numbers": [n], "pause": 0.2}) for n in range(5)]

    for job in jobs:
        wait_for_state(job, "succeeded")

    assert all(job.worker for job in jobs)
    workers = worker_heartbeats()
    assert [worker.queues for worker in workers] == [("analyse", "bulk", "compose", "render")]
    assert workers[0].threads == 3
    assert len(dispatcher_heartbeats()) == 1


def test_cancelling_reaches_the_worker(
    studio: Studio, submit: Callable[..., Job], marker: Marker
) -> None:
    job = submit(
        "test_busy", parameters={"marker": str(marker.path), "spin": True, "stubborn": True}
    )
    child, _, work_dir = marker.read()

    cancel_job(wait_for_state(job, "running"))
    wait_for_state(job, "cancelled", "failed", "succeeded", seconds=20)

    assert job.state == "cancelled"
    assert not processes_of(child)
    assert not work_dir.exists()


def test_a_killed_worker_leaves_no_process_and_its_job_is_done_again(
    studio: Studio, submit: Callable[..., Job], marker: Marker
) -> None:
    job = submit("test_busy", parameters={"marker": str(marker.path), "spin": True})
    first, _, _ = marker.read()
    assert len(processes_of(first)) >= 3
    marker.path.unlink()

    studio.kill_worker()

    wait_for(lambda: not processes_of(first), what="the end of the group")
    studio.ensure()
    second, _, _ = marker.read()
    assert second != first
    wait_for_state(job, "running")
    assert job.attempts == 2

    # The second worker dies of it as well: that is enough.
    studio.kill_worker()
    wait_for_state(job, "failed", "succeeded")
    assert (job.state, job.error_code) == ("failed", "worker_lost")
    assert not processes_of(second)


def test_a_worker_that_is_stopped_gives_its_jobs_back(
    studio: Studio, submit: Callable[..., Job], marker: Marker
) -> None:
    studio.ensure()
    job = submit("test_busy", parameters={"marker": str(marker.path)})
    child, _, work_dir = marker.read()
    assert studio.worker is not None
    own = worker_heartbeats()[-1]

    assert studio.worker.stop() == 0

    assert not processes_of(child)
    assert not work_dir.exists()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 0)
    # A killed worker is forgotten after a while, one that leaves at once.
    assert own.id not in [heartbeat.id for heartbeat in worker_heartbeats()]
