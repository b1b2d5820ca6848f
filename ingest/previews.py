"""What a dry run shows of a file: its tables as they would be kept, their first rows, the schemas it looks like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ingest.privacy.detectors import context_of
from ingest.privacy.guard import Found, kinds_by_field, masked
from ingest.privacy.hits import mask_text

if TYPE_CHECKING:
    from ingest.one_table import TypedTable
    from ingest.outcome import Outcome

_FIRST_ROWS, _PROPOSALS = 50, 3


def preview(
    outcome: Outcome, personal: Iterable[Found] = (), changes: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The result of the job, as JSON data; what is personal in it is masked. `changes`: against the published one."""
    kinds = kinds_by_field(personal)
    return {
        "tables": [{**one.table.to_dict(), "first_rows": list(_shown_rows(one, kinds))} for one in outcome.tables],
        "proposals": [masked(one.to_dict()) for one in outcome.proposals[:_PROPOSALS]],
        "encoding": outcome.encoding,
        "totals": list(outcome.totals),
        "notes": list(outcome.notes),
        "period": outcome.period,
        "changes": masked(list(changes)),
    }


def _shown_rows(one: TypedTable, kinds: Mapping[str, frozenset[str]]) -> Iterator[dict[str, Any]]:
    contexts = {field.name: context_of(field.title) | kinds.get(field.name, frozenset()) for field in one.table.fields}
    for row in first_rows(one):
        yield {name: _hidden(value, contexts[name]) for name, value in row.items()}


def _hidden(value: Any, context: frozenset[str]) -> Any:
    """The value; masked, as text, where it is personal."""
    text = str(value)
    hidden = mask_text(text, context)
    return value if hidden == text else hidden


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
