"""The cache on Redis, which may be gone for a moment without taking the pages along."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def _or_empty(answer: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: while Redis does not answer, do nothing and return ``answer``."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            try:
                return method(*args, **kwargs)
            except RedisError as error:
                logger.warning("The cache does not answer: %s", error)
                return answer() if callable(answer) else answer

        return wrapped

    return decorate


class ForgivingRedisCache(RedisCache):
    """An empty cache while Redis is away.

    Throttles count nothing for those seconds: a restart of Redis must not lock everybody
    out of the studio, and the supervisor has it back within a second.
    """

    add = _or_empty(answer=True)(RedisCache.add)
    set = _or_empty(answer=None)(RedisCache.set)
    touch = _or_empty(answer=False)(RedisCache.touch)
    delete = _or_empty(answer=False)(RedisCache.delete)
    has_key = _or_empty(answer=False)(RedisCache.has_key)
    get_many = _or_empty(answer=dict)(RedisCache.get_many)
    set_many = _or_empty(answer=list)(RedisCache.set_many)
    delete_many = _or_empty(answer=None)(RedisCache.delete_many)
    clear = _or_empty(answer=None)(RedisCache.clear)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or ``default`` when there is none or Redis is away."""
        try:
            return super().get(key, default, version)
        except RedisError as error:
            logger.warning("The cache does not answer: %s", error)
            return default

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add to a counter. Raises ``ValueError`` when it is unknown, as it then is."""
        try:
            return super().incr(key, delta, version)
        except RedisError as error:
            raise ValueError(f"Key {key!r} not found") from error
