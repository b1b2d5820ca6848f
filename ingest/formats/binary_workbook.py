"""What an XLSB says beside its cells: hidden rows and columns, merged ranges."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ingest.formats.archives import FAULTS, Remarks

BOOK = "xl/workbook.bin"
_MOST = 256 << 20  # bytes of an unpacked part: beyond it only the cells are read
_RELATION = re.compile(r'<Relationship\b(?=[^>]*\bId="([^"]+)")(?=[^>]*\bTarget="([^"]+)")')
_ROW, _COLUMNS, _SHEET, _MERGED = 0, 60, 156, 176
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x10, 0x01
_FAULTS = (*FAULTS, struct.error, IndexError, KeyError, UnicodeDecodeError)

Record = tuple[int, bytes]


def read_remarks(path: Path) -> dict[str, Remarks]:
    """By the sheet's name; nothing where the workbook is odd or very large."""
    with suppress(*_FAULTS), zipfile.ZipFile(path) as archive:
        links = dict(_RELATION.findall(archive.read("xl/_rels/workbook.bin.rels").decode("utf-8", "replace")))
        names = [_sheet(data) for kind, data in _records(archive, BOOK) if kind == _SHEET]
        return {name: _remarks(archive, f"xl/{links[link].removeprefix('/xl/')}") for link, name in names}
    return {}


def _records(archive: zipfile.ZipFile, name: str) -> Iterator[Record]:
    """The records of a part: kind and size in pieces of seven bits, then the data."""
    if archive.getinfo(name).file_size > _MOST:
        return
    part, at = archive.read(name), 0
    while at < len(part):
        kind, at = _number(part, at, 2)
        size, at = _number(part, at, 4)
        yield kind, part[at : at + size]
        at += size


def _number(part: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in pieces of seven bits, at most so many, and where it ends."""
    value = 0
    for place in range(most):
        byte = part[at + place]
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return value, at + place + 1
    return value, at + most


def _sheet(data: bytes) -> tuple[str, str]:
    """The relation and the name of a sheet: two texts after eight bytes, each after its count of characters."""
    count = struct.unpack_from("<I", data, 8)[0]
    link = data[12 : 12 + 2 * count].decode("utf-16-le")
    at = 12 + 2 * count
    length = struct.unpack_from("<I", data, at)[0]
    return link, data[at + 4 : at + 4 + 2 * length].decode("utf-16-le")


def _remarks(archive: zipfile.ZipFile, name: str) -> Remarks:
    remarks = Remarks()
    for kind, data in _records(archive, name):
        if kind == _ROW and data[11] & _HIDDEN_ROW:
            remarks.rows.add(struct.unpack_from("<I", data)[0] + 1)
        elif kind == _COLUMNS and data[16] & _HIDDEN_COLUMN:
            first, last = struct.unpack_from("<2I", data)
            remarks.columns.update(range(first + 1, min(last, 16_383) + 2))
        elif kind == _MERGED:
            top, bottom, left, right = struct.unpack_from("<4I", data)
            remarks.merged.append([top + 1, left, bottom + 1, right])
    return remarks
