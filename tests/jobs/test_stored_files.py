"""Files that jobs store: kept with their row, and gone with their job or their attempt.

The jobs run in real child processes, from a worker thread in this process.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError

from ariaforge.jobs import files, worker
from ariaforge.jobs.files import JobFiles, folder_of_attempt, register_job_files
from ariaforge.jobs.services import cancel_job, retry_job
from ariaforge.models import Job
from ariaforge.storage import DurableFileSystemStorage
from media.models import Asset
from tests.jobs.servers import wait_for
from tests.jobs.stored import files_below, wait_for_end, wait_until_stored

pytestmark = pytest.mark.django_db(transaction=True)

Submit = Callable[..., Job]
Running = Callable[..., threading.Thread]


def run(job: Job) -> Job:
    """Run the job, which is the best of its queue, and return it as it is then."""
    assert worker.run_next_job(job.queue) is not None
    job.refresh_from_db()
    return job


def stored(tmp_path: Path) -> list[str]:
    """Return the names of what this process and its children have stored."""
    return files_below(tmp_path / "media")


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """Where a job writes that its files are stored."""
    return tmp_path / "note"


# -- The finish -----------------------------------------------------------------------


def test_success_keeps_what_has_a_row_and_nothing_else(submit: Submit, tmp_path: Path) -> None:
    job = run(submit("test_store", parameters={"files": 3}))

    asset = Asset.objects.get()
    assert (job.state, job.result) == ("succeeded", {"asset": str(asset.pk)})
    assert stored(tmp_path) == [asset.file.name]
    assert asset.file.name.startswith(f"media/jobs/{job.pk}/1-")
    assert asset.file.open("rb").read() == b"Attempt 1, file 0"


def test_a_finish_that_fails_leaves_no_file(submit: Submit, tmp_path: Path) -> None:
    job = run(submit("test_store", parameters={"files": 2, "fails": "finish"}))

    assert (job.state, job.error_code) == ("failed", "cannot_keep")
    assert not Asset.all_objects.exists()
    assert not list((tmp_path / "media").iterdir())


def test_a_finish_that_is_tried_again_still_has_its_file(
    submit: Submit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Asset.save
    calls = []

    def be_away_once(self: Asset, **rest: Any) -> None:
        calls.append(self.file.name)
        if len(calls) == 1:
            raise OperationalError("the server closed the connection unexpectedly")
        original(self, **rest)

    monkeypatch.setattr(Asset, "save", be_away_once)
    job = run(submit("test_store"))

    assert len(calls) == 2
    assert job.state == "succeeded"
    assert stored(tmp_path) == [Asset.objects.get().file.name] == calls[:1]


def test_a_file_with_a_row_stays_whatever_becomes_of_the_job(
    submit: Submit, tmp_path: Path
) -> None:
    job = run(submit("test_store", parameters={"files": 2, "row_at_once": True, "fails": "run"}))

    assert (job.state, job.error_code) == ("failed", "cannot_store")
    asset = Asset.objects.get()
    assert stored(tmp_path) == [asset.file.name]
    # A row in the trash is a row as well.
    asset.soft_delete()
    files.remove_files_of_job(job.pk)
    assert stored(tmp_path) == [asset.file.name]


# -- Attempts of one job side by side ---------------------------------------------------


def test_a_lost_lease_takes_its_own_files_along_and_no_others(
    submit: Submit, tmp_path: Path, note: Path, running: Running
) -> None:
    job = submit("test_store", parameters={"waits": 9, "marker": str(note)})
    thread = running(job)
    wait_until_stored(note)
    assert len(stored(tmp_path)) == 1

    Job.objects.filter(pk=job.pk).update(lease_token=uuid.uuid4(), worker="another")
    job.refresh_from_db()
    others = default_storage.save(
        f"media/{folder_of_attempt(job)}/{uuid.uuid4()}/words.txt", ContentFile(b"theirs")
    )
    thread.join(20)

    job.refresh_from_db()
    assert job.state == "running"
    assert stored(tmp_path) == [others]


def test_a_late_tidying_up_spares_the_attempt_that_runs(
    submit: Submit, tmp_path: Path, note: Path, running: Running
) -> None:
    """The end of the first round is slow to tidy up, and somebody retries at once."""
    job = run(submit("test_store", parameters={"fails": "run"}))
    assert not stored(tmp_path)
    late = default_storage.save(f"media/jobs/{job.pk}/1-{uuid.uuid4().hex}/x", ContentFile(b"x"))
    Job.objects.update(parameters={"waits": 9, "marker": str(note)})
    retry_job(job)
    running(job)
    wait_until_stored(note)
    assert late not in stored(tmp_path)  # the new attempt began with tidying up
    (name,) = stored(tmp_path)
    default_storage.save(late, ContentFile(b"x"))

    files.remove_files_of_job(job.pk)

    assert stored(tmp_path) == [name]
    cancel_job(job)
    wait_for_end(job)
    assert not stored(tmp_path)


# -- A storage that does not answer ------------------------------------------------------


@pytest.mark.parametrize("how", ["refuses", "hangs"])
def test_a_storage_that_does_not_answer_keeps_no_job_from_ending(
    submit: Submit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    how: str,
) -> None:
    released = threading.Event()

    def listdir(self: DurableFileSystemStorage, path: str) -> Any:
        if how == "hangs":
            released.wait(60)
        raise OSError("the storage does not answer")

    monkeypatch.setattr(files, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(DurableFileSystemStorage, "listdir", listdir)
    job = submit("test_store", parameters={"fails": "finish"})
    began = time.monotonic()
    try:
        run(job)
        assert time.monotonic() - began < 15
    finally:
        released.set()

    assert (job.state, job.error_code) == ("failed", "cannot_keep")
    assert len(stored(tmp_path)) == 1  # for sweep_files
    wanted = "storage is slow" if how == "hangs" else "were not removed"
    assert any(wanted in record.getMessage() for record in caplog.records)
    wait_for(
        lambda: not [t for t in threading.enumerate() if t.name == "files of a job"],
        what="the end of the threads",
    )


def test_two_apps_cannot_share_a_folder() -> None:
    known = files._all_job_files()
    assert [entry.root for entry in known] == ["media"]
    register_job_files(known[0])
    with pytest.raises(ValueError, match="media/"):
        register_job_files(JobFiles("media", default_storage, lambda names: set()))
