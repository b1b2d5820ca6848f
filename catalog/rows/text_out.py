"""Batches of text columns put together as JSON objects beside them and as sheet rows: by polars, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import polars

from catalog.rows.engine import Export
from catalog.rows.terms import RowQuery


def json_batches(found: Export, query: RowQuery) -> Iterator[tuple[polars.DataFrame, polars.Series]]:
    """Each column is JSON text already; here they are put together as objects, beside the columns."""
    width = len(query.select)
    for batch in found.batches:
        frame = _frame(batch, width)
        cells = [_labelled(item.name, number) for number, item in enumerate(query.select)]
        yield frame, frame.select(polars.concat_str([*cells, polars.lit("}")])).to_series()


def sheet_rows(found: Export, width: int) -> Iterator[list[str]]:
    for batch in found.batches:
        cells = polars.concat_str(
            [polars.lit("<row>"), *(f"x{number}" for number in range(width)), polars.lit("</row>")]
        )
        yield _frame(batch, width).select(cells).to_series().to_list()


def _frame(batch: Any, width: int) -> polars.DataFrame:
    """The first columns of an Arrow batch, without a copy."""
    frame = polars.from_arrow(batch.select(range(width)))
    assert isinstance(frame, polars.DataFrame)  # noqa: S101 - from_arrow gives a frame for a batch; this tells mypy
    return frame


def _labelled(name: str, number: int) -> Any:
    start = ("{" if number == 0 else ",") + orjson.dumps(name).decode() + ":"
    return polars.concat_str([polars.lit(start), polars.col(f"x{number}")])
