"""Rows of a dataset: pages by the grammar of the contract, one row with its raw cells, and exports."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from catalog.errors import BadParameter, NotFound
from catalog.models import Release
from catalog.rows.engine import read_page, read_row
from catalog.storage import key_of
from portal.answers import json_answer, language
from portal.context import house
from portal.cursors import read_cursor, write_cursor
from portal.links import next_link
from portal.places import WHERE, find_place, marked, read_parameters
from portal.v1 import documents, parameters
from portal.v1.blueprint import api
from portal.v1.resource import Resource, documented
from portal.v1.shapes import field_shape, moment

FORM = ("lang", "shape", "cursor")  # how rows are given


@api.route("/datasets/<slug>/rows")
class Rows(Resource):
    """Rows."""

    takes = {"GET": None}  # the row grammar refuses what it does not know

    @documented(api, *parameters.ROWS)
    @api.response(200, documents.RowsAnswer, example=parameters.ROWS_EXAMPLE)
    def get(self, slug: str) -> Response:
        """Filter, order, group and page the rows of the latest release, of `release=n`, or `as_of=` a day."""
        place = find_place(slug)
        query = read_parameters(place, FORM)
        purpose = f"rows:{place.table.digest}:{query.fingerprint()}"
        cursor = request.args.get("cursor")
        secret = house().settings.secret_key
        if cursor and query.offset:
            raise BadParameter.at("offset", "cursor_or_offset")
        after = read_cursor(secret, purpose, cursor) if cursor else None
        page = read_page(place.files, query, after=after)
        link = next_link(write_cursor(secret, purpose, page.next_after)) if page.next_after else None
        fields = query.fields(place.table)
        body = {
            "release": release_mark(place.release),
            "fields": [field_shape(one, language()) for one in fields],
            "total": page.total,
            "total_exact": page.total_exact,
            "rows": [row_shape([one.name for one in fields], row) for row in page.rows],
            "truncated": False,
            "next": link,
        }
        return marked(json_answer(body), place)


def row_shape(names: list[str], row: tuple[Any, ...]) -> Any:
    """A row as an object, or as an array in the order of `fields` where `shape=arrays` asks for it."""
    shape = request.args.get("shape", "objects")
    if shape not in ("objects", "arrays"):
        raise BadParameter.at("shape", "shape_unknown", value=shape)
    if shape == "arrays":
        return list(row[1:])
    values = dict(zip(names, row[1:], strict=True))
    return values if row[0] is None else {"_row": row[0], **values}


def release_mark(release: Release) -> dict[str, Any]:
    """How an answer names the release that it comes from."""
    return {"number": release.number, "digest": release.digest, "published_at": moment(release.published_at)}


@api.route("/datasets/<slug>/rows/<row>")
class OneRow(Resource):
    """One row."""

    takes = {"GET": WHERE}

    @documented(api, *parameters.WHERE)
    @api.response(200, documents.RowAnswer)
    def get(self, slug: str, row: str) -> Response:
        """The row with the raw text of its cells and where they stood."""
        from ingest.cells import read_cells  # polars, which it needs, takes a second to load

        place = find_place(slug)
        number = int(row) if row.isascii() and row.isdecimal() and len(row) < 12 else 0
        values = read_row(place.files, number) if number else None
        if values is None:
            raise NotFound("row_not_found", row=row, most=place.table.rows)
        key = key_of("cells", place.table.cells, ".arrow")
        cells = read_cells(house().storage.local_path(key), number) if place.table.cells else {}
        body = {"release": release_mark(place.release), "row": values, "cells": cells}
        return marked(json_answer(body), place)
