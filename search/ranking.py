"""What gives points, on every engine: each token of a question counts once, in the best field that has it.

A token in a field is worth the field's weight times its rarity there; how often it stands there does not matter. The
sum grows where all words are found and where the title begins with the question or is it; short titles go first.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

from search.analysis import Question
from search.fields import BOND_WEIGHT, TEXT_FIELDS, WORD_WEIGHT


@dataclass(frozen=True)
class Term:
    """One token and the fields (name, weight) that it gives points in; the best of them counts."""

    token: str
    fields: tuple[tuple[str, float], ...]


def matched_fields(question: Question) -> list[str]:
    """The fields that the words of a question are sought in."""
    return [field.name for field in TEXT_FIELDS if field.plain or (question.pinyin and field.name == "pinyin")]


def terms(question: Question, *, loose: bool) -> list[Term]:
    """All that gives points."""
    tokens = dict.fromkeys(token for unit in question.units for token in unit.tokens)
    found = [Term(token, _fields(question, token)) for token in tokens]
    found += [Term(bond, (("title", BOND_WEIGHT),)) for bond in question.bonds]
    if loose:
        found += [Term(letter, (("chars", _WEIGHTS["chars"]),)) for letter in question.chars]
    return found


def rarity(count: int, documents: int) -> float:
    """What a token is worth that stands in `count` of `documents`: Lucene's BM25 without the length of the text."""
    return log(1 + (documents - count + 0.5) / (count + 0.5))


_WEIGHTS = {field.name: field.weight for field in TEXT_FIELDS}


def _fields(question: Question, token: str) -> tuple[tuple[str, float], ...]:
    times = WORD_WEIGHT if token.startswith("_") else 1.0
    return tuple((name, _WEIGHTS[name] * times) for name in matched_fields(question))
