"""What words stand for others: synonyms, departments under all their names, and what stewards have added."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

import opencc

from search.pinyin import spellings_of
from search.places import HOME
from search.tokens import simplify

SAME: Final = 0.8  # what another word of the group counts beside the one that was written
WIDER: Final = 0.7  # a word that a question's word is only likely to mean
_SHORT_TOWNSHIP: Final = 2  # 东区, of which nothing can be left out
_ASPECT: Final = 0.5  # what is asked about a thing
Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Entry:
    """A word that others stand for, with what each of them counts. `kind` is word, office, place or light."""

    kind: str = "word"
    others: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All entries by their folded word. `revision` tells which of the stewards' groups are in it.

    `home` is the code of the region whose portal it is: of places with the same name the near one is meant.
    """

    entries: Mapping[str, Entry]
    revision: int = 0
    home: str = HOME

    def find(self, word: str) -> Entry | None:
        """What is known of a word."""
        return self.entries.get(word)

    def spelled(self, letters: str) -> tuple[str, ...]:
        """The Chinese words that may be meant by those Latin letters: `yibaoju` by 医保局."""
        return _spellings(self).get(letters, ()) if letters.isalpha() else ()  # a number needs no list of spellings

    @property
    def longest(self) -> int:
        """Characters of the longest entry that is looked for."""
        return _LONGEST


_LONGEST: Final = 16


@lru_cache(maxsize=8)
def lexicon(groups: Groups = (), revision: int = 0, home: str = HOME) -> Lexicon:
    """The built-in words and those groups, whose words are folded already, in the portal of that region."""
    entries = {word: Entry(one.kind, dict(one.others)) for word, one in _built_in().items()}
    _add_groups(entries, groups, "word")
    return Lexicon(entries, revision, home)


def built_in_groups() -> Groups:
    """The groups of synonyms that come with the program."""
    return tuple(tuple(line.split()) for line in _data("synonyms")["same"])


@lru_cache(maxsize=20_000)
def regional(word: str) -> tuple[str, ...]:
    """What a word of the mainland is called in Taiwan and the other way round, as far as OpenCC knows."""
    if len(word) < 2 or word.isascii():
        return ()
    to_taiwan, to_mainland, fold, unfold = _converters()
    other = (fold(to_taiwan(word)), fold(to_mainland(unfold(word))))
    return tuple(dict.fromkeys(one for one in other if one != word))


@lru_cache(maxsize=8)
def _spellings(words: Lexicon) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word in words.entries:
        if len(word) > 1 and not word.isascii():
            for letters in spellings_of(word):
                found[letters] = (*found.get(letters, ()), word)
    return found


@cache
def _converters() -> tuple[Any, Any, Any, Any]:
    to_taiwan, to_mainland, unfold = (opencc.OpenCC(name).convert for name in ("s2twp", "tw2sp", "s2t"))
    return to_taiwan, to_mainland, simplify, unfold


@cache
def _built_in() -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    _add_groups(entries, (tuple(line.split()) for line in _data("offices")["same"]), "office")
    _add_groups(entries, built_in_groups(), "word")
    everyday = _data("everyday")
    aspects = everyday.pop("aspects")
    for one in (_data("synonyms")["wider"], *everyday.values()):
        _add_wider(entries, one, WIDER)
    _add_wider(entries, aspects, _ASPECT)
    for word in " ".join(aspects).split():
        entries[word] = replace(entries[word], kind="light")
    for township in _townships():
        _add(entries, township, [township[:-1]] if len(township) > _SHORT_TOWNSHIP else [], "place", SAME)
    return entries


def _townships() -> Iterator[str]:
    """The districts and towns of Taiwan, which have no codes; 大园区 was 大园乡."""
    text = files("search").joinpath("data/townships.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield from row["names"].split("|")


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(files("search").joinpath(f"data/{name}.toml").read_text(encoding="utf-8"))


def _add_wider(entries: dict[str, Entry], meant: Mapping[str, str], weight: float) -> None:
    for said, others in meant.items():
        for word in said.split():
            _add(entries, word, others.split(), "word", weight)


def _add_groups(entries: dict[str, Entry], groups: Iterable[Sequence[str]], kind: str) -> None:
    for group in groups:
        for word in group:
            _add(entries, word, _without(group, word), kind, SAME)


def _without(group: Sequence[str], word: str) -> Iterator[str]:
    return (one for one in group if one != word)


def _add(entries: dict[str, Entry], word: str, others: Iterable[str], kind: str, weight: float) -> None:
    known = entries.get(word) or Entry(kind)
    added = {one: max(weight, known.others.get(one, 0.0)) for one in others if one != word}
    entries[word] = Entry(known.kind, {**known.others, **added})
