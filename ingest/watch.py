"""Who looks at the raw cells of a table while they are written: nothing is kept that has not been seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from ingest.plan import Planned


class Seen(Protocol):
    """What a column holds: for each kind how many cells, some masked examples, the first row from 1."""

    cells: Counter[str]
    examples: dict[str, list[str]]
    first: dict[str, int]


class Watch(Protocol):
    """Sees the cells of one table, batch by batch, in the order of its rows."""

    def see(self, raw: Mapping[int, Any]) -> None:
        """The raw columns of accepted rows, by their places."""
        ...

    def fields(self) -> Iterator[tuple[str, Seen]]:
        """Each field with what a raw column holds that it is made from; those that hold nothing are left out."""
        ...


Watching = Callable[[tuple[Planned, ...]], Watch]  # begins to watch the table of these columns
