"""How often somebody may ask, or try to sign in, and the headers that tell how much of it is left.

Each server process counts for itself: `serve` runs few, and a reader keeps to one while its connection lasts.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

_MOST_READERS = 100_000  # counted at once; past that the window's counts are dropped, not the portal


class Count(NamedTuple):
    """Whether one more request is allowed, of how many, how many are left, and seconds until the next window."""

    allowed: bool
    limit: int
    left: int
    wait: int

    def headers(self) -> list[tuple[str, str]]:
        """What the reader is told."""
        return [
            ("RateLimit-Limit", str(self.limit)),
            ("RateLimit-Remaining", str(self.left)),
            ("RateLimit-Reset", str(self.wait)),
        ]


class Window:
    """Requests of each reader in windows of fixed length that begin at whole multiples of it."""

    def __init__(self, number: int, seconds: int) -> None:
        self.number, self.seconds = number, seconds
        self._lock = threading.Lock()
        self._window = 0
        self._counts: dict[str, int] = {}

    def count(self, who: str, at: float) -> Count:
        """One more request."""
        window, into = divmod(at, self.seconds)
        with self._lock:
            if window != self._window or len(self._counts) > _MOST_READERS:
                self._window, self._counts = int(window), {}
            seen = self._counts[who] = self._counts.get(who, 0) + 1
        return Count(seen <= self.number, self.number, max(0, self.number - seen), max(1, round(self.seconds - into)))


class MovingWindow:
    """Tries of each name in any stretch of `seconds`: a border that one could wait for is nowhere.

    For few tries: each is kept with its time. Refused ones count for nothing, so that nobody is locked out for good.
    """

    def __init__(self, number: int, seconds: int) -> None:
        self.number, self.seconds = number, seconds
        self._lock = threading.Lock()
        self._tries: dict[str, deque[float]] = {}  # the name that was tried last is the last

    def count(self, who: str, at: float) -> Count:
        """One more try, at a moment of a clock that is never set back."""
        with self._lock:
            tries = self._tries.pop(who, deque())
            while tries and tries[0] <= at - self.seconds:
                tries.popleft()
            allowed = len(tries) < self.number
            if allowed:
                tries.append(at)
            self._tries[who] = tries
            if len(self._tries) > _MOST_READERS:
                del self._tries[next(iter(self._tries))]
            wait = max(1, math.ceil(tries[0] + self.seconds - at))
            return Count(allowed, self.number, self.number - len(tries), wait)


def reader(environ: Mapping[str, Any]) -> str:
    """Who is counted: the key where there is one, else the address."""
    key = environ.get("HTTP_AUTHORIZATION")
    return hashlib.sha256(key.encode()).hexdigest() if key else environ.get("REMOTE_ADDR") or ""
