"""What the worker does about retention: discard, seal and remove what was kept long enough."""

from __future__ import annotations

import logging
import time

from catalog.db import session
from ingest import retention
from ingest.retention import Retention
from portal.context import House

log = logging.getLogger(__name__)


def sweep(house: House) -> None:
    """One round: drafts first, then uploads, then the files that nobody names any more."""
    settings = house.settings
    ages = Retention(settings.upload_days, settings.undecided_days, settings.draft_days)
    with house.writing() as opened:
        for release in retention.discard_drafts(opened, ages):
            log.info("discarded draft %s of %s: its time is over", release.number, release.dataset.slug)
    with session(house.engine) as opened:
        stale = retention.list_stale_uploads(opened, house.storage, ages.uploads)
    _settle(house, stale)
    with session(house.engine) as opened:
        retention.remove_unnamed(opened, house.storage, house.serving)
        retention.remove_scratch(opened, house.workshop().scratch)
    house.exports.remove_left_over(time.time() - retention.GRACE.total_seconds())


def _settle(house: House, keys: list[str]) -> None:
    if keys:
        from ingest.privacy.originals import settle  # cryptography loads only where it is needed

        for key in keys:
            settle(house.storage, key, house.settings.secret_key, house.settings.originals)
