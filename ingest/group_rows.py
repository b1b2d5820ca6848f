"""Rows that sum up the ones below them without saying so: a department's line over those of its projects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from ingest.claims import Claims
from ingest.families import DeclaredSchema
from ingest.headers import fold
from ingest.melt_texts import figure_of
from ingest.nulls import null_kind, strip
from ingest.raw import RawSheet, iter_batches, rows_of
from ingest.row_words import NAMES
from ingest.tables import Found, Rest, Total, iter_data

_MOST_ROWS = 20_000
SERIALS = ("序号", "编号", "项次", "序列")
_MOST_PARTS = 20  # of a total
_OF_WHICH = re.compile(r"\s*其\s*中\s*[:：]?")
_CHINESE = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．]?")

Line = tuple[bool, tuple[Decimal | None, ...]]  # whether nothing names the row, and its figures


def leave_group_rows(schema: DeclaredSchema, sheet: RawSheet, found: Found, rest: Rest, claims: Claims) -> None:
    """Put rows that lack all names that the schema requires, and are the sums of others, among the totals.

    So are those that are counted `一`, `二` over rows that are counted `1`, `2`, and the parts of a total below it.
    """
    required = [one.name for one in schema.fields if one.required and one.type == "string"]
    names = [place for name in required if (place := claims.find(name)) is not None]
    measures = [one.name for one in schema.fields if one.type == "decimal"]
    figures = [place for name in measures if (place := claims.find(name)) is not None]
    serial = next((at for at, head in enumerate(found.headers) if fold(head) in SERIALS), None)
    if not figures or sheet.rows > _MOST_ROWS:
        return
    rows = [row for batch in iter_data(sheet, found, rest) for row in rows_of(batch)]
    counted = set() if serial is None else find_counted([strip(row[serial + 1]) for row in rows])
    lines = [
        (
            at in counted or (bool(names) and all(null_kind(row[name + 1]) is not None for name in names)),
            tuple(figure_of(row[figure + 1]) for figure in figures),
        )
        for at, row in enumerate(rows)
    ]
    found_at = [*find_sums(lines, proven=bool(counted)), *_parts_of_totals(rows, rest.totals, figures)]
    sums = {rows[at][0]: rows[at][1:] for at in sorted(found_at)}
    if not sums or len(sums) == len(rows):
        return
    for number, cells in sums.items():
        rest.totals.append(Total(number, tuple(map(strip, cells))))
        rest.leave(number, "total")
    rest.masks = list(masks_without(sheet, rest.masks or [], set(sums)))


def _parts_of_totals(rows: Sequence[Any], totals: Sequence[Total], figures: Sequence[int]) -> Iterator[int]:
    """The places of rows below a total that it is made of: from `其中` on, as many as give it; else that one."""
    for total in totals:
        at = next((place for place, row in enumerate(rows) if row[0] > total.row), len(rows))
        if at == len(rows) or not any(_OF_WHICH.match(cell) for cell in rows[at][1 : NAMES + 1]):
            continue
        whole = tuple(figure_of(total.cells[place]) if place < len(total.cells) else None for place in figures)
        parts = [tuple(figure_of(row[place + 1]) for place in figures) for row in rows[at : at + _MOST_PARTS]]
        size = next((size for size in range(1, len(parts) + 1) if any(whole) and gives(parts[:size], whole)), 1)
        yield from range(at, at + size)


def find_counted(serials: Sequence[str]) -> set[int]:
    """The places of rows that are counted in Chinese where others are counted in digits."""
    if not any(map(str.isdecimal, serials)):
        return set()
    return {at for at, text in enumerate(serials) if _CHINESE.fullmatch(text)}


def find_sums(lines: Sequence[Line], *, proven: bool = False) -> list[int]:
    """The places of the rows that are what others give: those down to the next such row, or all that follow.

    One row below proves nothing, unless the table is proven to have such lines by another.
    """
    found = proven or any(_is_sum(lines, at, 2) for at in range(len(lines)))
    return [at for at in range(len(lines)) if _is_sum(lines, at, 1)] if found else []


def _is_sum(lines: Sequence[Line], at: int, least: int) -> bool:
    nameless, figures = lines[at]
    if not nameless or not any(figures):
        return False
    below = lines[at + 1 :]
    near = next((place for place, (other, _) in enumerate(below) if other), len(below))
    parts = ([one for _, one in below[:near]], [one for other, one in below if not other])
    return any(len(part) >= least and gives(part, figures) for part in parts)


def gives(parts: Sequence[Sequence[Decimal | None]], whole: Sequence[Decimal | None]) -> bool:
    """Whether the parts sum to the whole in each of its figures, but for rounding."""
    for place, value in enumerate(whole):
        if value:
            total = sum((part[place] or Decimal() for part in parts), Decimal())
            if abs(value - total) > Decimal(len(parts)).scaleb(int(value.as_tuple().exponent)) / 2:
                return False
    return True


def masks_without(sheet: RawSheet, masks: list[Any], left: set[int]) -> Iterator[Any]:
    """The masks of the sheet's batches without these rows."""
    for mask, batch in zip(masks, iter_batches(sheet.path), strict=True):
        numbers = batch.column(0).to_pylist()
        kept = mask.to_pylist() if mask is not None else [True] * len(numbers)
        yield pa.array([keep and number not in left for keep, number in zip(kept, numbers, strict=True)])
