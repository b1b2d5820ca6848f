"""Whether what the portal holds agrees: database, files, serving forms, index, audit chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from catalog.audit import iter_broken_links
from catalog.db import session
from catalog.errors import Unavailable
from catalog.models import Dataset, Release
from catalog.proofs import holds, iter_lost_heads
from catalog.replay import iter_unproved
from catalog.schema import Table, tables_from
from catalog.storage import digest_of, key_of
from ingest.models import Job
from ingest.privacy.decided import iter_unproved_decisions
from ingest.privacy.originals import sealed_key
from portal.context import House
from search import sync as index_sync

Check = Callable[[House, Session], Iterator[str]]


def iter_faults(house: House, pinned: Iterable[tuple[int, str]] = ()) -> Iterator[str]:
    """One sentence a fault, from every check; `pinned` are heads (position, digest) that somebody kept elsewhere."""
    with session(house.engine) as opened:
        for check in CHECKS:
            yield from _unless_stopped(check, house, opened)
        for position, digest in pinned:
            if not holds(opened, position, digest):
                yield f"audit: the pinned head is not in the chain: record {position} {digest}"


def _unless_stopped(check: Check, house: House, opened: Session) -> Iterator[str]:
    """What a check finds; data that it cannot even read are a fault too, and the other checks go on."""
    try:
        yield from check(house, opened)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        yield f"{check.__name__.strip('_')}: cannot be checked to the end: {type(error).__name__} {error}"


def _database(house: House, opened: Session) -> Iterator[str]:
    if not house.settings.embedded:
        return
    for row in opened.execute(text("PRAGMA integrity_check")):
        if row[0] != "ok":
            yield f"database: {row[0]}"
    for row in opened.execute(text("PRAGMA foreign_key_check")):
        yield f"database: {row[0]} row {row[1]} refers to a {row[2]} that is not there"


def _states(house: House, opened: Session) -> Iterator[str]:
    for dataset in opened.scalars(select(Dataset).where(Dataset.latest_release_id.is_not(None))):
        latest = dataset.latest_release
        if dataset.state == "published" and (latest is None or latest.state != "published"):
            yield f"dataset {dataset.slug}: its latest release is not published"
        if latest is not None and latest.dataset_id != dataset.id:
            yield f"dataset {dataset.slug}: its latest release is one of another dataset"
    for job in opened.scalars(select(Job).where(Job.state == "succeeded", Job.release_id.is_(None))):
        if not job.options.get("dry_run"):
            yield f"job {job.id}: succeeded without a release"


def _files(house: House, opened: Session) -> Iterator[str]:
    for release in opened.scalars(select(Release).where(Release.state != "discarded").order_by(Release.id)):
        name = f"release {release.dataset.slug}/{release.number}"
        for table in tables_from(release.tables):
            yield from _table_files(house, name, table)
        original = key_of("uploads", release.upload_digest)
        if house.settings.originals != "drop" and not any(map(house.storage.has, (original, sealed_key(original)))):
            yield f"{name}: its upload {release.upload_digest} is missing"


def _table_files(house: House, name: str, table: Table) -> Iterator[str]:
    wanted = (("releases", table.digest, ".parquet"), ("cells", table.cells, ".arrow"))
    for kind, digest, suffix in wanted:
        key = key_of(kind, digest, suffix)
        if not house.storage.has(key):
            yield f"{name}: {key} is missing"
        elif digest_of(house.storage.local_path(key))[0] != digest:
            yield f"{name}: {key} is not what its digest says"
    if house.serving.is_unsound(table):
        yield f"{name}: the serving form of {table.digest} is not sound; it will be built again when it is read"


def _index(house: House, opened: Session) -> Iterator[str]:
    try:
        found = index_sync.status(house.engine, house.index)
    except Unavailable as error:
        yield f"index: {error}"
        return
    for words, ids in (("missing", found.missing), ("left over", found.surplus), ("different", found.different)):
        for number in ids:
            yield f"index: the entry of dataset number {number} is {words}"


def _audit(house: House, opened: Session) -> Iterator[str]:
    for entry in iter_broken_links(opened):
        yield f"audit: record {entry.id} ({entry.act} {entry.target}) does not fit the chain"
    for head in iter_lost_heads(opened):
        yield f"audit: the head signed on {head.day} is gone from the chain: record {head.position} {head.digest}"


def _acts(house: House, opened: Session) -> Iterator[str]:
    for fault in (*iter_unproved(opened), *iter_unproved_decisions(opened)):
        yield f"audit: {fault}"


CHECKS: tuple[Check, ...] = (_database, _states, _files, _index, _audit, _acts)
