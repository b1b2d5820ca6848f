"""Who asks: the bearer key of a request becomes an actor, before any view runs."""

from __future__ import annotations

from flask import Flask, g, request

from catalog.accounts import PUBLIC, get_actor
from catalog.db import session
from catalog.errors import Unauthenticated
from portal.context import house


def install(app: Flask) -> None:
    """Read the key of every request."""
    app.before_request(read_key)


def read_key() -> None:
    """Set `g.actor`. Raises Unauthenticated for a header or key that will not do."""
    g.actor = PUBLIC
    header = request.headers.get("Authorization")
    if header is None:
        return
    scheme, _, key = header.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Unauthenticated("bearer_expected")
    with session(house().engine) as opened:
        g.actor = get_actor(opened, key.strip())
