"""Checks against the published release: numbers that moved, rows that are gone, reported values that are others now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from catalog.rows.values import to_json
from catalog.schema import Field, Table
from ingest.cells import read_cells
from ingest.changes import key_in, scan_rows, tell_blanks
from ingest.families.declared import Past
from ingest.findings import RAW_LIMIT, WARNING, Finding
from ingest.gather import FIRST_CELLS

MOST_ROWS = 2_000_000  # of either side: beyond it nothing is compared, and that is said
_SHOWN = 5
_BEFORE = "_before"
_NUMBERS = ("decimal", "integer")
_REPORTED = (*_NUMBERS, "date", "datetime", "period", "code", "boolean")  # texts are worded anew without being others


@dataclass(frozen=True)
class Edition:
    """One side of the comparison: a table, its rows, and its raw cells (of the file that was taken in)."""

    table: Table
    parquet: Path
    cells: Path | None = None


@dataclass(frozen=True)
class Against:
    """What both sides are compared by: the published release's number, the key in use, and the schema's rules."""

    release: int
    key: tuple[str, ...]
    rules: Past
    same_period: bool  # whether both releases are of one period: else rows of the earlier one need not come again


def list_breaks(now: Edition, before: Edition, against: Against) -> list[Finding]:
    """What the file says otherwise than the published release, one finding a field or kind."""
    key = key_in(before.table, now.table, against.key)
    if not key or max(now.table.rows, before.table.rows) > MOST_ROWS:
        return []
    return list(_Looking(now, before, against, key).run())


class _Looking:
    """One table on both sides; rows are told apart by the key, the first of a repeated one counts."""

    def __init__(self, now: Edition, before: Edition, against: Against, key: Sequence[str]) -> None:
        self.now, self.before, self.against, self.rules = now, before, against, against.rules
        alike = [one for one in now.table.fields if _is_alike(one, before.table) and one.name not in key]
        self.fields = [one for one in alike if one.type in _REPORTED]
        self.times = [name for name in key if _type(now.table, name) == "period"]
        self.whole_key = list(key)
        self.key = [name for name in key if name not in self.rules.across]
        names = [*key, *(one.name for one in self.fields)]
        self.new, old = (scan_rows(one.parquet, names, key).collect() for one in (now, before))
        blanks = [name for name in key if _type(now.table, name) == "code"]
        self.old = tell_blanks(old, self.new, key, blanks).select(old.columns)

    def run(self) -> Iterator[Finding]:
        both = _first(self.new, self.key).join(
            _first(self.old, self.key), on=self.key, how="inner", nulls_equal=True, suffix=_BEFORE
        )
        if self.rules.vanished:
            yield from self._vanished(both)
        for one in self.fields:
            moved = both.filter(_is_moved(one, self.rules.moved)) if one.type in _NUMBERS else both.clear()
            yield from self._tell("value_moved", one, moved)
            if self.rules.revised:
                others = both.filter(_differs(one)).join(moved, on="_row", how="anti")
                yield from self._tell("value_revised", one, others)
            if self.times and one.type in _NUMBERS:
                yield from self._tell("value_leapt", one, self._leaps(one))

    def _vanished(self, both: pl.DataFrame) -> Iterator[Finding]:
        """Rows of what both editions speak of, that the new one lacks; one finding where they share no row at all."""
        told = [*self.times, *self.rules.across]
        old = self.old
        if told:
            spoken = self.new.select(told).unique()
            old = old.join(spoken, on=told, how="semi", nulls_equal=True)
        elif not self.against.same_period:
            return
        gone = _first(old, self.whole_key).join(self.new, on=self.whole_key, how="anti", nulls_equal=True).sort("_row")
        if not gone.height:
            return
        code = "row_vanished" if both.height else "rows_all_others"
        fields = [one for name in self.whole_key if (one := self.before.table.field(name)) is not None]
        keys = [" ".join(_word(one, row[one.name]) for one in fields) for row in gone.head(_SHOWN).to_dicts()]
        params = {
            "release": self.against.release,
            "keys": "；".join(keys),
            "key": "、".join(one.title for one in fields),
        }
        yield Finding(WARNING, code, params, sheet=self.now.table.sheet, count=gone.height)

    def _leaps(self, one: Field) -> pl.DataFrame:
        """The newest number of each series that the file adds, beside the newest that is published."""
        if one.unit == "percent":
            return self.new.clear()
        series = [name for name in self.key if name not in self.times]
        new = self.new.join(self.old.select(self.times).unique(), on=self.times, how="anti", nulls_equal=True)
        for name, values in self.rules.apart.items():
            if name in new.columns:
                new = new.filter(~pl.col(name).is_in(list(values)).fill_null(False))
        newest = [_newest(side, series, self.times) for side in (new, self.old)]
        if not series:
            joined = newest[0].join(newest[1], how="cross", suffix=_BEFORE)
        else:
            joined = newest[0].join(newest[1], on=series, how="inner", nulls_equal=True, suffix=_BEFORE)
        return joined.filter(_is_moved(one, self.rules.moved))

    def _tell(self, code: str, one: Field, rows: pl.DataFrame) -> Iterator[Finding]:
        if not rows.height:
            return
        found = rows.sort("_row").head(FIRST_CELLS).select("_row", one.name, one.name + _BEFORE).rows()
        first = [self._place(one.name, row) for row, _, _ in found]
        cells = [cell or str(row) for (cell, _), (row, _, _) in zip(first, found, strict=True)]
        params = {
            "title": one.title,
            "release": self.against.release,
            "now": _word(one, found[0][1]),
            "before": _word(one, found[0][2]),
            "times": self.rules.moved,
            "count": rows.height,
            "cells": ", ".join(cells[:_SHOWN]) + (" …" if rows.height > _SHOWN else ""),
            "first_cells": cells,
        }
        cell, about = first[0]
        row = int(re.sub(r"\D", "", cell)) if cell else found[0][0]
        column, raw = self.now.table.origin.get("headers", {}).get(one.name, one.title), about.get("raw")
        raw = raw[:RAW_LIMIT] if raw is not None else None
        sheet = about.get("sheet") or self.now.table.sheet
        yield Finding(WARNING, code, params, sheet=sheet, row=row, column=column, cell=cell, raw=raw, count=rows.height)

    def _place(self, name: str, row: int) -> tuple[str | None, dict[str, Any]]:
        """Where a value of the release's row stood in the file, and what its raw cell says."""
        about = read_cells(self.now.cells, row).get(name, {}) if self.now.cells else {}
        return about.get("cell"), about


