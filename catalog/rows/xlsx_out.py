"""Workbooks: numbers as numbers where Excel keeps every digit, dates as dates, text that can never be a formula."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import xlsxwriter

from catalog.rows.literals import is_float
from catalog.rows.terms import TEXTS
from catalog.rows.values import to_text
from catalog.schema import Field

MOST_ROWS: Final = 1_048_576  # of a sheet, its header among them
_CHUNK: Final = 1 << 20
_LONGEST: Final = 32_767  # characters of a cell
_DIGITS: Final = 15  # that Excel keeps
_FIRST_YEAR: Final = 1900
_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC)  # a fixed time, so that the same rows give the same bytes
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))
_OPTIONS: Final = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_RISKY: Final = ("=", "+", "-", "@")


def xlsx_chunks(
    batches: Iterable[pa.RecordBatch], fields: list[Field], names: list[str], sheet: str, most_rows: int = MOST_ROWS
) -> Iterator[bytes]:
    """The workbook's bytes, from a temporary file: the format needs what comes last in its first part."""
    with tempfile.TemporaryDirectory(prefix="xlsx-") as directory:
        path = Path(directory) / "rows.xlsx"
        _write(path, batches, fields, names, sheet, most_rows)
        with path.open("rb") as source:
            while chunk := source.read(_CHUNK):
                yield chunk


def _write(
    path: Path, batches: Iterable[pa.RecordBatch], fields: list[Field], names: list[str], sheet: str, most_rows: int
) -> None:
    with xlsxwriter.Workbook(str(path), {**_OPTIONS, "tmpdir": str(path.parent)}) as book:
        book.set_properties({"created": _MADE.replace(tzinfo=None)})
        book.use_zip64()
        writers = [_writer(field, book) for field in fields]
        page, line, number = _sheet(book, sheet, names, 1), 1, 1
        for batch in batches:
            for row in zip(*(column.to_pylist() for column in batch.columns[: len(fields)]), strict=True):
                if line == most_rows:
                    number += 1
                    page, line = _sheet(book, sheet, names, number), 1
                for column, value in enumerate(row):
                    if value is not None:
                        writers[column](page, line, column, value)
                line += 1


def _sheet(book: Any, name: str, names: list[str], number: int) -> Any:
    plain = name.translate(_FORBIDDEN) or "data"
    page = book.add_worksheet(plain[:31] if number == 1 else f"{plain[:26]} {number}")
    for column, title in enumerate(names):
        page.write_string(0, column, _harmless(title))
    return page


def _writer(field: Field, book: Any) -> Callable[[Any, int, int, Any], None]:
    if field.type in TEXTS:
        return lambda page, row, column, value: page.write_string(row, column, _harmless(value))
    if field.type in ("date", "datetime"):
        form = book.add_format({"num_format": "yyyy-mm-dd" if field.type == "date" else "yyyy-mm-dd hh:mm:ss"})
        return lambda page, row, column, value: _write_day(page, row, column, value, field, form)
    if field.type == "boolean":
        return lambda page, row, column, value: page.write_boolean(row, column, value)
    return lambda page, row, column, value: _write_number(page, row, column, value, field)


def _harmless(text: str) -> str:
    safe = "'" + text if text.startswith(_RISKY) else text
    return safe[:_LONGEST]


def _write_day(page: Any, row: int, column: int, value: date, field: Field, form: Any) -> None:
    if value.year < _FIRST_YEAR:  # before the calendar of Excel
        page.write_string(row, column, to_text(field, value))
        return
    page.write_datetime(row, column, value, form)


def _write_number(page: Any, row: int, column: int, value: Any, field: Field) -> None:
    if is_float(field) or _fits(value):
        page.write_number(row, column, value)
        return
    page.write_string(row, column, to_text(field, value))


def _fits(value: Decimal | int) -> bool:
    digits = Decimal(value).normalize().as_tuple().digits if isinstance(value, Decimal) else tuple(str(abs(value)))
    return len(digits) <= _DIGITS
