"""Events need a Redis of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.jobs.servers import RedisServer


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis that no other test uses."""
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture(autouse=True)
def _own_redis(settings: Any, redis_server: RedisServer) -> None:
    redis_server.flush()
    settings.REDIS_URL = redis_server.url
