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
    """Whether one more request is allowed, how many are left, seconds until the next window, and what tells it all."""

    allowed: bool
    left: int
    wait: int
    head: str


class Window:
    """Requests of each reader in windows of whole seconds that begin at multiples of their length."""

    def __init__(self, number: int, seconds: int) -> None:
        self.number, self.seconds = number, seconds
        self._same = 0, ""  # seconds until the next window, and what is told as long as they are
        self._lock = threading.Lock()
        self._window = 0
        self._counts: dict[str, int] = {}

    def count(self, who: str, at: float) -> Count:
        """One more request."""
        window, into = divmod(int(at), self.seconds)
        wait, same = self._same
        if wait != self.seconds - into:
            wait = self.seconds - into
            self._same = wait, same = wait, f"RateLimit-Limit: {self.number}\r\nRateLimit-Reset: {wait}\r\n"
        with self._lock:
            if window != self._window or len(self._counts) > _MOST_READERS:
                self._window, self._counts = window, {}
            seen = self._counts[who] = self._counts.get(who, 0) + 1
        left = max(0, self.number - seen)
        return Count(seen <= self.number, left, wait, f"{same}RateLimit-Remaining: {left}\r\n")


def reader(environ: Mapping[str, Any]) -> str:
    """Who is counted: the key where there is one, else the address."""
    key = environ.get("HTTP_AUTHORIZATION")
    return hashlib.sha256(key.encode()).hexdigest() if key else environ.get("REMOTE_ADDR") or ""
