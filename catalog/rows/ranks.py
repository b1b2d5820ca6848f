"""The order of a column's values, made at its first use: for each row the rank of its value among the different ones.

A comparison with a value is then a range of small numbers, and so are orders of any type; nulls have the last rank of
all. Three kinds of key: `c` the value, `f` and `l` the first and the last day of a period. Files of a cache: `ranks`
(one number a row), `values` (the different ones, in order), `order` (the rows by rank, then by place).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa

from catalog.rows.kept import Kept, file_key
from catalog.rows.ranking import ranked
from catalog.rows.sealed import Sealed, Unsound, write_sealed
from catalog.rows.serving import Serving
from catalog.rows.values import to_native
from catalog.schema import Field

_KEPT: Final = 256
_FEW: Final = 1000  # different values that are kept as Python has them


@dataclass(frozen=True)
class Key:
    """What is ranked: a column (`c`), or the first (`f`) or last (`l`) days of the periods in it."""

    kind: str
    column: int


@dataclass(frozen=True)
class Rank:
    """Ranks of one key: `ranks` (int32, a row each), `order` (int32, places from 0 by rank and place), `values`."""

    ranks: Any
    order: Any
    values: Any
    native: Callable[[Any], Any]
    is_whole: Callable[[], bool]  # the file that they are mapped from

    @cached_property
    def size(self) -> int:
        """How many different values there are; also the rank of nulls."""
        return len(self.values)

    @cached_property
    def of(self) -> memoryview:
        """The rank of each place."""
        return view_of(self.ranks)

    @cached_property
    def run(self) -> Run:
        """All rows in this order."""
        return Run(self.of, view_of(self.order), 0, len(self.order))

    def value(self, rank: int) -> Any:
        """The native value of a rank; None for that of nulls."""
        if rank == self.size:
            return None
        return self.native(self.values[rank].as_py()) if self._plain is None else self._plain[rank]

    def bound(self, value: Any) -> int:
        """The first rank whose value is not less."""
        if self._plain is not None and isinstance(value, int):
            return bisect_left(self._plain, value)
        return bisect_left(range(self.size), value, key=self.value)

    def find(self, value: Any) -> int | None:
        """The rank of just that value."""
        if self._known is not None:
            return self._known.get(value)
        rank = self.bound(value)
        return rank if rank < self.size and self.value(rank) == value else None

    def start(self, rank: int) -> int:
        """Where in `order` the rows of that rank or a later one begin."""
        if self._known is None:
            return self.run.start(rank)
        found = self._starts.get(rank)
        if found is None:
            found = self._starts[rank] = self.run.start(rank)
        return found

    @cached_property
    def _known(self) -> dict[Any, int] | None:
        """The ranks by value where there are few."""
        return None if self.size > _FEW else {self.value(rank): rank for rank in range(self.size)}

    @cached_property
    def _starts(self) -> dict[int, int]:
        return {}

    @cached_property
    def _plain(self) -> memoryview | None:
        """The values where they are whole numbers."""
        return view_of(self.values) if self.values.type in _WHOLE else None


@dataclass(frozen=True)
class Run:
    """Places of rows by rank and place: those of `places` from `low` to before `high`. `of` is the rank of each row."""

    of: memoryview
    places: memoryview
    low: int
    high: int

    def start(self, rank: int) -> int:
        """Where in `places` the rows of that rank or a later one begin."""
        return bisect_left(self.places, rank, self.low, self.high, key=self.of.__getitem__)

    def beyond(self, rank: int, row: int) -> int:
        """Where the rows after (rank, row) begin; `row` is a place from 0."""
        return bisect_left(self.places, row + 1, self.start(rank), self.start(rank + 1))

    def read(self, start: int, number: int) -> list[int]:
        """The places from there on, so many at most."""
        return self.places[start : max(start, min(start + number, self.high))].tolist()


_WHOLE: Final[dict[Any, Literal["q", "i", "b"]]] = {pa.int64(): "q", pa.int32(): "i", pa.int8(): "b"}


def view_of(numbers: Any) -> memoryview:
    """The numbers of an Arrow array without nulls, as Python reads them at once."""
    whole = memoryview(numbers.buffers()[1] or b"").cast(_WHOLE[numbers.type])
    return whole[: len(numbers)]


_open: Final[Kept[Rank]] = Kept(_KEPT)


def find_rank(serving: Serving, key: Key, *, opened: bool = False) -> Rank | None:
    """The ranks of a key where they are there and sound; with `opened` only where this process has them open."""
    found: Rank | None = serving.lately.look(key, lambda: _opened(serving, key, opened))
    return found


def _opened(serving: Serving, key: Key, opened: bool) -> Rank | None:
    found = file_key(_path(serving, key))
    if opened:
        return _open.find(found)
    try:
        return _open.get(found, lambda: _load(found[0], serving, key)) if found else None
    except Unsound:
        return None


def _path(serving: Serving, key: Key) -> Path:
    """The cache file of a key, beside the serving file and named after it."""
    return serving.beside(f".{key.kind}{key.column}.rank")


def build_rank(serving: Serving, key: Key, parquet: Path) -> None:
    """Make the ranks of a key unless they are there: 0.1 s for a million numbers, 1 s for a million different texts."""
    if find_rank(serving, key) is not None:
        return
    made = ranked(serving, parquet, key.column, key.kind)
    rows = pa.record_batch([made.ranks, made.order], ["ranks", "order"])

    def write(sink: pa.NativeFile) -> None:
        for batch in (rows, pa.record_batch([made.values], ["values"])):
            with pa.ipc.new_stream(sink, batch.schema) as writer:
                writer.write_batch(batch)

    write_sealed(_path(serving, key), serving.table.digest, write)


def _load(path: Path, serving: Serving, key: Key) -> Rank:
    sealed = Sealed(path, serving.table.digest)
    source = pa.BufferReader(sealed.content)
    try:
        rows, values = (pa.ipc.open_stream(source).read_all() for _ in range(2))  # one behind the other
        ranks, order, values = (column.chunk(0) for column in (*rows.columns, *values.columns))
    except (pa.ArrowException, IndexError) as fault:
        raise Unsound(str(path)) from fault
    if len(ranks) != serving.table.rows:
        raise Unsound(str(path))
    return Rank(ranks, order, values, _native(serving.table.fields[key.column]), sealed.is_whole)


def _native(field: Field) -> Callable[[Any], Any]:
    """Only decimals of many digits are not native in the serving file."""
    if field.type == "decimal" and (field.precision or 0) > 18:
        return lambda value: to_native(field, value)
    return lambda value: value
