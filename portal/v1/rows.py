"""Rows of a dataset: pages by the grammar of the contract, one row with its raw cells, and exports."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from catalog.errors import NotFound
from catalog.rows.engine import RowFiles, find_row_text, read_page
from catalog.rows.terms import whole_rows
from catalog.storage import key_of
from portal.asking import Asking, asking
from portal.context import House
from portal.places import WHERE, Answer, Place, find_place, read_parameters, unless_known
from portal.v1 import documents, parameters
from portal.v1.blueprint import api
from portal.v1.resource import EVERYWHERE, Resource, documented, refuse_unknown
from portal.v1.row_pages import FORM, page_body, rows_json


@api.route("/datasets/<slug>/rows")
class Rows(Resource):
    """Rows."""

    takes = {"GET": None}  # the row grammar refuses what it does not know

    @documented(api, *parameters.ROWS)
    @api.response(200, documents.RowsAnswer, example=parameters.ROWS_EXAMPLE)
    def get(self, slug: str) -> Response:
        """Filter, order, group and page the rows of the latest release, of `release=n`, or `as_of=` a day."""
        return _response(rows(asking(), slug))


@api.route("/datasets/<slug>/rows/<row>")
class OneRow(Resource):
    """One row."""

    takes = {"GET": None}  # what answers refuses them itself

    @documented(api, *parameters.WHERE)
    @api.response(200, documents.RowAnswer)
    def get(self, slug: str, row: str) -> Response:
        """The row with the raw text of its cells and where they stood."""
        return _response(one_row(asking(), slug, row))


def rows(asked: Asking, slug: str) -> Answer:
    """A page of rows."""
    place = find_place(asked, slug)
    return unless_known(asked, place, lambda: page_body(asked, place, read_parameters(asked, place, FORM)))


def one_row(asked: Asking, slug: str, row: str) -> Answer:
    """One row, with its raw cells."""
    refuse_unknown((*WHERE, *EVERYWHERE), asked.args)
    place = find_place(asked, slug)
    return unless_known(asked, place, lambda: _row_body(asked.house, place, row))


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, answer.headers)


def _row_body(house: House, place: Place, row: str) -> bytes:
    table = place.table
    number = int(row) if row.isascii() and row.isdecimal() and len(row) < 12 else 0
    if not 1 <= number <= table.rows:
        raise NotFound("row_not_found", row=row, most=table.rows)
    values = find_row_text(place.files(house), number) or _row_values(place.files(house), number)
    cells = _cells(house, table.cells, number) if table.cells else {}
    return orjson.dumps({"release": place.release_mark, "row": orjson.Fragment(values), "cells": cells})


def _row_values(files: RowFiles, number: int) -> bytes:
    page = read_page(files, whole_rows(files.table, 1), after=(number - 1,))
    return rows_json([field.name for field in files.table.fields], page)[1:-1]


def _cells(house: House, digest: str, number: int) -> dict[str, dict[str, Any]]:
    from ingest.cells import read_cells  # polars, which it needs, takes a second to load

    return read_cells(house.storage.local_path(key_of("cells", digest, ".arrow")), number)
