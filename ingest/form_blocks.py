"""What a form's blocks become: rows of its tables with the places of their cells, and the unit of their money."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ingest.families import DeclaredField
from ingest.headers import split_unit
from ingest.headings import find_unit_words
from ingest.rest import Rest
from ingest.underheads import is_amount
from ingest.units import fitting, stated

_ASIDE = re.compile(r"\([^()]*\)?")
_SPOKEN = re.compile(
    r"(?:[(（]?[\d一二三四五六七八九十]{1,3}[)）]?[、.．]?\s*)?(?P<label>[^:：\d、.．\s][^:：]{1,23})\s*[:：]\s*"
    r"(?P<value>(?:[^:：。；;]|(?<=\d)[:：](?=\d)){1,60})[。；;]?"
)
_POINTS = re.compile(r"[（(]\s*\d+\s*分\s*[)）]")  # `预算执行情况（万元）（20分）`
_REMEMBERED = 10_000  # labels
_LABEL = 24  # characters of a label

At = tuple[int, int]


@dataclass
class Block:
    """One table of a form: headers and rows, the row of each, and where its cells stood: (row, column) -> the same.

    `units` says of each row what its sums of money are in, as the form names it; empty where it does not.
    """

    headers: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    rows_from: list[int] = field(default_factory=list)
    sheets_from: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    own: list[list[str]] = field(default_factory=list)  # of each row's cells, the units that their own labels name
    moved: dict[At, At] = field(default_factory=dict)
    rest: Rest = field(default_factory=Rest)  # sums and notes among them

    def add(
        self, sheet: str, number: int, cells: list[tuple[str, At]], unit: str = "", own: Mapping[At, str] | None = None
    ) -> None:
        """One row: each cell's text, and where it stood; `own` are the units of cells whose label names one."""
        line = len(self.rows) + 1
        self.rows.append(tuple(text for text, _ in cells))
        self.rows_from.append(number)
        self.sheets_from.append(sheet)
        self.units.append(unit)
        self.own.append([(own or {}).get(where, "") for _, where in cells])
        self.moved.update({(line, at): where for at, (_, where) in enumerate(cells)})

    def settle_unit(self, measures: Mapping[int, str]) -> str | None:
        """The units of all rows; where the forms of a file differ, each number of these columns takes its own along.

        So does each number of a column whose labels name several; one that all name stands in the header.
        """
        told, several = set(self.units), set[int]()
        for at in measures:
            named = {own[at] for row, own in zip(self.rows, self.own, strict=True) if is_amount(row[at])}
            if len(named) == 1 and named != {""}:
                self.headers = (*self.headers[:at], f"{self.headers[at]}（{named.pop()}）", *self.headers[at + 1 :])
            elif len(told) > 1 or len(named) > 1:
                several.add(at)
        self.rows = [
            tuple(
                _in_unit(text, own[at] or words, measures[at]) if at in several else text for at, text in enumerate(row)
            )
            for row, own, words in zip(self.rows, self.own, self.units, strict=True)
        ]
        return told.pop() or None if len(told) == 1 else None

    def leave_blank(self, columns: set[int]) -> None:
        """Leave those of the columns out that hold nothing: other columns make their fields."""
        kept = [at for at in range(len(self.headers)) if at not in columns or any(row[at] for row in self.rows)]
        now = {at: place for place, at in enumerate(kept)}
        self.headers = tuple(self.headers[at] for at in kept)
        self.rows = [tuple(row[at] for at in kept) for row in self.rows]
        self.own = [[row[at] for at in kept] for row in self.own]
        self.moved = {(line, now[at]): where for (line, at), where in self.moved.items() if at in now}


def spellings_of(one: DeclaredField) -> tuple[str, ...]:
    """Whatever a field's label may be."""
    return (*one.headers, one.title)


@lru_cache(_REMEMBERED)
def plain_label(text: str) -> str:
    """A label without its accidents, its unit and what stands in brackets."""
    folded = split_unit(text)[0]
    return _ASIDE.sub("", folded).strip(":") or folded


def spoken(cell: str) -> tuple[str, str]:
    """The label and the value that share a cell (`二、公示期：2024年11月12日至17日`); blanks if none do."""
    found = _SPOKEN.fullmatch(cell)
    return (found["label"], found["value"]) if found else ("", "")


def own_unit(label: str, one: DeclaredField) -> str:
    """The unit that a field's own label or heading names; blank where it names none."""
    named = split_unit(_POINTS.sub("", label))[1] if one.unit not in (None, "percent") else None
    unit = fitting(named.name, one.unit) if named and one.unit else None
    return unit.name if unit else ""


def _in_unit(text: str, words: str, measure: str) -> str:
    unit = stated(words, measure)
    return text + unit.name if unit is not None and is_amount(text) else text


def find_form_unit(rows: Sequence[tuple[int, Sequence[str]]]) -> str:
    """What the sums of a form are in: by a label (`项目资金（万元）`), else by its corner; empty if neither says it."""
    cells = [cell for _, row in rows for cell in row if cell]
    labels = (split_unit(_POINTS.sub("", cell))[1] for cell in cells if len(cell) <= _LABEL)
    label = next((unit.name for unit in labels if unit and unit.measure == "CNY"), None)
    corners = (words for cell in cells if (words := find_unit_words(cell)))
    return label or next((words for words in corners if stated(words, "CNY")), "")
