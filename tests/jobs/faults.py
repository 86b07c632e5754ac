"""Many jobs under seeded faults, by the protocol or by the usual fire-once actor.

The same harness serves the test (about 100 jobs) and the benchmark (700). Faults come when
a given number of jobs is done, not at given times, so that a slow machine sees as many.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.db.models import Count, Q
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker

from accounts.models import User
from ariaforge.jobs.services import submit_job
from ariaforge.models import Job, JobEvent
from tests.factories import UserFactory
from tests.jobs.servers import ManagedProcess, RedisServer, start_dispatcher, start_worker

PEOPLE = 10
WORKERS = 2
LOOK_SECONDS = 0.02
# When nothing is left in Redis and nothing happens for so long, nothing will.
SILENCE_SECONDS = 5.0
PATIENCE_SECONDS = 120.0


@dataclass
class FaultPlan:
    """How many of which faults, at moments drawn from ``seed``."""

    jobs: int
    kills: int
    flushes: int
    redis_restarts: int
    seed: int = 0

    def moments(self) -> list[tuple[int, str]]:
        """Return (number of finished jobs, fault) in order."""
        chance = random.Random(self.seed)
        names = ["kill"] * self.kills + ["flush"] * self.flushes
        names += ["redis"] * self.redis_restarts
        span = range(max(1, self.jobs // 20), int(self.jobs * 0.8))
        return sorted(zip(chance.sample(span, len(names)), names, strict=True))


@dataclass
class FaultReport:
    """What came of it."""

    jobs: int
    seconds: float = 0.0
    faults: dict[str, int] = field(default_factory=dict)
    succeeded: int = 0
    charged_once: int = 0
    charged_never: int = 0
    charged_often: int = 0
    done_again: int = 0

    def __str__(self) -> str:
        return (
            f"{self.jobs} jobs, faults {self.faults}, {self.seconds:.0f} s: "
            f"{self.succeeded} succeeded, {self.jobs - self.succeeded} lost or stuck; charged "
            f"once {self.charged_once}, never {self.charged_never}, more often "
            f"{self.charged_often}; {self.done_again} were begun more than once"
        )


class FaultRun:
    """Workers, and a dispatcher where the protocol needs one, under a plan of faults."""

    def __init__(
        self, plan: FaultPlan, redis_server: RedisServer, environment: Mapping[str, str]
    ) -> None:
        self.plan = plan
        self.redis = redis_server
        self.environment = environment
        self.folder = Path(environment["JOB_WORK_DIR"]).parent
        self.chance = random.Random(plan.seed + 1)
        self.workers: list[ManagedProcess] = []
        self.report = FaultReport(plan.jobs)
        self.jobs: list[Job] = []

    def run_protocol(self) -> FaultReport:
        """Submit jobs as the studio does, and see them through."""
        people = [UserFactory() for _ in range(PEOPLE)]
        self.jobs = [
            submit_job(owner=people[n % PEOPLE], kind="test_ledger", parameters={"seconds": 0.1})
            for n in range(self.plan.jobs)
        ]
        dispatcher = start_dispatcher(self.environment, self.folder / "dispatcher.log")
        try:
            self._run("ariaforge.actors", self._succeeded)
        finally:
            dispatcher.kill()
        self.report.succeeded = self._succeeded()
        self.report.done_again = Job.objects.filter(self._ours(), attempts__gt=1).count()
        return self._audited("charged")

    def run_fire_once(self) -> FaultReport:
        """Send each job once, as the usual actor is used."""
        owner: User = UserFactory()
        self.jobs = [
            Job.objects.create(owner=owner, kind="test_ledger", queue="bulk")
            for _ in range(self.plan.jobs)
        ]
        broker = RedisBroker(url=self.redis.url, middleware=[])
        broker.declare_queue("bulk")
        for job in self.jobs:
            broker.enqueue(
                Message(
                    queue_name="bulk",
                    actor_name="fire_once",
                    args=(str(job.pk),),
                    kwargs={},
                    options={},
                )
            )
        self._run("tests.jobs.fire_once", self._done)
        self.report.succeeded = self._done()
        starts = JobEvent.objects.filter(job__in=self.jobs, message="started")
        self.report.done_again = starts.count() - starts.values("job").distinct().count()
        return self._audited("charged")

    def _ours(self) -> Q:
        return Q(pk__in=[job.pk for job in self.jobs])

    def _succeeded(self) -> int:
        return Job.objects.filter(self._ours(), state="succeeded").count()

    def _done(self) -> int:
        done = JobEvent.objects.filter(job__in=self.jobs, message="done")
        return done.values("job").distinct().count()

    def _audited(self, message: str) -> FaultReport:
        """Count the entries of the ledger for each job."""
        counts = (
            Job.objects.filter(self._ours())
            .annotate(entries=Count("log", filter=Q(log__message=message)))
            .values_list("entries", flat=True)
        )
        self.report.charged_once = sum(count == 1 for count in counts)
        self.report.charged_never = sum(count == 0 for count in counts)
        self.report.charged_often = sum(count > 1 for count in counts)
        return self.report

    def _run(self, module: str, count_finished: object) -> None:
        assert callable(count_finished)
        began = time.monotonic()
        moments = self.plan.moments()
        self.workers = [self._start(module, number) for number in range(WORKERS)]
        try:
            finished, moved = 0, time.monotonic()
            while finished < self.plan.jobs:
                now = count_finished()
                if now != finished:
                    finished, moved = now, time.monotonic()
                while moments and finished >= moments[0][0]:
                    self._inflict(moments.pop(0)[1], module)
                    moved = time.monotonic()
                silence = time.monotonic() - moved
                if silence > PATIENCE_SECONDS or (
                    silence > SILENCE_SECONDS and self._is_hopeless(module)
                ):
                    break
                time.sleep(LOOK_SECONDS)
        finally:
            for worker in self.workers:
                worker.kill()
        self.report.seconds = time.monotonic() - began

    def _start(self, module: str, number: int) -> ManagedProcess:
        log = self.folder / f"worker-{number}.log"
        return start_worker(self.environment, log, modules=(module,))

    def _inflict(self, fault: str, module: str) -> None:
        self.report.faults[fault] = self.report.faults.get(fault, 0) + 1
        match fault:
            case "kill":
                number = self.chance.randrange(WORKERS)
                self.workers[number].kill()
                self.workers[number] = self._start(module, number)
            case "flush":
                self.redis.flush()
            case "redis":
                self.redis.kill()
                self.redis.start()

    def _is_hopeless(self, module: str) -> bool:
        """Whether no message is left that could still be delivered to the usual actor."""
        if module == "ariaforge.actors":
            return False  # the rows are there, whatever Redis has lost
        broker = RedisBroker(url=self.redis.url, middleware=[])
        return not broker.client.hlen("dramatiq:bulk.msgs")
