"""The type of a column from all of its cells: what shapes they have, and the narrowest type that loses none of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import polars as pl

from ingest import nulls, values
from ingest.coded import Cells
from ingest.periods import is_spoken, period
from ingest.readers import (
    DAY,
    MOMENT,
    DateReader,
    DecimalReader,
    IntegerReader,
    MomentReader,
    Reader,
    TextReader,
    TruthReader,
    WordReader,
)
from ingest.republic import RepublicReader, is_certain, republic_day
from ingest.unit_readers import DebtReader, WholeDebtReader, WrittenReader, unbracketed
from ingest.units import Unit, find_unit
from ingest.values import Unreadable

FIRST = 20  # cells of each shape whose place is kept
_LOOK = 2_000  # distinct odd texts of a batch that are looked at one by one
_TEXT_SHARE = 0.05  # of texts among the values: beyond it, a column is text without more ado
_WARN_SHARE = 0.9  # a column that is one type to this share was meant to be it
_NUMBER = r"^(?:-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,20})?)?$"
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("integer", re.compile(r"[-+]?(?:0|[1-9]\d{0,17})")),
    ("digits", re.compile(r"[1-9]\d{18,}")),  # an identifier: no number is that long
    ("zeros", re.compile(r"-?0\d+(?:\.\d+)?")),  # leading zeros: an identifier too
    ("decimal", re.compile(r"[-+]?(?:(?:0|[1-9]\d{0,17})?\.\d{1,20}|[1-9]\d{0,17}\.)")),
    ("grouped", re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d{1,20})?")),
    ("percent", re.compile(r"[-+]?(?:(?:0|[1-9]\d{0,17})(?:\.\d{1,20})?|\.\d{1,20}) ?%")),
    ("bracketed", re.compile(r"\((?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,17})(?:\.\d{1,20})?\)")),
    ("truth", re.compile(r"true|false", re.IGNORECASE)),
    ("yes_no", re.compile(r"[是否]")),
)
_UNITED = "united:"  # shapes of numbers that stand with a unit
_WITH_UNIT = re.compile(
    r"(?P<sign>¥?)\s*-?(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,17})(?:\.\d{1,20})?\s*(?P<unit>[^\d\s.,()]{0,5}[\u3400-\u9fff]|k?m[23])?"
)
_NUMBERS = frozenset({"integer", "decimal", "grouped", "percent", "bracketed"})
_UNQUOTED = _NUMBERS | {"truth", "yes_no"}  # what a source that marks texts would not write as one


@dataclass(frozen=True)
class Kind:
    """A type that a column may have: the shapes it takes, the one it needs, and how it is read."""

    type: str
    shapes: frozenset[str]
    needs: str
    reader: Callable[[], Reader]
    unit: str | None = None


_KINDS: tuple[Kind, ...] = (
    Kind("integer", frozenset({"integer"}), "integer", IntegerReader),
    Kind("decimal", frozenset({"integer", "decimal"}), "decimal", DecimalReader),
    Kind("integer", frozenset({"integer", "grouped"}), "grouped", IntegerReader),
    Kind("decimal", frozenset({"integer", "decimal", "grouped"}), "grouped", DecimalReader),
    Kind("integer", frozenset({"integer", "bracketed"}), "bracketed", WholeDebtReader),
    Kind("decimal", frozenset({"integer", "decimal", "bracketed"}), "bracketed", DebtReader),
    Kind("integer", frozenset({"integer", "grouped", "bracketed"}), "bracketed", WholeDebtReader),
    Kind("decimal", frozenset({"integer", "decimal", "grouped", "bracketed"}), "bracketed", DebtReader),
    Kind("decimal", frozenset({"percent"}), "percent", lambda: DecimalReader("percent", find_unit("%")), "percent"),
    Kind("date", frozenset({"date"}), "date", DateReader),
    Kind("date", frozenset({"date", "republic", "republic_short"}), "republic", RepublicReader),
    Kind("datetime", frozenset({"date", "datetime"}), "datetime", MomentReader),
    Kind("period", frozenset({"period"}), "period", lambda: WordReader(period)),
    Kind("boolean", frozenset({"truth"}), "truth", TruthReader),
    Kind("boolean", frozenset({"yes_no"}), "yes_no", TruthReader),
)
TEXT = Kind("string", frozenset(), "text", TextReader)


def shape_of(text: str) -> str:
    """The shape of one text: a null kind's name, a shape that some type takes, `date_impossible`, or `text`."""
    null = nulls.null_kind(text)
    if null is not None:
        return "dash" if nulls.strip(text) == nulls.DASH else "null"
    words = values.tidy(text)
    for name, pattern in _SHAPES:
        if pattern.fullmatch(words):
            return name
    if unit := _unit_of(words):
        return _UNITED + unit.name
    return _time_shape(text) if any(map(str.isdigit, words[:12])) else "text"


