"""Jobs in the admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from ariaforge.jobs.transitions import log_event
from ariaforge.models import Job
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/ariaforge/job/"


@pytest.fixture
def admin_pages(page_client: Callable[..., Client]) -> Client:
    """The browser of an administrator."""
    return page_client(UserFactory(staff=True))


def test_the_list_and_the_page_show_everything(
    admin_pages: Client, submit: Callable[..., Job]
) -> None:
    job = submit()
    log_event(job, "error", "It broke.", {"traceback": "KeyError: <detail>"})

    assert str(job.pk) in admin_pages.get(LIST, {"q": str(job.pk)}).content.decode()
    page = admin_pages.get(f"{LIST}{job.pk}/change/").content.decode()
    assert "KeyError: &lt;detail&gt;" in page
    assert 'name="state"' not in page  # nothing can be edited
    assert admin_pages.get(f"{LIST}add/").status_code == 403
    assert admin_pages.post(f"{LIST}{job.pk}/delete/").status_code == 403


def test_jobs_are_cancelled_and_retried_in_bulk(
    admin_pages: Client, submit: Callable[..., Job]
) -> None:
    waiting, ended = submit(), submit()
    Job.objects.filter(pk=ended.pk).update(
        state="failed", error_code="x", error_message="It broke.", finished_at=timezone.now()
    )

    def act(action: str) -> str:
        form = {"action": action, "_selected_action": [str(waiting.pk), str(ended.pk)]}
        return admin_pages.post(LIST, form, follow=True).content.decode()

    page = act("cancel_jobs")
    assert "1 of the jobs: cancelled" in page
    assert "has ended already" in page
    assert "2 of the jobs: waiting again" in act("retry_jobs")
    assert set(Job.objects.values_list("state", flat=True)) == {"queued"}
