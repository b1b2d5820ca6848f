"""Judged queries, and how well an answerer does on them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from statistics import mean

from tests.search.golden.catalogue import HERE, answers


@dataclass(frozen=True)
class Judged:
    """A query and the patterns of the slugs that answer it."""

    kind: str
    text: str
    relevant: tuple[str, ...]

    def rank(self, slugs: Sequence[str]) -> int | None:
        """Where the first slug stands that answers it, from 1; None where none of them does."""
        places = (place for place, slug in enumerate(slugs, 1) if any(fnmatchcase(slug, one) for one in self.relevant))
        return next(places, None)


@dataclass(frozen=True)
class Score:
    """How well queries of one kind are answered; shares of 1."""

    kind: str
    queries: int
    hit_at_1: float
    hit_at_10: float
    mrr: float
    empty: float

    def __str__(self) -> str:
        return (
            f"{self.kind:22} n {self.queries:4}  hit@1 {self.hit_at_1:.3f}  hit@10 {self.hit_at_10:.3f}"
            f"  MRR {self.mrr:.3f}  nothing {self.empty:.3f}"
        )


def golden() -> list[Judged]:
    """Our own queries."""
    with (HERE / "queries.csv").open(encoding="utf-8", newline="") as source:
        return [Judged(row["kind"], row["query"], tuple(row["relevant"].split("|"))) for row in csv.DictReader(source)]


def unseen() -> list[Judged]:
    """Queries that were written before anything was tuned to them; see docs/search.md for how they did at first."""
    slugs = answers()
    with (HERE / "unseen.csv").open(encoding="utf-8", newline="") as source:
        return [Judged(row["kind"], row["query"], (slugs[row["title"]],)) for row in csv.DictReader(source)]


def judge(queries: Iterable[Judged], ask: Callable[[str], Sequence[str]]) -> list[Score]:
    """A score for each kind and, last, for all; `ask` gives the first ten slugs."""
    places: dict[str, list[tuple[int | None, bool]]] = defaultdict(list)
    for one in queries:
        slugs = ask(one.text)
        for kind in (one.kind, "all"):
            places[kind].append((one.rank(slugs), not slugs))
    everything = places.pop("all")
    return [_score(kind, some) for kind, some in [*places.items(), ("all", everything)]]


def _score(kind: str, places: Sequence[tuple[int | None, bool]]) -> Score:
    ranks = [rank for rank, _ in places]
    return Score(
        kind,
        len(places),
        mean(rank == 1 for rank in ranks),
        mean(rank is not None for rank in ranks),
        mean(1 / rank if rank else 0.0 for rank in ranks),
        mean(empty for _, empty in places),
    )
