"""What finding costs over HTTP: a portal that uses Elasticsearch beside the same bare request, by the same client.

`python -m bench.search_http http://127.0.0.1:8000 http://127.0.0.1:9200/ALIAS --queries FILE.csv [--rounds 3]`

The first address is a running portal, the second its PORTAL_SEARCH_URL. Each question (column `query`) goes to both by
turns over one kept connection each, with 5 facets and 20 hits. Questions that need a second request are left out: there
is no one bare request to compare with.
"""

from __future__ import annotations

import argparse
import csv
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from bench.search import FACETS
from search.engines.elastic_page import strictly, total_of
from search.engines.elastic_query import body
from search.fields import ENOUGH_HITS
from search.index import SearchQuery
from search.question import attempts, question

QUERIES = Path(__file__).parents[1] / "tests/search/golden/queries.csv"


class Asked:
    """One server over one kept connection."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.path = parts.path
        self._connection = HTTPConnection(parts.hostname or "", parts.port)
        self.seconds: list[float] = []

    def ask(self, path: str, sent: bytes | None = None) -> dict[str, Any]:
        """The answer, whose time counts until its last byte. Raises ConnectionError for any status but 200."""
        method, head = ("POST", {"Content-Type": "application/json"}) if sent else ("GET", {})
        began = perf_counter()
        self._connection.request(method, self.path + path, sent, head)
        answer = self._connection.getresponse()
        told = answer.read()
        self.seconds.append(perf_counter() - began)
        if answer.status != 200:
            raise ConnectionError(f"{answer.status} {told[:200]!r}")
        found: dict[str, Any] = orjson.loads(told)
        return found


def compare(portal: Asked, bare: Asked, texts: list[str], rounds: int) -> int:
    """Asks everything of both by turns; gives how many of the questions one request is enough for."""
    asked = []
    for text in texts:
        query = SearchQuery(text, facets=FACETS)
        strict, fewer, _ = attempts(question(query.text))
        sent = orjson.dumps(body(query, strict, fewer))
        answer = bare.ask("/_search", sent)
        if strictly(answer) or total_of(answer) >= ENOUGH_HITS[1]:
            path = f"/api/v1/datasets?{urlencode({'q': text, 'facets': ','.join(FACETS)})}"
            portal.ask(path)
            asked.append((path, sent))
    portal.seconds, bare.seconds = [], []
    for _ in range(rounds):
        for path, sent in asked:
            bare.ask("/_search", sent)
            portal.ask(path)
    return len(asked)


def main() -> None:
    """Prints both medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("portal", nargs="?")
    parser.add_argument("elasticsearch", nargs="?")
    parser.add_argument("--queries", type=Path, default=QUERIES)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if given.elasticsearch is None:
        print("search over HTTP: left out, no addresses were given")
        return
    with given.queries.open(encoding="utf-8", newline="") as source:
        texts = [row["query"] for row in csv.DictReader(source)]
    portal, bare = Asked(given.portal.rstrip("/")), Asked(given.elasticsearch.rstrip("/"))
    enough = compare(portal, bare, texts, given.rounds)
    ours, theirs = (median(one.seconds) * 1e3 for one in (portal, bare))
    print(f"{enough} of {len(texts)} questions, {given.rounds} rounds by turns")
    print(f"p50: portal {ours:.2f} ms, bare {theirs:.2f} ms, ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
