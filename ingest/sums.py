"""Wholes that no header names: the column that is the sum of the parts in every row, or the parts alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ingest.claims import Claims
from ingest.families import DeclaredField, DeclaredSchema
from ingest.group_rows import SERIALS
from ingest.headers import fold, split_unit
from ingest.melt_texts import figure_of

_LEAST = 2  # parts, and rows that have several of them: else the whole is as well one of the parts
_CLOSE = Decimal("0.011")  # printed rounding

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Whole:
    """A column (from 0) that is the sum of others in each row, and the field that it is."""

    place: int
    name: str
    title: str
    parts: tuple[str, ...]


def find_whole(
    headers: Sequence[str], schema: DeclaredSchema, mapping: Mapping[str, str | None], look: Callable[[], Rows]
) -> Whole | None:
    """The column of a required field that has none, where a check of the schema says of what it is the sum.

    `look` gives the rows, if they are needed.
    """
    claims = Claims(tuple(headers), schema, mapping)
    lost = {one.name: one.title for one in schema.fields if claims.lacks(one)}
    for check in schema.checks:
        whole, *others = check.fields
        parts = [place for name in others if (place := claims.find(name)) is not None]
        if check.rule != "sum" or whole not in lost or len(parts) < _LEAST:
            continue
        rows = look()
        likely = [at for at in claims.unknown() if _alike(headers, at, parts) and _is_sum(rows, at, parts)]
        if len(likely) == 1:
            return Whole(likely[0], whole, lost[whole], tuple(headers[place] for place in parts))
    return None


def find_parts(
    headers: Sequence[str], schema: DeclaredSchema, claims: Claims, look: Callable[[], Rows]
) -> dict[str, tuple[int, ...]]:
    """Of fields without a column of their own, those under their heading (`本年拨款` over kinds of budgets).

    A check must say what whole they are a part of, and all columns of sums together must give it in each row. What
    then is left is the `rest` of a field, if all of it is headed so.
    """
    fields = {one.name: one for one in schema.fields}
    for check in schema.checks:
        place = claims.find(check.fields[0])
        if check.rule != "sum" or place is None:
            continue
        free = [one for name in check.fields[1:] if not claims.has(one := fields[name])]
        parts = {one.name: places for one in free if len(places := claims.under(one)) >= _LEAST}
        if not parts and not any(one.rest for one in free):
            continue
        rows, measure = look(), fields[check.fields[0]].unit
        own = {claims.find(one.name) for one in schema.fields if one.type == "decimal" and one.unit == measure}
        others = [at for at in claims.unknown() if fold(headers[at]) not in SERIALS and _has_numbers(rows, at)]
        left = [at for at in others if not any(at in some for some in parts.values())]
        found = {**parts, **_rest(headers, [one for one in free if one.name not in parts], left, claims.unknown())}
        together = [*(at for at in own if at is not None and at != place), *others]
        if found and _alike(headers, place, together) and _is_sum(rows, place, together):
            return found
    return {}


def _rest(
    headers: Sequence[str], free: Sequence[DeclaredField], left: Sequence[int], unknown: Sequence[int]
) -> dict[str, tuple[int, ...]]:
    """The one field by whose `rest` all columns are headed that are left, with those that are and have no numbers."""
    like = {one.name: [at for at in unknown if re.search(one.rest, fold(headers[at]))] for one in free if one.rest}
    named = {name: tuple(places) for name, places in like.items() if left and set(left) <= set(places)}
    return named if len(named) == 1 else {}


def _has_numbers(rows: Rows, at: int) -> bool:
    return any(figure_of(row[at]) is not None for row in rows)


def _alike(headers: Sequence[str], at: int, parts: Sequence[int]) -> bool:
    """Whether the headers name the same unit, or none."""
    return len({unit.name if (unit := split_unit(headers[place])[1]) else "" for place in (at, *parts)}) == 1


def _is_sum(rows: Rows, at: int, parts: Sequence[int]) -> bool:
    """Whether the column is the sum in every row that has numbers, and enough of these have several parts."""
    telling = 0
    for row in rows:
        numbers = [figure_of(row[place]) for place in (at, *parts)]
        if all(number is None for number in numbers):
            continue
        whole, *of = numbers
        if whole is None or abs(whole - sum((part or Decimal(0) for part in of), Decimal(0))) > _CLOSE:
            return False
        telling += sum(bool(part) for part in of) >= _LEAST
    return telling >= _LEAST
