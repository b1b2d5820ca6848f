"""What gives points, on every engine: a unit of a question counts once, by the best of its ways.

A token in a field is worth the field's weight times its rarity there; how often it stands there does not matter. A way
is worth the sum of its tokens. The sum grows with each unit that is found and where the title begins with the question
or is it; short titles go first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Final

from search.fields import BOND_WEIGHT, REGION_TIMES, TEXT_FIELDS, WHOLE_VALUE, WORD_WEIGHT
from search.tokens import value_token
from search.units import Question, Unit, Way

_OFFICE_IN_TITLE: Final = 0.5  # an office is asked for as a publisher; its other names seldom mean a title
WEIGHTS: Final = {field.name: field.weight for field in TEXT_FIELDS}
_SPOKEN: Final = ("pinyin", "pinyin_names")
_PLAIN: Final = tuple(field.name for field in TEXT_FIELDS if field.plain)


@dataclass(frozen=True)
class Term:
    """One token and what its rarity is multiplied with in each field that it may stand in."""

    token: str
    weights: Mapping[str, float]


def fields_of(token: str) -> tuple[str, ...]:
    """The fields that a token of its kind may stand in; a document has it in one of them at most."""
    if token[0] == "~":
        return ("chars",)
    return _SPOKEN if token[0] == "^" or ("-" in token and token.isascii()) else _PLAIN


def way_terms(unit: Unit, way: Way) -> list[Term]:
    """All that gives points where the way is there."""
    times = way.weight * (REGION_TIMES if unit.kind == "region" else 1.0)
    foreign = unit.kind == "office" and way is not unit.ways[0]
    return [_term(token, times, title=_OFFICE_IN_TITLE if foreign else 1.0) for token in way.tokens]


def value_terms(question: Question) -> list[Term]:
    """The whole question as the value of a row."""
    token = value_token(question.title)
    return [Term(token, {"cells": WHOLE_VALUE})] if question.title else []


def bond_terms(question: Question) -> list[Term]:
    """Two words side by side in the title, as in the question."""
    field = "pinyin" if question.latin else "title"
    return [Term(bond, {field: BOND_WEIGHT}) for bond in question.bonds]


def letter_terms(question: Question) -> list[Term]:
    """The single characters: only where words find nothing."""
    return [_term(letter, 1.0) for letter in question.chars]


def rarity(count: int, documents: int) -> float:
    """What a token is worth that stands in `count` of `documents`: Lucene's BM25 without the length of the text."""
    return log(1 + (documents - count + 0.5) / (count + 0.5))


def _term(token: str, times: float, title: float = 1.0) -> Term:
    times *= WORD_WEIGHT if token[0] == "_" else 1.0
    weights = {name: WEIGHTS[name] * times for name in fields_of(token)}
    if "title" in weights:
        weights["title"] *= title
    return Term(token, {name: round(weight, 4) for name, weight in weights.items()})
