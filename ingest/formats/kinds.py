"""What a file is, by its content and never by its name."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from ingest.encoding import find_mark, find_wide
from ingest.findings import Refused
from ingest.formats.archives import FAULTS

WORKBOOK, TEXT, MARKUP, BUNDLE = "workbook", "text", "markup", "bundle"
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
    ("word/document.xml", "DOCX"),
    ("ppt/presentation.xml", "PPTX"),
    ("META-INF/MANIFEST.MF", "JAR"),
)
_STREAMS = (("WordDocument", "DOC"), ("PowerPoint Document", "PPT"))
_MARKUP = re.compile(
    rb"^\s*(?:<!doctype html|<html|<head|<meta|<style|<body|<div|<table|<!--|<\?xml|<\?mso|<workbook)", re.IGNORECASE
)
_SPREADSHEET = b"urn:schemas-microsoft-com:office:spreadsheet"
_DOCUMENT = b"application/vnd.oasis.opendocument."


def kind_of(path: Path) -> str:
    """`workbook`, `markup`, `bundle` or `text`. Raises Refused for an empty file and for what is no table."""
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
    if _MARKUP.match(_narrow(head)):
        return _markup(path, _narrow(head))
    name = next((name for mark, name in _OTHERS if head.startswith(mark)), None) or _noise(head)
    if name:
        raise Refused("not_a_table", kind=name)
    return TEXT


def _narrow(head: bytes) -> bytes:
    """The head of a text a byte a character, which is enough to see its tags."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe").replace(b"\0", b"") if b"<" in head else head


def _archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
            document = archive.read("mimetype")[:80] if "mimetype" in members else b""
    except FAULTS:
        raise Refused("workbook_cut") from None
    if document.startswith(_DOCUMENT) and b"spreadsheet" not in document:
        raise Refused("not_a_table", kind="OpenDocument")
    if document or "xl/workbook.xml" in members or "xl/workbook.bin" in members:
        return WORKBOOK
    name = next((name for member, name in _MEMBERS if member in members), None)
    if name is not None:
        raise Refused("not_a_table", kind=name)
    return BUNDLE


def _compound(path: Path) -> str:
    """An OLE file: an old workbook, or a wrapping round a locked new one."""
    content = path.read_bytes() if path.stat().st_size <= 64 << 20 else path.open("rb").read(64 << 20)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Refused("workbook_locked")
    for stream, name in _STREAMS:
        if stream.encode("utf-16-le") in content:
            raise Refused("not_a_table", kind=name)
    return WORKBOOK


def _markup(path: Path, head: bytes) -> str:
    """Markup with a table in it: a workbook of 2003, or a page. Anything else is called by its name."""
    if _SPREADSHEET in head:
        return MARKUP
    page = b"<html" in head.lower() or b"<?xml" not in head.lower()
    if not page:
        raise Refused("not_a_table", kind="XML")
    with path.open("rb") as source:
        while chunk := source.read(1 << 20):
            if b"<table" in chunk.replace(b"\0", b"").lower():
                return MARKUP
    raise Refused("not_a_table", kind="HTML")


def _noise(head: bytes) -> str | None:
    """Text has hardly any control characters, but for that of two or four bytes a character."""
    if find_mark(head) or find_wide(head):
        return None
    control = sum(head.count(code) for code in range(32) if code not in (9, 10, 12, 13, 27))
    return "binary" if control * 50 > len(head) else None
