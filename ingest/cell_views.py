"""The raw cells of a release unpacked and mapped, made at their first use: those of any row are then read at once.

A cache file beside the serving file, as ranks are, with the same words about the cells as the file of the release,
which is packed for keeping; of each row it has one text, and what that text is made of (see `ingest.cell_texts`).
"""

from __future__ import annotations

import json
from bisect import bisect_right
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from catalog.rows.kept import Kept, file_key
from catalog.rows.sealed import Sealed, Unsound, write_sealed
from catalog.rows.serving import Serving
from ingest.cell_texts import CellTexts
from ingest.cells import ABOUT, iter_cells, read_cells, read_schema

__all__ = ["find_view", "make_view", "read_cells"]  # the last is what answers while there is no view
_KEPT: Final = 128
_ENDING: Final = ".rcells"
_NAMES: Final = b"columns"  # the metadata that name the columns of the file of the release


class CellView:
    """The cells of one table."""

    def __init__(self, path: Path, digest: str) -> None:
        sealed = Sealed(path, digest)
        try:
            with pa.ipc.open_stream(pa.BufferReader(sealed.content)) as reader:
                metadata = reader.schema.metadata
                self._texts = CellTexts(json.loads(metadata[ABOUT]), json.loads(metadata[_NAMES]))
                batches = list(reader)
            self._pieces = [_Piece.of(*batch.columns) for batch in batches]
        except (pa.ArrowException, KeyError, TypeError) as fault:
            raise Unsound(str(path)) from fault
        self._ends = list(accumulate(batch.num_rows for batch in batches))
        self.is_whole = sealed.is_whole

    def read(self, row: int) -> bytes:
        """JSON of what `ingest.cells.read_cells` gives. LookupError past the last row."""
        at = bisect_right(self._ends, row - 1)
        if row < 1 or at == len(self._ends):
            raise LookupError(row)
        piece, place = self._pieces[at], row - 1 - (self._ends[at - 1] if at else 0)
        begins = piece.begins
        return self._texts.write(piece.marks[place], piece.texts[begins[place] : begins[place + 1]].tobytes())


class _Piece(NamedTuple):
    """A batch of a view as plain memory: no Arrow object is made for a row."""

    marks: memoryview
    begins: memoryview
    texts: memoryview

    @classmethod
    def of(cls, marks: Any, texts: Any) -> _Piece:
        """Of its two columns."""
        _, begins, data = texts.buffers()
        return cls(memoryview(marks.buffers()[1]).cast("q"), memoryview(begins).cast("i"), memoryview(data or b""))


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
        packed = read_schema(cells)
        about = packed.metadata[ABOUT]
        texts = CellTexts(json.loads(about), packed.names)
        described = {ABOUT: about, _NAMES: json.dumps(packed.names)}
        schema = pa.schema([("mark", pa.int64()), ("text", pa.binary())], metadata=described)
        with pa.ipc.new_stream(sink, schema) as writer:
            for batch in iter_cells(cells):
                writer.write_batch(pa.record_batch(list(texts.keep(batch)), schema=schema))

    write_sealed(path, digest, write)
    _opened(path, digest)


def _opened(path: Path, digest: str) -> bool:
    key = file_key(path)
    try:
        return key is not None and _open.get(key, lambda: CellView(path, digest)) is not None
    except Unsound:
        return False
