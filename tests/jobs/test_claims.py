"""Claiming: one winner, the best job first, and the limit per person, also in races."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from psycopg.rows import dict_row

from accounts.models import User
from ariaforge.jobs.claims import CLAIM, LeaseLostError, claim_job, is_cancel_requested, renew_lease
from ariaforge.models import Job
from tests.factories import UserFactory
from tests.jobs.test_services import raw_connection

pytestmark = pytest.mark.django_db(transaction=True)

PARAMETERS = {"lease": 15, "limit": 2, "worker": "other", "queue": "compose"}


class Rival:
    """Another worker that claims in a transaction of its own, at a moment that we choose."""

    def __init__(self, sql: str = CLAIM, **parameters: Any) -> None:
        self._sql = sql
        self._parameters = {**PARAMETERS, "token": uuid.uuid4(), **parameters}
        self._connection = raw_connection()
        self._connection.autocommit = False
        self._thread: threading.Thread | None = None
        self.claimed: list[Any] = []
        self.error: Exception | None = None

    def claim(self) -> None:
        """Claim, and keep the transaction open."""
        cursor = self._connection.cursor(row_factory=dict_row)
        try:
            self.claimed = cursor.execute(self._sql, self._parameters).fetchall()
        except psycopg.Error as error:
            self.error = error

    def begin_to_claim(self) -> None:
        """Claim in a thread, because somebody else's transaction may be in the way."""
        self._thread = threading.Thread(target=self.claim)
        self._thread.start()
        self._thread.join(0.5)

    def is_waiting(self) -> bool:
        """Whether the claim waits for somebody else."""
        return self._thread is not None and self._thread.is_alive()

    def commit(self) -> None:
        """End the transaction, once the claim has an answer."""
        if self._thread is not None:
            self._thread.join(10)
        self._connection.commit()

    def close(self) -> None:
        """Leave."""
        self._connection.close()


@pytest.fixture
def rival() -> Iterator[Callable[..., Rival]]:
    """Return a function that makes rivals."""
    rivals: list[Rival] = []

    def make(*args: Any, **kwargs: Any) -> Rival:
        rivals.append(Rival(*args, **kwargs))
        return rivals[-1]

    yield make
    for one in rivals:
        one.close()


def test_a_claim_takes_exactly_one_job_with_a_new_lease(submit: Callable[..., Job]) -> None:
    first, second = submit(), submit()

    claimed = claim_job("compose")

    assert claimed is not None
    assert claimed.pk == first.pk
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.attempts, first.slot) == ("running", 1, 1)
    assert first.lease_token == claimed.lease_token
    assert first.lease_expires_at is not None
    assert first.lease_expires_at > timezone.now()
    assert second.state == "queued"


def test_higher_priority_goes_first_and_then_the_longer_wait(submit: Callable[..., Job]) -> None:
    people = [UserFactory() for _ in range(4)]
    late = submit(owner=people[0], priority=0)
    early = submit(owner=people[1], priority=0)
    urgent = submit(owner=people[2], priority=10)
    idle = submit(owner=people[3], priority=-10)
    Job.objects.filter(pk=early.pk).update(queued_at=timezone.now() - timezone.timedelta(hours=1))

    order = [claimed.pk for _ in range(4) if (claimed := claim_job("compose"))]

    assert order == [urgent.pk, early.pk, late.pk, idle.pk]
    assert claim_job("compose") is None


def test_other_queues_and_later_jobs_are_left_alone(submit: Callable[..., Job]) -> None:
    job = submit()
    assert claim_job("render") is None

    Job.objects.update(not_before=timezone.now() + timezone.timedelta(minutes=1))
    assert claim_job("compose") is None

    Job.objects.update(not_before=timezone.now() - timezone.timedelta(seconds=1))
    claimed = claim_job("compose")
    assert claimed is not None
    assert claimed.pk == job.pk


def test_of_two_claims_for_one_job_one_wins(
    submit: Callable[..., Job], rival: Callable[..., Rival]
) -> None:
    job = submit()
    other = rival()
    other.claim()

    # While the rival's transaction is open, and after it.
    assert claim_job("compose") is None
    other.commit()
    assert claim_job("compose") is None

    job.refresh_from_db()
    assert [row["id"] for row in other.claimed] == [job.pk]
    assert (job.attempts, job.worker) == (1, "other")


