"""Loads the demonstration data: duties, publishers, datasets, releases, in pieces that can be taken up again."""

from __future__ import annotations

import logging
from typing import Any

import orjson
from sqlalchemy import select

from catalog import audit, registry
from catalog.accounts import OPERATOR
from catalog.duties import load_duties
from catalog.models import Publisher
from ingest.families import list_schemas
from portal.context import House
from portal.demo.catalogue import iter_datasets, iter_publishers, iter_releases
from portal.demo.edition import edition, is_loaded
from portal.importing import import_lines
from portal.taking import publish_now, take_in

log = logging.getLogger(__name__)


def load(house: House) -> None:
    """Load everything that is not there yet; when this very edition was loaded before, nothing is done."""
    if is_loaded(house.engine):
        return
    with house.writing() as opened:
        load_duties(opened)
    _publishers(house)
    _datasets(house)
    _releases(house)
    with house.writing() as opened:
        audit.record(opened, audit.Act(OPERATOR.name, "load_demonstration", edition()))


def _publishers(house: House) -> None:
    with house.writing() as opened:
        known = set(opened.scalars(select(Publisher.slug)))
        for one in iter_publishers():
            if one.slug not in known:
                body: dict[str, Any] = {
                    "slug": one.slug,
                    "title": one.title,
                    "title_translations": dict(one.title_translations),
                }
                body |= {"aliases": list(one.aliases), "region": one.region}
                registry.create_publisher(opened, OPERATOR, body)


def _datasets(house: House) -> None:
    declared = tuple(one.name for one in list_schemas())
    bodies = [_declared(body, declared) for body in iter_datasets()]
    tally = import_lines(house, map(orjson.dumps, bodies), "demonstration data", publish=True, complain=log.error)
    if tally.bad:
        raise RuntimeError("the demonstration data have faults")


def _declared(body: dict[str, object], declared: tuple[str, ...]) -> dict[str, object]:
    """The body with its schema, or with the family alone where the schema is not declared."""
    schema = body.get("schema")
    if isinstance(schema, str) and schema not in declared:
        return {**body, "schema": None, "family": schema.split(".", 1)[0]}
    return body


def _releases(house: House) -> None:
    for one in iter_releases():
        options = {name: value for name, value in (("period", one.period), ("unit", one.unit)) if value}
        job = take_in(house, one.file, one.dataset, options, tell=False)
        if job.state != "succeeded" or job.rows_rejected:
            raise RuntimeError(f"{one.file.name}: {job.error}")
        publish_now(house, one.dataset)
