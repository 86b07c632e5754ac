"""A server that speaks S3, in this process but over real HTTP."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "songs"


@contextmanager
def s3_server() -> Iterator[dict[str, Any]]:
    """Run the server with one bucket; yields the options of django-storages for it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    place = {"endpoint_url": f"http://{host}:{port}", "region_name": "us-east-1"}
    # The fake keeps its buckets in this process, beyond the life of one server.
    urllib.request.urlopen(f"{place['endpoint_url']}/moto-api/reset", data=b"").close()  # noqa: S310
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    boto3.client("s3", **place, **keys).create_bucket(Bucket=BUCKET)
    try:
        yield {
            **place,
            "bucket_name": BUCKET,
            "access_key": "test",
            "secret_key": "test",
            "default_acl": None,
            "file_overwrite": False,
        }
    finally:
        server.stop()
