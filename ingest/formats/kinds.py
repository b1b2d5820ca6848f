"""What a file is, by its content and never by its name."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from ingest.encoding import find_mark, find_wide
from ingest.findings import Refused

WORKBOOK, TEXT = "workbook", "text"
_HEAD = 1 << 16
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# First bytes -> what people call it. None of these holds a table that we read.
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM\x00", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"PAR1", "Parquet"),
    (b"SQLite format 3", "SQLite"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90", "EXE"),
    (b"{\\rtf", "RTF"),
)
_MEMBERS = (
    ("xl/workbook.xml", None),
    ("xl/workbook.bin", None),
    ("word/document.xml", "DOCX"),
    ("ppt/presentation.xml", "PPTX"),
    ("content.xml", "OpenDocument"),
)
_STREAMS = (("WordDocument", "DOC"), ("PowerPoint Document", "PPT"))
_MARKUP = re.compile(rb"^\s*(?:<!doctype html|<html|<table|<\?xml)", re.IGNORECASE)


def kind_of(path: Path) -> str:
    """`workbook` or `text`. Raises Refused for an empty file and for what is known not to be a table."""
    with path.open("rb") as source:
        head = source.read(_HEAD)
    if not head.strip(b" \t\r\n\xef\xbb\xbf"):
        raise Refused("file_empty")
    if not head.strip(b"\0"):
        raise Refused("file_of_nulls")
    if head.startswith(_ZIP):
        return _archive(path)
    if head.startswith(_OLE):
        return _compound(path)
    name = next((name for mark, name in _OTHERS if head.startswith(mark)), None) or _markup(head) or _noise(head)
    if name:
        raise Refused("not_a_table", kind=name)
    return TEXT


def _archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused("workbook_cut") from None
    for member, name in _MEMBERS:
        if member in members:
            if name is None:
                return WORKBOOK
            raise Refused("not_a_table", kind=name)
    raise Refused("not_a_table", kind="ZIP")


def _compound(path: Path) -> str:
    """An OLE file: an old workbook, or a wrapping round a locked new one."""
    content = path.read_bytes() if path.stat().st_size <= 64 << 20 else path.open("rb").read(64 << 20)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Refused("workbook_locked")
    for stream, name in _STREAMS:
        if stream.encode("utf-16-le") in content:
            raise Refused("not_a_table", kind=name)
    return WORKBOOK


def _markup(head: bytes) -> str | None:
    found = _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf"))
    return None if found is None else ("XML" if b"<?xml" in found.group().lower() else "HTML")


def _noise(head: bytes) -> str | None:
    """Text has hardly any control characters, but for that of two or four bytes a character."""
    if find_mark(head) or find_wide(head):
        return None
    control = sum(head.count(code) for code in range(32) if code not in (9, 10, 12, 13, 27))
    return "binary" if control * 50 > len(head) else None
