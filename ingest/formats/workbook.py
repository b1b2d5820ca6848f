"""Workbooks (XLSX, XLS): a child process reads the sheet, this side bounds its time and keeps its rows."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

import ingest
from ingest.findings import INFO, Finding, Refused
from ingest.progress import Progress, Tell
from ingest.raw import RawSheet, RawWriter

_ROOT = Path(ingest.__file__).parent.parent
_READING = 0.4


@dataclass(frozen=True)
class Limits:
    """What reading a workbook may take: seconds of processor time (twice that on the wall), bytes of memory."""

    seconds: int = 300
    memory: int = 768 << 20


LIMITS = Limits()


def read_workbook(
    source: Path, target: Path, tell: Tell, *, sheet: str | None = None, limits: Limits = LIMITS
) -> RawSheet:
    """The rows of a sheet: the named one, or the first that has any. Raises Refused."""
    with _child(source, sheet, limits) as lines:
        head = _next(lines)
        with RawWriter(target, head["width"]) as writer:
            rows = _keep(lines, writer, tell)
    return RawSheet(target, head["width"], rows, name=head["sheet"], findings=_others(head))


def _keep(lines: Iterator[Any], writer: RawWriter, tell: Tell) -> int:
    while "end" not in (block := _next(lines)):
        writer.add_block(block["rows"], [pa.array(column, pa.string()) for column in block["columns"]])
        tell(Progress(writer.rows, fraction=_READING * writer.rows / (writer.rows + 50_000)))
    return writer.rows


def _next(lines: Iterator[Any]) -> Any:
    line = next(lines, None)
    if line is None:
        raise Refused("workbook_too_big")
    if "refused" in line:
        raise Refused(line["refused"], **line["params"])
    return line


def _others(head: Any) -> tuple[Finding, ...]:
    if not head["others"]:
        return ()
    names = "、".join(head["others"][:20])
    return (Finding(INFO, "other_sheets", {"sheet_read": head["sheet"], "names": names, "count": len(head["others"])}),)


@contextmanager
def _child(source: Path, sheet: str | None, limits: Limits) -> Iterator[Iterator[Any]]:
    command = [
        sys.executable,
        "-m",
        "ingest.formats.workbook_child",
        str(source.resolve()),
        str(limits.seconds),
        str(limits.memory),
        *([sheet] if sheet else []),
    ]
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL, cwd=_ROOT
        ) as process,
    ):
        clock = threading.Timer(2 * limits.seconds, process.kill)
        clock.start()
        try:
            yield _parsed(process.stdout or ())
        finally:
            with suppress(subprocess.TimeoutExpired):
                process.wait(1)  # it has said its last line, or is not wanted any more
            clock.cancel()
            process.kill()


def _parsed(stream: Iterable[bytes]) -> Iterator[Any]:
    """The child's lines; one that was cut off by its death is not one."""
    for line in stream:
        if line.endswith(b"\n"):
            yield orjson.loads(line)
