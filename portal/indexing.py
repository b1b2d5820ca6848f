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
    """Catches up beside the caller, who says whether there is enough coming to start a process for it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.pool: ProcessPoolExecutor | None = None
        self.running: Future[int] | None = None

    def __enter__(self) -> IndexingBeside:
        return self

    def go_on(self, *, more: bool) -> None:
        """There is something new to index; what the process beside has not reached yet, it takes with the next."""
        if self.pool is None and more:
            self.house.close()  # connections must not be shared with a forked process
            self.pool = ProcessPoolExecutor(1, mp_context=get_context(START))
        if self.pool and (self.running is None or self.running.done()):
            self.running = self.pool.submit(_catch_up, self.house.settings)

    def finish(self) -> None:
        """Nothing more comes: take the second half of what is left, while the process beside takes the first."""
        if self.pool is None:
            self.house.catch_up()
            return
        self.house.catch_up(after=middle_of_stale(self.house.engine))
        self.pool.shutdown()
        self.house.catch_up(settle=True)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=kind is not None)


_houses: dict[Settings, House] = {}


def _catch_up(settings: Settings) -> int:
    """Runs beside: one house for the whole life of the process."""
    return _houses.setdefault(settings, House(settings)).catch_up()
