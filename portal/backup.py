"""A backup of everything in one form for both databases, taken while the portal runs, and its way back.

A backup is a directory: one NDJSON file a table (from one snapshot), the files of the storage under their keys, and a
manifest with counts and digests. The caches and the index are not in it, since they can be built again; nor is the
secret, which is to be kept elsewhere.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Column, Connection, Date, Integer, Table, func, select, text, update

import ingest.models  # noqa: F401 - its tables belong to a backup too
import search.models  # noqa: F401 - its tables too
from catalog.db import Base, UtcDateTime, now
from catalog.errors import Conflict, Invalid
from catalog.models import Dataset
from catalog.storage import digest_of
from portal.context import House
from portal.migrate import found_revision, head

FORM = 1
KINDS = ("uploads", "releases", "cells")  # named by the digest of their content
SEALED = "sealed"  # named by the digest of what was sealed; changing one shows when it is opened
MANIFEST = "manifest.json"
_BATCH = 1000
_SNAPSHOT = {"postgresql": {"isolation_level": "REPEATABLE READ"}}


@dataclass(frozen=True)
class Contents:
    """What a backup holds: rows by table, and how many files."""

    tables: dict[str, int]
    files: int


def back_up(house: House, target: Path) -> Contents:
    """Write a backup to `target`, which must not be there yet; it appears whole or not at all.

    Raises Conflict where something is there.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Conflict("backup_target_taken", path=str(target))
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    options = _SNAPSHOT.get(house.engine.dialect.name, {})
    with house.engine.connect().execution_options(**options) as connection:
        revision = found_revision(connection)
        tables = {f"{table.name}": _write_table(connection, table, partial) for table in _tables()}
    files = _copy_files(house, partial)  # after the snapshot: what it speaks of was stored before
    manifest = {
        "form": FORM,
        "revision": revision,
        "at": now().isoformat(timespec="seconds"),
        "tables": {name: {"rows": rows, "sha256": digest} for name, (rows, digest) in tables.items()},
        "files": files,
    }
    (partial / MANIFEST).write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    os.sync()
    if target.exists():
        target.rmdir()
    partial.rename(target)
    return Contents({name: rows for name, (rows, _) in tables.items()}, files)


def restore(house: House, source: Path) -> Contents:
    """Fill an empty portal from a backup; the database is filled in one transaction, after the files.

    Raises Invalid for what is no backup or has been changed, Conflict where the portal is not empty or the backup is
    of another schema.
    """
    manifest = _read_manifest(source)
    if manifest["revision"] != head():
        raise Conflict("backup_of_other_schema", found=manifest["revision"] or "", known=head())
    for name, one in manifest["tables"].items():
        path = source / f"{name}.ndjson"
        if not path.is_file() or digest_of(path)[0] != one["sha256"]:
            raise Invalid("backup_broken", file=path.name)
    _require_empty(house)
    files = _restore_files(house, source)
    with house.writing() as opened:
        connection = opened.connection()
        tables = {table.name: _read_table(connection, table, source) for table in _tables()}
        for table in _tables():
            _close_circles(connection, table, source)
            _count_on(connection, table)
        opened.execute(update(Dataset).values(indexed_revision=0))
    return Contents(tables, files)


def _tables() -> list[Table]:
    return list(Base.metadata.sorted_tables)


def _write_table(connection: Connection, table: Table, target: Path) -> tuple[int, str]:
    rows, path = 0, target / f"{table.name}.ndjson"
    names = [f"{column.name}" for column in table.columns]  # plain strings, whatever SQLAlchemy quotes
    wanted = select(table).order_by(*table.primary_key.columns)
    with path.open("wb") as handle:
        for row in connection.execution_options(yield_per=_BATCH).execute(wanted):
            handle.write(orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE))
            rows += 1
    return rows, digest_of(path)[0]


def _copy_files(house: House, target: Path) -> int:
    count = 0
    for kind in (*KINDS, SEALED):
        for key in house.storage.iter_keys(kind):
            place = target / key
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(house.storage.local_path(key), place)
            count += 1
    return count


def _read_manifest(source: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = orjson.loads((source / MANIFEST).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        raise Invalid("backup_broken", file=MANIFEST) from None
    if manifest.get("form") != FORM:
        raise Invalid("backup_broken", file=MANIFEST)
    return manifest


def _require_empty(house: House) -> None:
    with house.engine.connect() as connection:
        for table in _tables():
            if connection.scalar(select(func.count()).select_from(table)):
                raise Conflict("restore_not_empty", table=table.name)


def _restore_files(house: House, source: Path) -> int:
    count = 0
    for kind in KINDS:
        for path in sorted((source / kind).glob("*/*")):
            digest, _, extension = path.name.partition(".")
            if digest_of(path)[0] != digest:
                raise Invalid("backup_broken", file=path.name)
            with path.open("rb") as content:
                house.storage.save(kind, content, suffix=f".{extension}" if extension else "")
            count += 1
    for path in sorted((source / SEALED).glob("*/*")):
        with path.open("rb") as content:
            house.storage.put(path.relative_to(source).as_posix(), content)
        count += 1
    return count


def _iter_rows(table: Table, source: Path) -> Iterator[dict[str, Any]]:
    columns = {column.name: column for column in table.columns}
    with (source / f"{table.name}.ndjson").open("rb") as handle:
        for line in handle:
            yield {name: _value(columns[name], value) for name, value in orjson.loads(line).items()}


def _value(column: Column[Any], value: Any) -> Any:
    if value is None or not isinstance(column.type, UtcDateTime | Date):
        return value
    return datetime.fromisoformat(value) if isinstance(column.type, UtcDateTime) else date.fromisoformat(value)


def _read_table(connection: Connection, table: Table, source: Path) -> int:
    rows, later = 0, _circular(table)
    batch: list[dict[str, Any]] = []
    for row in _iter_rows(table, source):
        batch.append({**row, **dict.fromkeys(later)})
        rows += 1
        if len(batch) == _BATCH:
            connection.execute(table.insert(), batch)
            batch = []
    if batch:
        connection.execute(table.insert(), batch)
    return rows


def _circular(table: Table) -> list[str]:
    """The columns that name rows which may come only later: of the table itself, or of one after it."""
    order = [one.name for one in _tables()]
    place = order.index(table.name)
    return [
        column.name
        for column in table.columns
        if any(order.index(key.column.table.name) >= place for key in column.foreign_keys)
    ]


def _close_circles(connection: Connection, table: Table, source: Path) -> None:
    later = _circular(table)
    for row in _iter_rows(table, source) if later else ():
        values = {name: row[name] for name in later if row[name] is not None}
        if values:
            connection.execute(table.update().where(table.c.id == row["id"]).values(values))


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number the next rows after those that came with their numbers."""
    keys = list(table.primary_key.columns)
    if connection.dialect.name != "postgresql" or len(keys) != 1 or not isinstance(keys[0].type, Integer):
        return
    sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, keys[0].name)))
    highest = connection.scalar(select(func.max(keys[0])))
    if sequence and highest:
        connection.execute(text("SELECT setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest})
