"""The event stream as a browser sees it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import StreamingHttpResponse
from django.test import Client

from accounts.models import User
from accounts.services import create_api_token
from ariaforge.events import publish, stream_cursor, views
from tests.factories import UserFactory
from tests.jobs.servers import RedisServer

pytestmark = pytest.mark.django_db


class Stream:
    """An open stream, read event by event."""

    def __init__(self, response: Any) -> None:
        assert isinstance(response, StreamingHttpResponse), response.content
        self.response = response
        self._lines: Iterator[bytes] = iter(response)
        self.last_id = ""

    def next(self) -> tuple[str, Any]:
        """Return name and data of the next event; ``("", comment)`` for a comment."""
        name, data = "", ""
        for line in next(self._lines).decode().splitlines():
            field, _, value = line.partition(": ")
            match field:
                case "id":
                    self.last_id = value
                case "event":
                    name = value
                case "data":
                    data += value
                case "" if value:
                    data = value
        return name, json.loads(data) if name else data

    def take(self, count: int) -> list[Any]:
        """Return the data of the next events, leaving comments out."""
        found: list[Any] = []
        while len(found) < count:
            name, data = self.next()
            if name:
                found.append(data)
        return found

    def rest(self) -> list[str]:
        """Return the names of what comes until the end of the stream."""
        return [name for name, _ in iter(self._next_or_none, None)]

    def _next_or_none(self) -> tuple[str, Any] | None:
        try:
            return self.next()
        except StopIteration:
            return None

    def close(self) -> None:
        """Go away, as a browser does."""
        close(self.response)


def close(response: Any) -> None:
    """Close the response, but not the connection in which the test's transaction is."""
    # The test client wraps the lines in a generator that sees to that, once it has begun.
    response._iterator.close()
    request_finished.disconnect(close_old_connections)
    try:
        response.close()
    finally:
        request_finished.connect(close_old_connections)


@pytest.fixture
def user(db: Any) -> User:
    """Somebody with a page open."""
    return UserFactory()


@pytest.fixture
def open_stream(
    page_client: Callable[..., Client], user: User, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Stream]]:
    """Return a function that opens a stream and reads its preamble."""
    monkeypatch.setattr(views, "KEEP_ALIVE_SECONDS", 0.2)
    client = page_client(user)
    streams: list[Stream] = []

    def start(*topics: str, last_id: str = "", after: str = "") -> Stream:
        headers = {"Last-Event-ID": last_id} if last_id else {}
        query: dict[str, Any] = {"topic": list(topics)}
        if after:
            query["after"] = after
        stream = Stream(client.get("/events/", query, headers=headers))
        stream.next()
        streams.append(stream)
        return stream

    yield start
    for stream in streams:
        stream.close()


def test_events_arrive_with_name_data_and_id(
    open_stream: Callable[..., Stream], user: User
) -> None:
    topic = f"user:{user.pk}"
    stream = open_stream(topic)
    before = stream.last_id
    publish(topic, "job", {"state": "running", "step": "Zeile\n2"})

    assert stream.next() == ("job", {"state": "running", "step": "Zeile\n2"})
    assert stream.last_id != before
    assert stream.next() == ("", "still here")


def test_nothing_may_hold_the_lines_back(open_stream: Callable[..., Stream], user: User) -> None:
    response = open_stream(f"user:{user.pk}").response
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.headers["X-Accel-Buffering"] == "no"
    assert "no-cache" in response.headers["Cache-Control"]
    assert "Content-Length" not in response.headers


def test_resuming_neither_loses_nor_repeats(open_stream: Callable[..., Stream], user: User) -> None:
    """Two topics, three connections, and events before, between and during them."""
    mine = f"user:{user.pk}"
    other = f"job:{user.jobs.create(kind='test', queue='bulk').pk}"
    publish(mine, "tick", {"number": -1})  # before anybody watched
    stream = open_stream(mine, other)
    for number in range(4):
        publish((mine, other)[number % 2], "tick", {"number": number})
    seen = stream.take(2)
    stream.close()  # two events have been sent by Redis and not been read by the browser

    for number in range(4, 8):
        publish((mine, other)[number % 2], "tick", {"number": number})
    stream = open_stream(mine, other, last_id=stream.last_id)
    seen += stream.take(5)
    stream.close()
    stream = open_stream(mine, other, last_id=stream.last_id)
    publish(other, "tick", {"number": 8})
    seen += stream.take(2)

    assert sorted(event["number"] for event in seen) == list(range(9))
    assert stream.next() == ("", "still here")


def test_a_page_misses_nothing_between_its_cursor_and_its_stream(
    open_stream: Callable[..., Stream], user: User
) -> None:
    topic = f"user:{user.pk}"
    publish(topic, "tick", {"number": 1})
    cursor = stream_cursor([topic])
    publish(topic, "tick", {"number": 2})

    assert open_stream(topic, after=cursor).take(1) == [{"number": 2}]
    # Without a cursor it begins now.
    assert open_stream(topic).next() == ("", "still here")


