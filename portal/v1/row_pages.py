"""A page of rows as JSON: the same for one address and for each query of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote_plus

import orjson

from catalog.errors import BadParameter, NotAtHand
from catalog.rows.engine import RowPage, is_heavy, read_page
from catalog.rows.limits import LIMITS
from catalog.rows.terms import RowQuery
from catalog.schema import Table
from portal.asking import Asked, Asking
from portal.cursors import read_cursor, write_cursor
from portal.places import Place, mark_of
from portal.v1.shapes import field_shape

FORM = ("lang", "shape", "cursor")  # how rows are given
SHAPES = ("objects", "arrays")
_MOMENT: Final = replace(LIMITS, seconds=0.01)  # that others may be kept waiting
_SHORT: Final = 100  # characters of a name or value whose escaped form is remembered


def page_body(asking: Asking, place: Place, query: RowQuery) -> bytes:
    """The answer's JSON. Heavy queries go through their pool, and what they answered is kept."""
    shape = _shape(asking.args)
    after = _after(asking, place, query)
    files = place.files(asking.house)
    if not is_heavy(files, query):
        page = read_page(files, query, after=after, as_text=shape == "objects")
        return _written(asking, place, query, page, shape)
    mark = mark_of(asking, place)
    found = asking.house.answers.find(mark)
    if found is None:
        pool = asking.house.heavy
        with pool.place():
            page = read_page(files, query, after=after, limits=replace(LIMITS, run=pool.aside))
        found = _written(asking, place, query, page, shape)
        if place.is_public:  # columns of what is not may still be masked or dropped
            asking.house.answers.keep(mark, found)
    return found


def page_at_hand(asking: Asking, place: Place, query: RowQuery) -> bytes:
    """The same where a moment's work on what is open already makes it, or a heavy query's answer is kept.

    Raises NotAtHand, Unavailable where that moment is over, and whatever `page_body` raises.
    """
    shape, after = _shape(asking.args), _after(asking, place, query)
    files = place.files_at_hand(asking.house)
    if is_heavy(files, query):
        found = asking.house.answers.find(mark_of(asking, place))
        if found is None:
            raise NotAtHand
        return found
    page = read_page(files, query, after=after, limits=_MOMENT, as_text=shape == "objects")
    return _written(asking, place, query, page, shape)


def _written(asking: Asking, place: Place, query: RowQuery, page: RowPage, shape: str) -> bytes:
    body = {
        "release": orjson.Fragment(place.release_text),
        "fields": _fields(place.table, query, asking.language),
        "total": page.total,
        "total_exact": page.total_exact,
        "rows": orjson.Fragment(rows_json([one.name for one in query.select], page, shape)),
        "truncated": False,
        "next": _next(asking, place, query, page),
    }
    return orjson.dumps(body)


def _fields(table: Table, query: RowQuery, language: str) -> Any:
    if query.whole:
        return _whole_fields(table, language)
    return [field_shape(one, language) for one in query.fields(table)]


@lru_cache(1000)
def _whole_fields(table: Table, language: str) -> orjson.Fragment:
    """Those of whole rows, written once."""
    return orjson.Fragment(orjson.dumps([field_shape(one, language) for one in table.fields]))


def rows_json(names: Sequence[str], page: RowPage, shape: str = "objects") -> bytes:
    """The rows of a page as a JSON array."""
    return orjson.dumps(row_shapes(names, page.rows, shape)) if page.text is None else page.text


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
    return f"rows:{place.table.digest}:{query.fingerprint}"


def _after(asking: Asking, place: Place, query: RowQuery) -> Sequence[Any] | None:
    cursor = asking.args.get("cursor")
    if cursor and query.offset:
        raise BadParameter.at("offset", "cursor_or_offset")
    return read_cursor(asking.house.settings.secret_key, _purpose(place, query), cursor) if cursor else None


def _next(asking: Asking, place: Place, query: RowQuery, page: RowPage) -> str | None:
    if not page.next_after:
        return None
    cursor = write_cursor(asking.house.settings.secret_key, _purpose(place, query), page.next_after)
    kept = [(name, value) for name, value in asking.args.pairs if name not in ("cursor", "offset", "page", "as_of")]
    if asking.args.get("release") is None:
        kept.append(("release", str(place.release.number)))  # goes on there when another comes out meanwhile
    asked = "".join(f"{_quoted(name)}={_quoted(value)}&" for name, value in kept)
    return f"{asking.origin}/api/v1/datasets/{place.dataset.slug}/rows?{asked}cursor={cursor}"


def _quoted(text: str) -> str:
    return _quoted_once(text) if len(text) < _SHORT else quote_plus(text)


_quoted_once = lru_cache(5000)(quote_plus)
