"""Keys that come twice in a table of any length: past a million their hashes wait on disk, by parts.

Sixteen bytes a row on disk; in memory what waits, and one part at a time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import polars as pl
import pyarrow as pa

from ingest.coded import plain_batch

_WAITING: Final = 1 << 20  # keys that wait in memory
_PARTS: Final = 64  # of the hashes, by their remainder: the same key is always in the same part
_SCHEMA: Final = pa.schema([("key", pa.uint64()), ("row", pa.int64())])


class Keys:
    """The keys of all rows, as hashes, to find those that come twice. `folder` is where a long table's wait."""

    def __init__(self, key: tuple[str, ...], folder: Path) -> None:
        self._key, self._folder = key, folder
        self._frames, self._rows = list[pl.DataFrame](), 0
        self._file: IO[bytes] | None = None
        self._writer: Any = None

    def add(self, typed: Any, rows: Any) -> None:
        """The typed rows of a batch and their numbers; a row that lacks all of its key counts for nothing."""
        key = [name for name in self._key if name in typed.schema.names]
        if not key or len(key) < len(self._key):
            return
        frame = pl.DataFrame(plain_batch(typed.select(key))).with_columns(pl.Series("row number", rows))
        frame = frame.filter(pl.all_horizontal(pl.col(key[-1:]).is_not_null()))
        # Numbers of their own: those of the batch would keep the whole of it, and that of every batch, in memory.
        numbers = frame.get_column("row number") + 0
        self._frames.append(pl.DataFrame({"key": frame.select(key).hash_rows(), "row": numbers}))
        self._rows += frame.height
        if self._rows >= _WAITING:
            self._spill()

    def find_repeated(self, first: int) -> tuple[int, list[int]]:
        """How many rows have a key that a row before them has, and the numbers of the first ones."""
        count, rows = 0, list[int]()
        for mine in self._parts():
            again = mine.filter(~pl.col("key").is_first_distinct()).get_column("row")
            count, rows = count + len(again), rows + again.head(first).to_list()
        return count, sorted(rows)[:first]

    def close(self) -> None:
        """Let go of the file, which nobody else sees."""
        if self._file is not None:
            self._writer.close()
            self._file.close()
            self._file = None

    def _spill(self) -> None:
        """What waits goes to the file: a batch for each part, in the order of the parts."""
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  # `close` ends it
            self._writer = pa.ipc.new_file(self._file, _SCHEMA)
        waiting = pl.concat(self._frames)
        for part in range(_PARTS):
            mine = waiting.filter(pl.col("key") % _PARTS == part)
            self._writer.write_batch(pa.record_batch([column.to_arrow() for column in mine], schema=_SCHEMA))
        self._frames, self._rows = [], 0

    def _parts(self) -> Iterator[pl.DataFrame]:
        if self._file is None:
            yield from [pl.concat(self._frames)] if self._frames else []
            return
        if self._frames:
            self._spill()
        self._writer.close()
        with pa.ipc.open_file(self._file) as written:
            for part in range(_PARTS):
                places = range(part, written.num_record_batches, _PARTS)
                yield pl.DataFrame(pa.Table.from_batches([written.get_batch(place) for place in places]))
