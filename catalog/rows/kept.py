"""The few things that are kept open, by key: the least used are closed, and a forked process opens its own."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, Final, Generic, Protocol, TypeVar

T = TypeVar("T")
W = TypeVar("W", bound="Whole")
FileKey = tuple[Path, int, int, int]
LATELY = 0.1  # seconds that a file which was there is taken to be there, and whole, still
_MOST_LATELY: Final = 1000
_all: Final[weakref.WeakSet[Any]] = weakref.WeakSet()


def file_key(path: Path, about: os.stat_result | None = None) -> FileKey | None:
    """By what a file is kept: one made anew is another, an absent one is None. `about` is what was just seen of it."""
    try:
        about = about or path.stat()
    except OSError:
        return None
    return path, about.st_ino, about.st_mtime_ns, about.st_size


class Kept(Generic[T]):
    """At most `most` things; `close` is called for one that leaves. Those of a parent process are never closed here."""

    def __init__(self, most: int, close: Callable[[T], None] = lambda thing: None) -> None:
        self.most, self.close = most, close
        self._things: OrderedDict[Hashable, T] = OrderedDict()
        self._opening: dict[Hashable, threading.Lock] = {}
        self._inherited: list[T] = []
        self._lock = threading.Lock()  # held for a moment only, never while something is opened
        _all.add(self)

    def get(self, key: Hashable, open_one: Callable[[], T]) -> T:
        """The thing of that key, opened now where it is not kept: once, however many ask."""
        found = self._used(key)
        if found is not None:
            return found
        with self._lock:
            gate = self._opening.setdefault(key, threading.Lock())
        try:
            with gate:
                found = self._used(key)
                return self.keep(key, open_one()) if found is None else found
        finally:
            with self._lock:
                self._opening.pop(key, None)

    def find(self, key: Hashable) -> T | None:
        """The thing of that key if it is kept; waits for nobody who is opening it."""
        return self._things.get(key)

    def _used(self, key: Hashable) -> T | None:
        with self._lock:
            found = self._things.get(key)
            if found is not None:
                self._things.move_to_end(key)
            return found

    def keep(self, key: Hashable, thing: T) -> T:
        """The thing, kept from now on under that key."""
        with self._lock:
            self._things[key] = thing
            while len(self._things) > self.most:
                self.close(self._things.popitem(last=False)[1])  # whoever uses it keeps what he needs
        return thing

    def close_all(self) -> None:
        """Close everything that this process opened."""
        with self._lock:
            while self._things:
                self.close(self._things.popitem()[1])

    def after_fork(self) -> None:
        """In the child: new locks, for another thread of the parent may have held them, and nothing open."""
        self._lock, self._opening = threading.Lock(), {}
        self._inherited.extend(self._things.values())
        self._things = OrderedDict()


class Whole(Protocol):
    """What is read from a mapped file."""

    @property
    def is_whole(self) -> Callable[[], bool]:
        """Says whether the file is still as long as it was."""


class Lately(Generic[T]):
    """What was found of late: looked for again after `LATELY`, so that not every request asks the file system."""

    def __init__(self) -> None:
        self._found: dict[Hashable, tuple[float, T, Callable[[], bool]]] = {}
        _all.add(self)

    def find(self, key: Hashable) -> T | None:
        """What was found under this key less than `LATELY` ago."""
        seen = self._found.get(key)
        return seen[1] if seen is not None and seen[0] > time.monotonic() and seen[2]() else None

    def keep(self, key: Hashable, thing: T, is_whole: Callable[[], bool]) -> T:
        """It was found just now, and is good as long as `is_whole` says so."""
        if len(self._found) >= _MOST_LATELY:
            self._found.clear()
        self._found[key] = time.monotonic() + LATELY, thing, is_whole
        return thing

    def look(self: Lately[W], key: Hashable, again: Callable[[], W | None]) -> W | None:
        """What is under this key; looked for again where that was longer ago."""
        found = self.find(key)
        if found is None and (found := again()) is not None:
            self.keep(key, found, found.is_whole)
        return found

    def after_fork(self) -> None:
        """In the child: nothing was found yet."""
        self._found = {}


def _after_fork() -> None:
    for kept in list(_all):
        kept.after_fork()


os.register_at_fork(after_in_child=_after_fork)
