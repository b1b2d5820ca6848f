"""Row queries as SQL for either engine. Text of a user is never in it: columns are numbered, values are parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from catalog.rows.periods import first_day, last_day
from catalog.rows.terms import TEXTS, Condition, Item, Order, RowQuery, plain_item
from catalog.rows.words import codes_with, variants
from catalog.schema import Field, Table

Params = list[Any]
_SIGNS: Final = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


class Dialect(Protocol):
    """What differs between the engines: where rows are, and how columns, days of periods and values are written."""

    source: str
    row: str
    base: int  # the number that `row` gives to the first row

    def expression(self, item: Item) -> str:
        """The item's value."""
        ...

    def first_day(self, item: Item) -> str:
        """The first day of a period, as text."""
        ...

    def last_day(self, item: Item) -> str:
        """The last day of a period, as text."""
        ...

    def holds(self, text: str, value: str) -> tuple[str, Params]:
        """Whether a text holds the value, whatever the case of letters."""
        ...

    def bind(self, field: Field, value: Any) -> Any:
        """A native value as the engine takes it."""
        ...


_Predicate = Callable[[Dialect, Condition], tuple[str, Params]]


@dataclass
class Statement:
    """SQL under construction: conditions joined by AND, and their parameters in order."""

    clauses: list[str] = field(default_factory=list)
    params: Params = field(default_factory=list)

    def add(self, clause: str, params: Iterable[Any] = ()) -> None:
        """One more condition."""
        self.clauses.append(clause)
        self.params.extend(params)

    @property
    def where(self) -> str:
        """The WHERE clause, or nothing."""
        return " WHERE " + " AND ".join(self.clauses) if self.clauses else ""


def narrowed(dialect: Dialect, query: RowQuery, table: Table) -> Statement:
    """The filters and words of the query."""
    statement = Statement()
    for one in query.filters:
        statement.add(*predicate(dialect, one))
    for word in query.text:
        statement.add(*_word(dialect, word, table))
    return statement


def count_sql(dialect: Dialect, query: RowQuery, table: Table) -> tuple[str, Params]:
    """How many rows the filters leave."""
    statement = narrowed(dialect, query, table)
    return f"SELECT count(*) FROM {dialect.source}{statement.where}", statement.params


def rows_sql(
    dialect: Dialect, query: RowQuery, table: Table, values: Sequence[str], after: Sequence[Any] | None = None
) -> tuple[str, Params]:
    """The row number, `values` and the keys of the order, in order, from `after` on; without LIMIT."""
    statement = narrowed(dialect, query, table)
    if after is not None:
        statement.add(*_beyond(dialect, query.order_by, after))
    keys = [_order_key(dialect, one.item) for one in query.order_by]
    columns = ", ".join([dialect.row, *values, *keys])
    return f"SELECT {columns} FROM {dialect.source}{statement.where}{order_sql(dialect, query)}", statement.params


def order_sql(dialect: Dialect, query: RowQuery) -> str:
    """ORDER BY with nulls last, ending in the row number."""
    keys = [f"{_order_key(dialect, one.item)} {_direction(one)} NULLS LAST" for one in query.order_by]
    return " ORDER BY " + ", ".join([*keys, dialect.row])


def predicate(dialect: Dialect, one: Condition) -> tuple[str, Params]:
    """One filter."""
    return _PREDICATES[one.operator](dialect, one)


def _order_key(dialect: Dialect, item: Item) -> str:
    return dialect.first_day(item) if item.output.type == "period" else dialect.expression(item)


def _direction(one: Order) -> str:
    return "DESC" if one.descending else "ASC"