def test_a_stream_that_lost_events_says_so(
    open_stream: Callable[..., Stream], user: User, redis_server: RedisServer
) -> None:
    topic = f"user:{user.pk}"
    publish(topic, "tick", {})
    cursor = stream_cursor([topic])
    redis_server.flush()

    assert open_stream(topic, last_id=cursor).next() == ("reset", {})
    assert open_stream(topic, last_id="nonsense").next() == ("reset", {})


def test_a_connection_without_events_resumes_from_where_it_began(
    open_stream: Callable[..., Stream], user: User
) -> None:
    topic = f"user:{user.pk}"
    publish(topic, "tick", {"number": 0})
    stream = open_stream(topic)
    stream.close()
    publish(topic, "tick", {"number": 1})

    assert open_stream(topic, last_id=stream.last_id).take(1) == [{"number": 1}]


def test_strangers_and_unknown_topics_do_not_exist(
    page_client: Callable[..., Client], user: User
) -> None:
    topic = f"user:{user.pk}"
    stranger, staff, nobody = UserFactory(), UserFactory(staff=True), None
    for person in (stranger, staff, nobody):
        answer = page_client(person).get("/events/", {"topic": topic})
        assert answer.status_code == 404
        assert not answer.streaming
    client = page_client(user)
    for topics in ([], ["nothing:1"], [topic, "nothing:1"], [f"{topic}{n}" for n in range(21)]):
        assert client.get("/events/", {"topic": topics}).status_code == 404
    assert client.post("/events/", {"topic": topic}).status_code == 405


def test_a_person_has_a_limited_number_of_streams(
    open_stream: Callable[..., Stream],
    page_client: Callable[..., Client],
    user: User,
    settings: Any,
) -> None:
    settings.EVENT_STREAMS_PER_USER = 2
    topic = f"user:{user.pk}"
    first = open_stream(topic)
    open_stream(topic)

    refused = page_client(user).get("/events/", {"topic": topic})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 0
    other = UserFactory()
    allowed = page_client(other).get("/events/", {"topic": f"user:{other.pk}"})
    assert allowed.status_code == 200
    close(allowed)

    first.close()
    open_stream(topic)


def test_a_stream_that_was_never_read_gives_its_place_back(
    page_client: Callable[..., Client], user: User, settings: Any
) -> None:
    settings.EVENT_STREAMS_PER_USER = 1
    for _ in range(3):
        answer = page_client(user).get("/events/", {"topic": f"user:{user.pk}"})
        assert answer.status_code == 200
        close(answer)


def test_a_stream_ends_after_its_lifetime(
    open_stream: Callable[..., Stream], user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "LIFETIME_SECONDS", 0.5)
    stream = open_stream(f"user:{user.pk}")
    assert set(stream.rest()) <= {""}


def test_without_redis_the_answer_is_to_come_back_later(
    page_client: Callable[..., Client], user: User, settings: Any
) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    answer = page_client(user).get("/events/", {"topic": f"user:{user.pk}"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


def test_a_stream_ends_when_redis_does(
    open_stream: Callable[..., Stream], user: User, redis_server: RedisServer
) -> None:
    stream = open_stream(f"user:{user.pk}")
    redis_server.kill()
    try:
        assert set(stream.rest()) <= {""}
    finally:
        redis_server.start()


def test_events_during_a_read_come_in_order(open_stream: Callable[..., Stream], user: User) -> None:
    topic = f"user:{user.pk}"
    stream = open_stream(topic)
    writer = threading.Thread(
        target=lambda: [publish(topic, "tick", {"number": n}) for n in range(300)]
    )
    writer.start()
    seen = [event["number"] for event in stream.take(300)]
    writer.join()
    assert seen == list(range(300))


def test_a_program_with_a_token_follows_too(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "KEEP_ALIVE_SECONDS", 0.2)
    topic = f"user:{user.pk}"

    def ask(scope: str, topic: str = topic) -> Any:
        _, key = create_api_token(user=user, name=scope, scopes=[scope])
        headers = {"Authorization": f"Token {key}", "Accept": "text/event-stream"}
        return Client().get("/api/v1/events/", {"topic": topic}, headers=headers)

    stream = Stream(ask("read"))
    try:
        stream.next()
        publish(topic, "job", {"state": "running"})
        assert stream.next() == ("job", {"state": "running"})
    finally:
        stream.close()
    refused = ask("write")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied")
    assert ask("read", f"user:{UserFactory().pk}").status_code == 404
    assert Client().get("/api/v1/events/", {"topic": topic}).status_code == 401
