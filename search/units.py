"""A question as units: what is asked for, in all the ways in which it may be said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from search.periods import Period

_BEFORE_OFFICES: Final = ("", "中国", "国家", "中华人民共和国")  # what short names leave out


@dataclass(frozen=True)
class Way:
    """One way of saying something. It is there where `least` of its tokens are, with `whole` where all of them are.

    `weight` is what its points are multiplied with.
    """

    word: str
    tokens: tuple[str, ...]
    weight: float = 1.0
    whole: bool = False
    least: int = 1

    @property
    def needed(self) -> int:
        """How many of the tokens must be there."""
        return len(self.tokens) if self.whole else min(self.least, len(self.tokens))


@dataclass(frozen=True)
class Unit:
    """One thing that is asked for; a dataset has it where any of `ways` is there.

    `kind` is word, light (a dataset may lack it), office, region (a dataset must have it) or period.
    """

    word: str
    ways: tuple[Way, ...]
    kind: str = "word"
    names: tuple[str, ...] = ()  # what it was recognised as
    codes: tuple[str, ...] = ()
    period: Period | None = None

    @property
    def written(self) -> tuple[Way, ...]:
        """The ways in which the word stands as it was written, with nothing left out and not by another word."""
        own = [way for way in self.ways if way.word == self.word and way.weight >= 1]
        return tuple(replace(way, tokens=_without_words(way.tokens), whole=True) for way in own)

    @property
    def tokens(self) -> tuple[str, ...]:
        """Every token of every way, once."""
        return tuple(dict.fromkeys(token for way in self.ways for token in way.tokens))


def _without_words(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The pairs of a word are enough: where it begins and ends in a title, the dictionary decides."""
    return tuple(token for token in tokens if token[0] != "_") or tokens


@dataclass(frozen=True)
class Question:
    """A question as tokens. `bonds` join neighbouring words, `chars` are its single characters, `title` is its key.

    `latin`: all of it is in Latin letters; `cut`: it was too long. `missing` more words than usual may be missing;
    with `parts` single characters will do.
    """

    units: tuple[Unit, ...]
    bonds: tuple[str, ...] = ()
    chars: tuple[str, ...] = ()
    title: str = ""
    text: str = ""
    latin: bool = False
    cut: bool = False
    missing: int = 0
    parts: bool = False

    @property
    def called(self) -> tuple[str, ...]:
        """Keys of titles that are nothing but another name of the one office that is asked for."""
        offices = [unit for unit in self.units if unit.kind == "office"]
        if len(self.units) != 1 or not offices:
            return ()
        return tuple(first + name for name in offices[0].names for first in _BEFORE_OFFICES)

    @property
    def required(self) -> tuple[Unit, ...]:
        """The units that a dataset must have: regions, unless nothing else is found."""
        return () if self.parts else tuple(unit for unit in self.units if unit.kind == "region")

    @property
    def telling(self) -> tuple[Unit, ...]:
        """The units of which a dataset must have `least`: words, or whatever there is beside regions."""
        found = tuple(unit for unit in self.units if unit.kind in ("word", "office"))
        return found or (() if self.required else self.units)

    @property
    def least(self) -> int:
        """How many telling units a dataset must have: all of two, and a growing remainder may be missing."""
        count = len(self.telling)
        least = count if count <= 2 else max(2, round(count * 0.6))
        return max(min(1, count), least - self.missing)

    @property
    def least_chars(self) -> tuple[int, int]:
        """Where words find nothing: how many single characters match on their own, and how many beside one unit."""
        count = len(self.chars)
        return max(2, ceil(count * 0.6)), ceil(count * 0.4)
