"""The index brought up to date by a process beside, while this one goes on writing: half the time of an import."""

from __future__ import annotations

from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType

from portal.context import House
from portal.settings import Settings


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
            self.pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        self.running = self.pool.submit(_catch_up, self.house.settings)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=kind is not None)


_houses: dict[Settings, House] = {}


def _catch_up(settings: Settings) -> int:
    """Runs beside: one house for the whole life of the process."""
    return _houses.setdefault(settings, House(settings)).catch_up()
