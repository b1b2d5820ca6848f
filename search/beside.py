"""Work on long sequences shared among processes beside the caller, the results in order.

Analysis is the larger half of building an index and holds the interpreter: threads would not help.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import current_process, get_context, parent_process
from typing import Final, TypeVar

from search.batches import batches

ALONE: Final = 3  # batches that are not worth a process
_MOST: Final = 4  # processes
_AHEAD: Final = 2  # batches that wait, beyond those at work

Item = TypeVar("Item")
Made = TypeVar("Made")


def worked(
    items: Iterable[Item], size: int, work: Callable[[list[Item]], Made]
) -> Generator[tuple[list[Item], Made], None, None]:
    """Each batch of at most `size` items with what `work` makes of it, in order.

    Up to `ALONE` batches are worked on here; of a longer sequence all are, by processes of their own, and only a few
    batches ahead are read. `work` must be a function of a module. Close the iterator, and the processes are gone.
    """
    rest = batches(items, size)
    first = list(islice(rest, ALONE + 1))
    every = chain(first, rest)
    if len(first) <= ALONE or (count := _cores()) < 2 or current_process().daemon:  # a daemon may have no children
        for batch in every:
            yield batch, work(batch)
        return
    count = min(count, _MOST)
    pool = ProcessPoolExecutor(count, mp_context=get_context(_start()), initializer=_follow)
    try:
        yield from _in_order(pool, every, work, count + _AHEAD)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(
    pool: ProcessPoolExecutor, every: Iterator[list[Item]], work: Callable[[list[Item]], Made], ahead: int
) -> Iterator[tuple[list[Item], Made]]:
    waiting: deque[tuple[list[Item], Future[Made] | None]] = deque()
    for batch in every:
        waiting.append((batch, _submitted(pool, work, batch)))
        if len(waiting) > ahead:
            yield _done(*waiting.popleft(), work)
    while waiting:
        yield _done(*waiting.popleft(), work)


def _submitted(pool: ProcessPoolExecutor, work: Callable[[list[Item]], Made], batch: list[Item]) -> Future[Made] | None:
    try:
        return pool.submit(work, batch)
    except BrokenProcessPool:
        return None


def _done(
    batch: list[Item], future: Future[Made] | None, work: Callable[[list[Item]], Made]
) -> tuple[list[Item], Made]:
    """A process that was killed (for want of memory, say) costs time, not the result: then the work is done here."""
    try:
        return batch, future.result() if future else work(batch)
    except BrokenProcessPool:
        return batch, work(batch)


def _start() -> str:
    """A forked process has everything loaded, but is safe only on Linux, and where no other thread may hold a lock."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def seldom_collect() -> None:
    """For a process that makes very many small objects, and hardly a cycle, until it ends."""
    gc.set_threshold(70_000, 20, 20)


def seldom_look_through_all() -> None:
    """For a process that answers questions: what it remembers grows and grows, holds no cycle, and to look through all
    of it stops everything for some 50 ms. What is new is looked through as often as ever."""
    gc.set_threshold(700, 10, 1_000)


def _follow() -> None:
    """Runs beside: who interrupts means the caller, and when that one is gone, however it ended, so is this one."""
    seldom_collect()
    gc.freeze()  # what the caller has loaded is not looked through again
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_caller, daemon=True).start()


def _end_with_caller() -> None:
    if caller := parent_process():
        caller.join()
        os._exit(1)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
