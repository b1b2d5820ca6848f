"""Which rows a page holds, found in ranks: filters are ranges of ranks, orders are numbers, so no row is touched.

The number of rows that the filters leave comes with it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import BadParameter
from catalog.rows import ranges
from catalog.rows.limits import Clock
from catalog.rows.ranges import Ranks, filtered
from catalog.rows.ranks import Key, Rank
from catalog.rows.terms import Order, RowQuery

_ROOM: Final = (1 << 63) - 1


@dataclass(frozen=True)
class Found:
    """Row numbers, from 1; how many rows the filters leave; native keys of the page's last row where more follow."""

    numbers: list[int]
    total: int
    last: tuple[Any, ...] | None = None


def suits(query: RowQuery) -> bool:
    """Whether ranks alone can find the rows of the query: they know every operator, but no words and no functions."""
    items = [*(one.item for one in query.filters), *(one.item for one in query.order_by)]
    return not (query.text or query.grouped or any(item.function for item in items))


def keys_of(query: RowQuery) -> list[Key]:
    """The ranks that the query needs."""
    keys: list[Key] = []
    for one in query.filters:
        if one.operator not in ranges.ALONE:
            keys += ranges.keys_of(one)
    keys += [_order_key(one) for one in query.order_by]
    return list(dict.fromkeys(keys))


def find_rows(query: RowQuery, rows: int, ranks: Ranks, after: Sequence[Any] | None, clock: Clock) -> Found | None:
    """The rows of the page and one more; None where the order's keys are too many to be one number.

    Raises Unavailable when the clock is over, at the latest one step of a filter or order after it.
    """
    if not query.filters and len(query.order_by) == 1:
        return _walk(query, rows, ranks, after)
    found = filtered(query.filters, rows, ranks, clock)
    if not query.order_by:
        start = query.offset if after is None else _beyond(found, after[-1] - 1)
        places = found.slice(start, query.page + 1).to_pylist()
        return Found([place + 1 for place in places], len(found), () if len(places) > query.page else None)
    return _sorted(query, found, rows, [ranks(_order_key(one)) for one in query.order_by], after, clock)


def _walk(query: RowQuery, rows: int, ranks: Ranks, after: Sequence[Any] | None) -> Found:
    """One order and no filter: a piece of the column's own order."""
    one, rank = query.order_by[0], ranks(_order_key(query.order_by[0]))
    known = rank.size if after is None else _known(rank, after[0])
    if not one.descending:
        start = query.offset if after is None else rank.place(known, after[-1] - 1)
        places = rank.order.slice(start, query.page + 1).to_pylist()
    else:
        places = _backwards(rank, query, known, after)
    return _told(query, places, [rank], rows)


def _told(query: RowQuery, places: list[int], ranks: Sequence[Rank], total: int) -> Found:
    """These places as row numbers, with what a cursor needs of them."""
    last = None
    if len(places) > query.page:
        place = places[query.page - 1]
        last = tuple(rank.value(rank.ranks[place].as_py()) for rank in ranks)
    return Found([place + 1 for place in places], total, last)


def _backwards(rank: Rank, query: RowQuery, known: int, after: Sequence[Any] | None) -> list[int]:
    """The same from the greatest value down: groups of equal values backwards, rows in a group forwards, nulls last."""
    wanted, skip = query.page + 1, query.offset if after is None else 0
    places: list[int] = []
    end = rank.start(rank.size)
    if after is not None:
        end = rank.start(known) if known < rank.size else 0
        places += _rest(rank, known, after[-1] - 1, wanted)
    end, skip = _skipped(rank, end, skip)
    while end > 0 and len(places) < wanted:
        start = rank.start_before(end)
        places += rank.order.slice(start + skip, min(wanted - len(places), end - start - skip)).to_pylist()
        end, skip = start, 0
    if len(places) < wanted and known == rank.size and after is not None:
        return places
    nulls = rank.start(rank.size) + skip
    return [*places, *rank.order.slice(nulls, wanted - len(places)).to_pylist()]


def _skipped(rank: Rank, end: int, skip: int) -> tuple[int, int]:
    """The end of the group that a walk down from `end` is in after `skip` rows, and how many of its rows to skip."""
    if skip >= end:
        return 0, skip - end
    value = rank.ranks[rank.order[end - 1 - skip].as_py()].as_py()
    group_end = rank.start(value + 1)
    return group_end, skip - (end - group_end)


def _rest(rank: Rank, known: int, row: int, wanted: int) -> list[int]:
    """The rows of the same value that come later."""
    start, end = rank.place(known, row), rank.start(known + 1)
    found: list[int] = rank.order.slice(start, min(wanted, end - start)).to_pylist()
    return found


def _known(rank: Rank, value: Any) -> int:
    """The rank of a cursor's value. Raises BadParameter: a cursor of this release has one."""
    found = rank.size if value is None else rank.find(value)
    if found is None:
        raise BadParameter.at("cursor", "cursor_unreadable")
    return found


def _sorted(
    query: RowQuery, found: Any, rows: int, ranks: Sequence[Rank], after: Sequence[Any] | None, clock: Clock
) -> Found | None:
    """Each row's keys and place as one number: the least ones are the page."""
    room = max(1, rows)
    for rank in ranks:
        room *= rank.size + 1
    if room > _ROOM:
        return None
    number = None
    for one, rank in zip(query.order_by, ranks, strict=True):
        clock.check()
        key = _turned(rank.ranks.take(found).cast(pa.int64()), rank, one)
        number = key if number is None else pc.add(pc.multiply(number, rank.size + 1), key)
    number = pc.add(pc.multiply(number, rows), found)
    if after is not None:
        number = number.filter(pc.greater(number, _number_of(query.order_by, ranks, rows, after)))
    clock.check()
    wanted = (query.offset if after is None else 0) + query.page + 1
    least = number.take(pc.bottom_k_unstable(number, wanted)).to_pylist() if len(number) else []
    places = [one % rows for one in sorted(least)[query.offset if after is None else 0 :]]
    return _told(query, places, ranks, len(found))


def _turned(key: Any, rank: Rank, one: Order) -> Any:
    """Descending: the greatest first, nulls last all the same."""
    if not one.descending:
        return key
    return pc.if_else(pc.equal(key, rank.size), key, pc.subtract(rank.size - 1, key))


def _number_of(orders: Sequence[Order], ranks: Sequence[Rank], rows: int, after: Sequence[Any]) -> int:
    number = 0
    for one, rank, value in zip(orders, ranks, after, strict=False):
        key = _known(rank, value)
        if one.descending and key < rank.size:
            key = rank.size - 1 - key
        number = number * (rank.size + 1) + key
    return int(number * rows + after[-1] - 1)


def _beyond(places: Any, row: int) -> int:
    """Where the places after this one begin."""
    return bisect_right(range(len(places)), row, key=lambda at: places[at].as_py())


def _order_key(one: Order) -> Key:
    column = -1 if one.item.column is None else one.item.column
    return Key("f" if one.item.output.type == "period" else "c", column)
