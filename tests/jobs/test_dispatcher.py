"""The dispatcher: what it sends, what it takes back, and that it survives."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from dramatiq.brokers.redis import RedisBroker

from ariaforge.jobs import dispatcher as module
from ariaforge.jobs.dispatcher import (
    ADVISORY_LOCK,
    Dispatcher,
    send_stale_jobs,
    send_waiting_jobs,
    take_back_lost_jobs,
)
from ariaforge.jobs.heartbeats import dispatcher_heartbeats
from ariaforge.jobs.transitions import send_waiting_jobs_again
from ariaforge.models import Job
from tests.factories import UserFactory
from tests.jobs.servers import RedisServer, wait_for
from tests.jobs.test_services import raw_connection

pytestmark = pytest.mark.django_db(transaction=True)


def waiting_in(broker: RedisBroker, queue: str) -> int:
    """Return how many messages the queue has."""
    return int(broker.client.llen(f"dramatiq:{queue}"))


def lose(job: Job, **fields: Any) -> None:
    """Make the job one whose worker has not been heard of for too long."""
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(
        **{
            "state": "running",
            "attempts": 1,
            "slot": 1,
            "lease_token": uuid.uuid4(),
            "lease_expires_at": now - timedelta(seconds=1),
            "started_at": now,
            "sent_at": now,
            **fields,
        }
    )


@pytest.fixture
def serving(broker: RedisBroker) -> Iterator[Callable[[], Dispatcher]]:
    """Return a function that starts a dispatcher in a thread."""
    stopping = threading.Event()
    threads: list[threading.Thread] = []

    def start() -> Dispatcher:
        dispatcher = Dispatcher(stopping)
        threads.append(threading.Thread(target=dispatcher.run))
        threads[-1].start()
        return dispatcher

    yield start
    stopping.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_each_waiting_job_is_sent_once(submit: Callable[..., Job], broker: RedisBroker) -> None:
    job = submit()
    submit("test_busy")

    assert send_waiting_jobs() == 2
    assert send_waiting_jobs() == 0

    assert (waiting_in(broker, "compose"), waiting_in(broker, "render")) == (1, 1)
    job.refresh_from_db()
    assert job.sent_at is not None


def test_a_job_is_sent_when_its_time_has_come(
    submit: Callable[..., Job], broker: RedisBroker
) -> None:
    submit()
    Job.objects.update(not_before=timezone.now() + timedelta(minutes=1))
    assert send_waiting_jobs() == 0
    Job.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert send_waiting_jobs() == 1


def test_what_got_lost_is_sent_again(
    submit: Callable[..., Job], broker: RedisBroker, redis_server: RedisServer
) -> None:
    for _ in range(3):
        submit()
    send_waiting_jobs()
    long_ago = timezone.now() - timedelta(minutes=1)

    assert send_stale_jobs() == 0  # too early
    Job.objects.update(sent_at=long_ago)
    assert send_stale_jobs() == 0  # the messages are still there

    redis_server.flush()
    assert send_stale_jobs() == 3
    assert waiting_in(broker, "compose") == 3


def test_without_redis_the_jobs_count_as_unsent(
    submit: Callable[..., Job], broker: RedisBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [submit() for _ in range(3)]
    sent: list[Any] = []

    def break_down(queue: str, *args: Any) -> None:
        if sent:
            raise module.redis.ConnectionError("gone")
        sent.append(queue)

    monkeypatch.setattr(broker, "do_enqueue", break_down)
    with pytest.raises(module.redis.ConnectionError):
        send_waiting_jobs()

    stamps = [Job.objects.get(pk=job.pk).sent_at is not None for job in jobs]
    assert stamps == [True, False, False]


def test_jobs_of_lost_workers_wait_again(submit: Callable[..., Job]) -> None:
    job, alive = submit(), submit()
    lose(job)
    lose(alive, slot=2, lease_expires_at=timezone.now() + timedelta(seconds=30))

    assert take_back_lost_jobs() == 1

    job.refresh_from_db()
    alive.refresh_from_db()
    assert (job.state, job.attempts, job.lease_token, job.sent_at) == ("queued", 1, None, None)
    assert alive.state == "running"
    last = job.log.last()
    assert last is not None
    assert "worker was lost" in last.message


def test_a_place_that_becomes_free_is_offered_once_per_queue(submit: Callable[..., Job]) -> None:
    """Not to all that wait: a thousand jobs would be sent a thousand times each."""
    waiting = [submit() for _ in range(3)] + [submit("test_busy")]
    urgent = submit(priority=1)
    stranger = submit(owner=UserFactory())
    Job.objects.update(sent_at=timezone.now())

    send_waiting_jobs_again(urgent.owner_id)
    unsent = set(Job.objects.filter(sent_at=None))
    assert unsent == {urgent, waiting[3]}

    send_waiting_jobs_again(urgent.owner_id)
    unsent = set(Job.objects.filter(sent_at=None))
    assert unsent == {urgent, waiting[0], waiting[3]}
    assert stranger not in unsent


def test_poison_fails_when_its_attempts_are_used_up(submit: Callable[..., Job]) -> None:
    job = submit("test_busy")
    lose(job, attempts=2)

    assert take_back_lost_jobs() == 1

    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "worker_lost")
    assert job.log.filter(message="discarded").exists()


def test_a_lost_job_that_was_cancelled_is_cancelled(submit: Callable[..., Job]) -> None:
    job = submit("test_busy")
    lose(job, cancel_requested_at=timezone.now())

    take_back_lost_jobs()

    job.refresh_from_db()
    assert job.state == "cancelled"


def test_of_several_dispatchers_one_is_active(
    submit: Callable[..., Job], broker: RedisBroker, serving: Callable[[], Dispatcher]
) -> None:
    with raw_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        serving()
        wait_for(lambda: len(dispatcher_heartbeats()) == 1, what="a heartbeat")
        submit()
        threading.Event().wait(1.5)
        assert waiting_in(broker, "compose") == 0  # it stands by

        other.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
        wait_for(lambda: waiting_in(broker, "compose") == 1, what="sending")


def test_it_survives_the_loss_of_its_connection(
    submit: Callable[..., Job], broker: RedisBroker, serving: Callable[[], Dispatcher]
) -> None:
    serving()
    submit()
    wait_for(lambda: waiting_in(broker, "compose") == 1, what="sending")

    with connection.cursor() as cursor:
        cursor.execute(
            # Another process of the suite has a dispatcher of its own, on another database.
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " JOIN pg_database ON pg_database.oid = pg_locks.database"
            " WHERE locktype = 'advisory' AND objid = %s AND datname = current_database()",
            [ADVISORY_LOCK],
        )
        assert cursor.rowcount == 1
    submit()

    wait_for(lambda: waiting_in(broker, "compose") == 2, what="sending after the loss")


def test_it_survives_the_loss_of_redis(
    submit: Callable[..., Job],
    broker: RedisBroker,
    serving: Callable[[], Dispatcher],
    redis_server: RedisServer,
) -> None:
    serving()
    redis_server.kill()
    try:
        job = submit()
        threading.Event().wait(0.5)
        assert Job.objects.get(pk=job.pk).state == "queued"
    finally:
        redis_server.start()

    wait_for(lambda: waiting_in(broker, "compose") >= 1, seconds=60, what="sending after the loss")
