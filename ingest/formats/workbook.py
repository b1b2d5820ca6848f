"""Workbooks and tables of markup: a child process reads the sheets, this side bounds its time and keeps their rows."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any, cast

import orjson
import pyarrow as pa
import pyarrow.compute as pc

import ingest
from ingest.coded import repeats
from ingest.findings import BESIDE, INFO, WARNING, Finding, Refused
from ingest.formats.fence import BETWEEN
from ingest.progress import Progress, Tell
from ingest.raw import CHARACTERS, Merged, RawSheet, RawWriter

WORKBOOK_CHILD, MARKUP_CHILD = "ingest.formats.workbook_child", "ingest.formats.markup_child"
_ROOT = Path(ingest.__file__).parent.parent
_PIPE = 1 << 20  # bytes: a block and more, so that the child goes on while one is kept
_READING = 0.4
_ROWS = 65_536  # of a batch: what looks at batches takes as long for a few rows as for many
_JUDGED = 10_000  # rows from which it pays that columns whose texts repeat are written as dictionaries
_WARNINGS = frozenset({"formula_no_value", "cell_error", *BESIDE})  # of what a child remarks; the rest is information


@dataclass(frozen=True)
class Limits:
    """What reading a workbook may take: seconds of processor time (twice that on the wall), bytes of memory."""

    seconds: int = 300
    memory: int = 768 << 20


LIMITS = Limits()


@dataclass(frozen=True)
class Book:
    """The sheets that were read, and what is to be said of the file."""

    sheets: tuple[RawSheet, ...]
    findings: tuple[Finding, ...]


def read_workbook(
    source: Path, folder: Path, tell: Tell, *, sheet: str | None = None, limits: Limits = LIMITS,
    child: str = WORKBOOK_CHILD,
) -> Book:  # fmt: skip
    """The rows of the named sheet, or of all that are seen and not blank, in files of `folder`. Raises Refused."""
    sheets: list[RawSheet] = []
    with _child(child, source, sheet, limits) as lines:
        while "done" not in (head := _next(lines)):
            sheets.append(_read_sheet(head, lines, folder / f"raw{len(sheets)}.arrow", _after(sheets, tell)))
    return Book(tuple(sheets), tuple(_findings(head)))


def _read_sheet(head: Any, lines: Iterator[Any], target: Path, tell: Tell) -> RawSheet:
    blocks = _wide(_blocks(lines))
    numbers, columns = next(blocks, ([], []))
    coded = frozenset(at for at, column in enumerate(columns) if len(column) >= _JUDGED and repeats(column))
    with RawWriter(target, head["width"], coded) as writer:
        for rows, texts in chain([(numbers, columns)] if numbers else (), blocks):
            writer.add_block(rows, [one.dictionary_encode() if at in coded else one for at, one in enumerate(texts)])
            tell(Progress(writer.rows))
    merged = None if head["merged"] is None else tuple(Merged(*one) for one in head["merged"])
    indents = {(row, column): steps for row, column, steps in head.get("indents", ())}
    return RawSheet(target, head["width"], writer.rows, name=head["sheet"], merged=merged, indents=indents)


def _blocks(lines: Iterator[Any]) -> Iterator[tuple[list[int], list[Any]]]:
    """The blocks of a sheet: the numbers of their rows, and their columns of texts."""
    while "end" not in (block := _next(lines)):
        yield block["rows"], block["columns"]


def _wide(blocks: Iterator[tuple[list[int], list[Any]]]) -> Iterator[tuple[list[int], list[Any]]]:
    """The same rows in blocks of as many as a batch holds."""
    waiting: list[tuple[list[int], list[Any]]] = []
    rows = size = 0
    for block in blocks:
        waiting.append(block)
        rows, size = rows + len(block[0]), size + sum(column.nbytes for column in block[1])
        if rows >= _ROWS or size >= CHARACTERS:
            yield _joined(waiting)
            waiting, rows, size = [], 0, 0
    if waiting:
        yield _joined(waiting)


def _joined(blocks: list[tuple[list[int], list[Any]]]) -> tuple[list[int], list[Any]]:
    if len(blocks) == 1:
        return blocks[0]
    columns = zip(*(columns for _, columns in blocks), strict=True)
    return [number for numbers, _ in blocks for number in numbers], [pa.concat_arrays(parts) for parts in columns]


def _after(sheets: list[RawSheet], tell: Tell) -> Tell:
    """Tells of the rows of a sheet after those of the sheets before; how many there will be is not known."""
    before = sum(one.rows for one in sheets)

    def told(now: Progress) -> None:
        rows = before + now.rows_read
        tell(Progress(rows, fraction=_READING * rows / (rows + 50_000)))

    return told


def _next(lines: Iterator[Any]) -> Any:
    line = next(lines, None)
    if line is None:
        raise Refused("workbook_too_big")
    if "refused" in line:
        raise Refused(line["refused"], **line["params"])
    return line


def _findings(done: Any) -> Iterator[Finding]:
    if done["left"]:
        names = "、".join(done["left"][:20])
        yield Finding(INFO, "other_sheets", {"names": names, "count": len(done["left"])})
    for code, sheet, params in done["notes"]:
        cell = params.pop("cell", None)
        cells = ", ".join(params.get("first_cells", ())[:5])
        level, count = WARNING if code in _WARNINGS else INFO, params.get("count", 1)
        yield Finding(level, code, {**params, "cells": cells}, sheet=sheet or None, cell=cell, count=count)


@contextmanager
def _child(module: str, source: Path, sheet: str | None, limits: Limits) -> Iterator[Iterator[Any]]:
    numbers = (str(limits.seconds), str(limits.memory))
    command = [sys.executable, "-m", module, str(source.resolve()), *numbers, *([sheet] if sheet else [])]
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            pipesize=_PIPE,
            cwd=_ROOT,
            env=_child_env(),
        ) as process,
    ):
        clock = threading.Timer(2 * limits.seconds, process.kill)
        clock.start()
        try:
            yield parse_lines(cast(IO[bytes], process.stdout))
        finally:
            with suppress(subprocess.TimeoutExpired):
                process.wait(1)  # it has said its last line, or is not wanted any more
            clock.cancel()
            process.kill()


def _child_env() -> dict[str, str]:
    """Threads of a child share one heap: each of their own would reserve memory from its bound."""
    return {**os.environ, "MALLOC_ARENA_MAX": "1"}


def parse_lines(stream: IO[bytes]) -> Iterator[Any]:
    """The child's lines (see fence); one that was cut off by its death is not one."""
    for line in stream:
        found = orjson.loads(line) if line.endswith(b"\n") else {}
        if "sizes" in found:
            texts = [stream.read(size) for size in found["sizes"]]
            if list(map(len, texts)) != found["sizes"]:
                return
            found["columns"] = [_column(text, listed=at in found["listed"]) for at, text in enumerate(texts)]
        if found:
            yield found


def _column(texts: bytes, *, listed: bool) -> Any:
    if listed:
        return pa.array(orjson.loads(texts), pa.string())
    return pc.split_pattern(pa.array([texts], pa.binary()).cast(pa.string()), BETWEEN).flatten()
