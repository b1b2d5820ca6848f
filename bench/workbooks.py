"""Ingest of a large XLSX beside calamine reading it and no more: time and peak memory in one run.

    python -m bench.workbooks [ROWS] [ROUNDS]

Each measurement is a child process of its own; the rounds alternate; medians are printed.
"""

from __future__ import annotations

import csv
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from xml.sax.saxutils import escape

from bench.ingest import HEADER, Run, Work, measure, median_of, taken_in, write_rows

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATED = "application/vnd.openxmlformats-package.relationships+xml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="{_RELATED}"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}
_NUMBERS = frozenset({"面积(公顷)", "土地使用年限", "成交价格(万元)"})


def write_book(path: Path, rows: int) -> None:
    """The rows of `bench.ingest` as Excel writes them: numbers as numbers, each text once in a table of texts."""
    source = path.with_suffix(".csv")
    write_rows(source, rows)
    texts: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in _PARTS.items():
            book.writestr(name, content)
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet, source.open(encoding="utf-8", newline="") as lines:
            sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for number, row in enumerate(csv.reader(lines), start=1):
                sheet.write(f'<row r="{number}">{"".join(_cells(number, row, texts))}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w") as shared:
            shared.write(f'<sst xmlns="{_MAIN}" uniqueCount="{len(texts)}">'.encode())
            shared.writelines(f"<si><t>{escape(text)}</t></si>".encode() for text in texts)
            shared.write(b"</sst>")
    source.unlink()


def _cells(number: int, row: list[str], texts: dict[str, int]) -> Iterator[str]:
    for place, (text, header) in enumerate(zip(row, HEADER, strict=True)):
        name = f"{chr(65 + place)}{number}"
        if number > 1 and header in _NUMBERS:
            yield f'<c r="{name}"><v>{text}</v></c>'
        else:
            yield f'<c r="{name}" t="s"><v>{texts.setdefault(text, len(texts))}</v></c>'


def calamine(source: Path, work: Path) -> Work:
    """Calamine alone: every cell as a Python object."""
    import python_calamine  # each child loads only what it measures

    return lambda: python_calamine.load_workbook(source).get_sheet_by_index(0).to_python()


def read(source: Path, work: Path) -> Work:
    """The first step of ingest: the cells as raw texts in a file, read by a fenced child process."""
    from ingest.formats.workbook import read_workbook

    return lambda: read_workbook(source, work, lambda _: None)


PROGRAMS: dict[str, Callable[[Path, Path], Work]] = {
    "calamine, bare": calamine,
    "raw cells kept": read,
    "release kept, open table": partial(taken_in, "", False),
    "release kept, land_supply.result": partial(taken_in, "land_supply.result", False),
}


def main(rows: int = 200_000, rounds: int = 3) -> None:
    """Print the table."""
    runs: dict[str, list[Run]] = {name: [] for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "land.xlsx"
        write_book(source, rows)
        for _ in range(rounds):
            for name in PROGRAMS:
                runs[name].append(measure(name, source, "workbooks"))
    print(f"XLSX of {rows:,} rows × {len(HEADER)} columns, median of {rounds}; × bare, wall and (processor)")
    found = {name: median_of(some) for name, some in runs.items()}
    bare = found["calamine, bare"]
    for name, run in found.items():
        speed = f"{run.seconds:7.2f} s {rows / run.seconds:12,.0f} rows/s {run.mib:6,d} MiB"
        print(f"{name:36s}{speed} {run.seconds / bare.seconds:5.2f} × ({run.processor / bare.processor:4.2f})")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
