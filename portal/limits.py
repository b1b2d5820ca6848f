"""The rate limit of each address or key, and the headers that tell how much of it is left.

Each server process counts for itself: `serve` runs few, and a reader keeps to one while its connection lasts.
"""

from __future__ import annotations

import hashlib
import time

from flask import Flask, Response, g, request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from catalog.messages import say
from portal.context import House
from portal.problems import problem

EXEMPT = ("/healthz", "/readyz")
_ITEMS: dict[int, type[RateLimitItem]] = {
    1: RateLimitItemPerSecond,
    60: RateLimitItemPerMinute,
    3600: RateLimitItemPerHour,
}


def install(app: Flask) -> None:
    """Count every request, unless the setting is `off`."""
    house: House = app.extensions["house"]
    if house.settings.rate_limit is None:
        return
    number, seconds = house.settings.rate_limit
    item = _ITEMS[seconds](number)
    limiter = FixedWindowRateLimiter(MemoryStorage())

    def count() -> Response | None:
        if request.path in EXEMPT:
            return None
        allowed = limiter.hit(item, reader())
        stats = limiter.get_window_stats(item, reader())
        wait = max(1, round(stats.reset_time - time.time()))
        g.rate = (number, max(0, stats.remaining), wait)
        return None if allowed else problem(429, say("too_many_requests", seconds=wait))

    def tell(response: Response) -> Response:
        if hasattr(g, "rate"):
            limit, remaining, wait = g.rate
            response.headers["RateLimit-Limit"] = str(limit)
            response.headers["RateLimit-Remaining"] = str(remaining)
            response.headers["RateLimit-Reset"] = str(wait)
            if response.status_code == 429:
                response.headers["Retry-After"] = str(wait)
        return response

    app.before_request(count)
    app.after_request(tell)


def reader() -> str:
    """Who is counted: the key where there is one, else the address."""
    key = request.headers.get("Authorization")
    return hashlib.sha256(key.encode()).hexdigest() if key else request.remote_addr or ""
