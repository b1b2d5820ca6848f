"""A column that is written to the disk piece by piece and then mapped: longer than memory is wide.

Its files have no names, so nothing is left of them however a process ends.
"""

from __future__ import annotations

import mmap
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import pyarrow as pa
import pyarrow.compute as pc


class Pieces:
    """Arrays of one type without nulls, one behind the other; `size` is how many values there are.

    To be used with `with`; what `whole` gave may be used beyond it.
    """

    def __init__(self, directory: Path, type_: pa.DataType) -> None:
        self.size = 0
        self._type, self._is_text = type_, pa.types.is_large_string(type_)
        self._files = [tempfile.TemporaryFile(dir=directory) for _ in range(1 + self._is_text)]  # noqa: SIM115 - `with` closes them
        self._data: BinaryIO = self._files[-1]
        if self._is_text:
            self._files[0].write(bytes(8))  # where the first text begins; behind it where each ends

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files:
            file.close()

    def add(self, values: Any) -> None:
        """These behind those before."""
        self.size += len(values)
        if self._is_text:
            self._add_texts(values)
        else:
            width = self._type.bit_width // 8
            self._data.write(values.buffers()[1][values.offset * width : (values.offset + len(values)) * width])

    def _add_texts(self, texts: Any) -> None:
        _, places, data = texts.buffers()
        ends = pa.Array.from_buffers(pa.int64(), len(texts) + 1, [None, places], offset=texts.offset)
        start, stop = ends[0].as_py(), ends[-1].as_py()
        self._files[0].write(pc.add(ends.slice(1), self._data.tell() - start).buffers()[1][: len(texts) * 8])
        if data is not None:
            self._data.write(data[start:stop])

    def whole(self) -> Any:
        """All of them as one array, mapped."""
        return pa.Array.from_buffers(self._type, self.size, [None, *map(_mapped, self._files)])


def _mapped(file: BinaryIO) -> pa.Buffer:
    file.flush()
    return pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if file.tell() else b"")
