"""Sheets whose headers of two rows have lost what they spanned: a table that was pasted cell by cell.

宗地编号 | 规划指标 | 起始价
容积率   | 绿地率
样-1    | 1.2     | 35    | 300
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.findings import INFO, Finding
from ingest.formats.page_heads import unpadded
from ingest.formats.page_lines import lay_over, levels_at
from ingest.nulls import strip
from ingest.raw import RawSheet, RawWriter, first_rows, iter_batches, rows_of
from ingest.two_lines import with_whole_rows

_LOOK = 60  # rows in which a header begins
_MOST = 20_000  # rows of a sheet that a person may have pasted


def as_meant(sheet: RawSheet, folder: Path) -> RawSheet:
    """The sheet with its header over its columns, and a row for each record of two. Raises Refused."""
    return with_whole_rows(_with_spans(sheet, folder), folder)


def _with_spans(sheet: RawSheet, folder: Path) -> RawSheet:
    """The sheet with one header over its columns; itself where no header has lost its spans.

    Raises Refused where one has, and nothing tells over which columns it lies.
    """
    if not sheet.grid or sheet.rows > _MOST or sheet.merged:
        return sheet
    every = [[(number, strip(cell)) for cell in cells] for number, cells in first_rows(sheet, _LOOK)]
    rows = [bare for row in every if (bare := unpadded(row))]
    for at, row in enumerate(rows):
        if levels := levels_at(rows, at):
            data = [one for one in rows[at + len(levels) :] if len(one) == len(rows[at + len(levels)])]
            heads, line = [text for _, text in lay_over(levels, data, row[0][0])], row[0][0]
            params = {"line": line, "count": len(row), "columns": len(heads)}
            told = Finding(INFO, "header_spans_found", params, sheet=sheet.name, row=line)
            made = _headed(sheet, folder, {one[0][0] for one in rows[at : at + len(levels)]}, heads)
            return replace(made, findings=(*sheet.findings, told))
    return sheet


def _headed(sheet: RawSheet, folder: Path, old: Collection[int], heads: Sequence[str]) -> RawSheet:
    """The sheet with these heads in the first of the old rows, and without the others."""
    path = folder / f"headed-{sheet.path.stem}.arrow"
    with RawWriter(path, sheet.width) as writer:
        for batch in iter_batches(sheet.path):
            for number, *cells in rows_of(batch):
                if number == min(old):
                    writer.add(number, [*heads, *[""] * (sheet.width - len(heads))])
                elif number not in old:
                    writer.add(number, cells)
    return replace(sheet, path=path, rows=writer.rows)
