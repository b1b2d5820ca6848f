"""How often somebody may try to sign in: few times for a name, some more from an address."""

from __future__ import annotations

from flask import request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from catalog.errors import TooMany

WINDOW_MINUTES = 5
FOR_A_NAME = RateLimitItemPerMinute(10, WINDOW_MINUTES)
FROM_AN_ADDRESS = RateLimitItemPerMinute(60, WINDOW_MINUTES)
_LIMITER = MovingWindowRateLimiter(MemoryStorage())


def require_rate(name: str) -> None:
    """Count a try. Raises TooMany where the name or the address has tried too often."""
    tries = ((FOR_A_NAME, f"name:{name}"), (FROM_AN_ADDRESS, f"address:{request.remote_addr}"))
    allowed = [_LIMITER.hit(item, who) for item, who in tries]  # both count, whatever the first says
    if not all(allowed):
        raise TooMany("sign_in_too_often", retry_after=WINDOW_MINUTES * 60, minutes=WINDOW_MINUTES)
