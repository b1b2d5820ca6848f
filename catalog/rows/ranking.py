"""How the order of a column is made: of few rows in memory, of many by DuckDB's sort, which goes to the disk.

Past `thresholds.IN_MEMORY` rows the memory that it takes is DuckDB's limit and twelve bytes a row, however long the
values are: what the sort gives is written down piece by piece and mapped again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.rows import duck, thresholds
from catalog.rows.limits import Limits
from catalog.rows.periods import first_day, first_day_sql, last_day, last_day_sql
from catalog.rows.pieces import Pieces
from catalog.rows.serving import Serving, native, native_type

_DAYS: Final = {"f": (first_day, first_day_sql), "l": (last_day, last_day_sql)}
_LIMITS: Final = Limits(export_seconds=900.0, memory_mib=192)
_BATCH: Final = 200_000  # rows


@dataclass(frozen=True)
class Ranked:
    """`ranks` (int32, a row each), `order` (int32, places from 0 by rank and place), the different `values` sorted."""

    ranks: Any
    order: Any
    values: Any


def ranked(serving: Serving, parquet: Path, column: int, kind: str) -> Ranked:
    """The order of a column (`c`), or of the first (`f`) or last (`l`) days of its periods."""
    if serving.table.rows <= thresholds.IN_MEMORY:
        return _in_memory(serving, column, kind)
    return _outside(serving, parquet, column, kind)


def _in_memory(serving: Serving, column: int, kind: str) -> Ranked:
    values = serving.column(column)
    found = (_days(values, kind) if kind in _DAYS else values).dictionary_encode()
    sorted_ = pc.array_sort_indices(found.dictionary).cast(pa.int64())
    values = found.dictionary.take(sorted_)
    inverse = pc.inverse_permutation(sorted_, output_type=pa.int32())
    ranks = pc.fill_null(inverse.take(found.indices), pa.scalar(len(values), pa.int32()))
    return Ranked(ranks, pc.array_sort_indices(ranks).cast(pa.int32()), values)


def _days(periods: Any, kind: str) -> Any:
    found = periods.dictionary_encode()
    days = pa.array([_DAYS[kind][0](period) for period in found.dictionary.to_pylist()], pa.large_string())
    return days.take(found.indices)


def _outside(serving: Serving, parquet: Path, column: int, kind: str) -> Ranked:
    """The rows come by value, nulls last, and place: a value that differs from the one before has the next rank."""
    table, field, value = serving.table, serving.table.fields[column], f"c{column}"
    key = _DAYS[kind][1](value) if kind in _DAYS else value
    sql = f"SELECT {key} AS v, CAST(n AS INTEGER) FROM r ORDER BY v NULLS LAST, n"
    batches = duck.stream(parquet, len(table.fields), sql, [], _LIMITS, _BATCH * len(table.fields))
    own, home = native_type(field), serving.path.parent
    with Pieces(home, pa.int32()) as places, Pieces(home, pa.int32()) as ranks, Pieces(home, own) as values:
        last = pa.array([], own)
        for batch in batches:
            places.add(batch.column(1))
            known = native(field, pa.chunked_array([batch.column(0)])).drop_null()
            new = _begins(last, known)
            ranks.add(pc.add(pc.cumulative_sum(new.cast(pa.int32())), pa.scalar(values.size - 1, pa.int32())))
            values.add(known.filter(new))
            last = known.slice(len(known) - 1) if len(known) else last
        ranks.add(pa.repeat(pa.scalar(values.size, pa.int32()), table.rows - ranks.size))  # of nulls
        order, sorted_ = places.whole(), ranks.whole()
        return Ranked(sorted_.take(pc.inverse_permutation(order, output_type=pa.int32())), order, values.whole())


def _begins(last: Any, values: Any) -> Any:
    """Whether each value is another than the one before it; `last` holds the one before them all, or nothing."""
    if not len(last):
        return pa.concat_arrays([pa.array([True] * min(1, len(values)), pa.bool_()), _differs(values)])
    return _differs(pa.concat_arrays([last, values]))


def _differs(values: Any) -> Any:
    """Whether each value but the first is another than the one before it."""
    return pc.not_equal(values.slice(1), values.slice(0, max(0, len(values) - 1)))
