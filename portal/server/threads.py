"""Threads at the service of an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
_Asked = tuple["asyncio.Future[Any]", Callable[[], Any]]


class Threads:
    """Threads that do what the loop asks, the one that was last at work first: what it needs is still near.

    An executor's way there and back takes three times as long as this one, more than most answers; it goes round its
    threads, and would wait for them when the process is to end.
    """

    def __init__(self, number: int) -> None:
        self._idle: list[SimpleQueue[_Asked]] = [SimpleQueue() for _ in range(number)]  # what each is asked
        self._waiting: deque[_Asked] = deque()  # these two belong to the loop, as does `_ended`
        for at, asked in enumerate(self._idle):
            threading.Thread(target=self._work, args=(asked,), name=f"request-{at}", daemon=True).start()

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` gives, or raises."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if self._idle:
            self._idle.pop().put((future, work))
        else:
            self._waiting.append((future, work))
        return await future

    def _work(self, asked: SimpleQueue[_Asked]) -> None:
        while True:
            future, work = asked.get()
            found = fault = None
            try:
                found = work()
            except BaseException as raised:  # noqa: BLE001 - it is raised where the work was asked for
                fault = raised
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                future.get_loop().call_soon_threadsafe(self._ended, asked, future, found, fault)
            del future, work, found, fault  # they hold what was answered, and the next one may be long in coming

    def _ended(
        self, asked: SimpleQueue[_Asked], future: asyncio.Future[Any], found: Any, fault: BaseException | None
    ) -> None:
        if self._waiting:
            asked.put(self._waiting.popleft())
        else:
            self._idle.append(asked)
        if future.cancelled():
            return
        if fault is None:
            future.set_result(found)
        else:
            future.set_exception(fault)
