"""Facet counts from plain rows: each facet counts what all filters but its own let through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nlargest, nsmallest
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
        facet: spread(Counter(_kept(facet, column, passes)), values)
        for facet, column in zip(facets, columns, strict=True)
    }


def spread(stored: Mapping[Any, int], values: Values) -> tuple[FacetCount, ...]:
    """Counts of values from those of stored ones."""
    counts: dict[str, int] = {}
    for value, count in stored.items():
        for one in values(value):
            counts[one] = counts.get(one, 0) + count
    return ranked(counts)


def ranked(counts: Mapping[str, int]) -> tuple[FacetCount, ...]:
    """The most frequent values first, equal ones by their code points."""
    least = min(nlargest(FACET_VALUES, counts.values()), default=0)
    likely = [(-count, value) for value, count in counts.items() if count >= least]
    return tuple(FacetCount(value, -count) for count, value in nsmallest(FACET_VALUES, likely))


def _kept(facet: str, column: Sequence[Any], passes: Mapping[str, Sequence[Any]]) -> Iterable[Any]:
    others = [passed for name, passed in passes.items() if name != facet]
    if not others:
        return column
    return (value for value, *flags in zip(column, *others, strict=True) if all(flags))
