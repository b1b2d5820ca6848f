"""What is asked of an index and what it answers: our own words, the same for every engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from catalog.errors import BadParameter, nearest
from search.document import SearchDocument as SearchDocument
from search.fields import ALL_FIRST, DEEPEST, FACETS, FILTERS, PERIOD, SORTS, TITLE_KEY
from search.lexicon import Lexicon, lexicon
from search.tokens import encodable
from search.units import Question

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBERS = (int, float)


@dataclass(frozen=True)
class Scope:
    """Who asks. All see what is published; an insider also sees any state of the publishers (slugs) in `drafts_of`.

    `None` sees everything (reviewers, admins); the empty set is the public.
    """

    drafts_of: frozenset[str] | None = frozenset()

    def sees(self, state: str, publisher: str) -> bool:
        """Whether a dataset of that state and publisher may be shown."""
        return state == "published" or self.drafts_of is None or publisher in self.drafts_of


PUBLIC = Scope()


@dataclass(frozen=True)
class Order:
    """One key of an order: score, updated (µs since 1970), title, popularity or id."""

    name: str
    descending: bool = False


@dataclass(frozen=True)
class SearchQuery:
    """A question. Values of one filter are alternatives, filters hold together. Raises BadParameter.

    `after` holds the `sort` values of the last hit of the page before; then `offset` does not count.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    period_from: date | None = None
    period_to: date | None = None
    updated_from: datetime | None = None
    sort: str = "relevance"
    size: int = 20
    offset: int = 0
    after: tuple[Any, ...] | None = None
    facets: tuple[str, ...] = ()
    scope: Scope = PUBLIC
    words: Lexicon = field(default_factory=lexicon)

    def __post_init__(self) -> None:
        _check_names(self)
        _check_page(self)
        clean = {name: tuple(map(encodable, values)) for name, values in self.filters.items() if values}
        object.__setattr__(self, "filters", clean)
        object.__setattr__(self, "text", encodable(self.text).strip())
        if self.after is not None:
            object.__setattr__(self, "after", _checked_after(self.after, self.order))

    @property
    def order(self) -> tuple[Order, ...]:
        """The keys that hits are sorted by; the last is always the id."""
        name, descending = self.sort.removeprefix("-"), self.sort.startswith("-")
        if name != "relevance":
            return Order(name, descending), Order("id")
        newest = (Order("updated", True), Order("id"))
        return (Order("score", True), *newest) if self.text else newest

    @property
    def conditions(self) -> tuple[Any, ...]:
        """What total and facets hang on: all but the order and the page."""
        bounds = self.period_from, self.period_to, self.updated_from
        return self.text, tuple(sorted(self.filters.items())), bounds, self.facets, self.scope, self.words.revision

    @property
    def own_filters(self) -> tuple[str, ...]:
        """The filters that are facets at the same time: they bind hits and the other facets, not their own."""
        named = tuple(name for name in self.filters if name in self.facets)
        return (*named, PERIOD) if PERIOD in self.facets and self.days != (None, None) else named

    @property
    def may_loosen(self) -> bool:
        """Whether a part of the words may do where all find nothing: only where the best come first."""
        return bool(self.text) and self.sort.removeprefix("-") == "relevance"

    @property
    def days(self) -> tuple[int | None, int | None]:
        """The asked period as day numbers."""
        ends = self.period_from, self.period_to
        first, last = (None if end is None else end.toordinal() for end in ends)
        return first, last


@dataclass(frozen=True)
class Hit:
    """One dataset found. `sort` is what `after` takes; `highlights` maps title and description to HTML fragments."""

    id: int
    slug: str
    highlights: Mapping[str, list[str]]
    sort: tuple[Any, ...]
    title: str = ""
    scored: bool = False

    @property
    def score(self) -> float:
        """What its words, its title and its place give; 0 where hits come in another order."""
        if not self.scored:
            return 0.0
        points = float(self.sort[0])
        return round(points - ALL_FIRST if points > ALL_FIRST / 2 else points, 4)


