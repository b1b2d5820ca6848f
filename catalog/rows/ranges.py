"""Filters as ranges of ranks: which rows they leave.

A filter that leaves few rows is looked up in the order of its column; others are masks over all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.rows.limits import Clock
from catalog.rows.periods import first_day, last_day
from catalog.rows.ranks import Key, Rank
from catalog.rows.terms import Condition
from catalog.rows.thresholds import LOOK_UP, STRETCH

ALONE: Final = ("never", "always")
_PIECE: Final = 1 << 18  # values that are looked into between two looks at the clock
Ranks = Callable[[Key], Rank]


@dataclass(frozen=True)
class _Span:
    """The ranks from `low` to before `high`: of one key."""

    rank: Rank
    low: int
    high: int

    @property
    def ends(self) -> tuple[int, int]:
        return self.rank.start(self.low), self.rank.start(self.high)

    def rows(self, ends: tuple[int, int]) -> Any:
        return self.rank.order.slice(ends[0], ends[1] - ends[0]).cast(pa.int64())


@dataclass(frozen=True)
class _Stretch:
    """The places of neighbouring rows."""

    start: int
    length: int


_Places = Any  # an Arrow array of places, or a _Stretch
_Mask = Callable[[_Places], Any]  # to booleans


def filtered(filters: Sequence[Condition], rows: int, ranks: Ranks, clock: Clock) -> Iterator[Any]:
    """The places, from 0 and in order, of the rows that every filter leaves: int64, some at a time.

    Raises Unavailable when the clock is over.
    """
    spans: list[_Span] = []
    masks: list[_Mask] = []
    for one in filters:
        if one.operator == "never":
            return
        if one.operator != "always":
            clock.check()
            _read(one, ranks, spans, masks, clock)
    measured = sorted(((span.ends, span) for span in spans), key=lambda one: one[0][1] - one[0][0])
    if measured and (measured[0][0][1] - measured[0][0][0]) * LOOK_UP <= rows:
        yield _looked_up(*measured[0], [*(_mask_of(span) for _, span in measured[1:]), *masks], clock)
        return
    for start in range(0, rows, STRETCH):
        stretch = _Stretch(start, min(STRETCH, rows - start))
        yield _scanned(stretch, [*(_mask_of(span) for span in spans), *masks], clock)


def _looked_up(ends: tuple[int, int], span: _Span, masks: Sequence[_Mask], clock: Clock) -> Any:
    """Those of a span, as far as the masks leave them."""
    places = span.rows(ends)
    if span.high - span.low > 1:
        places = places.take(pc.array_sort_indices(places))
    for mask in masks:
        clock.check()
        places = places.filter(mask(places))
    return places


def _scanned(stretch: _Stretch, masks: Sequence[_Mask], clock: Clock) -> Any:
    """Those of a stretch that the masks leave."""
    if not masks:
        return pa.arange(stretch.start, stretch.start + stretch.length)
    kept = masks[0](stretch)
    for mask in masks[1:]:
        clock.check()
        kept = pc.and_(kept, mask(stretch))
    return pc.add(pc.indices_nonzero(kept).cast(pa.int64()), stretch.start)


def keys_of(one: Condition) -> list[Key]:
    """The ranks that a filter needs."""
    column = -1 if one.item.column is None else one.item.column
    if one.item.output.type == "period" and one.operator in _SIDES:
        return [Key("f", column)]
    if one.item.output.type == "period" and one.operator in ("in", "nin"):
        return [Key("f", column), Key("l", column)]
    return [Key("c", column)]


def find_value(one: Condition, ranks: Ranks) -> tuple[int, int]:
    """Where in the order of its key the rows of a filter by one value begin and end; (0, 0) for any other filter."""
    keys = keys_of(one)
    if one.operator not in ("eq", "in", "isnull") or len(keys) > 1:
        return 0, 0
    span = _span(one, ranks(keys[0]))
    return span.ends if span and span.high - span.low == 1 else (0, 0)


def _read(one: Condition, ranks: Ranks, spans: list[_Span], masks: list[_Mask], clock: Clock) -> None:
    """A filter as a span of ranks where it is one, else as a mask."""
    found = [ranks(key) for key in keys_of(one)]
    if len(found) == 2:
        masks.append(_within(one, found[0], found[1], clock))
        return
    span = _span(one, found[0])
    if span is not None:
        spans.append(span)
    else:
        masks.append(_mask(one, found[0], clock))


def _span(one: Condition, rank: Rank) -> _Span | None:
    if one.operator in ("eq", "in") and (one.operator == "eq" or len(one.value) == 1):
        found = rank.find(one.value if one.operator == "eq" else one.value[0])
        return _Span(rank, 0, 0) if found is None else _Span(rank, found, found + 1)
    if one.operator in _SIDES:
        value = first_day(one.value) if one.item.output.type == "period" else one.value
        return _Span(rank, *_SIDES[one.operator](rank, value))
    if one.operator == "isnull":
        return _Span(rank, rank.size, rank.size + 1) if one.value else _Span(rank, 0, rank.size)
    if one.operator == "startswith":
        low = rank.bound(one.value)
        return _Span(rank, low, low + (pc.sum(pc.starts_with(rank.values, one.value)).as_py() or 0))
    return None


def _after(rank: Rank, value: Any) -> int:
    low = rank.bound(value)
    return low + (low < rank.size and rank.value(low) == value)


_SIDES: Final[dict[str, Callable[[Rank, Any], tuple[int, int]]]] = {
    "gt": lambda rank, value: (_after(rank, value), rank.size),
    "gte": lambda rank, value: (rank.bound(value), rank.size),
    "lt": lambda rank, value: (0, rank.bound(value)),
    "lte": lambda rank, value: (0, _after(rank, value)),
}


def _mask_of(span: _Span) -> _Mask:
    def mask(places: Any) -> Any:
        ranks = _taken(span.rank, places)
        if span.high - span.low == 1:
            return pc.equal(ranks, span.low)
        return pc.and_(pc.greater_equal(ranks, span.low), pc.less(ranks, span.high))

    return mask


def _mask(one: Condition, rank: Rank, clock: Clock) -> _Mask:
    """A filter that is no span: which of the different values it keeps, nulls behind them."""
    if one.operator == "ne":
        found = rank.find(one.value)
        return lambda places: pc.not_equal(_taken(rank, places), -1 if found is None else found)
    if one.operator in ("in", "nin"):
        known = pa.array([found for value in one.value if (found := rank.find(value)) is not None], pa.int32())
        inside = one.operator == "in"
        return lambda places: pc.equal(pc.is_in(_taken(rank, places), known), inside)
    kept = [_TESTS[one.operator](piece, one.value) for piece in _pieces(rank.values, clock)]
    table = pa.chunked_array([*kept, pa.array([one.operator == "ncontains"])]).combine_chunks()
    return lambda places: table.take(_taken(rank, places))


def _pieces(values: Any, clock: Clock) -> Iterator[Any]:
    """Values a good many at a time: looking into texts is the one step that can take seconds."""
    for start in range(0, len(values), _PIECE):
        clock.check()
        yield values.slice(start, _PIECE)


def _holds(values: Any, text: str) -> Any:
    """Whatever the case of letters, as DuckDB's own expressions see it: both are RE2's."""
    return pc.match_substring(values, text, ignore_case=text.lower() != text.upper())


_TESTS: Final[dict[str, Callable[[Any, str], Any]]] = {
    "endswith": pc.ends_with,
    "contains": _holds,
    "ncontains": lambda values, text: pc.invert(_holds(values, text)),
}


def _within(one: Condition, first: Rank, last: Rank, clock: Clock) -> _Mask:
    """Periods inside those of the list; `nin` keeps nulls."""
    spans = [
        (_Span(first, first.bound(first_day(value)), first.size), _Span(last, 0, _after(last, last_day(value))))
        for value in one.value
    ]

    def mask(places: Any) -> Any:
        found = None
        for low, high in spans:
            clock.check()
            inside = pc.and_(_mask_of(low)(places), _mask_of(high)(places))
            found = inside if found is None else pc.or_(found, inside)
        return found if one.operator == "in" else pc.invert(found)

    return mask


def _taken(rank: Rank, places: _Places) -> Any:
    if isinstance(places, _Stretch):
        return rank.ranks.slice(places.start, places.length)
    return rank.ranks.take(places)
