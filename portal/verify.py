"""Whether what the portal holds agrees: database, files, serving forms, index, audit chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from catalog.audit import iter_broken_links
from catalog.db import session
from catalog.duties import iter_duties
from catalog.errors import Unavailable
from catalog.models import Dataset, Duty, Release
from catalog.proofs import holds, iter_forged_heads, iter_lost_heads
from catalog.replay import iter_unproved
from catalog.schema import Table, tables_from
from catalog.storage import digest_of, key_of
from ingest import proving
from ingest.models import Job
from ingest.privacy.originals import is_whole, sealed_key
from portal.context import House
from search import sync as index_sync
from search import synonyms

Check = Callable[[House, Session], Iterator[str]]


def iter_faults(house: House, pinned: Iterable[tuple[int, str]] = ()) -> Iterator[str]:
    """One sentence a fault, from every check; `pinned` are heads (position, digest) that somebody kept elsewhere."""
    with session(house.engine) as opened:
        yield from iter_faults_in(house, opened)
        for position, digest in pinned:
            if not holds(opened, position, digest):
                yield f"audit: the pinned head is not in the chain: record {position} {digest}"


def iter_faults_in(house: House, opened: Session) -> Iterator[str]:
    """What every check finds in what this session sees."""
    for check in CHECKS:
        yield from _unless_stopped(check, house, opened)


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


def _guards(house: House, opened: Session) -> Iterator[str]:
    """The triggers that refuse to change or delete an act."""
    if opened.get_bind().dialect.name == "sqlite":
        there = opened.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        wanted = {"audit_no_update", "audit_no_delete"}
    else:
        there = opened.scalars(text("SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')"))
        wanted = {"audit_no_change"}
    for name in sorted(wanted - set(there)):
        yield f"database: the guard {name} of the acts is not there or not on"


def _duties(house: House, opened: Session) -> Iterator[str]:
    """The register of duties, where it was loaded, against the one that comes with the program."""
    written = {one.id: vars(one) for one in iter_duties()}
    for duty in opened.scalars(select(Duty).order_by(Duty.id)):
        names = written.get(duty.id, {})
        if any(value != _listed(getattr(duty, name)) for name, value in names.items()) or not names:
            yield f"duty {duty.id}: it is not what the register says"


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


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
        yield from _upload(house, name, release.upload_digest)


def _upload(house: House, name: str, digest: str) -> Iterator[str]:
    """The upload behind a release, in the clear or sealed."""
    clear = key_of("uploads", digest)
    sealed = sealed_key(clear)
    if house.storage.has(clear):
        if digest_of(house.storage.local_path(clear))[0] != digest:
            yield f"{name}: its upload is not what its digest says"
    elif house.storage.has(sealed):
        if not is_whole(house.storage.local_path(sealed), clear, house.settings.secret_key):
            yield f"{name}: its sealed upload was changed, or was sealed with another secret"
    elif house.settings.originals != "drop":
        yield f"{name}: its upload {digest} is missing"


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
    for fault in iter_forged_heads(opened):
        yield f"audit: {fault}"


def _acts(house: House, opened: Session) -> Iterator[str]:
    for fault in (*iter_unproved(opened), *proving.iter_unproved(opened), *synonyms.iter_unproved(opened)):
        yield f"audit: {fault}"


CHECKS: tuple[Check, ...] = (_database, _guards, _states, _duties, _files, _index, _audit, _acts)
