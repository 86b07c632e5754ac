"""Clearing old jobs and what dead workers left behind."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ariaforge.jobs import periodic
from ariaforge.jobs.housekeeping import clear_jobs, remove_orphan_work_dirs
from ariaforge.models import Job, JobEvent

pytestmark = pytest.mark.django_db


def aged(job: Job, state: str, days: float) -> Job:
    """Make the job one that came to its state so many days ago."""
    then = timezone.now() - timedelta(days=days)
    fields: dict[str, Any] = {"state": state, "created_at": then, "queued_at": then}
    if state == "running":
        fields |= {"started_at": then, "lease_token": uuid.uuid4(), "lease_expires_at": then}
        fields |= {"slot": 1, "attempts": 1}
    elif state != "queued":
        fields |= {"finished_at": then}
    if state == "failed":
        fields |= {"error_code": "x", "error_message": "It broke."}
    if state == "succeeded":
        fields |= {"progress": 1.0}
    with pgtrigger.ignore("ariaforge.Job:state_machine"):
        Job.objects.filter(pk=job.pk).update(**fields)
    return job


def test_only_old_jobs_that_have_ended_go(submit: Callable[..., Job]) -> None:
    kept = [
        aged(submit(), "succeeded", 29),
        aged(submit(), "running", 40),
        aged(submit(), "queued", 40),
    ]
    gone = [aged(submit(), state, 31) for state in ("succeeded", "failed", "cancelled")]

    assert clear_jobs(days=30, dry_run=True) == 3
    assert Job.objects.count() == 6
    assert clear_jobs(days=30) == 3

    assert set(Job.objects.all()) == set(kept)
    assert not JobEvent.objects.filter(job_id__in=[job.pk for job in gone]).exists()
    assert clear_jobs(days=30) == 0


def test_the_command_prints_the_number(submit: Callable[..., Job]) -> None:
    aged(submit(), "failed", 2)
    output = io.StringIO()

    call_command("clear_jobs", "--days", "1", "--dry-run", stdout=output)
    assert output.getvalue() == "1 job would be deleted.\n"
    assert Job.objects.count() == 1
    call_command("clear_jobs", "--days", "1", stdout=output)
    assert output.getvalue().endswith("1 job deleted.\n")
    assert Job.objects.count() == 0
    with pytest.raises(CommandError, match="negative"):
        call_command("clear_jobs", "--days", "-1")


def test_folders_without_a_running_attempt_go(submit: Callable[..., Job], settings: Any) -> None:
    running = aged(submit(), "running", 0)
    root = Path(settings.JOB_WORK_DIR)
    kept = [root / f"{running.pk}-1", root / "something else", root / "no-7"]
    gone = [root / f"{running.pk}-0", root / f"{uuid.uuid4()}-1", root / f"{submit().pk}-1"]
    for folder in [*kept, *gone]:
        folder.mkdir(parents=True)
        (folder / "half.part").write_text("x")

    assert remove_orphan_work_dirs() == 3

    assert all(folder.exists() for folder in kept)
    assert not any(folder.exists() for folder in gone)


def test_chores_are_done_when_due_and_a_fault_in_one_keeps_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []

    def broken() -> None:
        done.append("broken")
        raise RuntimeError

    chores = {
        "a": periodic.Chore("a", timedelta(seconds=0), broken),
        "b": periodic.Chore("b", timedelta(seconds=0), lambda: done.append("b")),
        "c": periodic.Chore("c", timedelta(days=1), lambda: done.append("c")),
    }
    monkeypatch.setattr(periodic, "_chores", chores)
    monkeypatch.setattr(periodic, "FIRST_DELAY_SECONDS", 0.0)
    monkeypatch.setattr(periodic, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(periodic.connections, "close_all", lambda: None)
    thread = periodic.ChoreThread()
    thread.start()
    while done.count("b") < 3:
        pass
    thread.stop()

    assert done.count("broken") >= 3
    assert done.count("c") == 1
