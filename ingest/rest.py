"""What stands in a table and is no data: sums, notes, footers, headings and headers that come again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ingest.far_blocks import ENDLESS
from ingest.nulls import strip
from ingest.underheads import is_number

MOST_FILLED = 200_000  # rows of a table that gets columns of what titles and lines between its rows tell
_MOST_LEFT = 100  # rows that are named in the release; all are counted
_ZEROS = frozenset("0.,")
# In a note under a table without rows.
_NOTHING = r"[本全我][^，。；]{0,20}(?:(?<!如)[无無]|[没沒]有)|零[报報]告|空表|^[无無]$"


@dataclass(frozen=True)
class Total:
    """A row of sums: its number, and its cells by column; of a table made of several sheets, its sheet and headers."""

    row: int
    cells: tuple[str, ...]
    sheet: str | None = None
    heads: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """A row that is no data, and why: `total note footer header heading instalment`."""

    row: int
    why: str
    sheet: str | None = None  # of a table made of several


@dataclass
class Rest:
    """What stood between and below the data: totals, notes, footers and headers that come again."""

    totals: list[Total] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    blank: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    footers: int = 0
    headers_again: int = 0
    headings: int = 0  # lines that only name the rows below them
    sections: list[tuple[int, int, str]] = field(default_factory=list)  # these lines: row, column, and what they say
    last_row: int = 0  # of the data
    tail: int = ENDLESS  # the last row that has several cells: sentences below it are notes
    heads: tuple[str, ...] = ()  # the headers over the totals, where the table was reshaped
    named_totals: bool = True  # whether a row called `2018年小计` is a sum; in a matrix it may be a value of its own
    headed: bool = False  # whether a row may be no more than a heading of those below it
    masks: list[Any] | None = None  # for each raw batch, which of its rows are data

    @property
    def says_nothing(self) -> bool:
        """Whether it says that there is nothing to report: sums, all of them zero or blank, or a note of it."""
        figures = [text for total in self.totals for cell in total.cells if is_number(text := strip(cell))]
        zeros = bool(self.totals) and all(set(text) <= _ZEROS for text in figures)
        return zeros or any(re.search(_NOTHING, note) for note in self.notes)

    def leave(self, number: int, why: str) -> bool:
        """Note a row that is left out."""
        if len(self.left_out) < _MOST_LEFT:
            self.left_out.append(LeftOut(number, why))
        return True
