"""What an XLS of 97 to 2003 says beside its cells: what is hidden, set in, a percentage, a formula never computed."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.formats.archives import Remarks, column_name
from ingest.formats.compound import Broken, Compound
from ingest.formats.indents import MOST
from ingest.formats.percents import BUILT_IN, is_percent

_MOST = 128 << 20  # bytes of a workbook: beyond it only the cells are read
_BOF, _EOF, _SHEET, _FORMAT, _XF = 0x809, 0x0A, 0x85, 0x41E, 0xE0
_ROW, _COLUMNS, _NUMBER, _RK, _RKS, _FORMULA = 0x208, 0x7D, 0x203, 0x27E, 0xBD, 0x06
_TEXTS = frozenset({0xFD, 0x204, 0xD6})  # cells of text
_INDENT = 0x0F  # of the third byte of how an XF aligns
_UNCOMPUTED = 2  # a formula that asks to be computed when it is opened
_FAULTS = (Broken, struct.error, OSError, IndexError, MemoryError, OverflowError)

Record = tuple[int, bytes]


@dataclass(frozen=True)
class _Styles:
    """The styles that show percentages, and by how many steps each sets in."""

    percents: frozenset[int]
    indents: tuple[int, ...]


def read_remarks(path: Path) -> dict[str, Remarks]:
    """By the sheet's name; nothing where the workbook is older, odd or very large."""
    with suppress(*_FAULTS):
        if path.stat().st_size <= _MOST:
            book = Compound(path.read_bytes()).stream("Workbook")
            return dict(_sheets(book))
    return {}


def _records(book: bytes, at: int) -> Iterator[Record]:
    """The records from a place to the end of their part."""
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + size]
        if kind == _EOF:
            return
        at += 4 + size


def _sheets(book: bytes) -> Iterator[tuple[str, Remarks]]:
    names: list[tuple[str, int]] = []
    own: set[int] = set()
    formats: list[int] = []
    indents: list[int] = []
    for kind, data in _records(book, 0):
        if kind == _SHEET and data[5] == 0:
            names.append((_text(data[6:], data[6]), struct.unpack_from("<I", data)[0]))
        elif kind == _FORMAT and is_percent(_text(data[4:], struct.unpack_from("<H", data, 2)[0], wide=True)):
            own.add(struct.unpack_from("<H", data)[0])
        elif kind == _XF:
            formats.append(struct.unpack_from("<H", data, 2)[0])
            indents.append(data[8] & _INDENT)
    percents = frozenset(at for at, one in enumerate(formats) if one in own | BUILT_IN)
    styles = _Styles(percents, tuple(indents))
    for name, at in names:
        remarks = Remarks()
        for kind, data in _records(book, at):
            _see(kind, data, styles, remarks)
        yield name, remarks


def _text(data: bytes, count: int, *, wide: bool = False) -> str:
    """A string after its count of characters (one byte, two if `wide`): of one or two bytes each."""
    flags, start = data[2 if wide else 1], 3 if wide else 2
    if flags & 1:
        return data[start : start + 2 * count].decode("utf-16-le", "replace")
    return data[start : start + count].decode("latin-1")


def _see(kind: int, data: bytes, styles: _Styles, remarks: Remarks) -> None:
    if kind == _ROW and data[12] & 0x20:
        remarks.rows.add(struct.unpack_from("<H", data)[0] + 1)
    elif kind == _COLUMNS and data[8] & 1:
        first, last = struct.unpack_from("<HH", data)
        remarks.columns.update(range(first + 1, min(last, 255) + 2))
    elif kind in (_NUMBER, _RK, _FORMULA, _RKS):
        _see_numbers(kind, data, styles.percents, remarks)
    elif kind in _TEXTS and len(remarks.inset) < MOST:
        row, column, style = struct.unpack_from("<3H", data)
        if steps := styles.indents[style]:
            remarks.inset.append([row + 1, column, steps])


def _see_numbers(kind: int, data: bytes, percents: frozenset[int], remarks: Remarks) -> None:
    if kind == _RKS:
        row, first = struct.unpack_from("<HH", data)
        for place in range((len(data) - 6) // 6):
            if struct.unpack_from("<H", data, 4 + 6 * place)[0] in percents:
                remarks.percents.note(row + 1, first + place)
        return
    row, column, style = struct.unpack_from("<3H", data)
    if style in percents:
        remarks.percents.note(row + 1, column)
    if kind == _FORMULA and data[14] & _UNCOMPUTED and not any(data[6:14]):
        remarks.no_value.append(f"{column_name(column + 1)}{row + 1}")
