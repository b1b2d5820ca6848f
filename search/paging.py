"""Orders and pages as SQL knows them: what both the embedded index and the bare catalog need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from search.index import Hit, Order


def next_after(hits: Sequence[Hit], more: bool) -> tuple[Any, ...] | None:
    """What the next page starts after; None where there is none."""
    return hits[-1].sort if more and hits else None


def beyond(order: Sequence[Order], after: Sequence[Any]) -> list[list[tuple[str, str, Any]]]:
    """`after` as alternatives of conditions (name, operator, value) that hold together.

    For updated descending and id: [[(updated, <, u)], [(updated, =, u), (id, >, i)]].
    """
    same = [(key.name, "=", value) for key, value in zip(order, after, strict=True)]
    return [
        [*same[:place], (key.name, "<" if key.descending else ">", after[place])] for place, key in enumerate(order)
    ]
