"""The connection to Redis for events and heartbeats: quick to give up, never retried.

Both are conveniences on top of the database, so a page must not wait for them.
"""

from __future__ import annotations

import threading

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

KEY_PREFIX = "ariaforge"
_lock = threading.Lock()
_clients: dict[str, redis.Redis] = {}


def redis_client() -> redis.Redis:
    """Return the shared client of this process for ``settings.REDIS_URL``."""
    url = settings.REDIS_URL
    with _lock:
        if url not in _clients:
            _clients[url] = redis.Redis.from_url(
                url,
                decode_responses=True,
                socket_connect_timeout=2,
                # Longer than any blocking read that we make.
                socket_timeout=20,
                retry=Retry(NoBackoff(), 0),
                health_check_interval=30,
            )
        return _clients[url]