def _beyond(dialect: Dialect, orders: Sequence[Order], after: Sequence[Any]) -> tuple[str, Params]:
    """The rows that come after the one with these keys: a key later, or keys the same and the row number later."""
    ties, tie_params = "TRUE", Params()
    cases: list[str] = []
    params = Params()
    for one, value in zip(orders, after, strict=False):
        key = _order_key(dialect, one.item)
        if value is None:  # nulls are last: nothing is later
            ties = f"{ties} AND {key} IS NULL"
            continue
        bound = value if one.item.output.type == "period" else dialect.bind(one.item.output, value)
        cases.append(f"({ties} AND ({key} {'<' if one.descending else '>'} ? OR {key} IS NULL))")
        params += [*tie_params, bound]
        ties, tie_params = f"{ties} AND {key} = ?", [*tie_params, bound]
    cases.append(f"({ties} AND {dialect.row} > ?)")
    return "(" + " OR ".join(cases) + ")", [*params, *tie_params, after[-1] - 1 + dialect.base]


def _word(dialect: Dialect, word: str, table: Table) -> tuple[str, Params]:
    """A word stands in some text column, in either script, or in the label of a code."""
    cases, params = ["FALSE"], Params()
    forms = variants(word)
    for column, one in enumerate(table.fields):
        if one.type not in TEXTS:
            continue
        text = dialect.expression(plain_item(table, column))
        for form in forms:
            clause, found = dialect.holds(text, form)
            cases.append(clause)
            params += found
        codes = codes_with(one, forms)
        if codes:
            cases.append(f"{text} IN ({_marks(codes)})")
            params += codes
    return "coalesce(" + " OR ".join(cases) + ", FALSE)", params


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _compared(dialect: Dialect, one: Condition) -> tuple[str, Params]:
    sign = _SIGNS[one.operator]
    if one.item.output.type == "period" and one.operator != "eq":
        return f"{dialect.first_day(one.item)} {sign} ?", [first_day(one.value)]
    return f"{dialect.expression(one.item)} {sign} ?", [dialect.bind(one.item.output, one.value)]


def _unequal(dialect: Dialect, one: Condition) -> tuple[str, Params]:
    text = dialect.expression(one.item)
    return f"({text} <> ? OR {text} IS NULL)", [dialect.bind(one.item.output, one.value)]


def _among(dialect: Dialect, one: Condition) -> tuple[str, Params]:
    if one.item.output.type == "period":
        return _within(dialect, one)
    values = [dialect.bind(one.item.output, value) for value in one.value]
    return f"{dialect.expression(one.item)} IN ({_marks(values)})", values


def _within(dialect: Dialect, one: Condition) -> tuple[str, Params]:
    """A year holds its quarters and months: the row's period lies inside the value's."""
    first, last = dialect.first_day(one.item), dialect.last_day(one.item)
    cases = [f"({first} >= ? AND {last} <= ?)"] * len(one.value)
    return "(" + " OR ".join(cases) + ")", [day for value in one.value for day in (first_day(value), last_day(value))]


def _holds(dialect: Dialect, one: Condition) -> tuple[str, Params]:
    return dialect.holds(dialect.expression(one.item), one.value)


def _begins(dialect: Dialect, one: Condition) -> tuple[str, Params]:
    return f"substr({dialect.expression(one.item)}, 1, {len(one.value)}) = ?", [one.value]


def _ends(dialect: Dialect, one: Condition) -> tuple[str, Params]:
    text = dialect.expression(one.item)
    if not one.value:
        return f"{text} IS NOT NULL", []
    return f"substr({text}, -{len(one.value)}) = ?", [one.value]


def _absent(dialect: Dialect, one: Condition) -> tuple[str, Params]:
    return f"{dialect.expression(one.item)} IS {'' if one.value else 'NOT '}NULL", []


def _not(inner: _Predicate) -> _Predicate:
    """The opposite; nulls stay."""

    def outer(dialect: Dialect, one: Condition) -> tuple[str, Params]:
        clause, params = inner(dialect, one)
        return f"(NOT ({clause}) OR {dialect.expression(one.item)} IS NULL)", params

    return outer


_PREDICATES: Final[dict[str, _Predicate]] = {
    **dict.fromkeys(_SIGNS, _compared),
    "ne": _unequal,
    "in": _among,
    "nin": _not(_among),
    "contains": _holds,
    "ncontains": _not(_holds),
    "startswith": _begins,
    "endswith": _ends,
    "isnull": _absent,
    "never": lambda dialect, one: ("FALSE", []),
    "always": lambda dialect, one: ("TRUE", []),
}
