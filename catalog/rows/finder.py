"""Which rows a page holds, found in ranks: filters are ranges of ranks, orders are numbers, so no row is touched.

The number of rows that the filters leave comes with it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import BadParameter
from catalog.rows import ranges, thresholds
from catalog.rows.limits import Clock
from catalog.rows.pairs import Pair
from catalog.rows.ranges import Ranks, filtered
from catalog.rows.ranks import Key, Rank, Run
from catalog.rows.terms import Condition, Order, RowQuery

Pairs = Callable[[Pair], memoryview | None]
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


def find_rows(
    query: RowQuery, rows: int, ranks: Ranks, pairs: Pairs, after: Sequence[Any] | None, clock: Clock
) -> Found | None:
    """The rows of the page and one more; None where the order's keys are too many to be one number.

    Raises Unavailable when the clock is over, at the latest one step of a filter or order after it.
    """
    if len(query.order_by) == 1 and len(query.filters) < 2:
        key = _order_key(query.order_by[0])
        run = _find_run(query.filters[0], key, ranks, pairs) if query.filters else ranks(key).run
        if run is not None:
            return _walk(query, ranks(key), run, after)
    found = filtered(query.filters, rows, ranks, clock)
    if not query.order_by:
        return _in_order(query, found, after, clock)
    return _sorted(query, found, rows, [ranks(_order_key(one)) for one in query.order_by], after, clock)


def _in_order(query: RowQuery, found: Iterator[Any], after: Sequence[Any] | None, clock: Clock) -> Found:
    """A page in the order of the file."""
    skip, total, places = 0 if after is not None else query.offset, 0, list[int]()
    for piece in found:
        clock.check()
        total += len(piece)
        left = piece if after is None else piece.slice(_beyond(piece, after[-1] - 1))
        places += left.slice(min(skip, len(left)), query.page + 1 - len(places)).to_pylist()
        skip = max(0, skip - len(left))
    return Found([place + 1 for place in places], total, () if len(places) > query.page else None)


def _find_run(one: Condition, key: Key, ranks: Ranks, pairs: Pairs) -> Run | None:
    """The rows of one value in the order of a key, where they are many and kept so."""
    low, high = ranges.find_value(one, ranks)
    if high - low < thresholds.PAIR:
        return None
    places = pairs(Pair(ranges.keys_of(one)[0], key))
    return None if places is None else Run(ranks(key).of, places, low, high)


def _walk(query: RowQuery, rank: Rank, run: Run, after: Sequence[Any] | None) -> Found:
    """A piece of an order of one key that is there already."""
    if query.order_by[0].descending:
        places = _backwards(rank, run, query, after)
    else:
        start = run.low + query.offset if after is None else run.beyond(_known(rank, after[0]), after[-1] - 1)
        places = run.read(start, query.page + 1)
    return _told(query, places, [rank], run.high - run.low)


def _told(query: RowQuery, places: list[int], ranks: Sequence[Rank], total: int) -> Found:
    """These places as row numbers, with what a cursor needs of them."""
    last = None
    if len(places) > query.page:
        place = places[query.page - 1]
        last = tuple(rank.value(rank.of[place]) for rank in ranks)
    return Found([place + 1 for place in places], total, last)


def _backwards(rank: Rank, run: Run, query: RowQuery, after: Sequence[Any] | None) -> list[int]:
    """The same from the greatest value down: groups of equal values backwards, rows in a group forwards, nulls last."""
    wanted, nulls = query.page + 1, run.start(rank.size)
    known = rank.size if after is None else _known(rank, after[0])
    if after is None:
        end, above, begin = _skipped(run, nulls, query.offset)
    else:
        end, above, begin = run.start(known), run.start(known + 1), run.beyond(known, after[-1] - 1)
    places = run.read(begin, min(wanted, above - begin))
    if after is not None and known == rank.size:
        return places
    places += _down(run, end, wanted - len(places))
    return [*places, *run.read(max(begin, nulls), wanted - len(places))]


def _skipped(run: Run, end: int, skip: int) -> tuple[int, int, int]:
    """Where a walk down from `end` is after `skip` rows: its group's start and end, and the place in the group.

    Below them all there is an empty group; what is left of `skip` then counts from `end` up.
    """
    if not skip:
        return end, end, end
    if skip >= end - run.low:
        return run.low, run.low, skip + run.low
    rank = run.of[run.places[end - 1 - skip]]
    start, above = run.start(rank), run.start(rank + 1)
    return start, above, start + skip - (end - above)


def _down(run: Run, end: int, wanted: int) -> list[int]:
    """The rows of the ranks before `end`, where one begins, from the greatest down: of each rank in their order."""
    at = max(run.low, end - wanted)
    if at == end:
        return []
    rank = run.of[run.places[at]]
    above = bisect_left(run.places, rank + 1, at, end, key=run.of.__getitem__)
    whole = sorted(run.read(above, end - above), key=run.of.__getitem__, reverse=True)  # equals keep their order
    start = at if at == run.low or run.of[run.places[at - 1]] < rank else run.start(rank)
    return [*whole, *run.read(start, min(wanted - len(whole), above - start))]


def _known(rank: Rank, value: Any) -> int:
    """The rank of a cursor's value. Raises BadParameter: a cursor of this release has one."""
    found = rank.size if value is None else rank.find(value)
    if found is None:
        raise BadParameter.at("cursor", "cursor_unreadable")
    return found


def _sorted(
    query: RowQuery, found: Iterator[Any], rows: int, ranks: Sequence[Rank], after: Sequence[Any] | None, clock: Clock
) -> Found | None:
    """Each row's keys and place as one number: the least ones are the page."""
    room = max(1, rows)
    for rank in ranks:
        room *= rank.size + 1
    if room > _ROOM:
        return None
    beyond = None if after is None else _number_of(query.order_by, ranks, rows, after)
    skip = query.offset if after is None else 0
    total, least = 0, pa.array([], pa.int64())
    for piece in found:
        clock.check()
        total += len(piece)
        number = _numbers(query.order_by, ranks, rows, piece)
        if beyond is not None:
            number = number.filter(pc.greater(number, beyond))
        least = _least(pa.concat_arrays([least, number]), skip + query.page + 1)
    places = [one % rows for one in sorted(least.to_pylist())[skip:]]
    return _told(query, places, ranks, total)


def _numbers(orders: Sequence[Order], ranks: Sequence[Rank], rows: int, places: Any) -> Any:
    """The keys of these rows, in the direction that is asked for, and their places."""
    number = pa.scalar(0, pa.int64())
    for one, rank in zip(orders, ranks, strict=True):
        key = _turned(rank.ranks.take(places).cast(pa.int64()), rank, one)
        number = pc.add(pc.multiply(number, rank.size + 1), key)
    return pc.add(pc.multiply(number, rows), places)


def _least(numbers: Any, wanted: int) -> Any:
    return numbers.take(pc.bottom_k_unstable(numbers, wanted)) if len(numbers) > wanted else numbers


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
