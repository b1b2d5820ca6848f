"""The index brought up to date by a process beside, while this one goes on writing: half the time of an import."""

from __future__ import annotations

import sys
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType

from portal.context import House
from portal.settings import Settings
from search.sync import middle_of_stale

START = "fork" if sys.platform == "linux" else "spawn"  # a forked one has everything loaded, but only Linux is safe


class IndexingBeside:
    """Catches up beside the caller from the second call of `go_on`; one who calls once never starts a process."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.calls = 0
        self.pool: ProcessPoolExecutor | None = None
        self.running: Future[int] | None = None

    def __enter__(self) -> IndexingBeside:
        return self

    def go_on(self) -> None:
        """There is something new to index; what the process beside has not reached yet, it takes with the next."""
        self.calls += 1
        if self.calls < 2 or (self.running and not self.running.done()):
            return
        if self.pool is None:
            self.house.catch_up()  # the index is made before two processes could make it
            self.house.close()
            self.pool = ProcessPoolExecutor(1, mp_context=get_context(START))
        self.running = self.pool.submit(_catch_up, self.house.settings)

    def finish(self) -> None:
        """Nothing more comes: take the second half of what is left, while the process beside takes the first."""
        if self.pool:
            self.house.catch_up(after=middle_of_stale(self.house.engine))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=kind is not None)


_houses: dict[Settings, House] = {}


def _catch_up(settings: Settings) -> int:
    """Runs beside: one house for the whole life of the process."""
    return _houses.setdefault(settings, House(settings)).catch_up()
