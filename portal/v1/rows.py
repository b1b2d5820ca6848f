"""Rows of a dataset: pages by the grammar of the contract, one row with its raw cells, and exports."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from types import ModuleType
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson
from flask import Response

from catalog.errors import NotAtHand, NotFound
from catalog.rows import thresholds
from catalog.rows.engine import RowFiles, find_row_text, read_page
from catalog.rows.serving import Serving
from catalog.rows.terms import whole_rows
from catalog.rows.texts import Texts, find_texts
from catalog.storage import key_of
from portal.answers import Answer
from portal.asking import Asking, asking
from portal.context import House
from portal.heads import read_head
from portal.places import WHERE, Place, find_place, place_at_hand, read_parameters, unless_known
from portal.v1 import documents, parameters
from portal.v1.blueprint import api
from portal.v1.resource import EVERYWHERE, Resource, documented, refuse_unknown
from portal.v1.row_pages import FORM, page_at_hand, page_body, rows_json

if TYPE_CHECKING:
    from ingest.cell_views import CellView

VIEW: Final = "cells"  # the name of what is made beside
_ROW: Final = b'{"release":%b,"row":%b,"cells":%b}'


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


def rows_at_once(asked: Asking, slug: str) -> Answer:
    """The same where all that it needs is at hand. Raises NotAtHand, and whatever `rows` raises."""
    place = place_at_hand(asked, slug)
    return unless_known(asked, place, lambda: page_at_hand(asked, place, read_parameters(asked, place, FORM)))


def one_row(asked: Asking, slug: str, row: str) -> Answer:
    """One row, with its raw cells."""
    refuse_unknown((*WHERE, *EVERYWHERE), asked.args)
    place = find_place(asked, slug)
    return _row_answer(asked, place, row, partial(_row_body, asked.house, place))


def row_at_once(asked: Asking, slug: str, row: str) -> Answer:
    """The same where all that it needs is at hand. Raises NotAtHand, and whatever `one_row` raises."""
    refuse_unknown((*WHERE, *EVERYWHERE), asked.args)
    place = place_at_hand(asked, slug)
    at_hand: _AtHand | None = place.lately.find(_AtHand)
    if at_hand is None:
        raise NotAtHand
    return _row_answer(asked, place, row, partial(at_hand.read, place.release_text))


def _row_answer(asked: Asking, place: Place, row: str, read: Callable[[int], bytes]) -> Answer:
    number = int(row) if row.isascii() and row.isdecimal() and len(row) < 12 else 0
    if not 1 <= number <= place.table.rows:
        raise NotFound("row_not_found", row=row, most=place.table.rows)
    return unless_known(asked, place, lambda: read(number), f"{place.mark}-{number}-{asked.language}")


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, read_head(answer.head))


def _row_body(house: House, place: Place, number: int) -> bytes:
    if place.table.rows >= thresholds.TEXTS:  # for smaller ones nothing is made beside
        at_hand: _AtHand | None = place.lately.look(_AtHand, lambda: _find_at_hand(place.files(house)))
        if at_hand is not None:
            return at_hand.read(place.release_text, number)
    files = place.files(house)
    values = find_row_text(files, number) or _row_values(files, number)
    cells = _cells(house, place, files, number) if place.table.cells else b"{}"
    return _ROW % (place.release_text, values, cells)


class _AtHand(NamedTuple):
    """What tells everything of any row at once."""

    texts: Texts
    cells: CellView

    def read(self, release: bytes, number: int) -> bytes:
        """The whole answer."""
        return _ROW % (release, self.texts.read_one(number), self.cells.read(number))

    def is_whole(self) -> bool:
        """Whether both files are as long as they were."""
        return self.texts.is_whole() and self.cells.is_whole()


def _find_at_hand(files: RowFiles) -> _AtHand | None:
    if not isinstance(files.serving, Serving) or files.later is None:
        return None
    texts, cells = find_texts(files.serving), _views().find_view(files.serving)
    return _AtHand(texts, cells) if texts and cells else None


def _row_values(files: RowFiles, number: int) -> bytes:
    page = read_page(files, whole_rows(files.table, 1), after=(number - 1,))
    return rows_json([field.name for field in files.table.fields], page)[1:-1]


def _cells(house: House, place: Place, files: RowFiles, number: int) -> bytes:
    """Those of the row, from their view; of large tables that are out it is made beside at a row's first use."""
    views = _views()
    view: CellView | None = views.find_view(files.serving) if isinstance(files.serving, Serving) else None
    if view is not None:
        return view.read(number)
    path = house.storage.local_path(key_of("cells", place.table.cells, ".arrow"))
    if isinstance(files.serving, Serving) and files.later and place.is_public and place.table.rows >= thresholds.TEXTS:
        files.later(VIEW, partial(views.make_view, files.serving, path))
    return orjson.dumps(views.read_cells(path, number))


@lru_cache(1)
def _views() -> ModuleType:
    """The module for raw cells, at its first use: polars, which it needs, takes a second to load."""
    from ingest import cell_views

    return cell_views
