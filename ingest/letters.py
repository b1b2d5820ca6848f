"""The formulas that a table prints (`A=B+C`, `(3)=(4)+(5)`, by column or by row), held against its own figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingest.findings import WARNING
from ingest.gather import Gather, Place
from ingest.headers import fold
from ingest.melt_texts import figure_of
from ingest.raw import RawSheet, rows_of
from ingest.tables import Found, Rest, iter_data
from ingest.values import tidy

_MOST_ROWS = 20_000
_NAME = r"(?:[A-Z]{1,2}|\(?\d{1,3}\)?)"
_PRINTED = re.compile(rf"(?P<name>{_NAME})(?:=(?P<sum>{_NAME}(?:[+-]{_NAME})+))?")
_TERM = re.compile(rf"(?P<sign>[+-]?)(?P<name>{_NAME})")
_COLUMN = re.compile(r"(?:计算)?公式|算式")

Row = tuple[int, list[str]]
Printed = Mapping[str, tuple[int, str]]  # name -> its column or row, and the sum that it is (empty for none)


@dataclass(frozen=True)
class _Cell:
    """A figure: its row (from 1), its column (from 0) and its text."""

    row: int
    column: int
    text: str


def check_letters(sheet: RawSheet, found: Found, gather: Gather) -> None:
    """Tell every figure that is not what the formula printed for it gives; at most rounding may lie between."""
    by_column = _printed(dict(enumerate(found.formulas or found.numbers)))
    place = next((at for at, head in enumerate(found.headers) if _COLUMN.fullmatch(fold(head))), None)
    if (not _has_sums(by_column) and place is None) or sheet.rows > _MOST_ROWS:
        return
    rows = [
        (number, cells)
        for batch in iter_data(sheet, found, Rest(named_totals=False))
        for number, *cells in rows_of(batch)
    ]
    for number, cells in rows if _has_sums(by_column) else ():
        told = {name: _Cell(number, at, cells[at]) for name, (at, _) in by_column.items()}
        _check(sheet, found, by_column, told, gather)
    if place is not None:
        by_row = _printed({at: cells[place] for at, (_, cells) in enumerate(rows)})
        for column in range(place + 1, sheet.width) if _has_sums(by_row) else ():
            told = {name: _Cell(rows[at][0], column, rows[at][1][column]) for name, (at, _) in by_row.items()}
            _check(sheet, found, by_row, told, gather)


def _printed(texts: Mapping[int, str]) -> Printed:
    """What the texts name; nothing where two have one name."""
    found: dict[str, tuple[int, str]] = {}
    for at, text in texts.items():
        told = _PRINTED.fullmatch(re.sub(r"\s", "", tidy(text)).replace("－", "-").replace("—", "-"))
        if told is None:
            continue
        name = told["name"].strip("()")
        if name in found:
            return {}
        found[name] = at, told["sum"] or ""
    return found


def _has_sums(printed: Printed) -> bool:
    return any(total for _, total in printed.values())


def _check(sheet: RawSheet, found: Found, printed: Printed, told: Mapping[str, _Cell], gather: Gather) -> None:
    for name, (_, total) in printed.items():
        terms = [(one["sign"] != "-", one["name"].strip("()")) for one in _TERM.finditer(total)]
        if not terms or any(term not in told for _, term in terms):
            continue
        whole, parts = figure_of(told[name].text), [(plus, figure_of(told[term].text)) for plus, term in terms]
        if whole is None or all(part is None for _, part in parts):
            continue
        expected = sum(((part or Decimal()) * (1 if plus else -1) for plus, part in parts), Decimal())
        if abs(whole - expected) > Decimal(len(parts)).scaleb(_exponent(whole)):
            cell = told[name]
            where = Place(sheet.name, cell.row, found.headers[cell.column], cell.column + 1, sheet.grid, cell.text)
            words: dict[str, Any] = {"formula": f"{name}={total}", "found": f"{whole:f}", "expected": f"{expected:f}"}
            gather.add(WARNING, "check_formula", where, **words)


def _exponent(number: Decimal) -> int:
    return int(number.as_tuple().exponent)
