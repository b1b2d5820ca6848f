"""Rows in which only columns go on that the schema does not keep: instalments beside merged cells are one row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.claims import Claims
from ingest.families import DeclaredSchema
from ingest.findings import INFO
from ingest.gather import Gather, Place
from ingest.group_rows import masks_without
from ingest.likeness import find_likenesses
from ingest.nulls import strip
from ingest.raw import Merged, RawSheet, rows_of
from ingest.tables import Found, Rest, iter_data

_MOST_ROWS = 20_000


def leave_instalments(
    schema: DeclaredSchema,
    sheet: RawSheet,
    found: Found,
    rest: Rest,
    mapping: Mapping[str, str | None],
    claims: Claims,
    gather: Gather,
) -> None:
    """Leave the rows that have all that the schema keeps from cells merged with the row above, its key among it."""
    merged = [one for one in sheet.merged or () if one.bottom > one.top > found.top]
    keys = {place for name in schema.key if (place := claims.find(name)) is not None}
    if not merged or not keys or sheet.rows > _MOST_ROWS:
        return
    likely = {one.place for one in find_likenesses(found.headers, schema, mapping)}
    parts = {place for one in schema.fields for place in (*claims.pieces(one), *claims.under(one))}
    left = set(_again(merged, keys, claims.taken() | likely | parts, sheet, found, rest))
    if not left:
        return
    for number in sorted(left):
        rest.leave(number, "instalment")
    rest.masks = list(masks_without(sheet, rest.masks or [], left))
    gather.add(INFO, "instalments_joined", Place(sheet.name, min(left)), count=len(left))


def _again(
    merged: list[Merged], keys: set[int], taken: set[int], sheet: RawSheet, found: Found, rest: Rest
) -> Iterator[int]:
    before = 0
    for batch in iter_data(sheet, found, rest):
        for number, *cells in rows_of(batch):
            over = {at for one in merged if one.top <= before < number <= one.bottom for at in _columns(one)}
            if before and keys & over and all(at in over or not strip(cells[at]) for at in taken):
                yield number
            before = number


def _columns(one: Merged) -> range:
    return range(one.left, one.right + 1)
