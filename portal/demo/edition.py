"""Which edition of the demonstration data there is, and whether it is loaded."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, select

from catalog.db import session
from catalog.models import Audit


@cache
def edition() -> str:
    """A name for this edition: the digest of its files."""
    hasher = hashlib.sha256()
    for path in sorted((Path(__file__).parent / "data").rglob("*")):
        if path.is_file():
            hasher.update(path.name.encode() + path.read_bytes())
    return hasher.hexdigest()[:16]


def is_loaded(engine: Engine) -> bool:
    """Whether just this edition was loaded before."""
    done = select(Audit.id).where(Audit.act == "load_demonstration", Audit.target == edition())
    with session(engine) as opened:
        return opened.scalar(done.limit(1)) is not None
