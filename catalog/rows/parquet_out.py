"""Parquet files for download: the stored one as it is, or a new one of the rows that were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.errors import Unavailable
from catalog.rows.chunks import Chunks
from catalog.rows.literals import is_float
from catalog.schema import Field

_CHUNK: Final = 1 << 20
_TYPES: Final = {
    **dict.fromkeys(("string", "code", "period"), pa.string()),
    "integer": pa.int64(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "boolean": pa.bool_(),
}


def stored_chunks(path: Path) -> Iterator[bytes]:
    """The stored file's own bytes. Raises Unavailable at once where it is missing."""
    try:
        source = path.open("rb")
    except OSError as fault:
        raise Unavailable("rows_unavailable", retry_after=60) from fault

    def read() -> Iterator[bytes]:
        with source:
            while chunk := source.read(_CHUNK):
                yield chunk

    return read()


def parquet_chunks(batches: Iterable[pa.RecordBatch], fields: list[Field]) -> Iterator[bytes]:
    """A Parquet file of the batches, a row group a batch."""
    schema = pa.schema([(field.name, _type(field)) for field in fields])
    sink = Chunks()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for batch in batches:
            columns = [column.cast(kind) for column, kind in zip(batch.columns, schema.types, strict=False)]
            writer.write_batch(pa.record_batch(columns, schema=schema))
            yield sink.take()
    yield sink.take()


def _type(field: Field) -> pa.DataType:
    if is_float(field):
        return pa.float64()
    if field.type == "decimal":
        return pa.decimal128(field.precision, field.scale)
    if field.type == "integer" and field.precision:
        return pa.decimal128(field.precision, 0)  # a sum of whole numbers may be beyond 64 bits
    return _TYPES[field.type]
