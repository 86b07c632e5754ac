"""Which workers and dispatchers live: short-lived keys in Redis, with a list of them."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import cast

import redis

from ariaforge.redis_client import KEY_PREFIX, redis_client

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 5.0
LIFE_SECONDS = 20
LIST_KEY = f"{KEY_PREFIX}:heartbeats"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A process that was alive at ``seen_at`` (seconds since 1970)."""

    id: str
    role: str
    host: str
    pid: int
    queues: tuple[str, ...]
    threads: int
    started_at: float
    seen_at: float


def _key(identifier: str) -> str:
    return f"{KEY_PREFIX}:heartbeat:{identifier}"


class Heart:
    """Reports that this process lives, from a thread of its own or when told to.

    ``role`` is "worker" or "dispatcher".
    """

    def __init__(self, role: str, *, queues: Sequence[str] = (), threads: int = 1) -> None:
        self._id = uuid.uuid4().hex
        self._role = role
        self._queues = tuple(queues)
        self._threads = threads
        self._started_at = time.time()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Beat every few seconds until :meth:`stop`."""
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            self.beat()
            if self._stopping.wait(INTERVAL_SECONDS):
                return

    def beat(self) -> None:
        """Report once, and forget processes that have gone. Never raises."""
        now = time.time()
        heartbeat = Heartbeat(
            id=self._id,
            role=self._role,
            host=socket.gethostname(),
            pid=os.getpid(),
            queues=self._queues,
            threads=self._threads,
            started_at=self._started_at,
            seen_at=now,
        )
        try:
            with redis_client().pipeline(transaction=False) as pipe:
                pipe.set(_key(self._id), json.dumps(asdict(heartbeat)), ex=LIFE_SECONDS)
                pipe.zadd(LIST_KEY, {self._id: now})
                pipe.zremrangebyscore(LIST_KEY, "-inf", now - LIFE_SECONDS)
                pipe.execute()
        except (redis.RedisError, OSError) as error:
            logger.warning("Redis did not take a heartbeat: %s", error)

    def stop(self) -> None:
        """Report no more, and be forgotten at once."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(INTERVAL_SECONDS)
        try:
            with redis_client().pipeline(transaction=False) as pipe:
                pipe.delete(_key(self._id))
                pipe.zrem(LIST_KEY, self._id)
                pipe.execute()
        except (redis.RedisError, OSError) as error:
            logger.warning("Redis did not take the end of a heartbeat: %s", error)


def living_processes() -> list[Heartbeat]:
    """Return the workers and dispatchers seen in the last ``LIFE_SECONDS`` seconds.

    Raises ``redis.RedisError`` when Redis does not answer.
    """
    client = redis_client()
    identifiers = cast("list[str]", client.zrange(LIST_KEY, 0, -1))
    if not identifiers:
        return []
    values = cast("list[str | None]", client.mget([_key(name) for name in identifiers]))
    found = []
    for value in values:
        if value is not None:
            fields = json.loads(value)
            found.append(Heartbeat(**{**fields, "queues": tuple(fields["queues"])}))
    return sorted(found, key=lambda heartbeat: heartbeat.started_at)


def worker_heartbeats() -> list[Heartbeat]:
    """Return the living workers, oldest first; their ``queues`` say what they serve."""
    return [heartbeat for heartbeat in living_processes() if heartbeat.role == "worker"]


def dispatcher_heartbeats() -> list[Heartbeat]:
    """Return the living dispatchers, oldest first; one is active, the others stand by."""
    return [heartbeat for heartbeat in living_processes() if heartbeat.role == "dispatcher"]
