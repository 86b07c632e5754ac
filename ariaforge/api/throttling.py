"""A throttle for what is asked many times a second."""

from __future__ import annotations

import logging
from typing import Any

from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle

from ariaforge.redis_client import KEY_PREFIX, redis_client

logger = logging.getLogger(__name__)


class CountingRateThrottle(ScopedRateThrottle):
    """Counts requests by fixed stretches of time, in one exchange with Redis.

    Its base reads and writes the times of all requests of the period, in two exchanges
    between which another request may come. Around the border of two stretches up to twice
    the rate can pass, which for a rate by the second is of no matter. While Redis is away
    nothing is counted, as :class:`ariaforge.cache.ForgivingRedisCache` has it.
    """

    num_requests: int
    duration: int

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request; return whether it is within the rate of the view's scope."""
        self.scope = getattr(view, self.scope_attr, None)
        rate = self.get_rate() if self.scope else None
        if rate is None:
            return True
        self.num_requests, self.duration = self.parse_rate(rate)  # type: ignore[assignment]
        self.now = self.timer()
        stretch = int(self.now // self.duration)
        key = f"{KEY_PREFIX}:{self.get_cache_key(request, view)}:{stretch}"
        try:
            with redis_client().pipeline(transaction=False) as pipe:
                pipe.incr(key)
                pipe.expire(key, 2 * self.duration)
                count: int = pipe.execute()[0]
        except (RedisError, OSError) as error:
            logger.warning("Requests are not counted: %s", error)
            return True
        return count <= self.num_requests

    def wait(self) -> float:
        """Seconds until the next stretch begins."""
        return float(self.duration - self.now % self.duration)
