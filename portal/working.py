"""What an ingest worker does all day: jobs first, then what is due, then the index; now and then it clears up."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from catalog import proofs, registry
from ingest.worker import free_orphans, run_next
from portal.context import House
from portal.keeping import sweep

log = logging.getLogger(__name__)
IDLE_SECONDS = 0.5  # between looks at the job table
CHORES_SECONDS = 5.0  # between looks at what is due and what is stale
SWEEP_SECONDS = 3600.0  # between looks at what was kept long enough


def work(house: House, stopping: threading.Event, orphaned: Callable[[], object] = lambda: False) -> None:
    """Work until `stopping` or until `orphaned`; a database that is away for a while is waited for."""
    shop = house.workshop(stopping)
    next_chores = next_sweep = 0.0
    while not (stopping.is_set() or orphaned()):
        try:
            if time.monotonic() >= next_chores:
                chores(house)
                free_orphans(shop)
                next_chores = time.monotonic() + CHORES_SECONDS
            if time.monotonic() >= next_sweep:
                sweep(house)
                next_sweep = time.monotonic() + SWEEP_SECONDS
            busy = run_next(shop)
        except SQLAlchemyError:
            log.exception("the database does not answer; trying again")
            busy = False
        if not busy:
            stopping.wait(IDLE_SECONDS)


def chores(house: House) -> None:
    """Publish what is due, sign the head of the record once a day, and bring the index up to date."""
    with house.writing() as opened:
        due = registry.publish_due(opened)
        proofs.sign_daily_head(opened, house.signer)
    for dataset in due:
        log.info("published %s at its time", dataset.slug)
    house.catch_up()