@dataclass(frozen=True)
class FacetCount:
    """How many datasets have that value."""

    value: str
    count: int


@dataclass(frozen=True)
class SearchPage:
    """One page of hits; `total` is exact, facet counts ignore the filter of their own facet."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetCount, ...]]
    next_after: tuple[Any, ...] | None  # None on the last page
    understood: Mapping[str, Any]
    question: Question | None = None  # as it was asked in the end; None for one without text


@dataclass(frozen=True)
class IndexStatus:
    """How an index is. `revisions` (id -> revision) is filled only where it was asked for."""

    engine: str
    name: str
    version: str  # of analysis and layout
    ready: bool
    documents: int
    revisions: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Changes:
    """What a new index still lacks."""

    documents: Iterable[SearchDocument]
    removed_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Written:
    """What became of a write: `refused` maps the ids that the engine would not take to its reason."""

    refused: Mapping[int, str] = field(default_factory=dict)


CatchUp = Callable[[Mapping[int, int]], Changes]


class SearchIndex(Protocol):
    """An index of datasets. Every method raises Unavailable("search_unavailable") where the engine does not answer."""

    def prepare(self) -> bool:
        """Make what is needed where it is absent. True: it is empty or half done and wants a rebuild."""
        ...

    def write(self, documents: Iterable[SearchDocument], removed_ids: Iterable[int] = ()) -> Written:
        """Put documents in and take ids out; found by the next search. An older revision is passed over in silence."""
        ...

    def search(self, query: SearchQuery) -> SearchPage:
        """Answer a question."""
        ...

    def frequencies(self, pairs: Sequence[tuple[str, str]]) -> tuple[int, list[int]]:
        """How many documents there are, and in how many each (field, token) stands."""
        ...

    def rebuild(self, documents: Iterable[SearchDocument], catch_up: CatchUp) -> Mapping[int, int]:
        """Build a new index from `documents`, then what `catch_up` says has changed, then switch.

        Gives what the new index holds, id -> revision, and so does it tell `catch_up`. The old one answers until the
        switch.
        """
        ...

    def settle(self) -> None:
        """Many documents have come: put them into the form that answers soonest. Others may write meanwhile."""
        ...

    def status(self, *, revisions: bool = False) -> IndexStatus:
        """How the index is; with `revisions` every document's id and revision too."""
        ...

    def close(self) -> None:
        """Let go of connections, before a process is forked or ends; the next question opens others."""
        ...


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(since_epoch: int) -> datetime:
    """The inverse of `micros`."""
    return _EPOCH + timedelta(microseconds=since_epoch)


def title_key(title: str) -> str:
    """What titles are sorted by: their first characters, by code point."""
    return title[:TITLE_KEY]


def _check_names(query: SearchQuery) -> None:
    for place, names, known in (
        ("filters", query.filters, FILTERS),
        ("facets", query.facets, FACETS),
        ("sort", [query.sort.removeprefix("-")], SORTS),
    ):
        for name in names:
            if name not in known:
                raise BadParameter.at(place, f"unknown_{place}", name=name, nearest=nearest(name, known))


def _check_page(query: SearchQuery) -> None:
    if not 1 <= query.size <= 100:
        raise BadParameter.at("page_size", "page_size_out_of_range", least=1, most=100)
    if query.offset < 0 or query.offset + query.size > DEEPEST:
        raise BadParameter.at("page", "page_too_deep", most=DEEPEST)
    if query.period_from and query.period_to and query.period_from > query.period_to:
        raise BadParameter.at("period_from", "period_backwards")


def _checked_after(after: tuple[Any, ...], order: tuple[Order, ...]) -> tuple[Any, ...]:
    fits = len(after) == len(order) and all(
        isinstance(value, str if key.name == "title" else _NUMBERS) and not isinstance(value, bool)
        for value, key in zip(after, order, strict=True)
    )
    if not fits or any(isinstance(value, _NUMBERS) and not abs(value) < 2**62 for value in after):
        raise BadParameter.at("cursor", "cursor_of_another_query")
    return tuple(encodable(value) if isinstance(value, str) else value for value in after)
