"""Builds small workbooks of 1997 (XLS) from their records, for no library that is here writes them."""

from __future__ import annotations

import struct
from collections.abc import Iterable

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def record(kind: int, data: bytes = b"") -> bytes:
    """One record."""
    return struct.pack("<HH", kind, len(data)) + data


def label(row: int, column: int, text: str, style: int = 0) -> bytes:
    """A cell of text; row and column from 0."""
    return record(0x204, struct.pack("<4HB", row, column, style, len(text), 1) + text.encode("utf-16-le"))


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    """A cell with a number."""
    return record(0x203, struct.pack("<3Hd", row, column, style, value))


def integers(row: int, column: int, values: Iterable[int], style: int = 0) -> bytes:
    """Cells of whole hundredths in a row, in the short form (RK, a hundred times too large)."""
    cells = [struct.pack("<HI", style, value << 2 | 3) for value in values]
    last = column + len(cells) - 1
    return record(0xBD, struct.pack("<HH", row, column) + b"".join(cells) + struct.pack("<H", last))


def formula(row: int, column: int, value: float, flags: int = 0) -> bytes:
    """A cell that is 1+1."""
    tokens = b"\x1e\x01\x00\x1e\x01\x00\x03"
    return record(0x06, struct.pack("<3HdHIH", row, column, 0, value, flags, 0, len(tokens)) + tokens)


def hidden_row(row: int) -> bytes:
    return record(0x208, struct.pack("<6HI", row, 0, 9, 255, 0, 0, 0x20 | 0x100))


def hidden_columns(first: int, last: int) -> bytes:
    return record(0x7D, struct.pack("<6H", first, last, 0, 0, 1, 0))


def old_workbook(
    name: str, cells: Iterable[bytes], formats: Iterable[tuple[int, str]] = (), pad: int = 5_000,
    indents: Iterable[int] = (),
) -> bytes:  # fmt: skip
    """An XLS of one sheet; `pad` makes it large.

    Style 0 is general, the others show the formats in their order, then set in by so many steps.
    """
    known = list(formats)
    head = record(0x809, struct.pack("<4H2I", 0x600, 5, 0, 0, 0, 0))
    for at, code in known:
        if at > 163:
            head += record(0x41E, struct.pack("<HHB", at, len(code), 0) + code.encode("latin-1"))
    for at in (0, *(at for at, _ in known)):
        head += record(0xE0, struct.pack("<HH", 0, at) + bytes(16))
    for steps in indents:
        head += record(0xE0, bytes(6) + struct.pack("<BBB", 1, 0, steps) + bytes(11))
    words = name.encode("utf-16-le")
    sheet = record(0x809, struct.pack("<4H2I", 0x600, 0x10, 0, 0, 0, 0)) + b"".join(cells) + record(0x0A)
    start = len(head) + 4 + 8 + len(words) + 4
    bound = record(0x85, struct.pack("<IBBBB", start, 0, 0, len(name), 1) + words)
    return compound(head + bound + record(0x0A) + sheet + bytes(pad))


def compound(book: bytes) -> bytes:
    """A compound file with one stream, in the mini stream where it is short."""
    small = len(book) < 4_096
    stream = book.ljust(-(-len(book) // _SECTOR) * _SECTOR, b"\0")
    count = len(stream) // _SECTOR
    entries = _entry("Root Entry", 5, 1, 3 if small else _END, len(stream) if small else 0)
    entries += _entry("Workbook", 2, _FREE, 0 if small else 3, len(book))
    # Sector 0 is the allocation table, 1 the directory, 2 the mini table, from 3 on the stream.
    table = [_FAT, _END, _END, *range(4, 3 + count), _END]
    minis = [*range(1, len(stream) // 64), _END] if small else []
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4_096, 2 if small else _END, int(small), _END, 0)
    header += struct.pack("<109I", 0, *([_FREE] * 108))
    return header + _numbers(table) + entries.ljust(_SECTOR, b"\0") + _numbers(minis) + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    words = name.encode("utf-16-le") + b"\0\0"
    data = words.ljust(64, b"\0") + struct.pack("<HBB3I", len(words), kind, 1, _FREE, _FREE, child)
    return data.ljust(116, b"\0") + struct.pack("<III", start, size, 0)


def _numbers(values: list[int]) -> bytes:
    assert len(values) <= _SECTOR // 4
    return struct.pack(f"<{len(values)}I", *values).ljust(_SECTOR, b"\xff")
