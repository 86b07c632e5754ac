"""Publishing, cursors and topics."""

from __future__ import annotations

from typing import Any

import pytest

from ariaforge.events import may_watch, publish, register_topic, stream_cursor, streams
from ariaforge.events.streams import (
    BEGINNING,
    decode_cursor,
    encode_cursor,
    has_gap,
    newest_ids,
    stream_key,
)
from ariaforge.models import Job
from ariaforge.redis_client import redis_client
from tests.factories import UserFactory
from tests.jobs.servers import RedisServer


def test_a_stream_has_an_end_and_a_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "STREAM_LENGTH", 10)
    for number in range(500):
        assert publish("t:1", "tick", {"number": number})

    client: Any = redis_client()
    assert 10 <= client.xlen(stream_key("t:1")) < 200  # trimmed by whole nodes
    assert 0 < client.ttl(stream_key("t:1")) <= 3600


def test_cursors_go_there_and_back() -> None:
    topics = ["a:1", "b:2"]
    cursor = encode_cursor(topics, ["12-0", BEGINNING])

    assert decode_cursor(topics, cursor) == ["12-0", BEGINNING]
    assert decode_cursor(["b:2", "a:1"], cursor) is None
    assert decode_cursor(["a:1"], cursor) is None


@pytest.mark.parametrize(
    "cursor", ["", "~", "x~1-0", "00000000~1-0", "{digest}~$", "{digest}~1", "{digest}~1-0~2-0"]
)
def test_cursors_that_are_not_ours_are_ignored(cursor: str) -> None:
    digest = encode_cursor(["a:1"], []).rstrip("~")
    assert decode_cursor(["a:1"], cursor.format(digest=digest)) is None


def test_the_cursor_of_a_page_stands_behind_the_newest_event() -> None:
    publish("a:1", "tick", {})
    ids = decode_cursor(["a:1", "b:2"], stream_cursor(["a:1", "b:2"]))
    assert ids is not None
    assert ids[0] == newest_ids(["a:1"])[0] != BEGINNING
    assert ids[1] == BEGINNING


def test_a_gap_is_noticed(monkeypatch: pytest.MonkeyPatch, redis_server: RedisServer) -> None:
    publish("a:1", "tick", {})
    ids = newest_ids(["a:1"])
    assert not has_gap(["a:1"], ids)
    assert not has_gap(["b:2"], [BEGINNING])

    redis_server.flush()
    publish("a:1", "tick", {})
    assert has_gap(["a:1"], ids)
    monkeypatch.setattr(streams, "STREAM_LENGTH", 1)
    assert has_gap(["a:1"], [BEGINNING])


def test_publishing_without_redis_says_no_and_does_not_raise(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_paused_until", 0.0)
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    assert publish("a:1", "tick", {}) is False
    assert stream_cursor(["a:1"]) == ""
    # And it does not ask a dead server for every event.
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert publish("a:1", "tick", {}) is False
    monkeypatch.setattr(streams, "_paused_until", 0.0)


@pytest.mark.django_db
def test_people_watch_their_own_things_only() -> None:
    user, stranger = UserFactory(), UserFactory(staff=True)
    job = Job.objects.create(owner=user, kind="test", queue="bulk")

    assert may_watch(user, f"user:{user.pk}")
    assert may_watch(user, f"job:{job.pk}")
    assert not may_watch(stranger, f"user:{user.pk}")
    assert not may_watch(stranger, f"job:{job.pk}")
    for topic in ("", "job", "job:", "job:x", "nothing:1", f"user:{user.pk} ", "job:" + "0" * 32):
        assert not may_watch(user, topic)


def test_a_prefix_has_one_rule() -> None:
    with pytest.raises(ValueError, match="already belong"):
        register_topic("job", lambda user, identifier: True)
