"""The database refuses what the protocol does not have."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from ariaforge.models import Job, JobEvent, JobState
from ariaforge.models.job import STATE_CHANGES
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

STATES = [str(state) for state in JobState]


def fields_for(state: str) -> dict[str, Any]:
    """Return the fields that a row of this state must have, and those it may not have."""
    fields: dict[str, Any] = {
        "state": state,
        "lease_token": None,
        "lease_expires_at": None,
        "slot": None,
        "finished_at": None,
        "error_code": "",
        "error_message": "",
    }
    match state:
        case "running":
            now = timezone.now()
            fields |= {
                "lease_token": uuid.uuid4(),
                "lease_expires_at": now,
                "slot": 1,
                "started_at": now,
                "attempts": 1,
            }
        case "succeeded":
            fields |= {"finished_at": timezone.now(), "progress": 1.0}
        case "failed":
            fields |= {
                "finished_at": timezone.now(),
                "error_code": "broken",
                "error_message": "It broke.",
            }
        case "cancelled":
            fields |= {"finished_at": timezone.now()}
    return fields


def change_by_raw_sql(job: Job, fields: dict[str, Any]) -> None:
    """Update the row behind Django's back."""
    assignments = ", ".join(f"{name} = %s" for name in fields)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE ariaforge_job SET {assignments} WHERE id = %s",  # noqa: S608 - our names
            [*fields.values(), job.pk],
        )


@pytest.mark.parametrize("new", STATES)
@pytest.mark.parametrize("old", STATES)
def test_only_the_changes_of_the_protocol_are_possible(owner: User, old: str, new: str) -> None:
    job = Job.objects.create(owner=owner, kind="test_add", queue="compose", **fields_for(old))

    if old == new or (old, new) in STATE_CHANGES:
        change_by_raw_sql(job, fields_for(new))
        expected = new
    else:
        with pytest.raises(DatabaseError, match=f'from "{old}" to "{new}"'):
            change_by_raw_sql(job, fields_for(new))
        expected = old

    job.refresh_from_db()
    assert job.state == expected


def test_nothing_leaves_succeeded() -> None:
    assert not [new for old, new in STATE_CHANGES if old == "succeeded"]


@pytest.mark.parametrize(
    ("state", "change", "constraint"),
    [
        ("queued", {"progress": 1.5}, "job_progress_range"),
        ("queued", {"progress": -0.1}, "job_progress_range"),
        ("queued", {"attempts": 4, "max_attempts": 3}, "job_attempts_capped"),
        ("queued", {"lease_token": uuid.uuid4()}, "job_running_means_leased"),
        ("queued", {"priority": 101}, "job_priority_range"),
        ("queued", {"finished_at": timezone.now()}, "job_finished_means_ended"),
        ("queued", {"error_message": "Oh."}, "job_failed_says_why"),
        ("running", {"lease_token": None}, "job_running_means_leased"),
        ("running", {"slot": None}, "job_running_means_leased"),
        ("running", {"lease_expires_at": None}, "job_running_means_leased"),
        ("succeeded", {"progress": 0.9}, "job_succeeded_is_complete"),
        ("succeeded", {"finished_at": None}, "job_finished_means_ended"),
        ("failed", {"error_message": ""}, "job_failed_says_why"),
        ("failed", {"error_code": ""}, "job_failed_says_why"),
    ],
)
def test_rows_that_make_no_sense_are_refused(
    owner: User, state: str, change: dict[str, Any], constraint: str
) -> None:
    job = Job.objects.create(owner=owner, kind="test_add", queue="compose", **fields_for(state))

    with pytest.raises(IntegrityError, match=constraint):
        change_by_raw_sql(job, change)


def test_a_slot_holds_one_running_job(owner: User) -> None:
    rest = {"kind": "test_add", "queue": "compose"}
    Job.objects.create(owner=owner, **rest, **fields_for("running"))
    Job.objects.create(owner=UserFactory(), **rest, **fields_for("running"))

    with pytest.raises(IntegrityError, match="job_slot_unique"):
        Job.objects.create(owner=owner, **rest, **fields_for("running"))


def test_lines_of_the_log_cannot_be_changed(submit: Callable[..., Job]) -> None:
    line = submit().log.get()

    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        JobEvent.objects.filter(pk=line.pk).update(message="Nothing happened.")

    line.refresh_from_db()
    assert line.message == "Submitted."


def test_people_see_their_own_jobs_only(submit: Callable[..., Job], owner: User) -> None:
    job = submit()

    assert list(Job.objects.visible_to(owner)) == [job]
    assert not Job.objects.visible_to(UserFactory()).exists()
    assert not Job.objects.visible_to(UserFactory(staff=True)).exists()
    assert not Job.objects.visible_to(AnonymousUser()).exists()


def test_the_audit_keeps_states_and_not_every_bit_of_progress(submit: Callable[..., Job]) -> None:
    job = submit()
    history = apps.get_model("ariaforge", "JobAuditEvent").objects.filter(pgh_obj_id=job.pk)
    assert history.count() == 1

    for percent in range(10):
        Job.objects.filter(pk=job.pk).update(progress=percent / 10, step=f"Step {percent}")
    assert history.count() == 1

    Job.objects.filter(pk=job.pk).update(state="cancelled", finished_at=timezone.now())
    assert list(history.order_by("pgh_id").values_list("state", flat=True)) == [
        "queued",
        "cancelled",
    ]


def test_progress_in_per_cent_reaches_hundred_only_at_the_end(owner: User) -> None:
    job = Job(owner=owner, progress=0.999)
    assert job.progress_percent == 99
    job.progress = 1.0
    assert job.progress_percent == 100


def test_the_remaining_time_follows_the_pace_so_far(owner: User) -> None:
    job = Job(owner=owner, **fields_for("running"), progress=0.25)
    job.started_at = timezone.now() - timezone.timedelta(seconds=30)
    assert job.remaining_seconds == pytest.approx(90, abs=2)
    job.progress = 0.01
    assert job.remaining_seconds is None
