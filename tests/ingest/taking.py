"""What the tests of ingestion share: write a file, take it in, look at the rows."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from catalog.schema import Field, Table
from ingest.cells import read_cells
from ingest.families import find_schema
from ingest.findings import Finding, Refused
from ingest.pipeline import Options, Outcome, take_in
from ingest.progress import Progress
from ingest.values import Unreadable


@dataclass(frozen=True)
class Taken:
    """A file that was taken in."""

    outcome: Outcome

    @property
    def table(self) -> Table:
        return self.outcome.tables[0].table

    @property
    def rows(self) -> list[dict[str, Any]]:
        return pq.read_table(self.outcome.tables[0].parquet).to_pylist()

    @property
    def types(self) -> dict[str, str]:
        return {field.name: field.type for field in self.table.fields}

    def field(self, name: str) -> Field:
        found = self.table.field(name)
        assert found is not None
        return found

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]

    def cells(self, row: int) -> dict[str, dict[str, Any]]:
        return read_cells(self.outcome.tables[0].cells, row)

    def findings(self, code: str) -> list[Finding]:
        return [one for one in self.outcome.findings if one.code == code]

    def finding(self, code: str) -> Finding:
        (found,) = self.findings(code)
        return found


def table(taken: Taken, name: str) -> list[dict[str, Any]]:
    """The rows of the table of that name."""
    (path,) = [one.parquet for one in taken.outcome.tables if one.table.name == name]
    return pq.read_table(path).to_pylist()


class Taker:
    """Takes content in; `told` keeps the progress of the last file."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number = folder, 0
        self.told: list[Progress] = []

    def __call__(
        self,
        content: str | bytes,
        name: str = "表.csv",
        *,
        schema: str | None = None,
        mapping: Mapping[str, str | None] | None = None,
        previous: tuple[Table, ...] = (),
        **options: str,
    ) -> Taken:
        self.number += 1
        work = self.folder / str(self.number)
        work.mkdir()
        source = work / "upload"
        source.write_bytes(content.encode() if isinstance(content, str) else content)
        declared = find_schema(schema) if schema else None
        assert schema is None or declared is not None
        self.told = []
        outcome = take_in(
            source,
            name,
            work,
            Options(**options),
            schema=declared,
            mapping=mapping or {},
            previous=previous,
            progress=self.told.append,
        )
        return Taken(outcome)

    def refused(self, content: str | bytes, *args: Any, **named: Any) -> Finding:
        """Why the content is refused; its sentences can be said."""
        with pytest.raises(Refused) as caught:
            self(content, *args, **named)
        found = caught.value.finding
        assert all(found.message(language) for language in ("zh-Hans", "zh-Hant", "en"))
        assert found.remedy()
        return found


def workbook(*sheets: tuple[str, Sequence[Sequence[Any]]], change: Callable[[Any], None] | None = None) -> bytes:
    """The bytes of an XLSX with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    if change:
        change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def merged(rows: Sequence[Sequence[Any]], *ranges: str) -> bytes:
    """A workbook of one sheet with these merged ranges."""
    return workbook(("Sheet1", rows), change=lambda book: [book.active.merge_cells(one) for one in ranges])


def picked(rows: Sequence[Mapping[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Of each row, the values of these fields."""
    return [tuple(row.get(name) for name in names) for row in rows]


def why(read: Callable[[str], Any], text: str) -> str:
    """The code of why a text cannot be read."""
    with pytest.raises(Unreadable) as caught:
        read(text)
    return caught.value.code
