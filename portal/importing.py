"""Datasets in bulk, for migrations: NDJSON in batches, by slug, with bad lines named and good ones kept.

A batch is one transaction: a crash leaves whole batches, and a second run brings in the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, cast

import marshmallow as ma
import orjson
from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from catalog import audit
from catalog.accounts import OPERATOR
from catalog.db import now
from catalog.digests import imported_digest
from catalog.errors import Invalid, PortalError
from catalog.members import blank_columns, check_members, column_values, family_of, members_of, plain, set_members
from catalog.models import Dataset, Publisher
from catalog.slugs import slug_of
from portal.context import House
from portal.v1.bodies import ImportedDataset
from portal.v1.checking import load_body
from search.beside import worked

BATCH = 500
LONGEST_LINE = 4 << 20
_OWN = frozenset(
    ("slug", "title", "title_translations", "description", "identifier", "landing_page", "issued", "modified")
)


@dataclass
class Tally:
    """What became of the lines."""

    created: int = 0
    changed: int = 0
    same: int = 0
    bad: int = 0

    @property
    def good(self) -> int:
        """Lines that are kept."""
        return self.created + self.changed + self.same


def import_lines(
    house: House, lines: Iterable[bytes], name: str, *, publish: bool, complain: Callable[[str], None]
) -> Tally:
    """Import every line, and then bring the index up to date. `complain` gets one sentence for each bad line."""
    tally = Tally()
    with closing(worked(enumerate(lines, 1), BATCH, _checked)) as batches:
        for _, (bodies, complaints) in batches:
            for complaint in complaints:
                complain(complaint)
            tally.bad += len(complaints)
            with house.writing() as opened:
                told = _import_batch(opened, bodies, tally, publish=publish)
                detail = {"datasets": len(bodies), "publish": publish, "slugs": list(bodies), **told}
                audit.record(opened, audit.Act(OPERATOR.name, "import", name, detail=detail))
    house.catch_up(settle=True)
    return tally


def _checked(lines: list[tuple[int, bytes]]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Of numbered lines the good bodies, by slug, and one sentence for each of the others; may run beside."""
    bodies, complaints = {}, []
    for number, line in lines:
        if not line.strip():
            continue
        try:
            body = _check(line)
        except PortalError as error:
            places = "; ".join(f"{place}: {found[0]}" for place, found in error.places.items())
            complaints.append(f"{number}: {places or error}")
        else:
            bodies[body["slug"]] = body
    return bodies, complaints


def _check(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST_LINE:
        raise Invalid("import_line_too_long", most=LONGEST_LINE)
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Invalid("body_json_broken", line=error.lineno, column=error.colno) from None
    body = _loaded(data)
    check_members("open", "L1", body)
    if "slug" not in body:
        body["slug"] = slug_of(body["title"])
    return body


def _loaded(data: Any) -> dict[str, Any]:
    """The checked body. What datasets of a catalogue share (publisher, themes, span, licence, …) is checked once; what
    is wrong is told by the whole schema."""
    if isinstance(data, dict) and isinstance(data.get("publisher"), str):  # by its slug, as the API has it
        data = {**data, "publisher": {"slug": data["publisher"]}}
    if isinstance(data, dict) and "publisher" in data:
        with suppress(ma.ValidationError, orjson.JSONEncodeError):
            body: dict[str, Any] = _schema(_OWN).load({name: data[name] for name in _OWN if name in data})
            for name in data.keys() - _OWN:
                body |= _shared(name, orjson.dumps(data[name]))
            return body
    return load_body(_schema(), data)


@lru_cache(maxsize=10_000)
def _shared(name: str, value: bytes) -> dict[str, Any]:
    """A member as bodies have it; its parts are shared and stay as they are."""
    if name not in _schema().fields:
        raise ma.ValidationError(name)
    return cast(dict[str, Any], _schema(frozenset({name})).load({name: orjson.loads(value)}))


@cache
def _schema(only: frozenset[str] | None = None) -> ImportedDataset:
    return ImportedDataset(only=only)


def _import_batch(opened: Session, bodies: dict[str, dict[str, Any]], tally: Tally, *, publish: bool) -> dict[str, Any]:
    """Keep a batch; what the record is to tell of it: a digest of each dataset, and the publishers that are new."""
    offices, made = _publishers(opened, bodies.values())
    known = {one.slug: one for one in opened.scalars(select(Dataset).where(Dataset.slug.in_(bodies)))}
    fresh = [_row(body, offices, publish) for slug, body in bodies.items() if slug not in known]
    if fresh:
        opened.execute(
            insert(cast(Table, Dataset.__table__)), fresh
        )  # not by the ORM, which splits batches at every null
    tally.created += len(fresh)
    for slug, dataset in known.items():
        if _refresh(dataset, bodies[slug], publish):
            tally.changed += 1
        else:
            tally.same += 1
    digests = {row["slug"]: imported_digest(row, bodies[row["slug"]]["publisher"]["slug"]) for row in fresh}
    digests |= {slug: imported_digest(vars(one), one.publisher.slug) for slug, one in known.items()}
    return {"digests": digests, "publishers": made}


def _row(body: dict[str, Any], offices: dict[str, int], publish: bool) -> dict[str, Any]:
    moment = now()
    modified = body.get("modified") or moment
    values = {**blank_columns(), **column_values(body)}
    if values["schema"]:
        values["family"] = family_of(values["schema"])
    return {
        **values,
        "slug": body["slug"],
        "publisher_id": offices[body["publisher"]["slug"]],
        "state": "published" if publish else "draft",
        "issued": (body.get("issued") or modified) if publish else None,
        "modified": modified,
        "created_at": moment,
        "public_revision": 1 if publish else 0,
    }


def _refresh(dataset: Dataset, body: dict[str, Any], publish: bool) -> bool:
    """Set what differs; True where anything did."""
    before, state = plain(members_of(dataset)), dataset.state
    set_members(dataset, body)
    if publish and state == "draft":
        dataset.state, dataset.issued = "published", dataset.issued or body.get("issued") or now()
    if plain(members_of(dataset)) == before and dataset.state == state:
        return False
    dataset.modified = body.get("modified") or now()
    dataset.revision += 1
    if dataset.state == "published":
        dataset.public_revision = dataset.revision
    return True


def _publishers(opened: Session, bodies: Iterable[dict[str, Any]]) -> tuple[dict[str, int], dict[str, str]]:
    """Slug -> id of every publisher that the bodies name, made where there is none; slug -> title of the new ones."""
    titles = {body["publisher"]["slug"]: body["publisher"].get("title") for body in bodies}
    wanted = select(Publisher.slug, Publisher.id).where(Publisher.slug.in_(titles))
    known = {row[0] for row in opened.execute(wanted)}
    fresh = {slug: title or slug for slug, title in titles.items() if slug not in known}
    if fresh:
        rows = [{"slug": slug, "title": title} for slug, title in fresh.items()]
        opened.execute(insert(cast(Table, Publisher.__table__)), rows)
    return {row[0]: row[1] for row in opened.execute(wanted)}, fresh
