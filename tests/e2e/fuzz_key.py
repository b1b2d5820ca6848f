"""The administrator's key that schemathesis' command line asks with: another account's whenever it has ended the last.

Named by SCHEMATHESIS_HOOKS; the portal is the one of the settings (PORTAL_DATA_DIR).
"""

from __future__ import annotations

import secrets
from typing import Any

import schemathesis

from portal.context import House
from portal.settings import load
from tests.factories import a_key

_AS_LONG_AS_IT_GOES = 86_400  # seconds; a 401 ends it before


@schemathesis.auth(refresh_interval=_AS_LONG_AS_IT_GOES)
class Administrator:
    """Makes an account for its key."""

    def get(self, _case: Any, _context: Any) -> str:
        """The key of a new administrator."""
        house = House(load())
        try:
            with house.writing() as opened:
                return a_key(opened, f"asks-{secrets.token_hex(4)}", "admin")
        finally:
            house.close()

    def set(self, case: Any, data: str, _context: Any) -> None:
        """Ask with it."""
        case.headers["Authorization"] = f"Bearer {data}"
