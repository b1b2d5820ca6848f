"""Heavy queries in a pool of their own, so that pages stay fast: few at once, the rest told to come again.

A pool's threads ask the system for less of the processor than those of pages, and so do the threads that DuckDB starts
from them. They run its statements and little else: one that has the interpreter's lock and no processor would hold up
all pages of its process. What a heavy query answered is kept: a release never changes, so the answer stays right.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from catalog.errors import Unavailable

AT_ONCE = 2  # in one server process, which has eight threads
WAITING = 1
NICE = 19  # the least that Linux gives: a fiftieth of what a page gets while both want to run
KEPT_BYTES = 64 << 20
T = TypeVar("T")


class HeavyPool:
    """At most `at_once` pieces of work run, and `waiting` more wait; who comes then is refused at once."""

    def __init__(self, name: str, at_once: int = AT_ONCE, waiting: int = WAITING, nice: int = NICE) -> None:
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._turns = threading.BoundedSemaphore(at_once)
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix=name, initializer=step_back, initargs=(nice,))

    @contextmanager
    def place(self) -> Iterator[None]:
        """One piece of work while the block runs, begun when its turn comes. Raises Unavailable: too many are at it."""
        if not self._places.acquire(blocking=False):
            raise Unavailable("too_many_heavy_queries", retry_after=2)
        try:
            with self._turns:
                yield
        finally:
            self._places.release()

    def aside(self, work: Callable[[], T]) -> T:
        """What `work` gives, done by a thread of the pool, for one who has a place."""
        return self._pool.submit(work).result()

    def run(self, work: Callable[[], T]) -> T:
        """The same for whoever gets a place. Raises Unavailable, and whatever `work` raises."""
        with self.place():
            return self.aside(work)


def step_back(nice: int = NICE) -> None:
    """Let this thread, and those that it starts, have less of the processor than others."""
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)  # Linux: of this thread alone
    except OSError:  # elsewhere, or not allowed: only slower for others
        return


@dataclass
class Answers:
    """Finished answers by their mark, at most `most_bytes` together; the least used leave."""

    most_bytes: int = KEPT_BYTES
    _found: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _bytes: int = 0

    def find(self, mark: str) -> bytes | None:
        """The answer of that mark, or None."""
        with self._lock:
            if mark in self._found:
                self._found.move_to_end(mark)
            return self._found.get(mark)

    def keep(self, mark: str, body: bytes) -> None:
        """Keep an answer; one that would push out most of the others is not worth it."""
        if len(body) * 8 > self.most_bytes:
            return
        with self._lock:
            self._bytes += len(body) - len(self._found.pop(mark, b""))
            self._found[mark] = body
            while self._bytes > self.most_bytes:
                self._bytes -= len(self._found.popitem(last=False)[1])
