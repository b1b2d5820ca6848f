"""The rows of a release as JSON text, made at their first use: a page of all fields is then a piece of a mapped file.

Each text is an object of `_row` and every field with a comma behind it, so that neighbours are read as one piece;
behind the texts stands where each begins and the last one ends. A cache file beside the serving file, as ranks are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.rows import duck
from catalog.rows.kept import Kept, file_key
from catalog.rows.limits import LIMITS
from catalog.rows.output_sql import json_line
from catalog.rows.pieces import Pieces
from catalog.rows.sealed import Sealed, Unsound, write_sealed
from catalog.rows.serving import Serving
from catalog.schema import Field, Table

_CELLS: Final = 1_500_000  # of a batch
_KEPT: Final = 128
_ENDING: Final = ".rtexts"


class Texts:
    """The texts of one table, mapped."""

    def __init__(self, path: Path, table: Table) -> None:
        sealed = Sealed(path, table.digest)
        whole, self.is_whole = memoryview(sealed.content), sealed.is_whole
        end = len(whole) - 8 * (table.rows + 1)
        if end < 0:
            raise Unsound(str(path))
        self._texts, self._begins = whole[:end], whole[end:].cast("q")
        if self._begins[0] != 0 or self._begins[table.rows] != end:
            raise Unsound(str(path))

    def read(self, numbers: Sequence[int]) -> bytes:
        """A JSON array of the rows with these numbers (from 1), in their order."""
        texts, begins = self._texts, self._begins
        if isinstance(numbers, range):
            parts = [texts[begins[numbers.start - 1] : begins[numbers.stop - 1]]]
        else:
            parts = [texts[begins[number - 1] : begins[number]] for number in numbers]
        return b"[" + b"".join(parts)[:-1] + b"]"

    def read_one(self, number: int) -> bytes:
        """The row of that number (from 1) as a JSON object."""
        return bytes(self._texts[self._begins[number - 1] : self._begins[number] - 1])


_open: Final[Kept[Texts]] = Kept(_KEPT)


def find_texts(serving: Serving) -> Texts | None:
    """The texts where this process has opened them and the file is the same still."""
    found: Texts | None = serving.lately.look(_ENDING, lambda: _open.find(file_key(serving.beside(_ENDING))))
    return found


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

    def write(sink: pa.NativeFile) -> None:
        at = 0
        with Pieces(serving.path.parent, pa.int64()) as ends:
            for batch in duck.stream(parquet, len(table.fields), _sql(table), [], LIMITS, _CELLS):
                _, places, data = batch.column(0).buffers()
                found = pa.Array.from_buffers(pa.int32(), len(batch) + 1, [None, places], offset=batch.column(0).offset)
                start, stop = found[0].as_py(), found[-1].as_py()
                sink.write(data[start:stop])
                ends.add(pc.add(found.slice(1).cast(pa.int64()), at - start))
                at += stop - start
            sink.write(bytes(8))
            sink.write(ends.whole().buffers()[1])

    write_sealed(serving.beside(_ENDING), table.digest, write)


def _sql(table: Table) -> str:
    names = ["_row", *(field.name for field in table.fields)]
    values = [(Field("_row", "", "integer"), "(n + 1)"), *((field, f"c{at}") for at, field in enumerate(table.fields))]
    return f"SELECT {json_line(names, ',')(values)} FROM r"
