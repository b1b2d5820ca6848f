"""What changed between two releases of a table: rows added, changed and removed, told by the key of its schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from catalog.rows.values import to_json
from catalog.schema import Table

_ROW, _AGAIN, _BEFORE, _TOLD = "_row", "_again", "_before", "_told"


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
    old, new = (scan_rows(path, None, found.key).collect() for path, _ in (before, after))
    blanks = [one.name for one in after[1].fields if one.name in by and one.type == "code"] if found.key else []
    old, new = (_numbered(rows, by) for rows in (tell_blanks(old, new, found.key, blanks), new))
    place = [*by, _AGAIN]
    added = new.join(old, on=place, how="anti", nulls_equal=True)
    removed = old.join(new, on=place, how="anti", nulls_equal=True)
    rest = [name for name in shared if name not in by]
    was = [name + _BEFORE for name in blanks if name + _BEFORE in old.columns]
    both = new.join(old.select(*place, *rest, *was), on=place, how="inner", nulls_equal=True, suffix=_BEFORE)
    rest += [name for name in blanks if name + _BEFORE in both.columns]
    differs = [pl.col(name).ne_missing(pl.col(name + _BEFORE)) for name in rest]
    changed = both.filter(pl.any_horizontal(differs)) if differs else both.clear()
    found.counts = {"added": added.height, "changed": changed.height, "removed": removed.height}
    found.added = [_plain(row, after[1]) for row in added.sort(_ROW).head(most).to_dicts()]
    found.removed = [_plain(row, before[1]) for row in removed.sort(_ROW).head(most).to_dicts()]
    found.changed = [_change(row, by, rest, after[1]) for row in changed.sort(_ROW).head(most).to_dicts()]
    return found


def key_in(before: Table, after: Table, key: Sequence[str]) -> list[str]:
    """The members of the key that the tables have; none where one has a member that the other lacks.

    Codes that only the later one tells are blank in the earlier.
    """
    found = [name for name in key if after.field(name) is not None]
    lost = [name for name in key if before.field(name) is not None and name not in found]
    added = [one for name in found if before.field(name) is None and (one := after.field(name)) is not None]
    return [] if lost or any(one.type != "code" for one in added) else found


def scan_rows(path: Path, names: Sequence[str] | None, key: Sequence[str] = ()) -> pl.LazyFrame:
    """The rows with their numbers; decimals of one scale; members of the key that the file lacks are blank."""
    frame = pl.scan_parquet(path).with_row_index(_ROW, offset=1).with_columns(pl.col(_ROW).cast(pl.Int64))
    there = frame.collect_schema().names()
    frame = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in key if name not in there)
    frame = frame if names is None else frame.select(_ROW, *names)
    return frame.with_columns(pl.selectors.decimal().cast(pl.Decimal(38, 10), strict=False))


def _numbered(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The rows with which of those with the same `by` each is."""
    return rows.with_columns(pl.col(_ROW).cum_count().over(by).alias(_AGAIN))


def tell_blanks(old: pl.DataFrame, new: pl.DataFrame, key: Sequence[str], blanks: Sequence[str]) -> pl.DataFrame:
    """The old rows with codes of the key that they leave blank, where the new ones have just one for the rest of it.

    What such a member was before stands beside it, under its name with `_before`.
    """
    for name in blanks:
        rest = [one for one in key if one != name]
        if not rest or not old[name].null_count():
            continue
        taken = old.filter(pl.col(name).is_not_null()).select(key)
        free = new.filter(pl.col(name).is_not_null()).select(key).unique()
        free = free.join(taken, on=list(key), how="anti", nulls_equal=True)
        only = free.filter(pl.len().over(rest) == 1).rename({name: _TOLD})
        told = old.join(only, on=rest, how="left", nulls_equal=True, maintain_order="left")
        old = told.with_columns(pl.col(name).alias(name + _BEFORE), pl.coalesce(name, _TOLD)).drop(_TOLD)
    return old


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
