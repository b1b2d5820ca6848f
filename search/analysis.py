"""Text into tokens, in one place: what engines index (here) and what a question asks for (`search/question.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, filterfalse
from typing import Final

from search.index import SearchDocument
from search.periods import tokens_between
from search.periods import tokens_of as periods_of
from search.places import region_tokens
from search.question import question
from search.tokens import NOT_HAN, fold, fold_all, grams_of, letter_token, letters_of, sounds_of, value_token, words_of
from search.units import Question
from search.wordlists import word_list

__all__ = ["VERSION", "Question", "document_tokens", "fold", "fold_all", "question"]

VERSION: Final = 4  # raise it with any change of the tokens: indexes of another version are built anew
_OF_EVERY_OFFICE: Final = word_list("of_every_office")  # tokens that say nothing in the name of a publisher


def document_tokens(documents: Sequence[SearchDocument]) -> list[dict[str, str]]:
    """For each document the token text of every text field, joined by spaces, and `folded`, the key of its title."""
    folded = iter(fold_all([text for document in documents for text in _texts(document)]))
    return [_fields(*texts) for texts in zip(documents, folded, folded, folded, folded, strict=True)]


def _texts(document: SearchDocument) -> tuple[str, str, str, str]:
    others = [title for title in document.titles.values() if title != document.title]
    return document.title, " ".join(others), document.description, " ".join(document.field_titles)


def _fields(document: SearchDocument, first: str, others: str, body: str, columns: str) -> dict[str, str]:
    """The plain fields from the weightiest to the lightest: a token stands only in the first that has it."""
    names = (document.publisher_title, *document.publisher_aliases, *document.tags, document.family or "")
    known = [_name(name) for name in names if name]
    title = f"{first} {others}" if others else first
    regions = chain.from_iterable(map(region_tokens, document.regions))
    spans = tokens_between(document.temporal_from, document.temporal_to)
    sounds = dict.fromkeys(sounds_of(title, parts=True))
    seen: dict[str, None] = {}
    return {
        "folded": letters_of(first),
        "title": _unseen(chain(grams_of(title), words_of(title), periods_of(title)), seen),
        "names": _unseen(chain(chain.from_iterable(name[0] for name in known), regions, spans), seen),
        "body": _unseen(_running(body), seen) if body else "",
        "columns": _unseen(_running(columns), seen) if columns else "",
        "cells": _unseen(chain.from_iterable(map(_cell, document.values)), seen) if document.values else "",
        "chars": _letters(title + "".join([name[1] for name in known])),
        "pinyin": " ".join(sounds),
        "pinyin_names": _unseen(chain.from_iterable(name[2] for name in known), sounds),
    }


def _letters(text: str) -> str:
    found = NOT_HAN.sub("", "".join(dict.fromkeys(text)))
    return letter_token(f" {letter_token('')}".join(found)) if found else ""


def _unseen(tokens: Iterable[str], seen: dict[str, None]) -> str:
    """The tokens that no field before has, once each. What counts is the best field (search/ranking.py), and every
    place where a token stands costs time in each question that asks for it."""
    fresh = dict.fromkeys(filterfalse(seen.__contains__, tokens))
    seen.update(fresh)
    return " ".join(fresh)


@lru_cache(maxsize=500)
def _running(folded: str) -> tuple[str, ...]:
    """The tokens of a text, once each. The datasets of a series stand together and have the same description."""
    return tuple(dict.fromkeys(chain(grams_of(folded), words_of(folded))))


def _cell(value: str) -> Iterator[str]:
    folded = fold(value)
    yield value_token(letters_of(folded))
    yield from grams_of(folded)
    yield from words_of(folded)


@lru_cache(maxsize=20_000)
def _name(name: str) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    folded = fold(name)
    tokens = (token for token in (*grams_of(folded), *words_of(folded)) if token not in _OF_EVERY_OFFICE)
    return tuple(tokens), folded, tuple(sounds_of(folded, parts=False))
