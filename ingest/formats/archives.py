"""What the parts of an XLSX say beside the cells: whether they would burst, what is hidden, linked, never computed."""

from __future__ import annotations

import html
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.formats.fence import AREA_LIMIT, Stop
from ingest.formats.indents import Indents, indent_styles
from ingest.formats.percents import Percents, percent_styles

UNPACKED_LIMIT = 1 << 30  # bytes of a workbook once unpacked
RATIO_LIMIT = 250  # an honest sheet shrinks 5 to 30 times
RATIO_FLOOR = 64 << 20  # below that, any ratio is harmless
_CHUNK = 1 << 20
_MOST_STYLES = 16 << 20
_OVERLAP = 1_024
_FIRST = 20  # cells that are named
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_COLUMN_REF = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_WIDE_REF = re.compile(rb'r="[A-Z]{2,3}[0-9]')
_NO_VALUE = re.compile(
    rb'<c r="([A-Z]{1,3}\d{1,7})"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
_STYLED = rb'<c r="([A-Z]{1,3})(\d{1,7})"(?=[^>]*\bs="(?:%s)")(?![^>]*\bt="(?:s|str|inlineStr|b|e|d)")'
_FORMULA = re.compile(rb"<f\b[^>]*>([^<]*(?:[0-9]{11}|@)[^<]*)</f>")  # one that may name a person's number
_END_OF_CELLS = re.compile(rb"</sheetData>|<sheetData\s*/>")
_MOST_AFTER, _MOST_FORMULAS = 8 << 20, 10_000
_ERROR = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"[^>]*\bt="e"')
_HIDDEN_ROW = re.compile(rb'<row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*\br="(\d{1,7})"')
_HIDDEN_COLUMN = re.compile(
    rb'<col\b(?=[^>]*\bhidden="(?:1|true)")(?=[^>]*\bmin="(\d{1,5})")(?=[^>]*\bmax="(\d{1,5})")'
)
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
FAULTS = (zipfile.BadZipFile, EOFError, RuntimeError, OSError, ValueError, zlib.error, lzma.LZMAError)


def check_size(path: Path) -> int:
    """Refuse what would burst by the sizes that the archive states; how many bytes it has unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            return check_sizes(archive, path.stat().st_size)
    except FAULTS as error:
        raise Stop("workbook_broken", detail=str(error)[:120]) from None


def check_archive(path: Path) -> dict[str, Remarks]:
    """Refuse what would burst: sizes and ratio as the archive states them, and the far corner of each sheet.

    What the sheets say beside their cells comes back by part, since each is read through here anyway.
    """
    found: dict[str, Remarks] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            check_sizes(archive, path.stat().st_size)
            styles = _styles(archive)
            percents, levels = percent_styles(styles), indent_styles(styles)
            for name in archive.namelist():
                if _SHEET.fullmatch(name):
                    found[name] = Remarks(percents, levels)
                    _check_extent(archive, name, found[name])
    except FAULTS as error:
        raise Stop("workbook_broken", detail=str(error)[:120]) from None
    return found


def _styles(archive: zipfile.ZipFile) -> bytes:
    if "xl/styles.xml" not in archive.namelist():
        return b""
    with archive.open("xl/styles.xml") as styles:
        return styles.read(_MOST_STYLES)


def check_sizes(archive: zipfile.ZipFile, packed: int) -> int:
    """Refuse an archive that says of itself that it grows too much; to how many bytes."""
    size = sum(member.file_size for member in archive.infolist())
    if size > UNPACKED_LIMIT or (size > RATIO_FLOOR and size > RATIO_LIMIT * packed):
        raise Stop("workbook_bomb", mib=size >> 20, packed_kib=packed >> 10)
    return size


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The pieces of a member, each with the end of the one before."""
    rest = b""
    with archive.open(name) as member:
        while chunk := member.read(_CHUNK):
            yield rest + chunk
            rest = chunk[-_OVERLAP:]


def _check_extent(archive: zipfile.ZipFile, name: str, remarks: Remarks) -> None:
    first_row, last_row, last_column, far = 1 << 30, 0, 0, ""
    for chunk in _chunks(archive, name):
        remarks.see(chunk)
        for letters, digits in _corners(chunk):
            row, column = int(digits), _column(letters)
            if row > last_row or column > last_column:
                far = (letters + digits).decode()
            first_row, last_row, last_column = min(first_row, row), max(last_row, row), max(last_column, column)
        if (last_row - first_row + 1) * last_column > AREA_LIMIT:
            raise Stop("sheet_extent", far=far, cell=far, most=AREA_LIMIT)


def _corners(chunk: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The cells of a piece of a sheet that can matter: the first, the last, the most to the right, the lowest.

    Columns A to Z alone stay within the limit whatever their rows.
    """
    refs = _COLUMN_REF.findall(chunk) if _WIDE_REF.search(chunk) else ()
    if refs:
        yield from (refs[0], refs[-1])
        yield max(refs, key=lambda ref: (len(ref[0]), ref[0]))
        yield max(refs, key=lambda ref: int(ref[1]))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


@dataclass
class Remarks:
    """What one sheet says beside its cells; `styles` show percentages, `levels` are those that set cells in."""

    styles: frozenset[int] = frozenset()
    levels: Mapping[int, int] = field(default_factory=dict)
    no_value: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    percents: Percents = field(default_factory=Percents)
    merged: list[list[int]] = field(default_factory=list)  # where the reader of cells does not tell them
    inset: list[list[int]] = field(default_factory=list)  # cells that are set in, where `levels` do not tell it
    after: bytearray = field(default_factory=bytearray)  # what follows the cells: print headers, rules, links
    formulas: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        ids = b"|".join(str(one).encode() for one in sorted(self.styles))
        self._percent = re.compile(_STYLED % ids) if ids else None
        self._indents = Indents(self.levels)

    def see(self, chunk: bytes) -> None:
        for letters, digits in self._percent.findall(chunk) if self._percent else ():
            self.percents.note(int(digits), _column(letters) - 1)
        self._indents.see(chunk)
        if b"<f" in chunk:
            _add(self.no_value, _NO_VALUE.findall(chunk))
            if len(self.formulas) < _MOST_FORMULAS:
                self.formulas.update(_FORMULA.findall(chunk))
        if b't="e"' in chunk:
            _add(self.errors, _ERROR.findall(chunk))
        if b"hidden=" in chunk:
            self.rows.update(map(int, _HIDDEN_ROW.findall(chunk)))
            for low, high in _HIDDEN_COLUMN.findall(chunk):
                self.columns.update(range(int(low), min(int(high), int(low) + 2_000) + 1))

        self._keep_after(chunk)

    @property
    def indents(self) -> list[list[int]]:
        """The cells that are set in: row from 1, column from 0, steps."""
        told = ([row, _column(letters.encode()) - 1, level] for (row, letters), level in self._indents.cells.items())
        return [*self.inset, *told]

    def _keep_after(self, chunk: bytes) -> None:
        if self.after:
            self.after += chunk[_OVERLAP:] if len(self.after) < _MOST_AFTER else b""
        elif b"sheetData" in chunk and (end := _END_OF_CELLS.search(chunk)):
            self.after += chunk[end.end() :]

    def notes(self, sheet: str) -> Iterator[list[Any]]:
        for code, cells in (("formula_no_value", self.no_value), ("cell_error", self.errors)):
            if cells:
                yield [code, sheet, {"count": len(cells), "first_cells": cells[:_FIRST], "cell": cells[0]}]
        if self.rows:
            shown = ", ".join(map(str, sorted(self.rows)[:_FIRST]))
            yield ["rows_hidden", sheet, {"count": len(self.rows), "rows": shown}]
        if self.columns:
            yield ["columns_hidden", sheet, {"count": len(self.columns), "columns": _letters(sorted(self.columns))}]


def _add(cells: list[str], found: list[bytes]) -> None:
    """Note the cells of a piece; those in both it and the piece before, once."""
    seen = set(cells[-_OVERLAP:])
    cells.extend(cell for one in found if (cell := one.decode()) not in seen)


def _letters(columns: list[int]) -> str:
    return ", ".join(map(column_name, columns[:_FIRST]))


def column_name(number: int) -> str:
    """The letters of a column, from 1."""
    name, rest = "", number
    while rest:
        rest, letter = divmod(rest - 1, 26)
        name = chr(65 + letter) + name
    return name


def name_parts(path: Path, parts: Mapping[str, Remarks]) -> dict[str, Remarks]:
    """What the sheets say beside their cells, by the sheet's name; nothing where the parts are odd."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = _sheet_names(archive, archive.namelist())
    except (*FAULTS, KeyError):
        return {}
    return {name: parts[part] for part, name in names.items()}


def list_remarks(path: Path, sheets: Mapping[str, Remarks]) -> list[list[Any]]:
    """For whom it may concern, [code, sheet (empty for the whole book), params]."""
    members: list[str] = []
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
    return [*_of_book(members), *(note for name, one in sheets.items() for note in one.notes(name))]


def _of_book(members: list[str]) -> Iterator[list[Any]]:
    links = [name for name in members if name.startswith("xl/externalLinks/externalLink")]
    if links:
        yield ["links_ignored", "", {"count": len(links)}]
    if any(name.endswith("vbaProject.bin") for name in members):
        yield ["macros_ignored", "", {}]


def _sheet_names(archive: zipfile.ZipFile, members: list[str]) -> dict[str, str]:
    """Part -> the sheet's name; empty for a workbook of another make."""
    if "xl/workbook.xml" not in members or "xl/_rels/workbook.xml.rels" not in members:
        return {}
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {one["Id"]: one["Target"] for one in _elements(links, "Relationship") if {"Id", "Target"} <= one.keys()}
    found = {}
    for one in _elements(book, "sheet"):
        part = "xl/" + targets.get(one.get("r:id", ""), "").removeprefix("/").removeprefix("xl/")
        if part in members and _SHEET.fullmatch(part):
            found[part] = html.unescape(one.get("name", ""))
    return found


def _elements(text: str, name: str) -> Iterator[dict[str, str]]:
    return (dict(_ATTRIBUTE.findall(one)) for one in re.findall(rf"<(?:\w+:)?{name}\s[^>]*>", text))
