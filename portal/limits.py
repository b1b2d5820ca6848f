"""How often somebody may ask, and the headers that tell how much of it is left.

Each server process counts for itself: `serve` runs few, and a reader keeps to one while its connection lasts.
"""

from __future__ import annotations

import hashlib
import threading
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


def reader(environ: Mapping[str, Any]) -> str:
    """Who is counted: the key where there is one, else the address."""
    key = environ.get("HTTP_AUTHORIZATION")
    return hashlib.sha256(key.encode()).hexdigest() if key else environ.get("REMOTE_ADDR") or ""
