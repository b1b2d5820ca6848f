"""The serving file of a release: its rows in Arrow's form, native and mapped, so that any row is read at once.

A cache, made from the Parquet file in a fraction of the time that a database file takes, and thrown away at will.
Columns are native (see catalog.rows.literals): decimals of up to 18 digits scaled to whole numbers, dates as days,
datetimes as microseconds, booleans as 0 and 1; texts that repeat are dictionaries, one for each piece.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.rows.kept import Kept, Lately, file_key
from catalog.rows.sealed import Outdated, Sealed, Unsound, write_sealed
from catalog.rows.values import to_native
from catalog.schema import Field, Table

BATCH: Final = 1 << 20  # rows of one piece: a row number alone then says where the row is
_KEPT: Final = 128
_WORKERS: Final = 2


class Serving:
    """The rows of one serving file."""

    def __init__(self, path: Path, table: Table, *, check: bool = True) -> None:
        try:
            sealed = Sealed(path, table.digest, check=check)
            self.batches = list(pa.ipc.open_stream(pa.BufferReader(sealed.content)))
        except pa.ArrowException as fault:
            raise Unsound(str(path)) from fault
        if sum(batch.num_rows for batch in self.batches) != table.rows:
            raise Unsound(str(path))
        self.path, self.table, self.is_whole = path, table, sealed.is_whole
        self.lately: Lately[Any] = Lately()  # what was found beside it, by ending
        self._beside: dict[str, Path] = {}
        self._columns = [batch.columns for batch in self.batches]
        self._wide = {number: field for number, field in enumerate(table.fields) if _is_wide(field)}

    def beside(self, ending: str) -> Path:
        """The file made from it whose name ends so: a cache as it is, and gone when it goes."""
        found = self._beside.get(ending)
        if found is None:
            found = self._beside[ending] = self.path.with_suffix(ending)
        return found

    def column(self, number: int) -> Any:
        """One column whole."""
        return pa.chunked_array([columns[number] for columns in self._columns]).combine_chunks()

    def read(self, numbers: Sequence[int], columns: Sequence[int]) -> list[list[Any]]:
        """The native values of the rows with these numbers (from 1): a list a column, in the order of `numbers`."""
        found = self._read(numbers, columns)
        for place, column in enumerate(columns):
            if column in self._wide:
                field = self._wide[column]
                found[place] = [to_native(field, one) for one in found[place]]
        return found

    def _read(self, numbers: Sequence[int], columns: Sequence[int]) -> list[list[Any]]:
        if not numbers:
            return [[] for _ in columns]
        first, last = divmod(numbers[0] - 1, BATCH), divmod(numbers[-1] - 1, BATCH)
        if first[0] == last[0] and isinstance(numbers, range):
            found = self._columns[first[0]]
            return [found[column].slice(first[1], len(numbers)).to_pylist() for column in columns]
        return self._scattered(numbers, columns)

    def _scattered(self, numbers: Sequence[int], columns: Sequence[int]) -> list[list[Any]]:
        places: dict[int, tuple[list[int], list[int]]] = {}  # of each batch: the positions in the answer, the rows
        for position, number in enumerate(numbers):
            batch, row = divmod(number - 1, BATCH)
            positions, rows = places.setdefault(batch, ([], []))
            positions.append(position)
            rows.append(row)
        taken = [(positions, self._take(batch, rows, columns)) for batch, (positions, rows) in places.items()]
        if len(taken) == 1:
            return taken[0][1]
        values: list[list[Any]] = [[None] * len(numbers) for _ in columns]
        for positions, found in taken:
            for target, column in zip(values, found, strict=True):
                for position, value in zip(positions, column, strict=True):
                    target[position] = value
        return values

    def _take(self, batch: int, rows: list[int], columns: Sequence[int]) -> list[list[Any]]:
        wanted = list(dict.fromkeys(columns))
        taken = self.batches[batch].select(wanted).take(pa.array(rows, pa.int64()))
        found = {column: values.to_pylist() for column, values in zip(wanted, taken.columns, strict=True)}
        return [found[column] for column in columns]


_open: Final[Kept[Serving]] = Kept(_KEPT)


def open_serving(path: Path, table: Table, about: os.stat_result | None = None) -> Serving:
    """The serving file, mapped once in a process and checked then. Raises Unsound.

    `about` is what the caller has just seen of the file.
    """
    key = file_key(path, about)
    if key is None:
        raise Unsound(str(path))
    return _open.get(key, lambda: Serving(path, table))


def build(parquet: Path, table: Table, target: Path) -> None:
    """Write the serving file in one step that either happens or not; a million rows are held at a time."""
    coded = _coded(parquet)
    types = [native_type(field, coded=field.name in coded) for field in table.fields]
    schema = pa.schema([(f"c{number}", type_) for number, type_ in enumerate(types)])

    def write(sink: pa.NativeFile) -> None:
        with ThreadPoolExecutor(_WORKERS) as pool, pa.ipc.new_stream(sink, schema) as writer:
            for start in range(0, max(table.rows, 1), BATCH):
                arrays = pool.map(partial(_piece, parquet, coded, start), table.fields)
                writer.write_batch(pa.record_batch(list(arrays), schema=schema))

    write_sealed(target, table.digest, write)


def _coded(parquet: Path) -> frozenset[str]:
    """The text columns that stand in the Parquet file as dictionaries: they do so here too."""
    with pq.ParquetFile(parquet) as source:
        group = source.metadata.row_group(0) if source.num_row_groups else None
    columns = [group.column(place) for place in range(group.num_columns)] if group else []
    texts = [column for column in columns if column.physical_type == "BYTE_ARRAY"]
    return frozenset(column.path_in_schema for column in texts if "RLE_DICTIONARY" in column.encodings)


def _piece(parquet: Path, coded: frozenset[str], start: int, field: Field) -> Any:
    """BATCH rows of one column from `start` on, in native form: read by itself, so that little is held at a time."""
    with pq.ParquetFile(parquet, read_dictionary=[field.name] if field.name in coded else None) as source:
        sizes = [source.metadata.row_group(number).num_rows for number in range(source.num_row_groups)]
        ends = list(accumulate(sizes))
        groups = [number for number, end in enumerate(ends) if start < end and end - sizes[number] < start + BATCH]
        column = source.read_row_groups(groups, [field.name], use_threads=False).column(0)
        before = ends[groups[0]] - sizes[groups[0]] if groups else 0
    return native(field, column.slice(start - before, BATCH))


def is_sound(path: Path, table: Table) -> bool:
    """Whether the file is whole and was made from the table's Parquet file, in today's layout."""
    try:
        Serving(path, table)
    except Unsound:
        return False
    return True


def is_broken(path: Path, table: Table) -> bool:
    """Whether there is a file in which something went wrong: not one that is absent, or of an earlier layout."""
    try:
        Serving(path, table)
    except Outdated:
        return False
    except Unsound:
        return path.exists()
    return False


def _is_wide(field: Field) -> bool:
    """Whether a decimal has more digits than 64 bits hold."""
    return field.type == "decimal" and (field.precision or 0) > 18


def native_type(field: Field, *, coded: bool = False) -> pa.DataType:
    """The type of a column in native form; `coded` texts are dictionaries."""
    if field.type == "decimal":
        return pa.decimal128(field.precision, field.scale) if _is_wide(field) else pa.int64()
    return pa.dictionary(pa.int32(), pa.large_string()) if coded else _TYPES[field.type]


def native(field: Field, column: Any) -> Any:
    """The column in native form, without touching a value in Python."""
    if pa.types.is_dictionary(column.type):
        return _one_dictionary(column)
    if field.type == "decimal" and not _is_wide(field):
        return _joined([_scaled(chunk) for chunk in column.chunks], pa.int64())
    whole = column.combine_chunks()
    if field.type in ("date", "datetime"):
        return whole.view(_TYPES[field.type])
    return whole.cast(_TYPES.get(field.type, whole.type))


def _one_dictionary(column: Any) -> Any:
    """The chunks as one, with one dictionary of just the texts that stand in them."""
    wide = [
        pa.DictionaryArray.from_arrays(chunk.indices, chunk.dictionary.cast(pa.large_string()))
        for chunk in column.chunks
    ]
    whole = pa.chunked_array(wide, pa.dictionary(pa.int32(), pa.large_string())).unify_dictionaries().combine_chunks()
    used = pc.count_distinct(whole.indices).as_py()
    return whole if used == len(whole.dictionary) else whole.dictionary_decode().dictionary_encode()


def _joined(chunks: list[Any], type_: pa.DataType) -> Any:
    return pa.chunked_array(chunks, type_).combine_chunks()


def _scaled(column: Any) -> Any:
    """The unscaled 64-bit numbers of a decimal128 column: of each pair of words in its buffer the low one."""
    words = pa.Array.from_buffers(pa.int64(), (column.offset + len(column)) * 2, [None, column.buffers()[1]])
    low = pc.list_element(pa.FixedSizeListArray.from_arrays(words, 2), 0).slice(column.offset)
    return pc.if_else(column.is_valid(), low, pa.scalar(None, pa.int64())) if column.null_count else low


_TYPES: Final[dict[str, pa.DataType]] = {
    **dict.fromkeys(("string", "code", "period"), pa.large_string()),
    "integer": pa.int64(),
    "date": pa.int32(),
    "datetime": pa.int64(),
    "boolean": pa.int8(),
}
