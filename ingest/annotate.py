"""A steward's own workbook with what was found in it: faulty cells coloured, the remedy in a comment, all of it listed.

The copy is made by a process of its own (`ingest.annotate_child`), since it opens what somebody uploaded. A file past
the bounds below, or one that no workbook can be made of, gives the list of findings alone, and the list says so.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson

import ingest
from catalog.messages import DEFAULT_LANGUAGE, say
from ingest.annotate_child import Copy, Mark, write_list
from ingest.findings import Finding

LARGEST = 16 << 20  # bytes of an upload that is copied
MOST_MARKS = 5_000
_ROOT = Path(ingest.__file__).parent.parent


@dataclass(frozen=True)
class Source:
    """The upload: where it is (None where it is no longer kept), its name, and how it was read."""

    path: Path | None
    name: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Limits:
    """What a copy may take: seconds of processor time (twice that on the wall), bytes of memory."""

    seconds: int = 60
    memory: int = 1 << 30


LIMITS = Limits()


def write_findings(
    found: list[Finding], source: Source, target: Path, *, language: str = DEFAULT_LANGUAGE, limits: Limits = LIMITS
) -> bool:
    """Write the workbook to `target`; False where it holds the list alone."""
    order = Copy(
        source=str(source.path.resolve()) if source.path else "",
        name=source.name,
        target=str(target.resolve()),
        options={name: source.options.get(name) for name in ("sheet", "encoding")},
        marks=tuple(_marks(found, language))[:MOST_MARKS],
        title=say("findings_sheet").text(language),
        rows=tuple(_rows(found, language)),
    )
    if source.path is not None and source.path.stat().st_size <= LARGEST and _copy(order, limits):
        return True
    left_out = say("findings_without_copy", most=LARGEST >> 20).text(language)
    write_list(replace(order, rows=(*order.rows, (), (left_out,))))
    return False


def _copy(order: Copy, limits: Limits) -> bool:
    """Whether the child made the copy within its limits."""
    command = [sys.executable, "-m", "ingest.annotate_child", str(limits.seconds), str(limits.memory)]
    try:
        ended = subprocess.run(
            command,
            input=orjson.dumps(asdict(order)),
            cwd=_ROOT,
            timeout=2 * limits.seconds,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0


def _marks(found: list[Finding], language: str) -> Iterator[Mark]:
    """The cells to colour: of a group, the first that were met; a fault of a whole row marks the row's first cell."""
    for one in found:
        words = "\n".join(filter(None, (one.message(language), one.remedy(language))))
        cells = one.params.get("first_cells") or [one.cell or one.row or ""]
        for cell in dict.fromkeys(map(str, cells)):
            if cell:
                yield Mark(one.sheet, f"A{cell}" if cell.isdecimal() else cell, one.level, f"[{one.code}] {words}")


def _rows(found: list[Finding], language: str) -> Iterator[tuple[Any, ...]]:
    """The list: its heads, then one row a finding."""
    yield tuple(say("findings_heads").text(language).replace("，", ",").split(","))
    for one in found:
        place = (one.sheet, one.row, one.column, one.cell, one.raw)
        level = say(f"level_{one.level}").text(language)
        yield (level, one.code, *place, one.count, one.message(language), one.remedy(language))
