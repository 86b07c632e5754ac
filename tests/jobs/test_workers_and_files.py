"""Files of jobs that real workers store, in a folder and in a bucket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from ariaforge.jobs.services import cancel_job
from ariaforge.models import Job
from media.models import Asset
from tests.jobs.conftest import Studio
from tests.jobs.servers import RedisServer, wait_for
from tests.jobs.stored import files_below, wait_for_end, wait_until_stored
from tests.s3 import BUCKET, s3_server

pytestmark = pytest.mark.django_db(transaction=True)

WITH_MEDIA = {
    "DJANGO_SETTINGS_MODULE": "tests.jobs.files_settings",
    "JOB_KIND_MODULES": "tests.jobs.kinds,tests.jobs.file_kinds",
}

Submit = Callable[..., Job]


@pytest.fixture
def media_studio(
    redis_server: RedisServer, transactional_db: Any, tmp_path: Path
) -> Iterator[Studio]:
    """A real worker and a real dispatcher that know of media, and no others beside them."""
    studio = Studio(redis_server, tmp_path, **WITH_MEDIA)
    studio.ensure()
    yield studio
    studio.remove()


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """Where a job writes that its files are stored."""
    return tmp_path / "note"


def test_a_cancelled_job_leaves_no_file(media_studio: Studio, submit: Submit, note: Path) -> None:
    job = submit("test_store", parameters={"files": 3, "waits": 9, "marker": str(note)})
    wait_until_stored(note)
    folder = media_studio.folder / "media"
    assert len(files_below(folder)) == 3

    cancel_job(job)
    wait_for_end(job, seconds=3)

    assert job.state == "cancelled"
    # From the moment that the state says so, nothing is left: no folder either.
    assert not list(folder.iterdir())


def test_a_killed_worker_leaves_no_file_once_the_job_is_done_again(
    media_studio: Studio, submit: Submit, note: Path
) -> None:
    job = submit("test_store", parameters={"files": 2, "waits": 1, "marker": str(note)})
    wait_until_stored(note)
    folder = media_studio.folder / "media"
    before = files_below(folder)

    media_studio.kill_worker()
    assert files_below(folder) == before  # the fault is a fault
    assert len(before) == 2
    media_studio.ensure()
    wait_for_end(job)

    assert (job.state, job.attempts) == ("succeeded", 2)
    asset = Asset.objects.get()
    assert job.result == {"asset": str(asset.pk)}
    # The second file of the second attempt goes right after the end is committed.
    wait_for(lambda: files_below(folder) == [asset.file.name], seconds=3, what="the tidying up")
    assert (folder / asset.file.name).read_text() == "Attempt 2, file 0"


def test_the_dispatcher_clears_up_for_a_worker_that_is_gone(
    media_studio: Studio, submit: Submit, note: Path
) -> None:
    job = submit("test_store", parameters={"waits": 9, "marker": str(note)})
    wait_until_stored(note)
    media_studio.kill_worker()
    folder = media_studio.folder / "media"
    assert len(files_below(folder)) == 1

    cancel_job(job)
    wait_for_end(job)

    assert job.state == "cancelled"
    wait_for(lambda: not files_below(folder), seconds=3, what="the tidying up")


def test_files_in_a_bucket(
    redis_server: RedisServer, submit: Submit, note: Path, tmp_path: Path
) -> None:
    with s3_server() as options:
        client = boto3.client(
            "s3",
            endpoint_url=options["endpoint_url"],
            region_name=options["region_name"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

        def keys() -> list[str]:
            found = client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
            return [item["Key"] for item in found]

        studio = Studio(
            redis_server,
            tmp_path,
            **WITH_MEDIA,
            AWS_STORAGE_BUCKET_NAME=BUCKET,
            AWS_S3_ENDPOINT_URL=options["endpoint_url"],
            AWS_S3_REGION_NAME=options["region_name"],
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",
        )
        try:
            studio.ensure()
            job = submit("test_store", parameters={"files": 2, "waits": 9, "marker": str(note)})
            wait_until_stored(note)
            assert len(keys()) == 2
            assert all(key.startswith(f"media/jobs/{job.pk}/1-") for key in keys())
            cancel_job(job)
            wait_for_end(job, seconds=3)
            assert (job.state, keys()) == ("cancelled", [])

            job = wait_for_end(submit("test_store", parameters={"files": 2}))
            assert job.state == "succeeded"
            name = Asset.objects.get(pk=job.result["asset"]).file.name
            wait_for(lambda: keys() == [name], seconds=3, what="the tidying up")
        finally:
            studio.remove()
