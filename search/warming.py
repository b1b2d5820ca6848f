"""Questions that nobody waits for: what is loaded at its first use (dictionaries, scripts, spellings) is there then."""

from __future__ import annotations

from typing import Final

from search.index import SearchIndex, SearchQuery
from search.lexicon import Lexicon

_TEXTS: Final = (  # of every kind that loads something
    "土地出让结果",
    "土地出讓公告",
    "tudi churang",
    "tdcr",
    "土地出襄公告",  # a typing error
    "绍兴市2019年三季度住宅地价",
    "怎么办户口本",
)


def warm(index: SearchIndex, words: Lexicon, facets: tuple[str, ...]) -> None:
    """Ask one of each kind. Raises Unavailable where the index is away."""
    for text in _TEXTS:
        index.search(SearchQuery(text, facets=facets, words=words))
