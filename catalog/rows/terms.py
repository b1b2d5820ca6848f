"""What a row query is made of once it is understood, and the tables of operators and functions that it knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, Final

from catalog.rows.limits import PAGE
from catalog.schema import FIELD_TYPES, Field, Table

TEXTS: Final = ("string", "code", "period")
NUMBERS: Final = ("integer", "decimal")
DAYS: Final = ("date", "datetime")
_ORDERED: Final = (*TEXTS, *NUMBERS, *DAYS)


@dataclass(frozen=True)
class Operator:
    """A filter's suffix: the types that have it, and how its value is written (`one`, any `text`, `list` or `flag`)."""

    name: str
    types: tuple[str, ...]
    value: str
    meaning: str


OPERATORS: Final = {
    one.name: one
    for one in (
        Operator("eq", FIELD_TYPES, "one", "equal"),
        Operator("ne", FIELD_TYPES, "one", "not equal; keeps nulls"),
        Operator("gt", _ORDERED, "one", "greater; text by code points, periods by their first day"),
        Operator("gte", _ORDERED, "one", "greater or equal"),
        Operator("lt", _ORDERED, "one", "less"),
        Operator("lte", _ORDERED, "one", "less or equal"),
        Operator("in", FIELD_TYPES, "list", "one of a comma list; a period also matches the shorter ones within it"),
        Operator("nin", FIELD_TYPES, "list", "none of a comma list; keeps nulls"),
        Operator("contains", TEXTS, "text", "holds the text, whatever the case of Latin letters"),
        Operator("ncontains", TEXTS, "text", "does not hold the text; keeps nulls"),
        Operator("startswith", TEXTS, "text", "begins with exactly this text"),
        Operator("endswith", TEXTS, "text", "ends with exactly this text"),
        Operator("isnull", FIELD_TYPES, "flag", "true: no value; false: some value"),
    )
}


@dataclass(frozen=True)
class Function:
    """A function of `select`: the types it takes, whether it needs a group, and the type it gives (None: its own)."""

    name: str
    types: tuple[str, ...]
    aggregate: bool
    gives: str | None


FUNCTIONS: Final = {
    one.name: one
    for one in (
        Function("count", FIELD_TYPES, True, "integer"),
        Function("count_distinct", FIELD_TYPES, True, "integer"),
        Function("sum", NUMBERS, True, None),
        Function("avg", NUMBERS, True, "decimal"),
        Function("median", NUMBERS, True, "decimal"),
        Function("min", _ORDERED, True, None),
        Function("max", _ORDERED, True, None),
        Function("year", ("period", *DAYS), False, "integer"),
        Function("quarter", ("period", *DAYS), False, "integer"),
        Function("month", ("period", *DAYS), False, "integer"),
        Function("province", ("code",), False, "code"),
        Function("city", ("code",), False, "code"),
        Function("county", ("code",), False, "code"),
    )
}


@dataclass(frozen=True)
class Item:
    """One column of an answer: a field by its place in the table, or a function of it (`count(*)` has no place).

    `source` is the type of the field that a function is made from, `source_scale` its places behind the point.
    """

    output: Field
    column: int | None
    function: str | None = None
    source: str = ""
    source_scale: int = 0

    @property
    def name(self) -> str:
        """What the answer calls it."""
        return self.output.name

    @property
    def aggregate(self) -> bool:
        """Whether it speaks of many rows."""
        return self.function is not None and FUNCTIONS[self.function].aggregate

    @property
    def key(self) -> tuple[str, int]:
        """The same for the same thing under another name."""
        return (self.function or "", -1 if self.column is None else self.column)


@dataclass(frozen=True)
class Condition:
    """A filter: `operator` of OPERATORS, or `never` or `always` where the value decides alone.

    `value` is native (see catalog.rows.literals): text, a scaled integer, days, microseconds, a bool, or a tuple.
    """

    item: Item
    operator: str
    value: Any = None


@dataclass(frozen=True)
class Order:
    """One key of the order. Nulls come last in both directions."""

    item: Item
    descending: bool = False


@dataclass(frozen=True)
class RowQuery:
    """An understood query. `limit` is None where none was asked for; `text` holds the words of `q`."""

    select: tuple[Item, ...]
    filters: tuple[Condition, ...] = ()
    group_by: tuple[Item, ...] = ()
    having: tuple[Condition, ...] = ()
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    text: tuple[str, ...] = ()
    whole: bool = False  # every field as it stands, in the order of the table

    @property
    def page(self) -> int:
        """Rows of a page."""
        return PAGE if self.limit is None else self.limit

    @cached_property
    def grouped(self) -> bool:
        """Whether the answer's rows are groups, not rows of the release."""
        if self.whole:
            return False
        return bool(self.group_by) or any(item.aggregate for item in self.select)

    @property
    def narrowed(self) -> bool:
        """Whether fewer than all rows may come."""
        return bool(self.filters or self.text)

    def fields(self, table: Table) -> tuple[Field, ...]:
        """The fields of the answer, in order."""
        return tuple(item.output for item in self.select)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of what the query means, whatever page of it is read."""
        parts = (
            self.whole or [(item.name, *item.key) for item in self.select],
            sorted(map(repr, _told(self.filters))),
            [item.key for item in self.group_by],
            sorted(map(repr, _told(self.having))),
            [(one.item.key, one.descending) for one in self.order_by],
            sorted(self.text),
        )
        return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def plain_item(table: Table, column: int) -> Item:
    """A field as it stands."""
    return Item(table.fields[column], column)


@lru_cache(1000)
def whole_rows(table: Table, limit: int | None = None) -> RowQuery:
    """The query for rows with all their fields, in the order of the file."""
    return RowQuery(tuple(plain_item(table, column) for column in range(len(table.fields))), limit=limit, whole=True)


def renamed(item: Item, name: str) -> Item:
    """The item under another name; a function's title follows its name."""
    title = name if item.function else item.output.title
    return replace(item, output=replace(item.output, name=name, title=title))


def _told(conditions: Iterable[Condition]) -> list[tuple[Any, ...]]:
    return [(one.item.key, one.operator, one.value) for one in conditions]
