"""Text into tokens, in one place: what engines index (here) and what a question asks for (`search/question.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain, filterfalse
from typing import Final, NamedTuple

from search.index import SearchDocument
from search.periods import tokens_between
from search.periods import tokens_of as periods_of
from search.places import region_tokens
from search.question import question
from search.remembered import Remembered
from search.sounds import sounds_in_parts, sounds_of
from search.tokens import (
    HAN_RUN,
    RUN,
    Tokens,
    fold,
    fold_all,
    grams_of_runs,
    letter_token,
    letters_of,
    value_token,
    words_of_all,
)
from search.units import Question
from search.wordlists import word_list

__all__ = ["VERSION", "Question", "document_tokens", "fold", "fold_all", "question"]

VERSION: Final = 4  # raise it with any change of the tokens: indexes of another version are built anew
_OF_EVERY_OFFICE: Final = word_list("of_every_office")  # tokens that say nothing in the name of a publisher
_REMEMBERED: Final = 20_000  # names
Read = tuple[str, list[str], list[str]]  # a text as folded, its runs, its words


class _Name(NamedTuple):
    """Of a publisher, a tag or a family: its tokens, its Chinese characters, how it sounds."""

    tokens: Tokens
    letters: Tokens
    sounds: Tokens


def document_tokens(documents: Sequence[SearchDocument]) -> list[dict[str, str]]:
    """For each document the token text of every text field, joined by spaces, and `folded`, the key of its title."""
    batch = _Batch(documents)
    return [batch.fields(document) for document in documents]


class _Batch:
    """Documents that are analysed together: what they have in common is looked at once, and dictionaries are asked for
    all of them in one go."""

    def __init__(self, documents: Sequence[SearchDocument]) -> None:
        titles = dict.fromkeys(text for one in documents for text in (one.title, _others(one)))
        texts = (text for one in documents for text in (one.description, _columns(one), *one.values))
        self._read = _read(list(titles | dict.fromkeys(texts)))
        self._sounds = sounds_in_parts(chain.from_iterable(self._read[title][1] for title in titles))
        self._names = _names.of(chain.from_iterable(map(_names_of, documents)))
        self._tokens: dict[str, Tokens] = {}

    def fields(self, document: SearchDocument) -> dict[str, str]:
        """Every field of one document."""
        folded, runs, words = self._read[document.title]
        title = folded
        if others := _others(document):
            other, other_runs, other_words = self._read[others]
            title, runs, words = f"{folded} {other}", runs + other_runs, words + other_words
        seen = dict.fromkeys(grams_of_runs(runs) + words + periods_of(title))
        letters = _letters(title)
        sounds = self._spoken(runs)
        ends, own = [len(seen)], len(sounds)
        for name in _names_of(document):
            known = self._names[name]
            seen.update(known.tokens)
            letters.update(known.letters)
            sounds.update(known.sounds)
        ends += self._add(seen, document)
        tokens, heard = list(seen), list(sounds)
        return {
            "folded": letters_of(folded),
            "title": " ".join(tokens[: ends[0]]),
            "names": " ".join(tokens[ends[0] : ends[1]]),
            "body": " ".join(tokens[ends[1] : ends[2]]),
            "columns": " ".join(tokens[ends[2] : ends[3]]),
            "cells": " ".join(tokens[ends[3] :]),
            "chars": letter_token(f" {letter_token('')}".join(letters)) if letters else "",
            "pinyin": " ".join(heard[:own]),
            "pinyin_names": " ".join(heard[own:]),
        }

    def _add(self, seen: Tokens, document: SearchDocument) -> Iterator[int]:
        """Adds to the tokens of title and names those of all lesser fields; gives where each of these begins."""
        seen.update(_scope(document.regions))
        seen.update(_span(document.temporal_from, document.temporal_to))
        yield len(seen)
        for text in (document.description, _columns(document)):
            if text:
                seen.update(self._running(text))
            yield len(seen)
        for value in document.values:
            seen.update(self._cell(value))

    def _spoken(self, runs: Sequence[str]) -> Tokens:
        spoken = [self._sounds[run] for run in runs if self._sounds[run]]
        first = spoken[0].copy() if spoken else {}
        for more in spoken[1:]:
            first.update(more)
        return first

    def _running(self, text: str) -> Tokens:
        """The tokens of a text. The datasets of a series stand together and have the same description."""
        known = self._tokens.get(text)
        if known is None:
            _, runs, words = self._read[text]
            known = self._tokens[text] = dict.fromkeys(grams_of_runs(runs) + words)
        return known

    def _cell(self, value: str) -> Tokens:
        folded, runs, words = self._read[value]
        return dict.fromkeys([value_token(letters_of(folded)), *grams_of_runs(runs), *words])


def _read(texts: Sequence[str]) -> dict[str, Read]:
    folded = fold_all(texts)
    return dict(zip(texts, zip(folded, map(RUN.findall, folded), words_of_all(folded), strict=True), strict=True))


def _others(document: SearchDocument) -> str:
    """Its titles in other languages."""
    if not document.titles:
        return ""
    return " ".join([title for title in document.titles.values() if title != document.title])


def _columns(document: SearchDocument) -> str:
    return " ".join(document.field_titles)


def _names_of(document: SearchDocument) -> list[str]:
    names = (document.publisher_title, *document.publisher_aliases, *document.tags, document.family or "")
    return [name for name in names if name]


def _named(names: Sequence[str]) -> Iterator[_Name]:
    read = _read(names)
    sounds = sounds_of(chain.from_iterable(runs for _, runs, _ in read.values()))
    for folded, runs, words in read.values():
        tokens = filterfalse(_OF_EVERY_OFFICE.__contains__, grams_of_runs(runs) + words)
        heard = dict.fromkeys(chain.from_iterable(sounds[run] for run in runs))
        yield _Name(dict.fromkeys(tokens), _letters(folded), heard)


def _letters(folded: str) -> Tokens:
    """The Chinese characters of a text."""
    return dict.fromkeys("".join(HAN_RUN.findall(folded)))


@lru_cache(maxsize=10_000)
def _scope(regions: tuple[str, ...]) -> Tokens:
    return dict.fromkeys(chain.from_iterable(map(region_tokens, regions)))


@lru_cache(maxsize=10_000)
def _span(first: date | None, last: date | None) -> Tokens:
    return dict.fromkeys(tokens_between(first, last))


_names: Final = Remembered(_named, _REMEMBERED)
