"""The pages and the API work while Redis is away."""

from __future__ import annotations

import pytest
from django.core.cache import caches
from django.test import override_settings

from ariaforge.cache import ForgivingRedisCache
from tests.factories import UserFactory

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def deaf_cache() -> ForgivingRedisCache:
    return ForgivingRedisCache(NOBODY_LISTENS, {})


def test_it_is_an_empty_cache(deaf_cache):
    deaf_cache.set("a", 1)
    assert deaf_cache.get("a") is None
    assert deaf_cache.get("a", 5) == 5
    assert deaf_cache.add("a", 1) is True
    assert deaf_cache.get_many(["a"]) == {}
    assert "a" not in deaf_cache
    assert deaf_cache.get_or_set("a", lambda: 3) == 3
    with pytest.raises(ValueError, match="not found"):
        deaf_cache.incr("a")


@pytest.mark.django_db
def test_the_api_answers_without_redis(api_client):
    with override_settings(
        CACHES={
            "default": {
                "BACKEND": "ariaforge.cache.ForgivingRedisCache",
                "LOCATION": NOBODY_LISTENS,
            }
        }
    ):
        assert isinstance(caches["default"], ForgivingRedisCache)
        assert api_client(UserFactory()).get("/api/v1/compositions/").status_code == 200
