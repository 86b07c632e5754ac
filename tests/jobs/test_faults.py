"""Killed workers, a flushed Redis, a Redis that starts empty: every job is done, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.faults import FaultPlan, FaultRun
from tests.jobs.servers import RedisServer, environment_for

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

PLAN = FaultPlan(jobs=100, kills=3, flushes=1, redis_restarts=1, seed=20261121)


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis for this test alone, which it may kill."""
    server = RedisServer()
    server.start()
    yield server
    server.remove()


def test_every_job_is_done_exactly_once(own_redis: RedisServer, tmp_path: Path) -> None:
    report = FaultRun(PLAN, own_redis, environment_for(own_redis, tmp_path)).run_protocol()

    assert report.faults == {"kill": 3, "flush": 1, "redis": 1}
    assert (report.succeeded, report.charged_once) == (PLAN.jobs, PLAN.jobs), str(report)
    assert (report.charged_never, report.charged_often) == (0, 0), str(report)
    assert not list((tmp_path / "work").iterdir())


def test_the_usual_actor_loses_jobs_under_the_same_faults(
    own_redis: RedisServer, tmp_path: Path
) -> None:
    """The negative control: without it, the faults might be too gentle to prove anything."""
    report = FaultRun(PLAN, own_redis, environment_for(own_redis, tmp_path)).run_fire_once()

    assert report.succeeded < PLAN.jobs, str(report)
    assert report.charged_never > 0, str(report)
