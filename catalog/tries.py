"""How often somebody may try to sign in: counted in the database, so that all server processes count together.

Who tried is kept as a keyed digest: what was typed as a name may be a password in the wrong place.
"""

from __future__ import annotations

import hmac
import math
import zlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, or_, select, text
from sqlalchemy.orm import Session

from catalog.db import now
from catalog.derived_keys import derive_key
from catalog.models import SignInTry


@dataclass(frozen=True)
class Limit:
    """So many tries in any stretch of `seconds`: there is no border that one could wait for."""

    number: int
    seconds: int


def wait_for(session: Session, limit: Limit, who: str, secret: str) -> int:
    """Count one more try: 0, or the seconds to wait where it is one too many. That one counts for nothing.

    So nobody is locked out for good. Callers commit.
    """
    mark = hmac.digest(derive_key(secret, "portal tries"), who.encode(), "sha256").hex()
    if session.get_bind().dialect.name == "postgresql":  # on SQLite writers are alone
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": zlib.crc32(mark.encode())})
    moment = now()
    since = moment - timedelta(seconds=limit.seconds)
    over = or_(SignInTry.at <= since, SignInTry.at > moment)  # of a clock that was set back
    session.execute(delete(SignInTry).where(SignInTry.who == mark, over))
    tries = list(session.scalars(select(SignInTry.at).where(SignInTry.who == mark).order_by(SignInTry.at)))
    if len(tries) >= limit.number:
        return max(1, math.ceil((tries[-limit.number] - since).total_seconds()))
    session.add(SignInTry(who=mark, at=moment))
    session.flush()
    return 0


def forget_old(session: Session, limit: Limit) -> None:
    """Forget every try that counts no more."""
    session.execute(delete(SignInTry).where(SignInTry.at <= now() - timedelta(seconds=limit.seconds)))
