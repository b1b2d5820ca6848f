"""Statistics of a release's fields, worked out by DuckDB once: what is there, how much, between what, how spread.

Values are as in rows for JSON. A field that holds masked personal data tells counts only, never a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import orjson

from catalog.rows import duck
from catalog.rows.duck_sql import DUCK
from catalog.rows.limits import LIMITS, Clock, Limits
from catalog.rows.sealed import open_sealed, write_sealed
from catalog.rows.selection import function_item
from catalog.rows.terms import FUNCTIONS, Item, plain_item
from catalog.rows.values import to_json
from catalog.schema import Table

EXACT: Final = 100_000  # different values up to which they are counted exactly
QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
TOP: Final = 10
BINS: Final = 20
_MEASURED: Final = ("integer", "decimal")
_SPREAD: Final = (*_MEASURED, "date", "datetime")


@dataclass(frozen=True)
class Counted:
    """A value and how many rows have it."""

    value: Any
    count: int


@dataclass(frozen=True)
class Bin:
    """How many rows lie from `low` to before `high` (the last bin: to `high`)."""

    low: Any
    high: Any
    count: int


@dataclass(frozen=True)
class FieldProfile:
    """One field. `quantiles` are values that occur, by share of the rows; None or empty where a type has none."""

    name: str
    count: int
    nulls: int
    distinct: int
    distinct_exact: bool
    min: Any = None
    max: Any = None
    mean: float | None = None
    quantiles: dict[str, Any] | None = None
    top: tuple[Counted, ...] = ()
    histogram: tuple[Bin, ...] = ()
    masked: bool = False


def profile(parquet: Path, table: Table, limits: Limits = LIMITS) -> list[FieldProfile]:
    """The profile of every field, in order. Raises Unavailable past the limits of an export."""
    clock = Clock(limits.export_seconds)
    masked = set(table.origin.get("masked", ()))
    ask = _Asking(parquet, table, limits, clock)
    return [
        _profile(ask, plain_item(table, place), hidden=field.name in masked) for place, field in enumerate(table.fields)
    ]


def write_profile(target: Path, parquet: Path, table: Table) -> None:
    """Work out the profile and keep it as a cache file of the release."""
    body = orjson.dumps([asdict(one) for one in profile(parquet, table)])
    write_sealed(target, table.digest, lambda sink: sink.write(body))


def load_profile(path: Path, table: Table) -> list[dict[str, Any]]:
    """The kept profile, a plain object a field. Raises Unsound."""
    found: list[dict[str, Any]] = orjson.loads(memoryview(open_sealed(path, table.digest)))
    return found


@dataclass(frozen=True)
class _Asking:
    """Asks DuckDB about one column at a time."""

    parquet: Path
    table: Table
    limits: Limits
    clock: Clock

    def rows(self, statement: str, params: Sequence[Any] = ()) -> list[Any]:
        columns = len(self.table.fields)
        return duck.fetch(self.parquet, columns, statement, params, self.limits, self.clock)


def _profile(ask: _Asking, item: Item, *, hidden: bool) -> FieldProfile:
    column = DUCK.expression(item)
    count, guess = ask.rows(f"SELECT count({column}), approx_count_distinct({column}) FROM r")[0]
    exact = guess <= EXACT * 1.2  # the estimate may be off by some per cent
    distinct = ask.rows(f"SELECT count(DISTINCT {column}) FROM r")[0][0] if exact else guess
    facts = FieldProfile(item.name, count, ask.table.rows - count, distinct, exact, masked=hidden)
    if hidden or not count:
        return facts
    return FieldProfile(**{**_plain(facts), **_values(ask, item, column, exact=exact)})


def _plain(facts: FieldProfile) -> dict[str, Any]:
    return {one.name: getattr(facts, one.name) for one in fields(facts)}


def _values(ask: _Asking, item: Item, column: str, *, exact: bool) -> dict[str, Any]:
    kind = item.output.type
    found: dict[str, Any] = {"top": _top(ask, item, column)} if exact else {}
    if kind in FUNCTIONS["min"].types:
        found |= {name: _function(ask, item, name) for name in ("min", "max")}
    if kind in _MEASURED:
        found["mean"] = _function(ask, item, "avg")
    if kind in _SPREAD:
        found["quantiles"] = _quantiles(ask, item, column)
        found["histogram"] = _histogram(ask, item, column)
    return found


def _function(ask: _Asking, item: Item, name: str) -> Any:
    made = function_item(FUNCTIONS[name], item)
    return to_json(made.output, ask.rows(f"SELECT {DUCK.expression(made)} FROM r")[0][0])


def _top(ask: _Asking, item: Item, column: str) -> tuple[Counted, ...]:
    """The most frequent values; of equally frequent ones the least first."""
    rows = ask.rows(
        f"SELECT {column}, count(*) FROM r WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {TOP}"
    )
    return tuple(Counted(to_json(item.output, value), count) for value, count in rows)


def _quantiles(ask: _Asking, item: Item, column: str) -> dict[str, Any]:
    shares = ", ".join(map(str, QUANTILES))
    found = ask.rows(f"SELECT quantile_disc({column}, [{shares}]) FROM r")[0][0]
    return {str(share): to_json(item.output, value) for share, value in zip(QUANTILES, found, strict=True)}


def _histogram(ask: _Asking, item: Item, column: str) -> tuple[Bin, ...]:
    """Bins of equal width, numbers for numbers; those of days and moments are in seconds since 1970."""
    number = {"date": f"epoch({column})", "datetime": f"epoch({column})"}.get(item.output.type, column)
    number = f"CAST({number} AS DOUBLE)"
    low, high = ask.rows(f"SELECT min({number}), max({number}) FROM r")[0]
    width = (high - low) / BINS or 1.0
    place = f"least(CAST(floor(({number} - ?) / ?) AS INTEGER), {BINS - 1})"
    rows = ask.rows(f"SELECT {place}, count(*) FROM r WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 1", [low, width])
    counts = dict(rows)
    bins = range(BINS if high > low else 1)
    return tuple(Bin(low + width * one, low + width * (one + 1), counts.get(one, 0)) for one in bins)
