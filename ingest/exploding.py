"""Rows whose cells list several parcels (`|a|b|c`) taken apart by position: one row a parcel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.claims import Claims
from ingest.coded import each
from ingest.families import DeclaredSchema
from ingest.findings import ERROR, INFO
from ingest.gather import Gather
from ingest.nulls import strip
from ingest.origins import ReshapedSheet, origin_of, place_of
from ingest.raw import RawSheet, RawWriter, rows_of
from ingest.tables import Found, Rest, iter_data

_SEVERAL = r"[^|\s][^|]*\|+\s*[^|\s]"


def explode(
    schema: DeclaredSchema, sheet: RawSheet, found: Found, rest: Rest, claims: Claims, workdir: Path, gather: Gather
) -> ReshapedSheet | None:
    """The sheet with one row a parcel where cells list several; None where none does."""
    by = claims.find(schema.explode or "")
    if by is None or not any(
        each(batch.column(by + 1), lambda texts: texts.str.contains(_SEVERAL)).any()
        for batch in iter_data(sheet, found, rest)
    ):
        return None
    path, rows_from, rejected = workdir / f"exploded-{sheet.path.stem}.arrow", list[int](), 0
    moved: dict[tuple[int, int], tuple[int, int]] = {}
    taking = _Taking(sheet, found, claims.taken(schema.repeat), by, gather)
    with RawWriter(path, sheet.width) as writer:
        for batch in iter_data(sheet, found, rest):
            for number, *cells in rows_of(batch):
                made = taking.apart(number, cells)
                rejected += not made
                for row in made:
                    rows_from.append(origin_of(sheet, number, 0)[0])
                    if isinstance(sheet, ReshapedSheet):
                        moved |= {(len(rows_from), at): sheet.origin(number, at) for at in range(sheet.width)}
                    writer.add(len(rows_from), row)
    gather.add(INFO, "lists_exploded", None, count=len(rows_from))
    return ReshapedSheet(
        path, sheet.width, len(rows_from), sheet.name, sheet.grid, rejected, rows_from=tuple(rows_from), moved=moved
    )


@dataclass(frozen=True)
class _Taking:
    """What is needed to take a row apart: `listed` are the columns that may list values, `by` that of the parcels."""

    sheet: RawSheet
    found: Found
    listed: set[int]
    by: int
    gather: Gather

    def apart(self, number: int, cells: Sequence[str]) -> list[Sequence[str]]:
        """The rows of one row; none where its lists do not match."""
        count = len(_values(cells[self.by]))
        if count < 2:
            return [cells]
        columns = []
        for place, cell in enumerate(cells):
            parts = _positions(cell, count, cells[self.by]) if place in self.listed else [cell] * count
            if parts is None:
                where = place_of(self.sheet, number, place, self.found.headers[place], cell)
                values = strip(cell).removeprefix("|").count("|") + 1
                self.gather.add(ERROR, "lists_differ", where, parcels=count, values=values)
                return []
            columns.append(parts)
        return [list(row) for row in zip(*columns, strict=True)]


def _positions(cell: str, count: int, parcels: str) -> list[str] | None:
    """The cell's value for each place; None where it lists another number of them.

    One value alone is every parcel's, but among more marks than enclose the parcels it has a place of its own
    (`|||20` is the third's, `|35|` the first of two).
    """
    bare = strip(cell)
    if len(_values(cell)) <= 1:
        alone = _without_ends(bare, strip(parcels)).split("|")
        if len(alone) == 1:
            return [alone[0] if "|" in bare else cell] * count
        return alone if len(alone) == count else None
    for parts in (bare.removeprefix("|").split("|"), bare.strip("|").split("||"), bare.strip("|").split("|")):
        if len(parts) == count + 1 and not strip(parts[-1]):
            parts.pop()
        if len(parts) == count:
            return parts
    return None


def _without_ends(bare: str, parcels: str) -> str:
    """A cell without the marks before its first place and behind its last, as the list of parcels has them."""
    bare = bare.removeprefix("|") if parcels.startswith("|") else bare
    return bare.removesuffix("|") if parcels.endswith("|") else bare


def _values(cell: str) -> list[str]:
    return [part for part in cell.split("|") if strip(part)]
