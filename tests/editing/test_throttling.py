"""Edits are counted by the second, each of them, also when they come at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from uuid import uuid4

import pytest
from rest_framework.test import APIRequestFactory

from ariaforge.api import throttling
from ariaforge.api.throttling import CountingRateThrottle
from ariaforge.redis_client import redis_client

VIEW = SimpleNamespace(throttle_scope="edit")


class Throttle(CountingRateThrottle):
    """Three a minute, at a time that stands still."""

    THROTTLE_RATES = {"edit": "3/minute"}
    moment = 600.0

    def timer(self) -> float:
        return self.moment


def asked(user: SimpleNamespace, moment: float = 600.0) -> Throttle:
    throttle = Throttle()
    throttle.timer = lambda: moment
    request = APIRequestFactory().get("/")
    request.user = user
    throttle.allowed = throttle.allow_request(request, VIEW)
    return throttle


@pytest.fixture
def user() -> SimpleNamespace:
    return SimpleNamespace(pk=uuid4(), is_authenticated=True)


def test_a_rate_holds_for_each_stretch_and_each_person(user: SimpleNamespace) -> None:
    assert [asked(user).allowed for _ in range(5)] == [True, True, True, False, False]
    assert asked(user, 645.0).wait() == 15.0
    assert asked(user, 660.0).allowed
    assert asked(SimpleNamespace(pk=uuid4(), is_authenticated=True)).allowed


def test_requests_at_once_are_all_counted(user: SimpleNamespace) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: asked(user).allowed, range(24)))
    assert sum(answers) == 3


def test_a_count_is_forgotten(user: SimpleNamespace) -> None:
    asked(user)
    (key,) = redis_client().keys(f"*{user.pk}*")
    assert 0 < redis_client().ttl(key) <= 120


def test_nothing_is_counted_while_redis_is_away(
    user: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise ConnectionError

    monkeypatch.setattr(throttling, "redis_client", away)
    assert all(asked(user).allowed for _ in range(5))