def _unit_of(words: str) -> Unit | None:
    """The unit of a number that stands with one: `44523万元`, `¥1,200.00`; years may be anything."""
    found = _WITH_UNIT.fullmatch(words)
    unit = find_unit(found["unit"] or ("元" if found["sign"] else "")) if found else None  # no `5G`
    return unit if unit and unit.measure not in ("year", "percent") else None


def _time_shape(text: str) -> str:
    for name, read in (("datetime", values.moment), ("date", values.day)):
        try:
            read(text)
        except Unreadable as unreadable:
            if unreadable.code in ("date_impossible", "time_impossible"):
                return "date_impossible"
        else:
            return name
    if is_spoken(text):
        return "period"
    try:
        republic_day(text)
    except Unreadable:
        return "text"
    return "republic" if is_certain(text) else "republic_short"


@dataclass
class Evidence:
    """What the cells of one column look like. `places` keeps the first (row, text) of each shape."""

    quoted: bool = False  # the source marks the values as text: they are no numbers
    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    widest: int = 0  # digits before the point of numbers without separators
    whole: int = 1  # digits before and behind the point of any number
    scale: int = 0
    fractions: bool = False  # whether a number with separators has decimals
    thousands: bool = False  # whether one number has separators that can only be thousands
    odd: bool = False  # whether a cell is neither a plain number nor blank
    settled: bool = False  # it is text, and nothing can change that

    def see(self, rows: Any, texts: Any) -> None:
        """Take in the column of one batch."""
        if self.settled:
            return
        cells = Cells.of(rows, texts)
        if self.counts["date"] > self.counts["integer"]:
            cells = self._see_times(cells, "date")
        if len(cells):
            self._see(cells)

    def _see(self, cells: Cells) -> None:
        plain = cells.texts.str.contains(_NUMBER)
        self._see_plain(cells.filter(plain))
        if not plain.all():
            self.odd = True
            self._see_odd(cells.filter(~plain))
        texts_seen = self.counts["text"] + self.counts["zeros"] + self.counts["digits"]
        self.settled = texts_seen > FIRST and texts_seen > _TEXT_SHARE * self.total

    def _see_plain(self, cells: Cells) -> None:
        point = cells.texts.str.find(".", literal=True)
        size = cells.texts.str.len_bytes()
        for shape, found in (("decimal", point.is_not_null()), ("integer", point.is_null() & (size > 0))):
            self._note(shape, cells.count(found), partial(cells.first, found, FIRST))
        self.counts["null"] += cells.count(size == 0)
        if (size > 0).any():
            widest = (point.fill_null(size) - cells.texts.str.starts_with("-").cast(pl.UInt32)).max()
            scale = (size - point).max()
            self.widest = max(self.widest, widest if isinstance(widest, int) else 0)
            self.scale = max(self.scale, scale - 1 if isinstance(scale, int) else 0)
            self.whole = max(self.whole, self.widest)

    def _see_odd(self, cells: Cells) -> None:
        for shape in ("date", "datetime"):
            cells = self._see_times(cells, shape)
        counted = cells.by_text()
        shapes = {text: shape_of(text) for text, _ in counted[:_LOOK]}
        if len(counted) > _LOOK and Counter(shapes.values())["text"] < _TEXT_SHARE * _LOOK:
            shapes = {text: shape_of(text) for text, _ in counted}
        self.counts["text"] += sum(count for _, count in counted[len(shapes) :])
        found: dict[str, list[tuple[str, int]]] = {}
        for one in counted[: len(shapes)]:
            found.setdefault(shapes[one[0]], []).append(one)
        for shape, texts in found.items():
            for text, _ in texts if shape in _NUMBERS or shape.startswith(_UNITED) else ():
                self._see_number(shape, text)
            self._note(shape, sum(count for _, count in texts), partial(_first_of, cells, [text for text, _ in texts]))

    def _see_number(self, shape: str, text: str) -> None:
        number = values.amount(unbracketed(text)).value
        self.fractions = self.fractions or (shape in ("grouped", "bracketed") and "." in text)
        self.thousands = self.thousands or text.count(",") > 1 or ("," in text and "." in text)
        self.whole = max(self.whole, number.adjusted() + 1)
        self.scale = max(self.scale, -int(number.as_tuple().exponent))
        if shape not in ("grouped", "bracketed"):
            self.widest = max(self.widest, number.adjusted() + 1)

    def _see_times(self, cells: Cells, shape: str) -> Cells:
        """Count the plain days or times; what is left is not one."""
        if not len(cells):
            return cells
        pattern, format_ = _TIMES[shape]
        found = cells.texts.str.contains(pattern) & cells.texts.str.to_datetime(format_, strict=False).is_not_null()
        self._note(shape, cells.count(found), lambda: cells.first(found, FIRST))
        return cells.filter(~found)

    def _note(self, shape: str, count: int, head: Callable[[], list[tuple[int, str]]]) -> None:
        if not count:
            return
        self.counts[shape] += count
        first = self.places.setdefault(shape, [])
        if len(first) < FIRST:
            first.extend(head()[: FIRST - len(first)])

    @property
    def total(self) -> int:
        """How many cells hold a value."""
        return sum(count for shape, count in self.counts.items() if shape not in ("null", "dash"))

    def kind(self) -> Kind:
        """The narrowest type that takes every cell; text where none does."""
        return next((kind for kind in (*_KINDS, *self._united()) if self.fits(kind)), TEXT)

    def _united(self) -> list[Kind]:
        """How numbers are read that all stand with one unit: as written, in this unit."""
        shapes = [shape for shape in self.counts if shape.startswith(_UNITED) and self.counts[shape]]
        unit = find_unit(shapes[0].removeprefix(_UNITED)) if len(shapes) == 1 else None
        if unit is None:
            return []
        label = unit.measure if unit.factor == 1 else unit.name
        return [Kind("decimal", frozenset(shapes), shapes[0], lambda: WrittenReader(unit.measure, unit), label)]

    def fits(self, kind: Kind) -> bool:
        """Whether the type takes every cell of the column, and one shape that it needs is there."""
        if self.settled or not self.counts[kind.needs] or (self.quoted and kind.needs in _UNQUOTED):
            return False
        if self.counts["bracketed"] == self.total:
            return False  # `(1)`, `(2)`: nothing but numbers in brackets is a list of enumerators
        return sum(self.counts[shape] for shape in kind.shapes) == self.total and self._grouped_throughout(kind)

    def _grouped_throughout(self, kind: Kind) -> bool:
        """Separators mean thousands where every number that is long enough has them, or one has two of them."""
        if kind.shapes.isdisjoint({"grouped", "bracketed"}):
            return True
        proven = "grouped" not in kind.shapes or self.thousands or self.widest <= 3
        return proven and (kind.type == "decimal" or not self.fractions)

    def kind_of(self, type_: str) -> Kind | None:
        """How the column can be read as `type_`, the type it had before; None where that would lose a cell."""
        if type_ == "string":
            return TEXT
        if self.settled:
            return None
        kinds = [kind for kind in (*_KINDS, *self._united()) if kind.type == type_]
        wide = [kind for kind in kinds if sum(self.counts[shape] for shape in kind.shapes) == self.total]
        return next((kind for kind in wide if self._grouped_throughout(kind)), None)

    def nearly(self) -> tuple[Kind, list[str]] | None:
        """For a column that became text: the type that most cells have, and the shapes that stand against it."""
        if self.settled or not self.total or self.quoted or self.counts["bracketed"] == self.total:
            return None
        for kind in sorted(_KINDS, key=lambda one: -sum(self.counts[shape] for shape in one.shapes)):
            fitting = sum(self.counts[shape] for shape in kind.shapes)
            if fitting >= _WARN_SHARE * self.total and self.counts[kind.needs]:
                against = [shape for shape in self.places if shape not in kind.shapes and shape not in ("null", "dash")]
                return kind, against or ["grouped"]
        return None


_TIMES = {"date": (f"^{DAY}$", "%Y-%m-%d"), "datetime": (f"^{MOMENT}$", "%Y-%m-%d %H:%M:%S")}


def _first_of(cells: Cells, texts: list[str]) -> list[tuple[int, str]]:
    return cells.first(cells.texts.is_in(texts), FIRST)
