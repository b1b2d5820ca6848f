"""Filters as ranges of ranks: which rows they leave.

A filter that leaves few rows is looked up in the order of its column; others are masks over all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.rows.holding import holding
from catalog.rows.limits import Clock
from catalog.rows.periods import first_day, last_day
from catalog.rows.ranks import Key, Rank
from catalog.rows.terms import Condition
from catalog.rows.thresholds import LOOK_UP, STRETCH

ALONE: Final = ("never", "always")
_PIECE: Final = 1 << 18  # values that are looked into between two looks at the clock
_FEW: Final = 5000  # values whose rows are looked up one value after the other
Ranks = Callable[[Key], Rank]


@dataclass(frozen=True)
class _Stretch:
    """The places of neighbouring rows."""

    start: int
    length: int


_Places = Any  # an Arrow array of places, or a _Stretch
_Mask = Callable[[_Places], Any]  # to booleans


@dataclass(frozen=True)
class _Span:
    """The ranks from `low` to before `high`: of one key."""

    rank: Rank
    low: int
    high: int

    @cached_property
    def ends(self) -> tuple[int, int]:
        """Where their rows begin and end in the order of the key."""
        return self.rank.start(self.low), self.rank.start(self.high)

    @property
    def count(self) -> int:
        """How many rows have them."""
        return self.ends[1] - self.ends[0]

    def places(self) -> Any:
        """The places of these rows, in order."""
        found = self.rank.order.slice(self.ends[0], self.count).cast(pa.int64())
        return _in_order(found) if self.high - self.low > 1 else found

    def mask(self, places: _Places) -> Any:
        """Which of the places have them."""
        ranks = _taken(self.rank, places)
        if self.high - self.low == 1:
            return pc.equal(ranks, self.low)
        return pc.and_(pc.greater_equal(ranks, self.low), pc.less(ranks, self.high))


@dataclass(frozen=True)
class _Picked:
    """A few ranks of one key, in order."""

    rank: Rank
    ranks: Sequence[int]

    @cached_property
    def spans(self) -> list[_Span]:
        """Each by itself."""
        return [_Span(self.rank, one, one + 1) for one in self.ranks]

    @cached_property
    def count(self) -> int:
        """How many rows have them."""
        return sum(one.count for one in self.spans)

    def places(self) -> Any:
        """The places of these rows, in order."""
        return _in_order(pa.concat_arrays([pa.array([], pa.int64()), *(one.places() for one in self.spans)]))

    def mask(self, places: _Places) -> Any:
        """Which of the places have them."""
        return pc.is_in(_taken(self.rank, places), pa.array(self.ranks, pa.int32()))


def filtered(filters: Sequence[Condition], rows: int, ranks: Ranks, clock: Clock) -> Iterator[Any]:
    """The places, from 0 and in order, of the rows that every filter leaves: int64, some at a time.

    Raises Unavailable when the clock is over.
    """
    known: list[_Span | _Picked] = []
    masks: list[_Mask] = []
    for one in filters:
        if one.operator == "never":
            return
        if one.operator != "always":
            clock.check()
            _read(one, ranks, known, masks, clock)
    known.sort(key=lambda one: one.count)
    masks = [*(one.mask for one in known), *masks]
    if known and known[0].count * LOOK_UP <= rows:
        yield _looked_up(known[0].places(), masks[1:], clock)
        return
    for start in range(0, rows, STRETCH):
        yield _scanned(_Stretch(start, min(STRETCH, rows - start)), masks, clock)


def _looked_up(places: Any, masks: Sequence[_Mask], clock: Clock) -> Any:
    """Those of the places that the masks leave."""
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


def _read(one: Condition, ranks: Ranks, known: list[_Span | _Picked], masks: list[_Mask], clock: Clock) -> None:
    """A filter as ranks where these are neighbours or few, else as a mask."""
    found = [ranks(key) for key in keys_of(one)]
    if len(found) == 2:
        masks.append(_within(one, found[0], found[1], clock))
        return
    span = _span(one, found[0])
    other = _otherwise(one, found[0], clock) if span is None else span
    if isinstance(other, _Span | _Picked):
        known.append(other)
    else:
        masks.append(other)


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


def _otherwise(one: Condition, rank: Rank, clock: Clock) -> _Picked | _Mask:
    """A filter that is no span: the values that it keeps where they are few, else which of all it keeps."""
    if one.operator == "ne":
        found = rank.find(one.value)
        return lambda places: pc.not_equal(_taken(rank, places), -1 if found is None else found)
    if one.operator in ("in", "nin"):
        picked = _Picked(rank, sorted({found for value in one.value if (found := rank.find(value)) is not None}))
        return picked if one.operator == "in" else lambda places: pc.invert(picked.mask(places))
    kept = pa.chunked_array(
        [_TESTS[one.operator](piece, one.value) for piece in _pieces(rank.values, clock)], pa.bool_()
    )
    if one.operator != "ncontains" and (pc.sum(kept).as_py() or 0) <= _FEW:
        return _Picked(rank, pc.indices_nonzero(kept).to_pylist())
    table = pa.chunked_array([*kept.chunks, pa.array([one.operator == "ncontains"])]).combine_chunks()
    return lambda places: table.take(_taken(rank, places))


def _pieces(values: Any, clock: Clock) -> Iterator[Any]:
    """Values a good many at a time: looking into texts is the one step that can take seconds."""
    for start in range(0, len(values), _PIECE):
        clock.check()
        yield values.slice(start, _PIECE)


_TESTS: Final[dict[str, Callable[[Any, str], Any]]] = {
    "endswith": pc.ends_with,
    "contains": holding,
    "ncontains": lambda values, text: pc.invert(holding(values, text)),
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
            inside = pc.and_(low.mask(places), high.mask(places))
            found = inside if found is None else pc.or_(found, inside)
        return found if one.operator == "in" else pc.invert(found)

    return mask


def _in_order(places: Any) -> Any:
    return places.take(pc.array_sort_indices(places))


def _taken(rank: Rank, places: _Places) -> Any:
    if isinstance(places, _Stretch):
        return rank.ranks.slice(places.start, places.length)
    return rank.ranks.take(places)
