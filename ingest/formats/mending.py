"""Rows of delimited text that are longer or shorter than the table: mended where only one reading is possible."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ingest.nulls import null_kind, strip

_LEARNED = 5_000  # fitting rows from which the columns are known
_LEAST = 8  # values that a column must show before its shape binds
_BLANK = 20  # rows in which a column must be blank before it always is
_EXTRA = 3  # delimiters too many that may be put right
_PROOFS = 2  # values of a bound shape that each half of a glued row must show
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("number", re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?")),
    ("day", re.compile(r"\d{4}(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}日)(?:[ T]*\d{1,2}[:时]\d{2}.*)?")),
    ("link", re.compile(r"https?://\S+")),
    ("digest", re.compile(r"[0-9a-fA-F]{32,64}")),
)


@dataclass
class Shapes:
    """What the columns of a table look like in the rows that fit it."""

    width: int
    rows: int = 0
    _values: list[int] = field(default_factory=list)
    _fitting: list[dict[str, int]] = field(default_factory=list)

    def learn(self, rows: Iterable[Sequence[str]]) -> None:
        """Take in the rows that are as wide as the table."""
        self._values = [0] * self.width
        self._fitting = [dict.fromkeys((name for name, _ in _SHAPES), 0) for _ in range(self.width)]
        for row in rows:
            if len(row) == self.width and any(map(str.strip, row)):
                self._see(row)
            if self.rows >= _LEARNED:
                return

    def _see(self, row: Sequence[str]) -> None:
        self.rows += 1
        for at, cell in enumerate(row):
            text = strip(cell)
            if not text or null_kind(text) is not None:
                continue
            self._values[at] += 1
            for name, pattern in _SHAPES:
                if pattern.fullmatch(text):
                    self._fitting[at][name] += 1

    def proofs(self, row: Sequence[str]) -> int | None:
        """How many cells show that the row stands right; None where one shows that it does not."""
        found = 0
        for at, cell in enumerate(row):
            text = strip(cell)
            if not text or null_kind(text) is not None:
                continue
            if self.is_blank(at):
                return None
            bound = self._bound(at)
            if bound is not None:
                if not bound.fullmatch(text):
                    return None
                found += 1
        return found

    def is_blank(self, at: int) -> bool:
        """Whether a column never holds anything but, at most, its header."""
        return self.rows >= _BLANK and self._values[at] <= 1

    def _bound(self, at: int) -> re.Pattern[str] | None:
        """The one shape that all values of a column have, but for its header."""
        values = self._values[at]
        return next((one for name, one in _SHAPES if values > _LEAST and self._fitting[at][name] >= values - 1), None)

    def glued(self, row: Sequence[str]) -> list[list[str]] | None:
        """The two rows that one is whose line end was lost; None where that is not certain."""
        if len(row) == 2 * self.width - 1 and self.is_blank(self.width - 1):
            halves = [[*row[: self.width - 1], ""], list(row[self.width - 1 :])]
        elif len(row) == 2 * self.width:
            halves = [list(row[: self.width]), list(row[self.width :])]
        else:
            return None
        return halves if all((self.proofs(half) or 0) >= _PROOFS for half in halves) else None

    def joined(self, row: Sequence[str], delimiter: str) -> list[str] | None:
        """The row with the cell put together that a delimiter without quotes parted; None where that is not certain."""
        extra = len(row) - self.width
        if not 0 < extra <= _EXTRA:
            return None
        ways = [
            [*row[:at], delimiter.join(row[at : at + extra + 1]), *row[at + extra + 1 :]] for at in range(self.width)
        ]
        fitting = [way for way in ways if (self.proofs(way) or 0) > 0]
        return fitting[0] if len(fitting) == 1 else None
