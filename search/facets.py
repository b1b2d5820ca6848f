"""Facet counts from plain rows: each facet counts what all filters but its own let through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from search.fields import FACET_VALUES
from search.index import FacetCount

Values = Callable[[Any], Iterable[str]]


def counted(
    facets: Sequence[str], columns: Sequence[Sequence[Any]], passes: Mapping[str, Sequence[Any]], values: Values
) -> dict[str, tuple[FacetCount, ...]]:
    """Counts by facet. `columns` holds a column of stored values for each facet, `passes` for each of the
    query's `own_filters` whether a row passes it; `values` makes one stored value into the values that it stands for.
    """
    return {
        facet: ranked(_spread(Counter(_kept(facet, column, passes)), values))
        for facet, column in zip(facets, columns, strict=True)
    }


def ranked(counts: Mapping[str, int]) -> tuple[FacetCount, ...]:
    """The most frequent values first, equal ones by their code points."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return tuple(FacetCount(value, count) for value, count in ordered[:FACET_VALUES])


def _kept(facet: str, column: Sequence[Any], passes: Mapping[str, Sequence[Any]]) -> Iterable[Any]:
    others = [passed for name, passed in passes.items() if name != facet]
    if not others:
        return column
    return (value for value, *flags in zip(column, *others, strict=True) if all(flags))


def _spread(stored: Mapping[Any, int], values: Values) -> Counter[str]:
    counts: Counter[str] = Counter()
    for value, count in stored.items():
        for one in values(value):
            counts[one] += count
    return counts
