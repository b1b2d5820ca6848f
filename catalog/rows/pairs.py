"""The rows of each value of one column in the order of another: a filter by one value and a sort is then a piece of it.

A cache file beside the serving file, as ranks are, made at the first such query that would sort many rows: one number
a row, places from 0 by the rank in the first key, the rank in the second, and place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from catalog.rows.kept import Kept, file_key
from catalog.rows.ranks import Key, find_rank, view_of
from catalog.rows.sealed import Sealed, Unsound, write_sealed
from catalog.rows.serving import Serving

MOST: Final = 16  # files of one table: four bytes a row each
_KEPT: Final = 128
_SCHEMA: Final = pa.schema([("order", pa.int32())])


@dataclass(frozen=True)
class Pair:
    """Two keys: what is filtered by, and the order of what is left."""

    by: Key
    then: Key


class _Places(NamedTuple):
    """The places of a file, and whether that is whole still."""

    order: memoryview
    is_whole: Callable[[], bool]


_open: Final[Kept[_Places]] = Kept(_KEPT)


def find_pair(serving: Serving, pair: Pair, *, opened: bool = False) -> memoryview | None:
    """The places where they are there and sound; with `opened` only where this process has them open."""
    found: _Places | None = serving.lately.look(pair, lambda: _opened(serving, pair, opened))
    return found.order if found else None


def _opened(serving: Serving, pair: Pair, opened: bool) -> _Places | None:
    key = file_key(_path(serving, pair))
    if opened:
        return _open.find(key)
    try:
        return _open.get(key, lambda: _load(key[0], serving)) if key else None
    except Unsound:
        return None


def has_room(serving: Serving) -> bool:
    """Whether the table may have one more."""
    return len(list(serving.path.parent.glob(f"{serving.path.stem}.*.rpair"))) < MOST


def build_pair(serving: Serving, pair: Pair) -> None:
    """Make them from the ranks of both keys, unless they are there or the table has enough of them."""
    by, then = find_rank(serving, pair.by), find_rank(serving, pair.then)
    if by is None or then is None or find_pair(serving, pair) is not None or not has_room(serving):
        return
    order = then.order.take(pc.array_sort_indices(by.ranks.take(then.order)))  # the sort is stable

    def write(sink: pa.NativeFile) -> None:
        with pa.ipc.new_stream(sink, _SCHEMA) as writer:
            writer.write_batch(pa.record_batch([order], schema=_SCHEMA))

    write_sealed(_path(serving, pair), serving.table.digest, write)


def _load(path: Path, serving: Serving) -> _Places:
    sealed = Sealed(path, serving.table.digest)
    try:
        found = pa.ipc.open_stream(pa.BufferReader(sealed.content)).read_all()
        order = found.column(0).chunk(0)
    except (pa.ArrowException, IndexError) as fault:
        raise Unsound(str(path)) from fault
    if len(order) != serving.table.rows:
        raise Unsound(str(path))
    return _Places(view_of(order), sealed.is_whole)


def _path(serving: Serving, pair: Pair) -> Path:
    return serving.beside(f".{pair.by.kind}{pair.by.column}-{pair.then.kind}{pair.then.column}.rpair")
