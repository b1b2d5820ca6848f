"""Text with delimiters (CSV, TSV, semicolons, bars): a fast reader for what is regular, an exact one for the rest."""

from __future__ import annotations

import codecs
import csv
import io
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import pyarrow as pa
from pyarrow import csv as arrow_csv

from ingest.ahead import ahead
from ingest.coded import CODED, repeats
from ingest.findings import ERROR, WARNING, Refused
from ingest.formats.mending import Shapes
from ingest.gather import Gather, Place
from ingest.progress import Progress, Tell
from ingest.raw import CELL_LIMIT, RawSheet, RawWriter, column_names, raw_schema

DELIMITERS = (",", "\t", ";", "|")
_BLOCK = 8 << 20  # bytes that the fast reader takes at a time, and hands on as one batch
_HEAD = 2 << 20  # bytes by which a column's repetition is judged, at most so many rows of them
_JUDGED = 10_000
_SAMPLE = 1 << 18
_LINES = 60
_REGULAR = 0.55  # of the lines
_READING = 0.4  # share of the whole work that reading is


@dataclass(frozen=True)
class Layout:
    """What stands between cells, and how many of them a row has."""

    delimiter: str
    width: int


def read_delimited(source: Path, target: Path, tell: Tell) -> RawSheet:
    """All rows of a UTF-8 file. Raises Refused for a cell or a row beyond the bounds."""
    layout = find_layout(_sample(source))
    raw_schema(layout.width)
    return _read_fast(source, target, layout, tell) or read_exactly(source, target, layout, tell)


def find_layout(sample: str) -> Layout:
    """The delimiter that cuts the most lines into the same number (over one) of cells."""
    layouts = [_try(sample, delimiter) for delimiter in DELIMITERS]
    score, layout = max(layouts, key=lambda one: one[0])
    return layout if score > 0 else Layout(",", 1)


def has_rows(sample: str) -> bool:
    """Whether most lines are cut into the same number of cells by some delimiter; a stroke may only close one."""
    layouts = [_try(sample, one) for one in DELIMITERS]
    return any(score > _REGULAR and one.width > (2 if one.delimiter == "|" else 1) for score, one in layouts)


def _try(sample: str, delimiter: str) -> tuple[float, Layout]:
    rows = [row for row in _rows_of(sample, delimiter) if any(map(str.strip, row))]
    tables = [row for row in rows if len(row) > 1]
    if not tables:
        return 0.0, Layout(delimiter, 1)
    width = _width(tables)
    regular = sum(len(row) == width for row in rows) / len(rows)
    return regular + min(width, 50) / 1000, Layout(delimiter, width)


def _width(rows: list[list[str]]) -> int:
    """As wide as the header (the first row with several names), unless most rows agree on more."""
    widths = Counter(map(len, rows))
    width, lines = widths.most_common(1)[0]
    if lines == len(rows):
        return width
    names = next((row for row in rows if sum(bool(cell.strip()) for cell in row) > 1), rows[0])
    header = max(place for place, cell in enumerate(names, start=1) if cell.strip() or place == 1)
    return width if width > header and lines * 2 > len(rows) else header


def _rows_of(sample: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), _LINES):
            rows.append(row)
    except csv.Error:
        return rows
    return rows


def _sample(source: Path) -> str:
    with _opened(source) as text:
        sample = text.read(_SAMPLE)
    whole, _, rest = sample.rpartition("\n")
    return whole + "\n" if whole and len(sample) >= _SAMPLE else whole + "\n" + rest


def _read_fast(source: Path, target: Path, layout: Layout, tell: Tell) -> RawSheet | None:
    """The regular file, read by columns; None where a row is not as wide as the others or too long for a piece."""
    quoted, size = _has_quote(source), max(1, source.stat().st_size)
    try:
        coded = _repeating(source, layout, quoted=quoted)
        told = _Told(layout, coded, quoted=quoted)
        # Where a quote may hold a line's end, only who reads from the beginning knows where a row ends.
        blocks = told.open(source, _block_of(source)) if quoted else ahead(told.read, _iter_pieces(source))
        with RawWriter(target, layout.width, coded) as writer:
            for place, batch in enumerate(blocks, start=1):
                writer.add_columns(writer.rows + 1, batch.columns)
                tell(Progress(writer.rows, fraction=min(1.0, place * _BLOCK / size) * _READING))
    except pa.ArrowInvalid:
        return None
    return RawSheet(target, layout.width, writer.rows) if writer.rows else None


def _repeating(source: Path, layout: Layout, *, quoted: bool) -> frozenset[int]:
    """The columns (from 0) that say the same things again and again, by the file's beginning."""
    try:
        with _Told(layout, frozenset(), quoted=quoted).open(source, _HEAD) as reader:
            first = reader.read_next_batch()
    except pa.ArrowInvalid:
        return frozenset()
    return frozenset(place for place, column in enumerate(first.columns) if repeats(column.slice(0, _JUDGED)))


def _block_of(source: Path) -> int:
    """So many bytes at a time that no `\\r\\n` is cut in two: the reader would lose its half of one in a cell."""
    size = source.stat().st_size
    with source.open("rb") as stream:
        return next(
            block for block in count(_BLOCK) if not any(_is_cut(stream, at) for at in range(block, size, block))
        )


def _is_cut(stream: BinaryIO, at: int) -> bool:
    stream.seek(at - 1)
    return stream.read(2) == b"\r\n"


