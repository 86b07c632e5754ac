"""Songs for tests, and a way to do their background work in the test's own transaction."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from ariaforge.context import acting_as
from ariaforge.jobs import transitions
from ariaforge.jobs.claims import claim_job
from ariaforge.jobs.registry import JobContext, find_kind
from ariaforge.models import Job
from compositions.models import Composition
from compositions.services import create_from_prompt
from tests.factories import UserFactory

PROMPT = "a wistful lo-fi tune in D minor, 82 bpm, Rhodes and upright bass, [Verse 4] [Chorus 4]"


@pytest.fixture
def musician(db: None) -> User:
    """Somebody with an account."""
    return UserFactory()


@pytest.fixture
def run_jobs(tmp_path: Path) -> Callable[..., list[Job]]:
    """Do the waiting work of the named queues here, as a worker does it elsewhere.

    Claim, run, hand the outcome over as bytes, finish in one transaction. Returns the jobs
    done, with the progress that each reported in ``job.reports``.
    """

    def run(*queues: str) -> list[Job]:
        done = []
        for queue in queues or ("compose", "render"):
            while (job := claim_job(queue)) is not None:
                done.append(_work_on(job, tmp_path / f"work-{job.pk}"))
        return done

    return run


def _work_on(job: Job, work_dir: Path) -> Job:
    work_dir.mkdir()
    kind = find_kind(job.kind)
    assert kind is not None
    reports: list[tuple[float, str]] = []
    context = JobContext(
        job_id=job.pk,
        owner_id=job.owner_id,
        kind=job.kind,
        parameters=job.parameters,
        topic=job.topic,
        attempt=job.attempts,
        work_dir=work_dir,
        on_progress=lambda fraction, step: reports.append((fraction, step)),
        on_log=lambda level, message: None,
    )
    with acting_as(job.owner_id, job_id=str(job.pk)):
        outcome = pickle.loads(pickle.dumps(kind.run(context)))  # noqa: S301 - made just here
        with transaction.atomic():
            locked = transitions.lock_job(job.pk, token=job.lease_token)
            assert locked is not None
            transitions.succeed(locked, kind.finish(context, outcome), context.artifacts)
    locked.reports = reports  # type: ignore[attr-defined]
    return locked


@pytest.fixture
def composed_song(musician: User, run_jobs: Callable[..., list[Job]]) -> Composition:
    """A short song with notes whose mix has been asked for."""
    song = create_from_prompt(user=musician, prompt=PROMPT, seed=7)
    run_jobs("compose")
    return Composition.objects.with_work().get(pk=song.pk)


@pytest.fixture
def finished_song(composed_song: Composition, run_jobs: Callable[..., list[Job]]) -> Composition:
    """A short song with its mix."""
    run_jobs("render")
    return Composition.objects.with_work().get(pk=composed_song.pk)


def reported(job: Any) -> list[tuple[float, str]]:
    """The progress that a job of :func:`run_jobs` reported."""
    reports: list[tuple[float, str]] = job.reports
    return reports
