"""Reads the values that search may find inside of a release: of text columns that have few different ones."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from catalog.errors import PortalError
from catalog.rows.engine import RowFiles, read_page
from catalog.rows.query import parse_query
from catalog.schema import Field, Table
from search.inside import Cell

MOST_ROWS = 50_000  # of a table that is looked at
MOST_COLUMNS = 12
MOST_DISTINCT = 1_000  # values of one column; one with more is no list of names
TYPES = ("string",)
log = logging.getLogger(__name__)


def cells_of(table: Table, files: Callable[[Table], RowFiles]) -> Iterator[Cell]:
    """The different values of each small column, with how many rows have it; a table that cannot be read has none."""
    if table.rows > MOST_ROWS:
        return
    fields = [field for field in table.fields if field.type in TYPES]
    for field in fields[:MOST_COLUMNS]:
        try:
            yield from _column(files(table), field)
        except PortalError as error:
            log.warning("the values of %s in %s could not be read: %s", field.name, table.name, error)


def _column(files: RowFiles, field: Field) -> Iterator[Cell]:
    params = [("select", f"{field.name},count(*) as rows"), ("group_by", field.name), ("limit", str(MOST_DISTINCT))]
    page = read_page(files, parse_query(params, files.table))
    if page.next_after is not None:
        return
    for row in page.rows:
        value, rows = row[-2], row[-1]
        if isinstance(value, str) and value.strip():
            yield Cell(field.name, field.title, value.strip(), int(rows))
