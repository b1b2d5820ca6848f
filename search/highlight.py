"""Fragments of the original text with the words of a question marked, the same whatever engine found them."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

from search.analysis import Question, Unit, fold

FRAGMENT = 120  # characters of a description that one fragment shows
_LEAD = 30  # of them before the first match
_PLAIN_TOKEN = re.compile(r"[^\W_]+")  # not `_word`, not pinyin
Spans = list[tuple[int, int]]


def highlights(question: Question, title: str, description: str) -> dict[str, list[str]]:
    """Field -> fragments, HTML with `<mark>`; a field without a match is left out."""
    pattern = _pattern(question.units)
    if pattern is None:
        return {}
    found: dict[str, list[str]] = {}
    if marks := spans(pattern, title):
        found["title"] = [_marked(title, marks, 0, len(title))]
    if marks := spans(pattern, description):
        start = max(0, marks[0][0] - _LEAD)
        found["description"] = [_marked(description, marks, start, min(len(description), start + FRAGMENT))]
    return found


def spans(pattern: re.Pattern[str], text: str) -> Spans:
    """Where the pattern matches in the folded text, as places in the original; touching ones are joined."""
    folded, places = _aligned(text)
    joined: Spans = []
    for match in pattern.finditer(folded):
        start, end = match.span()
        if places is not None:
            start, end = places[start], places[end - 1] + 1
        if joined and start <= joined[-1][1]:
            start, end = joined[-1][0], max(end, joined.pop()[1])
        joined.append((start, end))
    return joined


def _marked(text: str, marks: Spans, start: int, end: int) -> str:
    pieces, last = ["…" if start else ""], start
    for first, after in marks:
        if first >= end:
            break
        after = min(after, end)
        pieces += [escape(text[last:first]), "<mark>", escape(text[first:after]), "</mark>"]
        last = after
    return "".join([*pieces, escape(text[last:end]), "…" if end < len(text) else ""])


@lru_cache(maxsize=256)
def _pattern(units: tuple[Unit, ...]) -> re.Pattern[str] | None:
    """Words first, then the parts that a longer one is found by; Latin words and numbers only as a whole."""
    words = [unit.word for unit in units]
    parts = [token for unit in units for token in unit.tokens if len(token) == 2 and _PLAIN_TOKEN.fullmatch(token)]
    wanted = sorted(dict.fromkeys(words + parts), key=len, reverse=True)
    return re.compile("|".join(map(_whole, wanted))) if wanted else None


def _whole(word: str) -> str:
    if word.isdecimal():
        return rf"(?<![0-9.]){re.escape(word)}(?![0-9])"
    return rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word)


def _aligned(text: str) -> tuple[str, list[int] | None]:
    """The folded text, and for each of its characters the place in the original (None: the same place)."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded, None
    pieces = [_fold_letter(letter) for letter in text]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


@lru_cache(maxsize=8_000)
def _fold_letter(letter: str) -> str:
    return fold(letter)
