"""The rate limit of each address or key, and the headers that tell how much of it is left.

Each server process counts for itself: `serve` runs few, and a reader keeps to one while its connection lasts.
"""

from __future__ import annotations

import hashlib
import threading
import time

from flask import Flask, Response, g, request

from catalog.messages import say
from portal.context import House
from portal.problems import problem

EXEMPT = ("/healthz", "/readyz")
_MOST_READERS = 100_000  # counted at once; past that the window's counts are dropped, not the portal


class Window:
    """Requests of each reader in windows of fixed length that begin at whole multiples of it."""

    def __init__(self, number: int, seconds: int) -> None:
        self.number, self.seconds = number, seconds
        self._lock = threading.Lock()
        self._window = 0
        self._counts: dict[str, int] = {}

    def count(self, who: str, at: float) -> tuple[bool, int, int]:
        """One more request: whether it is allowed, how many are left, and seconds until the next window."""
        window, into = divmod(at, self.seconds)
        with self._lock:
            if window != self._window or len(self._counts) > _MOST_READERS:
                self._window, self._counts = int(window), {}
            seen = self._counts[who] = self._counts.get(who, 0) + 1
        return seen <= self.number, max(0, self.number - seen), max(1, round(self.seconds - into))


def install(app: Flask) -> None:
    """Count every request, unless the setting is `off`."""
    house: House = app.extensions["house"]
    if house.settings.rate_limit is None:
        return
    window = Window(*house.settings.rate_limit)

    def count() -> Response | None:
        if request.path in EXEMPT:
            return None
        allowed, left, wait = window.count(reader(), time.time())
        g.rate = (window.number, left, wait)
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
