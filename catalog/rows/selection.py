"""`select` and `group_by`: fields, functions of fields, aliases, and the field that each gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from catalog.errors import BadParameter
from catalog.rows.faults import unknown
from catalog.rows.limits import MOST_COLUMNS
from catalog.rows.regions import LEVELS, level_codes
from catalog.rows.terms import FUNCTIONS, Function, Item, plain_item, renamed
from catalog.schema import Field, Table

_CALL = re.compile(r"(\w+)\s*\((.*)\)", re.DOTALL)
_ALIAS = re.compile(r"(.+?)\s+as\s+(\S+)", re.DOTALL | re.IGNORECASE)
_NAME = re.compile(r"\w{1,60}")
ROW: Final = "_row"  # what every row has beside its fields
_MOST_DIGITS: Final = 38  # of a sum
_UNITLESS: Final = ("count", "count_distinct", "year", "quarter", "month", *LEVELS)


def parse_items(place: str, raw: str, table: Table, aliases: Sequence[Item] = ()) -> tuple[Item, ...]:
    """The items of a comma list; none for blank text. `aliases` may be named as well. Raises BadParameter."""
    if not raw.strip():
        return ()
    parts = _split(raw)
    if len(parts) > MOST_COLUMNS:
        raise BadParameter.at(place, "too_many_columns", most=MOST_COLUMNS)
    named = {item.name: item for item in aliases}
    items = tuple(named.get(part.strip()) or _parse(place, part.strip(), table) for part in parts)
    names = [item.name for item in items]
    for name in names:
        if names.count(name) > 1 or name == ROW:
            raise BadParameter.at(place, "name_twice", name=name)
    if place == "group_by":
        _refuse_aggregates(items)
    return items


def parse_item(place: str, text: str, table: Table) -> Item:
    """One field or function, without an alias. Raises BadParameter with the nearest known name."""
    found = find_item(text, table)
    if found is not None:
        return found
    call = _CALL.fullmatch(text)
    if call:
        return _call(place, call[1].lower(), call[2].strip(), table)
    known = [field.name for field in table.fields]
    raise unknown(place, "field", text, known)


def find_item(name: str, table: Table) -> Item | None:
    """The field of exactly that name."""
    for column, field in enumerate(table.fields):
        if field.name == name:
            return plain_item(table, column)
    return None


def count_item(name: str) -> Item:
    """`count(*)` under a name."""
    return Item(Field(name, name, "integer", nullable=False), None, "count")


def _parse(place: str, text: str, table: Table) -> Item:
    alias = _ALIAS.fullmatch(text)
    if find_item(text, table) is not None or not alias:
        return parse_item(place, text, table)
    if not _NAME.fullmatch(alias[2]):
        raise BadParameter.at(place, "bad_alias", name=alias[2])
    return renamed(parse_item(place, alias[1], table), alias[2])


def _call(place: str, name: str, argument: str, table: Table) -> Item:
    if name not in FUNCTIONS:
        raise unknown(place, "function", name, FUNCTIONS)
    if argument == "*" and name == "count":
        return count_item("count(*)")
    function, item = FUNCTIONS[name], find_item(argument, table)
    if item is None or item.column is None:
        known = [field.name for field in table.fields]
        raise unknown(place, "field", argument, known)
    if item.output.type not in function.types:
        types = ", ".join(function.types)
        raise BadParameter.at(place, "function_not_for_type", name=name, type=item.output.type, types=types)
    return function_item(function, item)


def function_item(function: Function, item: Item) -> Item:
    """A function of a field whose type it takes."""
    source = item.output
    return Item(_output(function, source), item.column, function.name, source.type, source.scale or 0)


def _output(function: Function, source: Field) -> Field:
    """The field that a function gives: sums have 38 digits, a median one more place, an average is a float."""
    name = f"{function.name}({source.name})"
    field = replace(
        source,
        name=name,
        title=f"{function.name}({source.title})",
        type=function.gives or source.type,
        unit=None if function.name in _UNITLESS else source.unit,
        titles=None,
        description=None,
        nullable=function.name not in ("count", "count_distinct"),
    )
    if function.name in LEVELS:
        return replace(field, codes=level_codes(source.codes, function.name) if source.codes else None)
    if function.gives == "integer":
        return replace(field, precision=None, scale=None, codes=None)
    if function.name == "sum":
        return replace(field, precision=_MOST_DIGITS)
    if function.name == "median":
        return replace(field, precision=_MOST_DIGITS, scale=(source.scale or 0) + 1)
    return replace(field, precision=None, scale=None) if function.name == "avg" else field


def _refuse_aggregates(items: tuple[Item, ...]) -> None:
    for item in items:
        if item.aggregate:
            raise BadParameter.at("group_by", "group_by_aggregate", name=item.name)


def _split(raw: str) -> list[str]:
    """At the commas that stand outside brackets."""
    parts, depth = [""], 0
    for char in raw:
        depth += (char == "(") - (char == ")")
        if char == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts
