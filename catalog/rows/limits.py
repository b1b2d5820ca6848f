"""How long and how much one query may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from catalog.errors import Unavailable

PAGE = 100  # rows of a page when nothing is said
MOST_ROWS = 1000
MOST_OFFSET = 100_000
MOST_COLUMNS = 200  # items of one select
MOST_CONDITIONS = 400  # filters and having together
MOST_LISTED = 1000  # values of one `in`
MOST_WORDS = 20  # of `q`
LONGEST_LIST = 50_000  # characters of one parameter
LONGEST_VALUE = 1000  # characters of one value

BOUNDS = (  # in words
    ("rows of a page (`limit`)", MOST_ROWS),
    ("`offset`; a `cursor` goes deeper", MOST_OFFSET),
    ("fields and functions of `select`", MOST_COLUMNS),
    ("filters and `having` together", MOST_CONDITIONS),
    ("values of one `in`", MOST_LISTED),
    ("words of `q`", MOST_WORDS),
    ("characters of one value", LONGEST_VALUE),
    ("characters of one parameter", LONGEST_LIST),
)


def here(work: Callable[[], Any]) -> Any:
    """Do it in this thread."""
    return work()


@dataclass(frozen=True)
class Limits:
    """Seconds of engine time for a page and for a whole export; memory (MiB) and threads of DuckDB; who runs its
    statements: this thread, or one that asks for less of the processor. What they found is read in this one.
    """

    seconds: float = 5.0
    export_seconds: float = 300.0
    memory_mib: int = 512
    threads: int = 2
    run: Callable[[Callable[[], Any]], Any] = here


LIMITS = Limits()


class Clock:
    """What is left of a time limit, in seconds. Work that no engine stops asks `check` between its pieces."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.end - time.monotonic())

    def check(self) -> None:
        """Raises Unavailable when the time is over."""
        if time.monotonic() >= self.end:
            raise Unavailable("query_too_slow", retry_after=30)
