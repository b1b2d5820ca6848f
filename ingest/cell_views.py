"""The raw cells of a release unpacked and mapped, made at their first use: those of any row are then read at once.

A cache file beside the serving file, as ranks are, with the same columns and the same words about them as the file of
the release, which is packed for keeping.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa

from catalog.rows.kept import Kept, file_key
from catalog.rows.sealed import Sealed, Unsound, write_sealed
from catalog.rows.serving import Serving
from ingest.cell_texts import CellTexts
from ingest.cells import ABOUT, explain, iter_cells, read_cells

__all__ = ["find_view", "make_view", "read_cells"]  # the last is what answers while there is no view
_KEPT: Final = 128
_ENDING: Final = ".rcells"
_Column = Callable[[int], Any]


class CellView:
    """The cells of one table."""

    def __init__(self, path: Path, digest: str) -> None:
        sealed = Sealed(path, digest)
        try:
            with pa.ipc.open_stream(pa.BufferReader(sealed.content)) as reader:
                self._about = json.loads(reader.schema.metadata[ABOUT])
                self._names = reader.schema.names
                self._batches = list(reader)
        except (pa.ArrowException, KeyError) as fault:
            raise Unsound(str(path)) from fault
        self._ends = list(accumulate(batch.num_rows for batch in self._batches))
        self._columns: dict[int, list[_Column]] = {}
        direct = all(_is_direct(column) for batch in self._batches for column in batch.columns)
        self._texts = CellTexts.of(self._about, self._names) if direct else None
        self.is_whole = sealed.is_whole

    def read(self, row: int) -> bytes:
        """JSON of what `ingest.cells.read_cells` gives. LookupError past the last row."""
        at = bisect_right(self._ends, row - 1)
        if row < 1 or at == len(self._ends):
            raise LookupError(row)
        place = row - 1 - (self._ends[at - 1] if at else 0)
        columns = self._columns.get(at)
        if columns is None:
            columns = self._columns[at] = [_reader(column) for column in self._batches[at].columns]
        values = [read(place) for read in columns]
        written = self._texts.write(values[0], values) if self._texts else None
        return orjson.dumps(explain(self._about, self._told(values))) if written is None else written

    def _told(self, values: list[Any]) -> dict[str, Any]:
        plain = (str(one, "utf-8") if isinstance(one, memoryview) else one for one in values)
        return dict(zip(self._names, plain, strict=True))


def _is_direct(column: Any) -> bool:
    return not column.null_count and column.type in (pa.string(), pa.int64())


def _reader(column: Any) -> _Column:
    """What gives the value at a place, texts as their bytes, without an Arrow object for it."""
    if not _is_direct(column):
        return lambda place: column[place].as_py()
    buffers = column.buffers()
    if column.type == pa.int64():
        numbers = memoryview(buffers[1]).cast("q")[column.offset :]
        return lambda place: numbers[place]
    begins, texts = memoryview(buffers[1]).cast("i")[column.offset :], memoryview(buffers[2] or b"")
    return lambda place: texts[begins[place] : begins[place + 1]]


_open: Final[Kept[CellView]] = Kept(_KEPT)


def find_view(serving: Serving) -> CellView | None:
    """The view where this process has opened it and the file is the same still."""
    found: CellView | None = serving.lately.look(_ENDING, lambda: _open.find(file_key(serving.beside(_ENDING))))
    return found


def make_view(serving: Serving, cells: Path) -> None:
    """Make the view unless it is there, and open it for this process."""
    path, digest = serving.beside(_ENDING), serving.table.cells
    if _opened(path, digest):
        return

    def write(sink: pa.NativeFile) -> None:
        writer = None
        for batch in iter_cells(cells):
            writer = writer or pa.ipc.new_stream(sink, batch.schema)
            writer.write_batch(batch)
        if writer:
            writer.close()

    write_sealed(path, digest, write)
    _opened(path, digest)


def _opened(path: Path, digest: str) -> bool:
    key = file_key(path)
    try:
        return key is not None and _open.get(key, lambda: CellView(path, digest)) is not None
    except Unsound:
        return False
