"""What changed between two releases of a table: rows added, changed and removed, told by the key of its schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from catalog.rows.values import to_json
from catalog.schema import Table

_ROW, _AGAIN, _BEFORE = "_row", "_again", "_before"


@dataclass
class Changes:
    """How many rows of each kind there are, and the first of them as JSON data.

    A changed row is `{"_row", "key", "fields": {name: {"from", "to"}}}`; `_row` is its place in the later release, of a
    removed one in the earlier.
    """

    key: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=dict)
    added: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    removed: list[dict[str, Any]] = field(default_factory=list)


def compare(before: tuple[Path, Table], after: tuple[Path, Table], key: Sequence[str], most: int) -> Changes:
    """The changes from one Parquet file to another, `most` rows of each kind at most.

    Without a key a row is what all of its shared fields say: then nothing is changed, only added and removed. Of rows
    with one key, the first is compared with the first, the second with the second.
    """
    shared = [one.name for one in after[1].fields if before[1].field(one.name) is not None]
    by = key_in(before[1], after[1], key)
    found = Changes(tuple(by))
    by = by or shared
    old, new = (scan_rows(path, None, by).collect() for path, _ in (before, after))
    place = [*by, _AGAIN]
    added = new.join(old, on=place, how="anti", nulls_equal=True)
    removed = old.join(new, on=place, how="anti", nulls_equal=True)
    rest = [name for name in shared if name not in by]
    both = new.join(old.select(*place, *rest), on=place, how="inner", nulls_equal=True, suffix=_BEFORE)
    differs = [pl.col(name).ne_missing(pl.col(name + _BEFORE)) for name in rest]
    changed = both.filter(pl.any_horizontal(differs)) if differs else both.clear()
    found.counts = {"added": added.height, "changed": changed.height, "removed": removed.height}
    found.added = [_plain(row, after[1]) for row in added.sort(_ROW).head(most).to_dicts()]
    found.removed = [_plain(row, before[1]) for row in removed.sort(_ROW).head(most).to_dicts()]
    found.changed = [_change(row, by, rest, after[1]) for row in changed.sort(_ROW).head(most).to_dicts()]
    return found


def key_in(before: Table, after: Table, key: Sequence[str]) -> list[str]:
    """The members of the key that the tables have; none where one table has a member that the other lacks."""
    has = [[table.field(name) is not None for name in key] for table in (before, after)]
    return [name for name, there in zip(key, has[0], strict=True) if there] if has[0] == has[1] else []


def scan_rows(path: Path, names: list[str] | None, by: Sequence[str]) -> pl.LazyFrame:
    """The rows with their numbers, and which of those with the same `by` each is; decimals of one scale."""
    frame = pl.scan_parquet(path).with_row_index(_ROW, offset=1).with_columns(pl.col(_ROW).cast(pl.Int64))
    frame = frame if names is None else frame.select(_ROW, *names)
    frame = frame.with_columns(pl.selectors.decimal().cast(pl.Decimal(38, 10), strict=False))
    return frame.with_columns(pl.col(_ROW).cum_count().over(by).alias(_AGAIN)) if by else frame


def _plain(row: dict[str, Any], table: Table) -> dict[str, Any]:
    return {_ROW: row[_ROW], **{one.name: to_json(one, row[one.name]) for one in table.fields}}


def _change(row: dict[str, Any], by: list[str], rest: list[str], table: Table) -> dict[str, Any]:
    fields = {one.name: one for one in table.fields}
    moved = [name for name in rest if row[name] != row[name + _BEFORE]]
    return {
        _ROW: row[_ROW],
        "key": {name: to_json(fields[name], row[name]) for name in by},
        "fields": {
            name: {"from": to_json(fields[name], row[name + _BEFORE]), "to": to_json(fields[name], row[name])}
            for name in moved
        },
    }
