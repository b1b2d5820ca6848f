"""What a row query means, in plain Python over lists: the third opinion beside the two engines."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cmp_to_key
from statistics import median
from typing import Any

from catalog.rows.periods import first_day, last_day
from catalog.rows.values import to_json
from catalog.schema import Field, Table

Row = Sequence[Any]


def holds(field: Field, value: Any, operator: str, raw: str) -> bool:
    if operator == "isnull":
        return (value is None) == (raw == "true")
    if value is None:
        return operator in ("ne", "nin", "ncontains")
    if operator in ("in", "nin"):
        inside = any(_inside(field, value, _parsed(field, one)) for one in raw.split(","))
        return inside == (operator == "in")
    return _OPERATORS[operator](field, value, _parsed(field, raw))


def select_rows(table: Table, rows: Sequence[Row], filters: Sequence[tuple[str, str, str]]) -> list[tuple[int, Row]]:
    fields = {field.name: (place, field) for place, field in enumerate(table.fields)}

    def keeps(row: Row) -> bool:
        return all(holds(fields[name][1], row[fields[name][0]], operator, raw) for name, operator, raw in filters)

    return [(number, row) for number, row in enumerate(rows, 1) if keeps(row)]


def ordered(found: list[tuple[int, Row]], orders: Sequence[tuple[Callable[[Row], Any], bool]]) -> list[tuple[int, Row]]:
    def compare(one: tuple[int, Row], other: tuple[int, Row]) -> int:
        for key, descending in orders:
            left, right = key(one[1]), key(other[1])
            if left == right:
                continue
            if left is None or right is None:
                return 1 if left is None else -1
            return (1 if left > right else -1) * (-1 if descending else 1)
        return one[0] - other[0]

    return sorted(found, key=cmp_to_key(compare))


def sort_key(field: Field, value: Any) -> Any:
    return first_day(value) if field.type == "period" and value is not None else value


def as_json(fields: Sequence[Field], row: Row) -> tuple[Any, ...]:
    return tuple(to_json(field, value) for field, value in zip(fields, row, strict=True))


def aggregate(function: str, field: Field, values: Sequence[Any]) -> Any:
    present = [value for value in values if value is not None]
    if function == "count":
        return len(present)
    if function == "count_distinct":
        return len(set(present))
    return _AGGREGATES[function](field, present) if present else None


def _average(field: Field, values: Sequence[Any]) -> float:
    total, unit = sum(values), 10 ** (field.scale or 0)
    return float(Fraction(total) / len(values)) if abs(total * unit) < 10**15 else float(total) / len(values)


def _extreme(choose: Callable[..., Any]) -> Callable[[Field, Sequence[Any]], Any]:
    return lambda field, values: choose(values, key=lambda value: (sort_key(field, value), value))


_AGGREGATES: dict[str, Callable[[Field, Sequence[Any]], Any]] = {
    "sum": lambda field, values: sum(values),
    "avg": _average,
    "median": lambda field, values: median(map(Decimal, values)),
    "min": _extreme(min),
    "max": _extreme(max),
}


def _parsed(field: Field, raw: str) -> Any:
    if field.type in ("integer", "decimal"):
        return Decimal(raw)
    if field.type == "date":
        return date.fromisoformat(raw)
    if field.type == "datetime":
        return datetime.fromisoformat(raw)
    return raw == "true" if field.type == "boolean" else raw


def _inside(field: Field, value: Any, listed: Any) -> bool:
    if field.type == "period":
        return first_day(listed) <= first_day(value) and last_day(value) <= last_day(listed)
    return bool(value == listed)


def _compared(test: Callable[[Any, Any], bool]) -> Callable[[Field, Any, Any], bool]:
    return lambda field, value, other: test(sort_key(field, value), sort_key(field, other))


_OPERATORS: dict[str, Callable[[Field, Any, Any], bool]] = {
    "eq": lambda field, value, other: value == other,
    "ne": lambda field, value, other: value != other,
    "gt": _compared(lambda value, other: value > other),
    "gte": _compared(lambda value, other: value >= other),
    "lt": _compared(lambda value, other: value < other),
    "lte": _compared(lambda value, other: value <= other),
    "contains": lambda field, value, other: re.search(re.escape(other), value, re.IGNORECASE) is not None,
    "ncontains": lambda field, value, other: re.search(re.escape(other), value, re.IGNORECASE) is None,
    "startswith": lambda field, value, other: value.startswith(other),
    "endswith": lambda field, value, other: value.endswith(other),
}
