"""How often somebody may try to sign in: few times for a name, some more from an address."""

from __future__ import annotations

from flask import request

from catalog.errors import TooMany
from catalog.tries import Limit, forget_old, wait_for
from portal.context import house

WINDOW_MINUTES = 5
FOR_A_NAME = Limit(10, WINDOW_MINUTES * 60)
FROM_AN_ADDRESS = Limit(60, WINDOW_MINUTES * 60)


def require_rate(name: str) -> None:
    """Count a try. Raises TooMany where the address or the name has tried too often.

    An address that may not try any more counts against no name: it can lock nobody out.
    """
    with house().writing() as opened:
        forget_old(opened, FROM_AN_ADDRESS)
        for limit, who in ((FROM_AN_ADDRESS, f"address {request.remote_addr}"), (FOR_A_NAME, f"name {name}")):
            if wait := wait_for(opened, limit, who, house().settings.secret_key):
                raise TooMany("sign_in_too_often", retry_after=wait, minutes=-(-wait // 60))
