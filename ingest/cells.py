"""The raw cells behind a release: an Arrow file beside the Parquet, and what it says of one row."""

from __future__ import annotations

import datetime as dt
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from catalog.rows.kept import Kept, file_key
from ingest import nulls, ranges, values
from ingest.coded import plain
from ingest.findings import a1
from ingest.origins import ReshapedSheet, cell_of, sheet_of
from ingest.plan import Planned
from ingest.raw import RawSheet
from ingest.unit_readers import JOIN
from ingest.values import Unreadable

ABOUT = b"cells"  # the metadata that say how each field is read
OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")
_ROWS = 16_384  # of a batch: what must be unpacked to explain one row


def cells_schema(columns: tuple[Planned, ...], sheet: RawSheet) -> pa.Schema:
    """The shape of a cells file: the sheet's row number, the raw columns that are published, and how each is read."""
    used = sorted({source for column in columns for source in column.sources})
    about = {
        "sheet": sheet.name,
        "grid": sheet.grid,
        "fields": {column.field.name: {"columns": column.sources, **column.how} for column in columns},
    }
    fields = [("row", pa.int64()), *((f"c{source}", pa.string()) for source in used)]
    if isinstance(sheet, ReshapedSheet):
        fields.extend([("sheet", pa.string()), *((f"a{source}", pa.string()) for source in used)])
    return pa.schema(fields, metadata={ABOUT: json.dumps(about, ensure_ascii=False, sort_keys=True).encode()})


class CellsWriter:
    """Writes a cells file, batch by batch."""

    def __init__(self, path: Path, schema: pa.Schema, sheet: RawSheet) -> None:
        self._schema, self._sheet = schema, sheet
        self._file = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_file(self._file, schema, options=OPTIONS)

    def write(self, rows: Any, raw: Mapping[int, Any]) -> None:
        """The row numbers and raw columns of accepted rows."""
        columns = [plain(raw[place]) for place in sorted(raw)]  # a file of many batches cannot have their dictionaries
        if isinstance(self._sheet, ReshapedSheet):
            numbers = rows.to_pylist()
            columns.append(pa.array([sheet_of(self._sheet, row) for row in numbers], pa.string()))
            columns += [pa.array([cell_of(self._sheet, row, at) for row in numbers], pa.string()) for at in sorted(raw)]
            rows = pa.array([self._sheet.rows_from[row - 1] for row in numbers], pa.int64())
        batch = pa.record_batch([rows, *columns], schema=self._schema)
        for first in range(0, batch.num_rows, _ROWS):
            self._writer.write_batch(batch.slice(first, _ROWS))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()
        self._file.close()


def iter_cells(path: Path) -> Iterator[Any]:
    """The record batches of a cells file, one in memory at a time."""
    with pa.OSFile(str(path)) as source:  # not mapped: mapped pages stay and count as ours
        reader = pa.ipc.open_file(source)
        for place in range(reader.num_record_batches):
            yield reader.get_batch(place)


def read_schema(path: Path) -> pa.Schema:
    """The columns of a cells file, and what it says of them."""
    with pa.OSFile(str(path)) as source:
        return pa.ipc.open_file(source).schema


def read_about(path: Path) -> dict[str, Any]:
    """How the fields of a cells file are read, and what it holds beside the cells."""
    found: dict[str, Any] = json.loads(read_schema(path).metadata[ABOUT])
    return found


def read_cells(path: Path, row: int) -> dict[str, dict[str, Any]]:
    """For the release's row (from 1): field -> `raw sheet cell unit null note`. LookupError past the last."""
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        about = json.loads(reader.schema.metadata[ABOUT])
        batch, place = _locate(path, reader, row)
        texts = {name: batch.column(name)[place].as_py() for name in batch.schema.names}
    return explain(about, texts)


def explain(about: Mapping[str, Any], texts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What is told of each field, from what the file says of its columns and from the row's own cells."""
    fields = about["fields"]
    failed = any(field.get("unsold") and nulls.is_unsold(_raw(field, texts)) for field in fields.values())
    return {name: explain_field(field, texts, about, failed=failed) for name, field in fields.items()}


def _locate(path: Path, reader: Any, row: int) -> tuple[Any, int]:
    """The batch that holds the row, and its place there."""
    ends = _ends.get(file_key(path), lambda: _count(path))
    at = bisect_right(ends, row - 1)
    if row < 1 or at == len(ends):
        raise LookupError(row)
    return reader.get_batch(at), row - 1 - (ends[at - 1] if at else 0)


def _count(path: Path) -> list[int]:
    """How many rows each batch and those before it hold; only the row numbers are unpacked."""
    with pa.memory_map(str(path)) as source:
        numbers = pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=[0]))
        return list(accumulate(numbers.get_batch(at).num_rows for at in range(numbers.num_record_batches)))


_ends: Final[Kept[list[int]]] = Kept(128)


def _raw(field: Mapping[str, Any], texts: Mapping[str, Any]) -> str:
    if len(field["columns"]) == 1:
        raw: str = texts[f"c{field['columns'][0]}"]
        return raw
    return JOIN.join(texts[f"c{column}"] for column in field["columns"])


def explain_field(
    field: Mapping[str, Any], texts: Mapping[str, Any], about: Mapping[str, Any], *, failed: bool
) -> dict[str, Any]:
    """What is told of a field; `failed` says that the row is of a sale that failed, so that blanks are of that kind."""
    columns, raw = field["columns"], _raw(field, texts)
    null = nulls.null_kind(raw.replace(JOIN, "|"))
    if field.get("unsold") and (failed or nulls.is_unsold(raw)):
        null = nulls.UNSOLD
    unit = None if null else _unit(field, raw)
    return {
        "raw": raw.replace(JOIN, " | "),
        "sheet": texts.get("sheet", about["sheet"]),
        "cell": _cell(columns[0], texts) if about["grid"] else None,
        "unit": unit,
        "null": null or _sentinel(field, raw),
        "note": None if null else _note(field, raw, unit),
    }


def _cell(column: int, texts: Mapping[str, Any]) -> str | None:
    name = f"a{column}"
    return texts[name] if name in texts else a1(texts["row"], column + 1)


def _unit(field: Mapping[str, Any], raw: str) -> str | None:
    """The unit that the number stood in: the cell's own, else its column's."""
    if field["type"] not in ("decimal", "integer") or _BARE.fullmatch(raw):
        return field.get("unit")
    try:
        own = values.amount(raw.replace(JOIN, "")).unit
    except Unreadable:
        own = None
    return own.name if own else field.get("unit")


def _sentinel(field: Mapping[str, Any], raw: str) -> str | None:
    if field["type"] not in ("date", "datetime"):
        return None
    try:
        day = dt.date.fromisoformat(raw[:10]) if _ISO.fullmatch(raw) else values.loose_day(raw)
        return nulls.MISSING if day in values.SENTINELS else None
    except (ValueError, Unreadable):  # the first where there is no such day
        return None


def _note(field: Mapping[str, Any], raw: str, unit: str | None) -> str | None:
    """How the value was made: the range with its ends, or the units that it went through."""
    if field["type"] == "range":
        try:
            return ranges.span(raw).note()
        except Unreadable:
            return None
    measure = field.get("measure")
    return f"{unit} → {measure}" if unit and measure and unit not in (measure, _PLAIN.get(measure)) else None


_BARE = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)  # a number without a unit, as most are
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?", re.ASCII)
_PLAIN = {"CNY": "元", "m2": "平方米", "percent": "%", "m": "米", "year": "年", "CNY/m2": "元/平方米"}
