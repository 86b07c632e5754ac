"""Assets in a bucket instead of a folder: the same life, through the same code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from ariaforge.storage import free_disk_mb
from media.models import Asset
from media.services import purge_assets
from tests.media.conftest import WAVE
from tests.s3 import BUCKET, s3_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(settings: Any) -> Iterator[Callable[[], set[str]]]:
    """Use S3 as the settings do with AWS_STORAGE_BUCKET_NAME; returns what is in the bucket."""
    with s3_server() as options:
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
        }
        client = boto3.client(
            "s3",
            endpoint_url=options["endpoint_url"],
            region_name=options["region_name"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

        def keys() -> set[str]:
            return {
                item["Key"] for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
            }

        yield keys


@pytest.mark.django_db(transaction=True)
def test_the_life_of_an_asset(
    bucket: Any, make_asset: Any, page_client: Any, settings: Any, capsys: Any
) -> None:
    assert free_disk_mb() is None
    settings.MINIMUM_FREE_DISK_MB = 10**9  # the floor is of disks, not of buckets
    asset = make_asset()
    assert bucket() == {asset.file.name}

    client = page_client(asset.owner)
    response = client.get(asset.get_absolute_url(), headers={"Range": "bytes=-5"})
    assert response.status_code == 206
    assert b"".join(response) == WAVE[-5:]
    assert "X-Amz" not in str(response.headers)
    again = client.get(
        asset.get_absolute_url(), headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304

    orphan = asset.file.storage.save("media/gone/old.wav", ContentFile(b"x"))
    call_command("sweep_files", "--hours", "0")
    assert "1 orphaned files removed; 0 assets" in capsys.readouterr().out
    assert bucket() == {asset.file.name}
    assert orphan not in bucket()

    purge_assets(Asset.all_objects.all())
    assert bucket() == set()


def test_a_refused_row_leaves_no_object(bucket: Any, make_asset: Any) -> None:
    with pytest.raises(Exception, match="asset_channels_in_range"):
        make_asset(channels=0)
    assert bucket() == set()
