"""A Redis of our own, and workers and a dispatcher that use the test database."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dramatiq
import pytest
from django.db import connection
from dramatiq.brokers.redis import RedisBroker

# Before any test starts the fork server, whose children import these kinds.
os.environ["JOB_KIND_MODULES"] = "tests.jobs.kinds,tests.jobs.file_kinds"

from accounts.models import User
from ariaforge import actors
from ariaforge.jobs.attempt import Attempt
from ariaforge.jobs.claims import claim_job
from ariaforge.jobs.processes import warm_up
from ariaforge.jobs.services import submit_job
from ariaforge.models import Job
from tests.factories import UserFactory
from tests.jobs import file_kinds, kinds  # noqa: F401 - registers them
from tests.jobs.servers import (
    LEASE_SECONDS,
    ManagedProcess,
    RedisServer,
    environment_for,
    is_alive,
    start_dispatcher,
    start_worker,
    wait_for,
)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis that no other test uses."""
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture(autouse=True)
def _job_settings(settings: Any, redis_server: RedisServer, tmp_path: Path) -> None:
    settings.REDIS_URL = redis_server.url
    settings.JOB_WORK_DIR = tmp_path / "work"
    settings.JOB_LEASE_SECONDS = LEASE_SECONDS
    settings.JOB_CONCURRENCY_PER_USER = 2


@pytest.fixture
def owner(db: Any) -> User:
    """A musician."""
    return UserFactory()


@pytest.fixture
def submit(owner: User) -> Callable[..., Job]:
    """Return a function that submits a job of the musician."""

    def make(kind: str = "test_add", **rest: Any) -> Job:
        parameters = rest.pop("parameters", {"numbers": [1, 2, 3]} if kind == "test_add" else {})
        who = rest.pop("owner", owner)
        return submit_job(owner=who, kind=kind, parameters=parameters, **rest)

    return make


@pytest.fixture
def running() -> Iterator[Callable[..., threading.Thread]]:
    """Return a function that runs a job in a thread, as a worker does."""
    threads: list[threading.Thread] = []

    warm_up()

    def start(job: Job, stopping: threading.Event | None = None) -> threading.Thread:
        def work() -> None:
            claimed = claim_job(job.queue)
            assert claimed is not None
            Attempt(claimed, stopping or threading.Event()).run()
            connection.close()

        threads.append(threading.Thread(target=work))
        threads[-1].start()
        return threads[-1]

    yield start
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def broker(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisBroker]:
    """A broker on our Redis, with empty queues, for code that sends in this process."""
    redis_server.flush()
    own = RedisBroker(url=redis_server.url, middleware=[])
    before = dramatiq.get_broker()
    dramatiq.set_broker(own)
    for actor in actors.QUEUE_ACTORS.values():
        monkeypatch.setattr(actor, "broker", own)
        own.declare_queue(actor.queue_name)
    yield own
    dramatiq.set_broker(before)


class Studio:
    """A worker and a dispatcher, started again when a test has ended one of them."""

    def __init__(self, redis_server: RedisServer, folder: Path, **environment: str) -> None:
        self.environment = {**environment_for(redis_server, folder), **environment}
        self.folder = folder
        self.work_dir = folder / "work"
        self.worker: ManagedProcess | None = None
        self.dispatcher: ManagedProcess | None = None

    def ensure(self) -> None:
        """Start what does not run."""
        if self.worker is None or self.worker.process.poll() is not None:
            self.worker = start_worker(self.environment, self.folder / "worker.log")
        if self.dispatcher is None or self.dispatcher.process.poll() is not None:
            self.dispatcher = start_dispatcher(self.environment, self.folder / "dispatcher.log")

    def kill_worker(self) -> None:
        """SIGKILL the worker with its master; its jobs are on their own."""
        assert self.worker is not None
        self.worker.kill()

    def remove(self) -> None:
        """End everything."""
        for process in (self.worker, self.dispatcher):
            if process is not None:
                process.kill()


# Of a module, not of the session: other tests run their jobs themselves.
@pytest.fixture(scope="module")
def _studio(
    redis_server: RedisServer, django_db_setup: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Studio]:
    studio = Studio(redis_server, tmp_path_factory.mktemp("studio"))
    yield studio
    studio.remove()


@pytest.fixture
def studio(_studio: Studio, transactional_db: Any) -> Studio:
    """A real worker and a real dispatcher on the test database."""
    _studio.ensure()
    return _studio


class Marker:
    """The file in which a busy job names its processes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[int, int, Path]:
        """Wait for the job to run; return child, grandchild and work folder."""
        wait_for(self.path.exists, what="the start of the job")
        child, grandchild, work_dir = self.path.read_text().split()
        return int(child), int(grandchild), Path(work_dir)

    def wait_until_dead(self) -> None:
        """Wait until neither process lives."""
        child, grandchild, _ = self.read()
        wait_for(
            lambda: not is_alive(child) and not is_alive(grandchild), what="the end of the group"
        )


@pytest.fixture
def marker(tmp_path: Path) -> Marker:
    """Where a busy job says which processes it has."""
    return Marker(tmp_path / "marker")
