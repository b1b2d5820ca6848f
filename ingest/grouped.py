"""A name that stands once over a group of rows and is blank in the others: said of each of them, and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pyarrow as pa

from ingest.claims import Claims
from ingest.coded import plain
from ingest.families import DeclaredSchema
from ingest.findings import WARNING
from ingest.gather import Gather
from ingest.nulls import strip
from ingest.origins import place_of
from ingest.raw import RawSheet, RawWriter, iter_batches
from ingest.tables import Found, Rest, iter_data

_MOST_ROWS = 20_000
Texts = dict[int, str]  # the cells of one column of data, by row


def fill_groups(
    schema: DeclaredSchema, sheet: RawSheet, found: Found, rest: Rest, claims: Claims, workdir: Path, gather: Gather
) -> RawSheet:
    """The sheet with the names of groups in all of their rows; itself where no column looks like that."""
    places = [place for one in schema.fields if one.grouped and (place := claims.find(one.name)) is not None]
    if not places or not sheet.grid or sheet.rows > _MOST_ROWS:
        return sheet
    columns = _columns(sheet, found, rest, places)
    others = claims.taken() - set(places)
    first = min(others, default=sheet.width)
    sums = [total.row for total in rest.totals]
    grouped = [at for at in places if at < first and _is_grouped(columns[at], sums)]
    if not grouped:
        return sheet
    told = {at: dict(_downwards(columns[at])) for at in grouped}
    for at, texts in told.items():
        for row, text in texts.items():
            where = place_of(sheet, row, at, found.headers[at], "")
            gather.add(WARNING, "group_filled_down", where, name=text, header=found.headers[at])
    return _written(sheet, workdir, told)


def _columns(sheet: RawSheet, found: Found, rest: Rest, places: Sequence[int]) -> dict[int, Texts]:
    columns: dict[int, Texts] = {at: {} for at in places}
    for batch in iter_data(sheet, found, rest):
        numbers = batch.column(0).to_pylist()
        for at in places:
            columns[at].update(zip(numbers, map(strip, plain(batch.column(at + 1)).to_pylist()), strict=True))
    return columns


def _is_grouped(texts: Texts, sums: Sequence[int]) -> bool:
    """Whether each name stands once, at the head of its rows, and blanks are many or a sum stands before each name."""
    heads = [row for row, text in texts.items() if text]
    blanks = len(texts) - len(heads)
    if not blanks or len(heads) < 2 or heads[0] != min(texts) or len({texts[row] for row in heads}) < len(heads):
        return False
    parted = all(any(one < row < other for row in sums) for one, other in pairwise(heads))
    return parted or 2 <= blanks >= len(heads) / 2


def _downwards(texts: Texts) -> Iterator[tuple[int, str]]:
    """The blank rows, each with the name above it."""
    name = ""
    for row, text in texts.items():
        name = text or name
        if not text:
            yield row, name


def _written(sheet: RawSheet, workdir: Path, told: dict[int, Texts]) -> RawSheet:
    """The same rows in the same batches, with these cells filled."""
    filled = replace(sheet, path=workdir / f"grouped-{sheet.path.stem}.arrow")
    with RawWriter(filled.path, sheet.width) as writer:
        for batch in iter_batches(sheet.path):
            numbers, columns = batch.column(0).to_pylist(), list(batch.columns[1:])
            for at, texts in told.items():
                cells = columns[at].to_pylist()
                made = [texts.get(row, cell) for row, cell in zip(numbers, cells, strict=True)]
                columns[at] = pa.array(made, pa.string())
            writer.add_block(numbers, columns)
    return filled
