"""Fragments of the original text with the words of a question marked, the same whatever engine found them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape

from catalog.regions import stem_of
from search.tokens import fold, fold_all
from search.units import Question, Unit

FRAGMENT = 120  # characters of a description that one fragment shows
_LEAD = 30  # of them before the first match
_PLAIN_TOKEN = re.compile(r"[^\W_]+")  # not `_word`, not pinyin
Spans = list[tuple[int, int]]


class Marker:
    """Marks the words of one question in any number of texts."""

    def __init__(self, question: Question) -> None:
        self._own = [_own_words(unit) for unit in question.units]
        self._others = [_other_words(unit) for unit in question.units]

    def page(self, texts: Sequence[tuple[str, str]]) -> list[dict[str, list[str]]]:
        """`highlights` of the title and description of each hit: all folded in one go, since each call costs."""
        folded = iter(fold_all([text for pair in texts for text in pair]))
        return [self._highlights(*pair, next(folded), next(folded)) for pair in texts]

    def highlights(self, title: str, description: str) -> dict[str, list[str]]:
        """Field -> fragments, HTML with `<mark>`; a field without a match is left out."""
        return self.page([(title, description)])[0]

    def _highlights(self, title: str, description: str, first: str, second: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        if marks := self._marks(title, first):
            found["title"] = [_marked(title, marks, 0, len(title))]
        if marks := self._marks(description, second, exactly=True):
            start = max(0, marks[0][0] - _LEAD)
            found["description"] = [_marked(description, marks, start, min(len(description), start + FRAGMENT))]
        return found

    def _marks(self, text: str, folded: str, *, exactly: bool = False) -> Spans:
        """Each word where it stands; where it does not, unless it must be `exactly` that, what means the same."""
        aligned = _aligned(text, folded)
        found: Spans = []
        for own, others in zip(self._own, self._others, strict=True):
            found += _spans(own, *aligned) or ([] if exactly else _spans(others, *aligned))
        return _joined(sorted(found))


def highlights(question: Question, title: str, description: str) -> dict[str, list[str]]:
    """`Marker.highlights` for one dataset."""
    return Marker(question).highlights(title, description)


def _joined(found: Spans) -> Spans:
    joined: Spans = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            start, end = joined[-1][0], max(end, joined.pop()[1])
        joined.append((start, end))
    return joined


def _spans(words: Sequence[str], folded: str, places: Sequence[int] | None) -> Spans:
    """Where words stand in a folded text, as places in the original."""
    found = [span for word in words if word in folded for span in _places_of(word, folded)]
    return found if places is None else [(places[start], places[end - 1] + 1) for start, end in found]


def _marked(text: str, marks: Spans, start: int, end: int) -> str:
    pieces, last = ["…" if start else ""], start
    for first, after in marks:
        if first >= end:
            break
        after = min(after, end)
        pieces += [escape(text[last:first]), "<mark>", escape(text[first:after]), "</mark>"]
        last = after
    return "".join([*pieces, escape(text[last:end]), "…" if end < len(text) else ""])


def _own_words(unit: Unit) -> list[str]:
    """The word and the parts that a longer one is found by."""
    parts = [token for token in unit.ways[0].tokens if len(token) == 2 and _PLAIN_TOKEN.fullmatch(token)]
    return [unit.word, *(parts if unit.kind != "region" else [])]


def _other_words(unit: Unit) -> list[str]:
    return [word for way in unit.ways[1:] for word in (way.word, stem_of(way.word))]


def _places_of(word: str, folded: str) -> Iterator[tuple[int, int]]:
    """Where a word stands; Latin words and numbers only as a whole."""
    if word.isascii():
        yield from (match.span() for match in _whole(word).finditer(folded))
        return
    start = folded.find(word)
    while start >= 0:
        yield start, start + len(word)
        start = folded.find(word, start + len(word))


@lru_cache(maxsize=2_000)
def _whole(word: str) -> re.Pattern[str]:
    before, after = ("[0-9.]" if word[0].isdecimal() else "[a-z]", "[0-9]" if word[-1].isdecimal() else "[a-z]")
    return re.compile(rf"(?<!{before}){re.escape(word)}(?!{after})")


def _aligned(text: str, folded: str) -> tuple[str, list[int] | None]:
    """The folded text, and for each of its characters the place in the original (None: the same place)."""
    if len(folded) == len(text):
        return folded, None
    pieces = [_fold_letter(letter) for letter in text]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


@lru_cache(maxsize=8_000)
def _fold_letter(letter: str) -> str:
    return fold(letter)
