"""Who asks: the bearer key of a request becomes an actor, before any view runs."""

from __future__ import annotations

import logging

from flask import g, request
from sqlalchemy.exc import OperationalError

from catalog.accounts import PUBLIC
from catalog.db import session
from catalog.errors import Unauthenticated
from catalog.keys import get_actor, note_use
from portal.context import house

log = logging.getLogger(__name__)


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
    if not g.actor.use_noted:
        _note_use(g.actor.key_id)


def _note_use(key_id: int) -> None:
    """Put the use on record; a database that is busy just now loses no more than that."""
    try:
        with house().writing() as opened:
            note_use(opened, key_id)
    except OperationalError:
        log.warning("the use of key %s could not be noted", key_id)
