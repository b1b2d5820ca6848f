"""Lines that DuckDB has written put one after the other: batches of one text column, whose bytes are the file's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from catalog.rows.engine import Export

_BOM: Final = b"\xef\xbb\xbf"


def csv_chunks(found: Export, names: list[str], *, bom: bool) -> Iterator[bytes]:
    """The header, then the lines."""
    yield (_BOM if bom else b"") + _csv_line(names)
    yield from text_chunks(found)


def text_chunks(found: Export) -> Iterator[bytes]:
    """The lines, a batch at a time."""
    return (_bytes_of(batch.column(0)) for batch in found.batches)


def _csv_line(cells: list[str]) -> bytes:
    quoted = ['"' + cell.replace('"', '""') + '"' if set(cell) & set('",\r\n') else cell for cell in cells]
    return (",".join(quoted) + "\n").encode("utf-8")


def _bytes_of(texts: Any) -> bytes:
    """All texts of an Arrow array as one; none is null."""
    _, ends, data = texts.buffers()
    places = memoryview(ends).cast("i")
    start, stop = places[texts.offset], places[texts.offset + len(texts)]
    return bytes(memoryview(data)[start:stop]) if data else b""
