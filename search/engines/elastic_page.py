"""An answer of Elasticsearch as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from search.engines.elastic_query import PLACE, STRICT, TOTAL
from search.facets import ranked
from search.fields import ALL_FIRST, ENOUGH_HITS
from search.highlight import Marker
from search.index import Hit, SearchPage, SearchQuery
from search.paging import next_after
from search.understood import understood
from search.units import Question

Answer = Mapping[str, Any]


def total_of(answer: Answer) -> int:
    """How many documents were found."""
    return int(answer["hits"]["total"]["value"])


def moved(answer: Answer, after: Sequence[Any]) -> list[Any] | None:
    """Where the last hit of the page before stands, if not at `after`; None also where it is gone or was changed."""
    hits = answer["aggregations"][PLACE]["top"]["hits"]["hits"]
    place: list[Any] | None = hits[0]["sort"] if hits else None
    return place if place is not None and place[1:] == list(after[1:]) and place[0] != after[0] else None


def strict_total(answer: Answer) -> int:
    """How many documents the first of two questions finds."""
    return int(answer["aggregations"][STRICT][TOTAL]["doc_count"])


def strictly(answer: Answer) -> Answer | None:
    """The answer without what only the more forgiving question finds; None where that leaves too few."""
    found, total = answer["aggregations"][STRICT], strict_total(answer)
    if total < ENOUGH_HITS[0]:
        return None
    hits = [hit for hit in answer["hits"]["hits"] if hit["sort"][0] > ALL_FIRST / 2]
    return {"hits": {"total": {"value": total}, "hits": hits}, "aggregations": found}


def page_of(query: SearchQuery, question: Question, answer: Answer, *, used: int) -> SearchPage:
    """The page that answers a question in its `used`th form, 0 the strictest."""
    found = answer["hits"]["hits"]
    hits = _hits(query, question, found[: query.size])
    return SearchPage(
        total=total_of(answer),
        hits=hits,
        facets={name: _counts(answer["aggregations"][name]) for name in query.facets},
        next_after=next_after(hits, len(found) > query.size),
        understood=understood(question, [hit.title for hit in hits], loose=used > 0),
        question=question,
    )


def _hits(query: SearchQuery, question: Question, found: Sequence[Answer]) -> tuple[Hit, ...]:
    cards = [hit["_source"]["card"] for hit in found]
    marked = Marker(question).page([(card["title"], card["description"]) for card in cards])
    scored = query.order[0].name == "score"
    return tuple(
        Hit(int(hit["_id"]), card["slug"], marks, tuple(hit["sort"]), card["title"], scored)
        for hit, card, marks in zip(found, cards, marked, strict=True)
    )


def _counts(aggregation: Answer) -> Any:
    return ranked({bucket["key"]: bucket["doc_count"] for bucket in aggregation["values"]["buckets"]})
