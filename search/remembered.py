"""What is made of many keys at once, remembered for when they come again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key")
Made = TypeVar("Made")


class Remembered(Generic[Key, Made]):
    """What `make` makes of keys: of all that are new in one go. Everything is forgotten beyond `most` of them."""

    def __init__(self, make: Callable[[Sequence[Key]], Iterable[Made]], most: int) -> None:
        self._make, self._most = make, most
        self._known: dict[Key, Made] = {}

    def of(self, keys: Iterable[Key]) -> dict[Key, Made]:
        """Each of the keys with what was made of it."""
        if len(self._known) > self._most:
            self._known = {}
        known = self._known
        found = {key: known.get(key) for key in keys}
        fresh = [key for key, made in found.items() if made is None]
        made = dict(zip(fresh, self._make(fresh), strict=True)) if fresh else {}
        known.update(made)
        return {**{key: one for key, one in found.items() if one is not None}, **made}
