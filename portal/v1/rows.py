"""Rows of a dataset: pages by the grammar of the contract, one row with its raw cells, and exports."""

from __future__ import annotations

from flask import Response, request

from catalog.errors import NotFound
from catalog.rows.engine import read_row
from catalog.storage import key_of
from portal.answers import JSON_TYPE, json_answer
from portal.context import house
from portal.places import WHERE, find_place, marked, read_parameters
from portal.v1 import documents, parameters
from portal.v1.blueprint import api
from portal.v1.resource import Resource, documented
from portal.v1.row_pages import FORM, page_body, release_mark


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
        unchanged = marked(Response(), place)
        if unchanged.status_code == 304:
            return unchanged
        return marked(Response(page_body(place, query, request.args), content_type=JSON_TYPE), place)


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
