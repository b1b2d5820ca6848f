"""A sheet as it was found: every row and cell as text, in an Arrow file that streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from ingest.coded import CODED, plain_batch
from ingest.findings import Finding, Refused

ROWS = 16_384  # rows of a batch at most
CHARACTERS = 8 << 20  # of a batch at most, so that memory stays flat whatever a cell holds
CELL_LIMIT = 16 << 20  # characters of one cell
MAX_COLUMNS = 2_000


@dataclass(frozen=True)
class Merged:
    """A merged range: rows from 1, columns from 0, both ends in it."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class RawSheet:
    """All rows of a sheet, header and blank ones too: `path` is an Arrow stream of `row` (from 1) and `c0`, `c1`, …

    Blank cells are the empty string. `grid` is False for records (JSON), which have no A1 names and whose first row,
    the names of their members, has the number 0.
    """

    path: Path
    width: int
    rows: int
    name: str | None = None
    grid: bool = True
    rejected: int = 0  # rows left out because they do not fit the table
    text_columns: frozenset[int] = frozenset()  # columns (from 0) whose values their source marks as text
    findings: tuple[Finding, ...] = ()
    merged: tuple[Merged, ...] | None = None  # None where the format does not know merged cells
    indents: Mapping[tuple[int, int], int] = field(default_factory=dict)  # (row, column from 0) -> steps it is set in


def column_names(width: int) -> list[str]:
    """`c0`, `c1`, … — the raw columns by position."""
    return [f"c{place}" for place in range(width)]


def raw_schema(width: int, coded: frozenset[int] = frozenset()) -> pa.Schema:
    """The shape of a raw file of so many columns, some of them coded. Raises Refused past what any honest table has."""
    if width > MAX_COLUMNS:
        raise Refused("columns_too_many", count=width, most=MAX_COLUMNS)
    types = [CODED if place in coded else pa.string() for place in range(width)]
    return pa.schema([("row", pa.int64()), *zip(column_names(width), types, strict=True)])


@dataclass
class RawWriter:
    """Writes a raw file, row by row or batch by batch; the columns `coded` (from 0) come as dictionaries."""

    path: Path
    width: int
    coded: frozenset[int] = frozenset()
    rows: int = 0
    _numbers: list[int] = field(default_factory=list)
    _cells: list[Sequence[str]] = field(default_factory=list)
    characters: int = 0  # written so far
    _waiting: int = 0

    def __enter__(self) -> Self:
        self._schema = raw_schema(self.width, self.coded)
        self._file: Any = pa.OSFile(str(self.path), "wb")
        self._writer: Any = pa.ipc.new_stream(self._file, self._schema)  # a file has one dictionary for all its batches
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._flush()
        finally:
            self._writer.close()
            self._file.close()

    def add(self, number: int, cells: Sequence[str]) -> None:
        """One row, exactly as wide as the file."""
        self._numbers.append(number)
        self._cells.append(cells)
        self._waiting += sum(map(len, cells))
        if len(self._numbers) >= ROWS or self._waiting >= CHARACTERS:
            self._flush()

    def add_columns(self, first: int, columns: Sequence[Any]) -> None:
        """Many rows at once: arrays of texts, their rows numbered upwards from `first`."""
        self._write(pa.arange(first, first + len(columns[0])), columns)

    def add_block(self, numbers: Sequence[int], columns: Sequence[Any]) -> None:
        """Many rows at once, each with its own number."""
        self._write(pa.array(numbers, pa.int64()), columns)

    def _flush(self) -> None:
        if self._numbers:
            columns = [pa.array(column, pa.string()) for column in zip(*self._cells, strict=True)]
            self._write(pa.array(self._numbers, pa.int64()), columns)
        self.characters += self._waiting
        self._numbers, self._cells, self._waiting = [], [], 0

    def _write(self, numbers: Any, columns: Sequence[Any]) -> None:
        self._writer.write_batch(pa.record_batch([numbers, *columns], schema=self._schema))
        self.rows += len(numbers)


def with_cells(sheet: RawSheet, path: Path, texts: Mapping[int, Mapping[int, str]]) -> RawSheet:
    """The same rows in the same batches with other texts in some cells, by column (from 0) and row."""
    changed = replace(sheet, path=path)
    with RawWriter(path, sheet.width) as writer:
        for batch in iter_batches(sheet.path):
            numbers, columns = batch.column(0).to_pylist(), list(batch.columns[1:])
            for at, told in texts.items():
                cells = columns[at].to_pylist()
                made = [told.get(row, cell) for row, cell in zip(numbers, cells, strict=True)]
                columns[at] = pa.array(made, pa.string())
            writer.add_block(numbers, columns)
    return changed


def iter_batches(path: Path) -> Iterator[Any]:
    """The record batches of a raw file, one in memory at a time, without dictionaries."""
    return map(plain_batch, iter_coded(path))


def iter_coded(path: Path) -> Iterator[Any]:
    """The record batches of a raw file as they stand, with coded columns (see ingest.coded)."""
    with pa.OSFile(str(path)) as source:  # not mapped: mapped pages stay and count as ours
        yield from pa.ipc.open_stream(source)


def rows_of(batch: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a batch one by one: the number, then the cells."""
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)


def first_rows(sheet: RawSheet, count: int) -> list[tuple[int, list[str]]]:
    """The first rows of a sheet with their numbers."""
    found: list[tuple[int, list[str]]] = []
    for batch in iter_batches(sheet.path):
        found.extend((number, cells) for number, *cells in rows_of(batch.slice(0, count - len(found))))
        if len(found) >= count:
            break
    return found
