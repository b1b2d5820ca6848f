"""The few things that are kept open, by key: the least used are closed, and a forked process opens its own."""

from __future__ import annotations

import os
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

T = TypeVar("T")
_all: Final[weakref.WeakSet[Kept[object]]] = weakref.WeakSet()


class Kept(Generic[T]):
    """At most `most` things; `close` is called for one that leaves. Those of a parent process are never closed here."""

    def __init__(self, most: int, close: Callable[[T], None] = lambda thing: None) -> None:
        self.most, self.close = most, close
        self._things: OrderedDict[Hashable, T] = OrderedDict()
        self._inherited: list[T] = []
        self._lock = threading.Lock()
        _all.add(self)  # type: ignore[arg-type]  # only its lock and its list are touched there

    def get(self, key: Hashable, open_one: Callable[[], T]) -> T:
        """The thing of that key, opened now where it is not kept."""
        with self._lock:
            if key not in self._things:
                self._things[key] = open_one()
                while len(self._things) > self.most:
                    self.close(self._things.popitem(last=False)[1])  # whoever uses it keeps what he needs
            self._things.move_to_end(key)
            return self._things[key]

    def find(self, key: Hashable) -> T | None:
        """The thing of that key if it is kept; waits for nobody who is opening another."""
        return self._things.get(key)

    def close_all(self) -> None:
        """Close everything that this process opened."""
        with self._lock:
            while self._things:
                self.close(self._things.popitem()[1])

    def after_fork(self) -> None:
        """In the child: a new lock, for another thread of the parent may have held it, and nothing open."""
        self._lock = threading.Lock()
        self._inherited.extend(self._things.values())
        self._things = OrderedDict()


def _after_fork() -> None:
    for kept in list(_all):
        kept.after_fork()


os.register_at_fork(after_in_child=_after_fork)
