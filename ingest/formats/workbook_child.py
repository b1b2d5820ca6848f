"""Reads one sheet of a workbook in a process of its own, fenced by limits: `python -m ingest.formats.workbook_child`.

It writes lines of JSON: first {"sheet", "others", "width"}, then blocks {"rows": [numbers], "columns": [[text]]}, last
{"end": rows}; or one line {"refused": code, "params": {…}}. It must stay light: it imports no Arrow.
"""

from __future__ import annotations

import datetime as dt
import re
import resource
import sys
import zipfile
from collections.abc import Generator, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import python_calamine as calamine

from catalog.errors import nearest

UNPACKED_LIMIT = 1 << 30  # bytes of a workbook once unpacked
RATIO_LIMIT = 250  # an honest sheet shrinks 5 to 30 times
RATIO_FLOOR = 64 << 20  # below that, any ratio is harmless
AREA_LIMIT = 28_000_000  # cells of the rectangle that a sheet spans, all of which are reserved: 26 columns to the end
_BLOCK = 4_096
_COLUMN_REF = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_WIDE_REF = re.compile(rb'r="[A-Z]{2,3}[0-9]')
_OVERLAP = 32


class Stop(Exception):
    """The workbook is refused, for the reason of this code."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def main(path: Path, wanted: str | None, seconds: int, memory: int, out: BinaryIO) -> None:
    """Write the sheet's rows, or why there are none."""
    fence(seconds, memory)
    try:
        for line in iter_lines(path, wanted):
            out.write(orjson.dumps(line) + b"\n")
    except Stop as stop:
        out.write(_refusal(stop))
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001  # a panic of the reader is not an Exception
        out.write(_refusal(Stop("workbook_broken", detail=str(error)[:120])))
    out.flush()


def _refusal(stop: Stop) -> bytes:
    return orjson.dumps({"refused": stop.code, "params": stop.params}) + b"\n"


def fence(seconds: int, memory: int) -> None:
    """Bound the processor time of this process, and the bytes of memory that it may add."""
    with suppress(OSError, ValueError):  # macOS knows no bound on addresses
        size = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + memory, size + memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def iter_lines(path: Path, wanted: str | None) -> Iterator[dict[str, Any]]:
    """What `main` writes. Raises Stop."""
    if zipfile.is_zipfile(path):
        check_archive(path)
    book = _open(path)
    sheet, others = _choose(book, wanted)
    yield {"sheet": sheet.name, "others": others, "width": sheet.end[1] + 1}
    rows = yield from _blocks(sheet)
    yield {"end": rows}


def _open(path: Path) -> Any:
    try:
        return calamine.load_workbook(path)
    except calamine.PasswordError:
        raise Stop("workbook_locked") from None
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, OSError, ValueError) as error:
        raise Stop("workbook_broken", detail=str(error)[:120]) from None


def _choose(book: Any, wanted: str | None) -> tuple[Any, list[str]]:
    names = [meta.name for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
    if wanted is not None and wanted not in names:
        raise Stop(
            "sheet_unknown",
            name=wanted[:60],
            near=nearest(wanted, names) or (names or [""])[0],
            known="、".join(names[:20]),
        )
    hidden = {meta.name for meta in book.sheets_metadata if meta.visible != calamine.SheetVisibleEnum.Visible}
    order = [wanted] if wanted is not None else sorted(names, key=lambda name: name in hidden)
    found = next(((name, sheet) for name in order if (sheet := _sheet(book, name)).total_height), None)
    if found is None:
        raise Stop("sheet_empty", name=wanted or "")
    chosen, sheet = found
    return sheet, [name for name in names if name != chosen and _sheet(book, name).total_height]


def _sheet(book: Any, name: str) -> Any:
    try:
        return book.get_sheet_by_name(name)
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, ValueError) as error:
        raise Stop("workbook_broken", detail=str(error)[:120]) from None


def _blocks(sheet: Any) -> Generator[dict[str, Any], None, int]:
    left = [""] * sheet.start[1]  # rows come from the top, but only from the first column that is used
    numbers: list[int] = []
    cells: list[list[str]] = []
    count = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        texts = left + [value if isinstance(value, str) else text_of(value) for value in row]
        if not any(texts):
            continue  # a sheet may end in thousands of blank rows
        numbers.append(number)
        cells.append(texts)
        if len(numbers) >= _BLOCK:
            yield _block(numbers, cells)
            count, numbers, cells = count + len(numbers), [], []
    if numbers:
        yield _block(numbers, cells)
    return count + len(numbers)


def _block(numbers: list[int], cells: list[list[str]]) -> dict[str, Any]:
    return {"rows": numbers, "columns": [list(column) for column in zip(*cells, strict=True)]}


def text_of(value: Any) -> str:
    """A cell as text: numbers as Excel shows them at full width, dates in ISO form, booleans TRUE and FALSE."""
    if value.__class__ is float and value.is_integer() and abs(value) < 1e15:
        return str(int(value))  # the most frequent, and the quickest to write
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        hours, rest = divmod(round(value.total_seconds()), 3600)
        return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
    return str(value)


def number_text(value: float) -> str:
    """The shortest digits that name the number, at most the 15 that a workbook shows (119.33999999999999 is 119.34)."""
    digits = repr(value)
    if len(digits) <= 16 and "e" not in digits and "n" not in digits:
        return digits.removesuffix(".0")
    if len(digits.lstrip("-0.").replace(".", "").split("e")[0]) > 15:
        digits = f"{value:.15g}"
    plain = format(Decimal(digits), "f") if digits[-1].isdigit() else digits
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def check_archive(path: Path) -> None:
    """Refuse what would burst: sizes and ratio as the archive states them, and the far corner of each sheet."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, path.stat().st_size)
            for name in archive.namelist():
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                    _check_extent(archive, name)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise Stop("workbook_broken", detail=str(error)[:120]) from None


def _check_sizes(archive: zipfile.ZipFile, packed: int) -> None:
    size = sum(member.file_size for member in archive.infolist())
    if size > UNPACKED_LIMIT or (size > RATIO_FLOOR and size > RATIO_LIMIT * packed):
        raise Stop("workbook_bomb", mib=size >> 20, packed_kib=packed >> 10)


def _check_extent(archive: zipfile.ZipFile, name: str) -> None:
    first_row, last_row, last_column, far = 1 << 30, 0, 0, ""
    rest = b""
    with archive.open(name) as member:
        while chunk := member.read(1 << 20):
            for letters, digits in _corners(rest + chunk):
                row, column = int(digits), _column(letters)
                if row > last_row or column > last_column:
                    far = (letters + digits).decode()
                first_row, last_row, last_column = min(first_row, row), max(last_row, row), max(last_column, column)
            if (last_row - first_row + 1) * last_column > AREA_LIMIT:
                raise Stop("sheet_extent", far=far, cell=far, most=AREA_LIMIT)
            rest = chunk[-_OVERLAP:]


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


if __name__ == "__main__":
    PATH, SECONDS, MEMORY, *SHEET = sys.argv[1:]
    main(Path(PATH), SHEET[0] if SHEET else None, int(SECONDS), int(MEMORY), sys.stdout.buffer)