def test_without_the_condition_both_would_win(
    submit: Callable[..., Job], rival: Callable[..., Rival]
) -> None:
    """The negative control: the race is real, and the conditions are what decides it."""
    careless = CLAIM.replace("FOR UPDATE OF waiting SKIP LOCKED", "").replace(
        "AND job.state = 'queued'", ""
    )
    assert careless != CLAIM
    job = submit()
    first, second = rival(careless), rival(careless)
    first.claim()
    second.begin_to_claim()
    assert second.is_waiting()
    first.commit()
    second.commit()

    assert [row["id"] for row in first.claimed] == [job.pk]
    assert [row["id"] for row in second.claimed] == [job.pk]
    assert first.claimed[0]["lease_token"] != second.claimed[0]["lease_token"]


def test_a_person_runs_no_more_jobs_than_allowed(submit: Callable[..., Job]) -> None:
    for _ in range(3):
        submit()
    other = submit(owner=UserFactory())

    claimed = [claim_job("compose") for _ in range(4)]

    assert [job.slot for job in claimed if job] == [1, 2, 1]
    assert claimed[2] is not None
    assert claimed[2].pk == other.pk
    assert claimed[3] is None


def test_the_limit_counts_over_all_queues(submit: Callable[..., Job]) -> None:
    for _ in range(2):
        submit()
        claim_job("compose")
    submit("test_busy")
    assert claim_job("render") is None


def test_two_workers_cannot_exceed_the_limit_together(
    submit: Callable[..., Job], rival: Callable[..., Rival], settings: Any
) -> None:
    settings.JOB_CONCURRENCY_PER_USER = 1
    submit()
    submit()
    other = rival(limit=1)
    other.claim()
    claimed: list[Job | None] = []

    def claim() -> None:
        claimed.append(claim_job("compose"))
        connection.close()

    thread = threading.Thread(target=claim)
    thread.start()
    thread.join(0.5)
    assert thread.is_alive()  # it waits for the slot that the rival is about to take
    other.commit()
    thread.join(10)

    assert len(other.claimed) == 1
    assert claimed == [None]
    assert Job.objects.filter(state="running").count() == 1


def test_a_worker_that_loses_a_slot_takes_another_job(
    submit: Callable[..., Job], rival: Callable[..., Rival], settings: Any
) -> None:
    settings.JOB_CONCURRENCY_PER_USER = 1
    submit(priority=2)
    submit(priority=1)
    bystander = submit(owner=UserFactory())
    other = rival(limit=1)
    other.claim()
    claimed: list[Job | None] = []

    def claim() -> None:
        claimed.append(claim_job("compose"))
        connection.close()

    thread = threading.Thread(target=claim)
    thread.start()
    thread.join(0.3)
    other.commit()
    thread.join(10)

    assert claimed[0] is not None
    assert claimed[0].pk == bystander.pk


def test_without_the_constraint_two_workers_would_exceed_the_limit(
    submit: Callable[..., Job], rival: Callable[..., Rival]
) -> None:
    """The negative control of the limit: counting alone does not hold it."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX job_slot_unique")
    try:
        submit()
        submit()
        first, second = rival(limit=1), rival(limit=1)
        first.claim()
        second.begin_to_claim()
        first.commit()
        second.commit()
        assert Job.objects.filter(state="running").count() == 2
    finally:
        Job.objects.all().delete()
        with connection.schema_editor() as editor:
            constraint = next(c for c in Job._meta.constraints if c.name == "job_slot_unique")
            editor.add_constraint(Job, constraint)


def test_a_lease_is_renewed_by_its_holder_only(submit: Callable[..., Job]) -> None:
    submit()
    job = claim_job("compose")
    assert job is not None
    assert job.lease_token is not None

    state = renew_lease(job, job.lease_token, progress=0.5, step="Adding")
    assert (state.progress, state.step, state.cancel_requested_at) == (0.5, "Adding", None)
    state = renew_lease(job, job.lease_token, progress=0.2, step="")
    assert (state.progress, state.step) == (0.5, "Adding")

    with pytest.raises(LeaseLostError):
        renew_lease(job, uuid.uuid4(), progress=0.9, step="")
    with pytest.raises(LeaseLostError):
        is_cancel_requested(job, uuid.uuid4())
    job.refresh_from_db()
    assert job.progress == 0.5


def test_the_owner_does_not_matter_to_the_order(owner: User, submit: Callable[..., Job]) -> None:
    mine, theirs = submit(owner=owner), submit(owner=UserFactory())
    assert [job.pk for _ in range(2) if (job := claim_job("compose"))] == [mine.pk, theirs.pk]