def _iter_pieces(source: Path) -> Iterator[bytes]:
    """The whole file in pieces that end where a line does. Raises ArrowInvalid where a line is longer than a piece."""
    with source.open("rb") as stream:
        while piece := stream.read(_BLOCK):
            if len(piece) == _BLOCK:
                end = piece.rfind(b"\n") + 1
                if not end:
                    raise pa.ArrowInvalid("a line is longer than a block")
                stream.seek(end - len(piece), os.SEEK_CUR)
                piece = piece[:end]
            again = stream.tell() > len(piece) and piece.startswith(codecs.BOM_UTF8)
            yield codecs.BOM_UTF8 + piece if again else piece  # what is no file's beginning loses one all the same


class _Told:
    """What the fast reader is told of a file that is known to be UTF-8."""

    def __init__(self, layout: Layout, coded: frozenset[int], *, quoted: bool) -> None:
        self._names = column_names(layout.width)
        types = {name: CODED if place in coded else pa.string() for place, name in enumerate(self._names)}
        self._parse = arrow_csv.ParseOptions(
            delimiter=layout.delimiter, newlines_in_values=quoted, ignore_empty_lines=False
        )
        self._convert = arrow_csv.ConvertOptions(column_types=types, strings_can_be_null=False, check_utf8=False)

    def open(self, source: Path, block: int) -> arrow_csv.CSVStreamingReader:
        """A reader of the file from its beginning, so many bytes at a time."""
        return arrow_csv.open_csv(source, self._blocks(block), self._parse, self._convert)

    def read(self, piece: bytes) -> Any:
        """The rows of a piece, in one batch."""
        table = arrow_csv.read_csv(pa.BufferReader(piece), self._blocks(len(piece) + 1), self._parse, self._convert)
        return table.combine_chunks().to_batches()[0]

    def _blocks(self, size: int) -> arrow_csv.ReadOptions:
        return arrow_csv.ReadOptions(column_names=self._names, block_size=size, use_threads=False)


def _has_quote(source: Path) -> bool:
    with source.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            if b'"' in chunk:
                return True
    return False


def read_exactly(source: Path, target: Path, layout: Layout, tell: Tell) -> RawSheet:
    """Any file, row by row: too long a row is mended where that is certain, else left out with an error."""
    gather, size = Gather(), max(1, source.stat().st_size)
    shapes = Shapes(layout.width)
    with _opened(source) as text:
        shapes.learn(_iter_rows(text, layout.delimiter))
    fit = _Fit(layout, shapes, gather)
    with _opened(source) as text, RawWriter(target, layout.width) as writer:
        for number, row in enumerate(_iter_rows(text, layout.delimiter), start=1):
            for cells in fit.rows(number, row):
                writer.add(number, cells)
            if number % 32_768 == 0:
                tell(Progress(number, rows_rejected=fit.rejected, fraction=writer.characters / size * _READING))
    return RawSheet(target, layout.width, writer.rows, rejected=fit.rejected, findings=gather.findings())


def _opened(source: Path) -> TextIO:
    return source.open(encoding="utf-8-sig", errors="replace", newline="")


def _iter_rows(text: TextIO, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(CELL_LIMIT)
    reader = csv.reader(_iter_lines(text), delimiter=delimiter)
    number = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Refused("quote_open", row=number, line=number) from None
        yield row
        number += 1


def _iter_lines(text: TextIO) -> Iterator[str]:
    number = 0
    while line := text.readline(CELL_LIMIT):
        number += 1
        if len(line) >= CELL_LIMIT:
            raise Refused("line_too_long", row=number, line=number, most_mib=CELL_LIMIT >> 20)
        yield line


class _Fit:
    """Makes every row as wide as the table, and says where that was not so."""

    def __init__(self, layout: Layout, shapes: Shapes, gather: Gather) -> None:
        self._width, self._delimiter = layout.width, layout.delimiter
        self._shapes, self._gather = shapes, gather
        self._started = False  # rows above the table (titles, notes) may be as short as they like
        self.rejected = 0

    def rows(self, number: int, row: list[str]) -> list[list[str]]:
        """The rows of the table that a row of the file is: mostly one, none where it is refused."""
        count = len(row)
        if count < self._width:
            return self._fill(number, row)
        header, self._started = not self._started, True
        if count == self._width:
            return [row]
        inside, beyond = row[: self._width], row[self._width :]
        if not any(map(str.strip, beyond)) and (header or self._shapes.proofs(inside) is not None):
            return [inside]  # a header has words where its columns have numbers
        return self._mend(number, row)

    def _fill(self, number: int, row: list[str]) -> list[list[str]]:
        filled = row + [""] * (self._width - len(row))
        if self._started and any(map(str.strip, row)):
            if self._shapes.proofs(filled) is None and len(list(filter(str.strip, row))) > 1:
                return self._reject("row_shifted", number, row)
            self._say(WARNING, "row_short", number, row)
        return [filled]

    def _mend(self, number: int, row: list[str]) -> list[list[str]]:
        glued = self._shapes.glued(row)
        if glued is not None:
            self._say(WARNING, "row_glued", number, row)
            return glued
        joined = self._shapes.joined(row, self._delimiter)
        if joined is not None:
            self._say(WARNING, "row_mended", number, row)
            return [joined]
        return self._reject("row_long", number, row)

    def _reject(self, code: str, number: int, row: list[str]) -> list[list[str]]:
        self.rejected += 1
        self._say(ERROR, code, number, row)
        return []

    def _say(self, level: str, code: str, number: int, row: list[str]) -> None:
        place = Place(row=number, raw=self._delimiter.join(row)[:200])
        self._gather.add(level, code, place, row=number, found=len(row), expected=self._width)