def _is_alike(one: Field, before: Table) -> bool:
    """Whether a field means the same in both."""
    other = before.field(one.name)
    return other is not None and other.type == one.type and other.unit == one.unit


def _type(table: Table, name: str) -> str | None:
    found = table.field(name)
    return found.type if found else None


def _first(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The first row of each key; those that lack all of it are nobody's."""
    known = rows.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in key))
    return known.unique(subset=key, keep="first", maintain_order=True)


def _newest(rows: pl.DataFrame, series: list[str], times: list[str]) -> pl.DataFrame:
    ordered = rows.sort(times, descending=True, maintain_order=True)
    return ordered.unique(subset=series, keep="first", maintain_order=True) if series else ordered.head(1)


def _is_moved(one: Field, times: float) -> pl.Expr:
    """Whether a number is so many times what it was, or so many times less; zeros say nothing."""
    now, was = (pl.col(name).cast(pl.Float64).abs() for name in (one.name, one.name + _BEFORE))
    return ((now > 0) & (was > 0) & ((now >= was * times) | (was >= now * times))).fill_null(False)


def _differs(one: Field) -> pl.Expr:
    """Whether a value that was reported is another now, or gone."""
    return pl.col(one.name + _BEFORE).is_not_null() & pl.col(one.name).ne_missing(pl.col(one.name + _BEFORE))


def _word(one: Field, value: Any) -> str:
    """A value as a sentence may hold it."""
    if value is None:
        return "—"
    plain = to_json(one, value)
    return f"{plain:.15g}" if isinstance(plain, float) else str(plain)
