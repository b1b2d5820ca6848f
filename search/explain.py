"""Why a dataset was found, for stewards: which words stood where and what they gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from search import ranking
from search.analysis import document_tokens
from search.fields import ALL_WORDS, AS_WRITTEN, EACH_WORD, TITLE_IS, TITLE_IS_CALLED, TITLE_STARTS
from search.index import SearchDocument, SearchIndex
from search.ranking import Term, rarity
from search.units import Question, Unit, Way

Places = Mapping[str, str]  # token -> the field of a document that has it
Rarities = Mapping[tuple[str, str], float]


def explain(index: SearchIndex, question: Question, documents: Sequence[SearchDocument]) -> list[dict[str, Any]]:
    """For each document `words` [{word, as, field, points}], `bonuses` and `prior`, which the sum is multiplied by.

    Raises Unavailable.
    """
    held = [(document, _places(tokens), tokens["folded"]) for document, tokens in _analysed(documents)]
    pairs = list(dict.fromkeys((name, term.token) for term in _terms(question) for name in term.weights))
    count, counts = index.frequencies(pairs)
    rarities = {pair: rarity(one, count) for pair, one in zip(pairs, counts, strict=True)}
    return [_explained(question, document, places, folded, rarities) for document, places, folded in held]


def _analysed(documents: Sequence[SearchDocument]) -> Iterator[tuple[SearchDocument, dict[str, str]]]:
    return zip(documents, document_tokens(documents), strict=True)


def _places(tokens: Mapping[str, str]) -> Places:
    names = [name for name in tokens if name != "folded"]
    return {token: name for name in names for token in tokens[name].split(" ") if token}


def _terms(question: Question) -> list[Term]:
    found = [term for unit in question.units for way in unit.ways for term in ranking.way_terms(unit, way)]
    found += ranking.bond_terms(question) + ranking.value_terms(question)
    return found + (ranking.letter_terms(question) if question.parts else [])


def _explained(
    question: Question, document: SearchDocument, places: Places, folded: str, rarities: Rarities
) -> dict[str, Any]:
    words = [one for unit in question.units if (one := _unit(unit, places, rarities))]
    others = ranking.bond_terms(question) + ranking.value_terms(question)
    others += ranking.letter_terms(question) if question.parts else []
    bonuses = {
        "each_word": EACH_WORD * len(words),
        "as_written": AS_WRITTEN * sum(_is_written(unit, places) for unit in question.units),
        "all_words": ALL_WORDS if len(words) == len(question.units) else 0.0,
        "neighbours": round(sum(_points(term, places, rarities) for term in others), 2),
        "title": _title(question, folded),
    }
    return {"words": words, "bonuses": {name: points for name, points in bonuses.items() if points}} | {
        "prior": document.prior
    }


def _title(question: Question, folded: str) -> float:
    if folded == question.title:
        return TITLE_IS
    if folded in question.called:
        return TITLE_IS_CALLED
    return TITLE_STARTS if folded.startswith(question.title) else 0.0


def _unit(unit: Unit, places: Places, rarities: Rarities) -> dict[str, Any] | None:
    """The best of its ways, if there is one."""
    found = [(_way(unit, way, places, rarities), way) for way in unit.ways if _is_there(way, places)]
    if not found:
        return None
    points, best = max(found, key=lambda one: one[0])
    fields = list(dict.fromkeys(places[token] for token in best.tokens if token in places))
    return {"word": unit.word, "as": best.word, "fields": fields, "points": round(points, 2)}


def _is_there(way: Way, places: Places) -> bool:
    return sum(token in places for token in way.tokens) >= way.needed


def _is_written(unit: Unit, places: Places) -> bool:
    return any(_is_there(way, places) for way in unit.written)


def _way(unit: Unit, way: Way, places: Places, rarities: Rarities) -> float:
    return sum(_points(term, places, rarities) for term in ranking.way_terms(unit, way))


def _points(term: Term, places: Places, rarities: Rarities) -> float:
    name = places.get(term.token, "")
    return term.weights[name] * rarities[name, term.token] if name in term.weights else 0.0
