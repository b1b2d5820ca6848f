"""A page of rows as JSON: the same for one address and for each query of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from catalog.errors import BadParameter
from catalog.rows.engine import RowFiles, RowPage, is_heavy, read_page
from catalog.rows.terms import RowQuery
from portal.answers import language
from portal.context import house
from portal.cursors import read_cursor, write_cursor
from portal.links import next_link
from portal.places import Asked, Place, mark_of
from portal.v1.shapes import field_shape

FORM = ("lang", "shape", "cursor")  # how rows are given
SHAPES = ("objects", "arrays")


def page_body(place: Place, query: RowQuery, asked: Asked) -> bytes:
    """The answer's JSON. Heavy queries go through their pool, and what they answered is kept."""
    shape = _shape(asked)
    after = _after(place, query, asked)
    files = place.files
    if not is_heavy(files, query):
        return _written(place, query, read_page(files, query, after=after), asked, shape)
    mark = mark_of(place, asked)
    found = house().answers.find(mark)
    if found is None:
        found = _written(place, query, _read_heavy(files, query, after), asked, shape)
        if place.is_public:  # columns of what is not may still be masked or dropped
            house().answers.keep(mark, found)
    return found


def _read_heavy(files: RowFiles, query: RowQuery, after: Sequence[Any] | None) -> RowPage:
    return house().heavy.run(lambda: read_page(files, query, after=after))


def _written(place: Place, query: RowQuery, page: RowPage, asked: Asked, shape: str) -> bytes:
    fields = query.fields(place.table)
    body = {
        "release": place.release_mark,
        "fields": [field_shape(one, language()) for one in fields],
        "total": page.total,
        "total_exact": page.total_exact,
        "rows": row_shapes([one.name for one in fields], page.rows, shape),
        "truncated": False,
        "next": _next(place, query, page, asked),
    }
    return orjson.dumps(body)


def row_shapes(names: Sequence[str], rows: Sequence[tuple[Any, ...]], shape: str) -> list[Any]:
    """Rows as objects (those that are no groups with `_row`), or as arrays in the order of `fields`."""
    if shape == "arrays" or not rows:
        return [row[1:] for row in rows]
    if rows[0][0] is None:
        return [dict(zip(names, row[1:], strict=True)) for row in rows]
    keys = ("_row", *names)
    return [dict(zip(keys, row, strict=True)) for row in rows]


def _shape(asked: Asked) -> str:
    shape = asked.get("shape", "objects")
    if shape not in SHAPES:
        raise BadParameter.at("shape", "shape_unknown", value=shape)
    return shape


def _purpose(place: Place, query: RowQuery) -> str:
    return f"rows:{place.table.digest}:{query.fingerprint()}"


def _after(place: Place, query: RowQuery, asked: Asked) -> Sequence[Any] | None:
    cursor = asked.get("cursor")
    if cursor and query.offset:
        raise BadParameter.at("offset", "cursor_or_offset")
    return read_cursor(house().settings.secret_key, _purpose(place, query), cursor) if cursor else None


def _next(place: Place, query: RowQuery, page: RowPage, asked: Asked) -> str | None:
    if not page.next_after:
        return None
    cursor = write_cursor(house().settings.secret_key, _purpose(place, query), page.next_after)
    return next_link(cursor, path=f"/api/v1/datasets/{place.dataset.slug}/rows", asked=asked)
