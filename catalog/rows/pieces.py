"""A column that is written to the disk piece by piece and then mapped: longer than memory is wide.

Its files have no names, so nothing is left of them however a process ends.
"""

from __future__ import annotations

import mmap
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc


class Pieces:
    """Arrays of one type without nulls, one behind the other; `size` is how many values there are."""

    def __init__(self, directory: Path, type_: pa.DataType) -> None:
        self.size = 0
        self._type = type_
        self._data: BinaryIO = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 - closed when it is mapped
        self._ends: BinaryIO | None = None
        if pa.types.is_large_string(type_):
            self._ends = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 - the same
            self._ends.write(bytes(8))

    def add(self, values: Any) -> None:
        """These behind those before."""
        self.size += len(values)
        if self._ends is None:
            width = self._type.bit_width // 8
            self._data.write(values.buffers()[1][values.offset * width : (values.offset + len(values)) * width])
        else:
            self._add_texts(self._ends, values)

    def _add_texts(self, file: BinaryIO, texts: Any) -> None:
        _, places, data = texts.buffers()
        ends = pa.Array.from_buffers(pa.int64(), len(texts) + 1, [None, places], offset=texts.offset)
        start, stop = ends[0].as_py(), ends[-1].as_py()
        file.write(pc.add(ends.slice(1), self._data.tell() - start).buffers()[1][: len(texts) * 8])
        if data is not None:
            self._data.write(data[start:stop])

    def whole(self) -> Any:
        """All of them as one array, mapped; nothing can be added then."""
        files = [self._data] if self._ends is None else [self._ends, self._data]
        return pa.Array.from_buffers(self._type, self.size, [None, *map(_mapped, files)])


def _mapped(file: BinaryIO) -> pa.Buffer:
    with file:
        file.flush()
        return pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if file.tell() else b"")
