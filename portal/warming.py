"""A server process gets ready for its first questions while it already answers."""

from __future__ import annotations

import logging
import threading

from catalog.db import session
from catalog.errors import Unavailable
from portal.context import House
from search.warming import warm

_FACETS = ("publisher", "region", "theme", "tag", "family")
log = logging.getLogger(__name__)


def warm_house(house: House) -> None:
    """Have search load what it needs. Whatever fails is told by the question that meets it."""
    try:
        with session(house.engine) as opened:
            words = house.words(opened)
        warm(house.index, words, _FACETS)
    except Unavailable:
        log.info("the search index is away; nothing was made ready")
    except Exception:
        log.exception("search could not be made ready")


def warm_beside(house: House) -> None:
    """The same by a thread that nobody waits for."""
    threading.Thread(target=warm_house, args=(house,), name="warm", daemon=True).start()
