"""What every child process that reads a file has in common: its fence, its refusals, and the lines that it writes.

A child writes lines of JSON: for each sheet first {"sheet", "width", "merged", "hidden"} ("indents" too, where some
cells are set in), then blocks, then {"end": rows}; last {"done", "left": [sheets not read], "notes": [[code, sheet,
params]]}; or at any time one line {"refused": code, "params": {…}}. A block is {"rows": [numbers], "sizes": [bytes],
"listed": [places]}, and behind it its columns of so many bytes: texts with `BETWEEN` between them, or, at these places,
a JSON list. It must stay light: it imports no Arrow.
"""

from __future__ import annotations

import gc
import os
import resource
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from catalog.errors import nearest
from ingest.formats.cell_text import text_of, texts_of_floats

AREA_LIMIT = 28_000_000  # cells of the rectangle that a sheet spans, all of which are reserved: 26 columns to the end
SHEETS = 200  # of one file that are read
BLOCK = 4_096
BETWEEN = "\x1f"  # texts of a column; hardly one holds it
Line = dict[str, Any]
Lines = Callable[[Path, str | None], Iterator[Line]]


class Stop(Exception):
    """The file is refused, for the reason of this code."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def run(arguments: list[str], read: Lines, out: BinaryIO) -> None:
    """The whole life of a child: `path seconds memory [sheet]`."""
    path, seconds, memory, *sheet = arguments
    gc.disable()  # there are no cycles, but millions of cells to look through
    main(Path(path), sheet[0] if sheet else None, (int(seconds), int(memory)), read, out)
    os._exit(0)  # whatever was read goes with the process, all at once


def main(path: Path, wanted: str | None, limits: tuple[int, int], read: Lines, out: BinaryIO) -> None:
    """Write the file's sheets, or why there are none."""
    fence(*limits)
    try:
        for line in read(path, wanted):
            out.write(written(line))
    except Stop as stop:
        out.write(_refusal(stop))
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001  # a panic of the reader is not an Exception
        out.write(_refusal(Stop("workbook_broken", detail=str(error)[:120])))
    out.flush()


def written(line: Line) -> bytes:
    """A line as it is sent: the texts of a block need not be written and read one by one."""
    if "columns" not in line:
        return orjson.dumps(line) + b"\n"
    rows, texts, listed = line["rows"], [], []
    for place, column in enumerate(line["columns"]):
        text = BETWEEN.join(column)
        if text.count(BETWEEN) == len(rows) - 1:
            texts.append(text.encode())
        else:
            texts.append(orjson.dumps(column))
            listed.append(place)
    head = {"rows": rows, "sizes": list(map(len, texts)), "listed": listed}
    return b"".join((orjson.dumps(head), b"\n", *texts))


def _refusal(stop: Stop) -> bytes:
    return written({"refused": stop.code, "params": stop.params})


def fence(seconds: int, memory: int) -> None:
    """Bound the processor time of this process, and the bytes of memory that it may add."""
    with suppress(OSError, ValueError):  # macOS knows no bound on addresses
        size = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + memory, size + memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def blocks(rows: Iterable[tuple[int, list[Any]]]) -> Iterator[Line]:
    """The lines of a sheet's rows, each with its number: blank ones are left out, for a sheet may end in thousands."""
    numbers: list[int] = []
    cells: list[list[Any]] = []
    count = 0
    for number, row in rows:
        if not row or (row[0] == "" and row.count("") == len(row)):
            continue
        numbers.append(number)
        cells.append(row)
        if len(numbers) >= BLOCK:
            yield _block(numbers, cells)
            count, numbers, cells = count + len(numbers), [], []
    if numbers:
        yield _block(numbers, cells)
    yield {"end": count + len(numbers)}


def _block(numbers: list[int], cells: list[list[Any]]) -> Line:
    return {"rows": numbers, "columns": [_texts(column) for column in zip(*cells, strict=True)]}


def _texts(column: Sequence[Any]) -> Sequence[str]:
    """A column as texts; most are of one type throughout, which is seen at once."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return column
    if kinds == {float}:
        return texts_of_floats(column)
    if kinds == {date}:
        return list(map(date.isoformat, column))
    return [value if value.__class__ is str else text_of(value) for value in column]


def check_known(wanted: str | None, names: list[str]) -> None:
    """Refuse a wanted sheet that is not there, with the nearest name."""
    if wanted is not None and wanted not in names:
        near = nearest(wanted, names) or (names or [""])[0]
        raise Stop("sheet_unknown", name=wanted[:60], near=near, known="、".join(names[:20]))
