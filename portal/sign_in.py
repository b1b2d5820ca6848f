"""How often somebody may try to sign in: few times for a name, some more from an address."""

from __future__ import annotations

import time

from flask import request

from catalog.errors import TooMany
from portal.limits import MovingWindow

WINDOW_MINUTES = 5
FOR_A_NAME = MovingWindow(10, WINDOW_MINUTES * 60)
FROM_AN_ADDRESS = MovingWindow(60, WINDOW_MINUTES * 60)


def require_rate(name: str) -> None:
    """Count a try. Raises TooMany where the address or the name has tried too often.

    An address that may not try any more counts against no name: it can lock nobody out.
    """
    for window, who in ((FROM_AN_ADDRESS, request.remote_addr or ""), (FOR_A_NAME, name)):
        count = window.count(who, time.monotonic())
        if not count.allowed:
            raise TooMany("sign_in_too_often", retry_after=count.wait, minutes=-(-count.wait // 60))
