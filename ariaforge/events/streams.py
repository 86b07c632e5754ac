"""The events of a topic as a Redis stream: adding, finding the end, reading on.

A stream keeps its last ``STREAM_LENGTH`` events and is gone an hour after the last one.
A *cursor* says how far somebody has read: ``<digest>~<id>~<id>`` with one id for each
topic in the order of the request, so that one number line serves any number of topics
and resuming neither loses nor repeats an event.
"""

from __future__ import annotations

import json
import logging
import re
import time
import zlib
from collections.abc import Sequence
from typing import Any

import redis
from django.core.serializers.json import DjangoJSONEncoder

from ariaforge.redis_client import KEY_PREFIX, redis_client

logger = logging.getLogger(__name__)

STREAM_LENGTH = 500
STREAM_LIFE_SECONDS = 3600
BEGINNING = "0-0"
# After a failure, do not make every caller wait for the same dead server.
PAUSE_AFTER_FAILURE_SECONDS = 2.0

_STREAM_ID = re.compile(r"\d{1,15}-\d{1,15}")
_paused_until = 0.0


def stream_key(topic: str) -> str:
    """Return the Redis key of the topic."""
    return f"{KEY_PREFIX}:events:{topic}"


def publish(topic: str, event: str, data: dict[str, Any]) -> bool:
    """Tell everybody who watches ``topic``; return whether Redis took it.

    Never raises when Redis does not answer: what happened is in the database, and pages
    that hear nothing ask again by themselves. Call it after the commit
    (``transaction.on_commit``), or people are told of what may never happen.
    """
    global _paused_until
    if time.monotonic() < _paused_until:
        return False
    key = stream_key(topic)
    try:
        with redis_client().pipeline(transaction=False) as pipe:
            pipe.xadd(
                key,
                {"event": event, "data": json.dumps(data, cls=DjangoJSONEncoder)},
                maxlen=STREAM_LENGTH,
                approximate=True,
            )
            pipe.expire(key, STREAM_LIFE_SECONDS)
            pipe.execute()
    except (redis.RedisError, OSError) as error:
        _paused_until = time.monotonic() + PAUSE_AFTER_FAILURE_SECONDS
        logger.warning("Redis did not take an event: %s", error)
        return False
    return True


def stream_cursor(topics: Sequence[str]) -> str:
    """Return the cursor behind the newest events of ``topics``.

    A page that is rendered *after* this call and then opens
    ``/events/?topic=...&after=<cursor>`` misses nothing in between. Returns "" when Redis
    does not answer; the stream then begins at the moment it is opened.
    """
    try:
        return encode_cursor(topics, newest_ids(topics))
    except (redis.RedisError, OSError) as error:
        logger.warning("Redis did not say where its events end: %s", error)
        return ""


def newest_ids(topics: Sequence[str]) -> list[str]:
    """Return the id of the newest event of each topic; ``BEGINNING`` for an empty one."""
    with redis_client().pipeline(transaction=False) as pipe:
        for topic in topics:
            pipe.xrevrange(stream_key(topic), count=1)
        return [entries[0][0] if entries else BEGINNING for entries in pipe.execute()]


def has_gap(topics: Sequence[str], ids: Sequence[str]) -> bool:
    """Whether events after ``ids`` may be gone for good.

    That is so when the event last read is no longer kept: the stream has been trimmed,
    has ended its life or was lost with Redis. Asked too often it costs one reload.
    """
    with redis_client().pipeline(transaction=False) as pipe:
        for topic, last in zip(topics, ids, strict=True):
            if last == BEGINNING:
                pipe.xlen(stream_key(topic))
            else:
                pipe.xrange(stream_key(topic), last, last)
        answers = pipe.execute()
    return any(
        answer >= STREAM_LENGTH if last == BEGINNING else not answer
        for last, answer in zip(ids, answers, strict=True)
    )


def encode_cursor(topics: Sequence[str], ids: Sequence[str]) -> str:
    """Return the cursor for having read each topic up to its id."""
    return "~".join([_digest(topics), *ids])


def decode_cursor(topics: Sequence[str], cursor: str) -> list[str] | None:
    """Return the id for each topic; ``None`` when the cursor is not one for these topics."""
    digest, *ids = cursor.split("~")
    if digest != _digest(topics) or len(ids) != len(topics):
        return None
    if not all(_STREAM_ID.fullmatch(identifier) for identifier in ids):
        return None
    return ids


def _digest(topics: Sequence[str]) -> str:
    return f"{zlib.crc32(chr(10).join(topics).encode()):08x}"
