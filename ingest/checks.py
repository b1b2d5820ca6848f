"""Checks of sense over typed rows, declared by the schema: what breaks one is told, never refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from ingest.families import Check

Breaks = Callable[[Check, pl.DataFrame], pl.Series]


def _in_order(check: Check, rows: pl.DataFrame) -> pl.Series:
    """The fields of a row do not fall: dates one after the other, a part not above its whole."""
    pairs = zip(check.fields, check.fields[1:], strict=False)
    return rows.select(pl.any_horizontal((pl.col(a) > pl.col(b)).fill_null(False) for a, b in pairs)).to_series()


def _pattern(check: Check, rows: pl.DataFrame) -> pl.Series:
    """The field's text has the form."""
    found = pl.col(check.fields[0]).str.contains(check.pattern or "")
    return rows.select(~found.fill_null(True)).to_series()


RULES: Mapping[str, Breaks] = {"in_order": _in_order, "pattern": _pattern}


def broken_rows(check: Check, rows: Any) -> list[int]:
    """The positions (from 0) of the rows of an Arrow batch that break the check; none where a field is not there."""
    if not set(check.fields) <= set(rows.schema.names) or not rows.num_rows:
        return []
    return RULES[check.rule](check, pl.DataFrame(rows)).arg_true().to_list()
