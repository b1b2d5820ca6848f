"""The checks of a schema at work while its rows are written: batch by batch, and at the end over all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from ingest import wholes
from ingest.checks import find_breach, iter_bounds
from ingest.families import Check, DeclaredField, DeclaredSchema
from ingest.findings import WARNING
from ingest.gather import FIRST_CELLS, Gather, Place
from ingest.keys import Keys
from ingest.origins import place_of
from ingest.plan import Planned
from ingest.raw import RawSheet
from ingest.typed_columns import TypedColumns

CODES = {
    "in_order": "check_in_order",
    "pattern": "check_pattern",
    "sum": "check_sum",
    "product": "check_product",
    "ratio": "check_ratio",
    "same_start": "check_same_start",
    "code_letter": "check_code_letter",
    "adds_up": "check_adds_up",
    "within": "check_within",
    "growth": "check_growth",
    "sums_to": "check_sums_to",
    "held": "check_held",
}
_UNIT_BELOW = {"CNY": "万元", "m2": "亩", "percent": "%"}  # what the numbers of an implausible column likely are in


class Checker:
    """Looks at every accepted row once; what does not make sense is a finding. `folder` is for what is too much."""

    def __init__(
        self,
        columns: tuple[Planned, ...],
        sheet: RawSheet,
        gather: Gather,
        schema: DeclaredSchema | None,
        folder: Path,
    ) -> None:
        self._columns = {column.field.name: column for column in columns}
        self._sheet, self._gather, self._schema = sheet, gather, schema
        checks = schema.checks if schema is not None else ()
        over_rows = {*wholes.RULES, wholes.SUMS_TO}
        breaches = ((check, find_breach(check, self._columns)) for check in checks if check.rule not in over_rows)
        self._each = [(check, breach) for check, breach in breaches if breach is not None]
        self._all = [check for check in checks if check.rule in over_rows]
        fields = [one for one in schema.fields if one.name in self._columns] if schema is not None else []
        self._bounds = [(one, code, breach) for one in fields for code, breach in iter_bounds(one)]
        self._keys = Keys(schema.key if schema is not None else (), folder)
        self._seen: list[tuple[Any, Any]] = []
        self._rows = 0

    def check(self, typed: Any, rows: Any, raw: dict[int, Any]) -> None:
        """One batch of typed rows, with their numbers and the raw columns."""
        self._keys.add(typed, rows)
        self._remember(typed, rows)
        broken = self._broken(typed)
        for (check, _), mask in zip(self._each, broken, strict=False):
            if not mask.any():
                continue
            column = self._columns[next(name for name in check.fields if name in self._columns)]
            texts, places = raw[column.sources[0]], mask.arg_true().head(FIRST_CELLS)
            first = [self._place(column, rows[at].as_py(), texts[at].as_py()) for at in places]
            self._tell(check.level, CODES[check.rule], first, int(mask.sum()), titles=self._titles(check))
        for (one, code, _), mask in zip(self._bounds, broken[len(self._each) :], strict=True):
            self._doubt(one, code, mask, rows)

    def _remember(self, typed: Any, rows: Any) -> None:
        """Keep a batch for the checks over all rows, as long as the table is not too long for them."""
        self._rows += typed.num_rows
        if self._rows > wholes.MOST_ROWS:
            self._seen = []
        elif self._all:
            self._seen.append((typed, rows))

    def _broken(self, typed: Any) -> list[pl.Series]:
        """For each check of rows, then for each bound, which rows of a batch break it."""
        columns = TypedColumns(typed)
        breaches = [*(breach for _, breach in self._each), *(breach for *_, breach in self._bounds)]
        return [breach(columns) for breach in breaches]

    def finish(self) -> None:
        """What only the whole table shows."""
        count, rows = self._keys.find_repeated(FIRST_CELLS)
        if count and self._schema is not None:
            column = self._columns[self._schema.key[-1]]
            first = [self._place(column, number) for number in rows]
            self._tell(WARNING, "key_repeated", first, count, titles=self._key_titles())
        if not self._seen:
            return
        table = pa.Table.from_batches([typed for typed, _ in self._seen])
        numbers = pa.chunked_array([rows for _, rows in self._seen])
        for check in self._all:
            for broken in wholes.iter_broken(check, table, self._schema.key if self._schema else ()):
                where = self._place(self._columns[check.fields[0]], numbers[broken.at].as_py())
                self._gather.add(
                    check.level,
                    CODES[check.rule],
                    where,
                    titles=self._titles(check),
                    found=f"{broken.found:g}" if abs(broken.found) < 1 else f"{broken.found:.12g}",
                    expected=f"{broken.expected:.12g}",
                )

    def close(self) -> None:
        """Let go of what waits on disk."""
        self._keys.close()

    def _doubt(self, one: DeclaredField, code: str, mask: pl.Series, rows: Any) -> None:
        """Numbers past what the measure can be, or below it: the unit is likely another."""
        places = mask.arg_true().head(FIRST_CELLS)
        first = [self._place(self._columns[one.name], rows[at].as_py()) for at in places]
        likely, least = _UNIT_BELOW.get(one.unit or "", ""), one.plausible_from or 0
        self._tell(WARNING, code, first, int(mask.sum()), title=one.title, unit=likely, least=least)

    def _tell(self, level: str, code: str, first: list[Place], count: int, **params: Any) -> None:
        """A fault of so many rows: the first ones by their places, the others by their number."""
        for where in first:
            self._gather.add(level, code, where, **params)
        if count > len(first):
            self._gather.add(level, code, first[0], count=count - len(first), **params)

    def _place(self, column: Planned, row: int, raw: str | None = None) -> Place:
        return place_of(self._sheet, row, column.sources[0], column.header, raw)

    def _titles(self, check: Check) -> str:
        return "、".join(self._columns[name].field.title for name in check.fields if name in self._columns)

    def _key_titles(self) -> str:
        names = self._schema.key if self._schema is not None else ()
        return "、".join(self._columns[name].field.title for name in names if name in self._columns)
