"""What a dry run shows of a file: its tables as they would be kept, their first rows, the schemas it looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.pipeline import Outcome, TypedTable

_FIRST_ROWS, _PROPOSALS = 50, 3


def preview(outcome: Outcome, changes: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The result of the job, as JSON data; `changes` are those against the published release."""
    return {
        "tables": [{**one.table.to_dict(), "first_rows": first_rows(one)} for one in outcome.tables],
        "proposals": [one.to_dict() for one in outcome.proposals[:_PROPOSALS]],
        "encoding": outcome.encoding,
        "totals": list(outcome.totals),
        "notes": list(outcome.notes),
        "period": outcome.period,
        "changes": list(changes),
    }


def first_rows(one: TypedTable) -> list[dict[str, Any]]:
    """The first typed rows of a table as JSON data: decimals as exact text, times as ISO 8601."""
    import pyarrow.parquet as pq

    batch = next(pq.ParquetFile(one.parquet).iter_batches(batch_size=_FIRST_ROWS), None)
    rows = batch.to_pylist() if batch is not None else []
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else format(value, "f")
