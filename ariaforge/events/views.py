"""The stream of server-sent events: one per page, for all topics that the page shows."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator
from typing import Any, cast

import redis
from django.conf import settings
from django.db import connections
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from ariaforge.api.errors import error_response
from ariaforge.events.streams import (
    decode_cursor,
    encode_cursor,
    has_gap,
    newest_ids,
    stream_key,
)
from ariaforge.events.topics import may_watch
from ariaforge.redis_client import KEY_PREFIX, redis_client

logger = logging.getLogger(__name__)

TOPICS_PER_STREAM = 20
KEEP_ALIVE_SECONDS = 15.0
# The browser comes back by itself; so does a deployment that stops the server.
LIFETIME_SECONDS = 600.0
RECONNECT_MILLISECONDS = 2000
ENTRIES_PER_READ = 100
# A stream that has not shown life for this long no longer counts towards the cap.
PLACE_SECONDS = 40.0


class TooManyStreamsError(Exception):
    """The person has as many open streams as allowed."""


@require_GET
@never_cache
def events(request: HttpRequest) -> HttpResponseBase:
    """Stream the events of ``?topic=...&topic=...`` (at most 20) as they happen.

    Each has a name (``event:``), JSON data and an id with which the browser resumes
    (``Last-Event-ID``; on the first request ``after=`` may say the same). The event
    ``reset`` says that some events are lost and the page should ask for what it shows.
    404 for a topic that the person may not watch, and for nobody signed in; 429 for more
    than ``settings.EVENT_STREAMS_PER_USER`` streams at once; 503 while Redis is away.
    Programs with a token have the same at ``/api/v1/events/``.
    """
    return stream_for(request.user, request)


def stream_for(user: Any, request: HttpRequest) -> HttpResponseBase:
    """Answer the request for a stream in the name of ``user``, as :func:`events` says."""
    topics = list(dict.fromkeys(request.GET.getlist("topic")))
    if not user.is_authenticated or not 0 < len(topics) <= TOPICS_PER_STREAM:
        raise Http404
    if not all(may_watch(user, topic) for topic in topics):
        raise Http404
    cursor = request.headers.get("Last-Event-ID", "") or request.GET.get("after", "")
    try:
        ids = decode_cursor(topics, cursor)
        is_reset = False
        if ids is not None:
            is_reset = has_gap(topics, ids)
        if ids is None or is_reset:
            is_reset = is_reset or bool(cursor)
            ids = newest_ids(topics)
        place = Place(str(user.pk))
    except TooManyStreamsError:
        answer = error_response(429, "Too many pages with live news are open at once.")
        answer.headers["Retry-After"] = str(int(KEEP_ALIVE_SECONDS))
        return answer
    except (redis.RedisError, OSError) as error:
        logger.warning("Redis does not answer an event stream: %s", error)
        answer = error_response(503, "Live news are not to be had at the moment.")
        answer.headers["Retry-After"] = "5"
        return answer
    response = StreamingHttpResponse(
        EventStream(topics, ids, place, is_reset=is_reset), content_type="text/event-stream"
    )
    # Proxies must hand every line on as it comes.
    response.headers["X-Accel-Buffering"] = "no"
    return response


class Place:
    """One of the streams that a person may have open at once, counted in Redis."""

    def __init__(self, user_id: str) -> None:
        self._key = f"{KEY_PREFIX}:streams:{user_id}"
        self._member = uuid.uuid4().hex
        now = time.time()
        with redis_client().pipeline() as pipe:
            pipe.zremrangebyscore(self._key, "-inf", now - PLACE_SECONDS)
            pipe.zadd(self._key, {self._member: now})
            pipe.expire(self._key, int(PLACE_SECONDS))
            pipe.zcard(self._key)
            taken = pipe.execute()[-1]
        if taken > settings.EVENT_STREAMS_PER_USER:
            self.leave()
            raise TooManyStreamsError

    def stay(self) -> None:
        """Show life."""
        with redis_client().pipeline() as pipe:
            pipe.zadd(self._key, {self._member: time.time()})
            pipe.expire(self._key, int(PLACE_SECONDS))
            pipe.execute()

    def leave(self) -> None:
        """Make room for another stream. Never raises."""
        try:
            redis_client().zrem(self._key, self._member)
        except (redis.RedisError, OSError) as error:
            logger.warning("Redis did not take the end of an event stream: %s", error)


class EventStream:
    """The lines of one response; the server closes it when the browser is gone."""

    def __init__(
        self, topics: list[str], ids: list[str], place: Place, *, is_reset: bool = False
    ) -> None:
        self._topics = topics
        self._ids = dict(zip(map(stream_key, topics), ids, strict=True))
        self._place = place
        self._is_reset = is_reset
        self._lines = self._generate()

    def __iter__(self) -> Iterator[bytes]:
        return self._lines

    def close(self) -> None:
        """Give the place up, also when not a single line has been read."""
        self._lines.close()  # type: ignore[attr-defined]
        self._place.leave()

    def _generate(self) -> Iterator[bytes]:
        # What follows needs no database, and may take ten minutes.
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:
                connection.close()
        ends_at = time.monotonic() + LIFETIME_SECONDS
        # An id without data is remembered by the browser: it resumes from here.
        yield f"retry: {RECONNECT_MILLISECONDS}\n{self._id_line()}\n".encode()
        if self._is_reset:
            yield self._event("reset", "{}")
        while time.monotonic() < ends_at:
            try:
                entries = self._read()
                self._place.stay()
            except (redis.RedisError, OSError) as error:
                logger.warning("Redis does not answer an event stream: %s", error)
                return  # the browser tries again
            if not entries:
                yield b": still here\n\n"
            for key, identifier, fields in entries:
                self._ids[key] = identifier
                yield self._event(fields.get("event", "message"), fields.get("data", "{}"))

    def _read(self) -> list[tuple[str, str, dict[str, str]]]:
        """Return new entries in the order of their times; none after a silent while."""
        answer = cast(
            "list[tuple[str, list[tuple[str, dict[str, str]]]]]",
            redis_client().xread(
                cast("dict[Any, Any]", self._ids),
                count=ENTRIES_PER_READ,
                block=int(KEEP_ALIVE_SECONDS * 1000),
            ),
        )
        found = [
            (key, identifier, fields)
            for key, entries in answer or []
            for identifier, fields in entries
        ]
        return sorted(found, key=lambda entry: [int(part) for part in entry[1].split("-")])

    def _event(self, name: str, data: str) -> bytes:
        # Our data is JSON without line breaks, but whoever writes to Redis might differ.
        lines = "".join(f"data: {line}\n" for line in data.splitlines() or ["{}"])
        return f"event: {name}\n{self._id_line()}{lines}\n".encode()

    def _id_line(self) -> str:
        return f"id: {encode_cursor(self._topics, list(self._ids.values()))}\n"
