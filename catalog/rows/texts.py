"""The rows of a release as JSON text, made at their first use: a page of all fields is then a piece of a mapped file.

Each text is an object of `_row` and every field with a comma behind it, so that neighbours are read as one piece. A
cache file beside the serving file, as ranks are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from catalog.rows import duck
from catalog.rows.kept import Kept, file_key
from catalog.rows.limits import LIMITS
from catalog.rows.output_sql import json_line
from catalog.rows.sealed import Unsound, open_sealed, write_sealed
from catalog.rows.serving import Serving
from catalog.schema import Field, Table

_CELLS: Final = 1_500_000  # of a batch
_KEPT: Final = 128
_ENDING: Final = ".rtexts"


class Texts:
    """The texts of one table, mapped."""

    def __init__(self, path: Path, table: Table) -> None:
        try:
            found = pa.ipc.open_file(pa.BufferReader(open_sealed(path, table.digest)))
            batches = [found.get_batch(number) for number in range(found.num_record_batches)]
        except pa.ArrowException as fault:
            raise Unsound(str(path)) from fault
        self._ends = list(accumulate(batch.num_rows for batch in batches))
        if (self._ends or [0])[-1] != table.rows:
            raise Unsound(str(path))
        before = [0, *self._ends]
        self._pieces = [(start, *_views(batch.column(0))) for start, batch in zip(before, batches, strict=False)]

    def read(self, numbers: Sequence[int]) -> bytes:
        """A JSON array of the rows with these numbers (from 1), in their order."""
        if isinstance(numbers, range):
            parts = self._span(numbers.start - 1, numbers.stop - 1)
        else:
            parts = self._scattered(numbers)
        return b"[" + b"".join(parts)[:-1] + b"]"

    def _scattered(self, numbers: Sequence[int]) -> list[memoryview]:
        ends, pieces, parts = self._ends, self._pieces, []
        for number in numbers:
            before, begins, data = pieces[bisect_right(ends, number - 1)]
            at = number - 1 - before
            parts.append(data[begins[at] : begins[at + 1]])
        return parts

    def _span(self, start: int, stop: int) -> list[memoryview]:
        parts = []
        while start < stop:
            batch = bisect_right(self._ends, start)
            before, begins, data = self._pieces[batch]
            until = min(stop, self._ends[batch])
            parts.append(data[begins[start - before] : begins[until - before]])
            start = until
        return parts


def _views(texts: Any) -> tuple[memoryview, memoryview]:
    """Where each text begins, and all of them."""
    _, ends, data = texts.buffers()
    return memoryview(ends).cast("q"), memoryview(data)


_open: Final[Kept[Texts]] = Kept(_KEPT)


def find_texts(serving: Serving) -> Texts | None:
    """The texts where this process has opened them and the file is the same still."""
    key = file_key(serving.beside(_ENDING))
    return _open.find(key) if key else None


def open_texts(serving: Serving) -> Texts | None:
    """The texts where they are there and sound; the file is read whole to see that, once in a process."""
    key = file_key(serving.beside(_ENDING))
    try:
        return _open.get(key, lambda: Texts(key[0], serving.table)) if key else None
    except Unsound:
        return None


def make_texts(serving: Serving, parquet: Path) -> None:
    """Make the texts unless they are there, and open them for this process."""
    if open_texts(serving) is None:
        build_texts(serving, parquet)
        open_texts(serving)


def build_texts(serving: Serving, parquet: Path) -> None:
    """Write the file: some 3 s of processor time for a million rows, none of it Python's own."""
    table = serving.table
    schema = pa.schema([("text", pa.large_string())])

    def write(sink: pa.NativeFile) -> None:
        with pa.ipc.new_file(sink, schema) as writer:
            for batch in duck.stream(parquet, len(table.fields), _sql(table), [], LIMITS, _CELLS):
                writer.write_batch(pa.record_batch([batch.column(0).cast(pa.large_string())], schema=schema))

    write_sealed(serving.beside(_ENDING), table.digest, write)


def _sql(table: Table) -> str:
    names = ["_row", *(field.name for field in table.fields)]
    values = [(Field("_row", "", "integer"), "(n + 1)"), *((field, f"c{at}") for at, field in enumerate(table.fields))]
    return f"SELECT {json_line(names, ',')(values)} FROM r"
