"""The orders that a query needs of a table: missing ones are made now where that is quick, else beside."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from catalog.rows import thresholds
from catalog.rows.pairs import Pair, build_pair, find_pair, has_room
from catalog.rows.ranks import Key, Rank, build_rank, find_rank
from catalog.rows.serving import Serving

Later = Callable[[Hashable, Callable[[], None]], None]


@dataclass(frozen=True)
class Orders:
    """Those of one serving file and its Parquet file. `later` takes the making of one that a reader would wait for;
    with `at_hand` there are only those that this process has open.
    """

    serving: Serving
    parquet: Path
    later: Later | None
    at_hand: bool = False

    def find_ranks(self, keys: Sequence[Key]) -> dict[Key, Rank] | None:
        """The ranks of all these keys; None while one is being made."""
        found = {key: rank for key in keys if (rank := self._find_rank(key)) is not None}
        return found if len(found) == len(keys) else None

    def find_pair(self, pair: Pair) -> memoryview | None:
        """The rows by one key and then another; None while they are being made, and where the table has enough."""
        found = find_pair(self.serving, pair, opened=self.at_hand)
        if found is not None or self.at_hand or not has_room(self.serving):
            return found
        return find_pair(self.serving, pair) if self._make(pair, partial(build_pair, self.serving, pair)) else None

    def _find_rank(self, key: Key) -> Rank | None:
        found = find_rank(self.serving, key, opened=self.at_hand)
        if found is None and not self.at_hand and self._make(key, partial(build_rank, self.serving, key, self.parquet)):
            found = find_rank(self.serving, key)
        return found

    def _make(self, name: Key | Pair, make: Callable[[], None]) -> bool:
        """Whether it is made when this returns."""
        if self.later is not None and self.serving.table.rows > thresholds.MAKE_NOW:
            self.later(name, make)
            return False
        make()
        return True
