"""How fast and how well datasets are found: embedded and, where there is one, Elasticsearch.

`python -m bench.search [FILE.ndjson] [--queries FILE.csv] [--elasticsearch http://host:9200] [--count 20000]`

With a file, that catalogue (the form of `dataset import`); else a synthetic one. Elasticsearch is also taken from
TEST_SEARCH_URL; its figures stand beside the same bare request by the same client. With queries (columns id, kind,
query, relevant: `slug:grade` with spaces between) hit@1, hit@10, MRR and answers without a hit are printed by kind.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import mean, median

from elasticsearch import Elasticsearch, OrjsonSerializer

from search import analysis, open_index
from search.batches import batches
from search.beside import seldom_look_through_all
from search.engines.elastic import ElasticIndex
from search.engines.elastic_layout import mapping, parse_address, settings, source
from search.engines.elastic_query import body
from search.index import Changes, SearchDocument, SearchIndex, SearchQuery
from search.lexicon import lexicon
from search.question import attempts
from search.suggest import suggest
from search.warming import warm

FACETS = ("publisher", "theme", "family", "frequency", "tag")


PLACES = ("绍兴市", "越城区", "柯桥区", "上虞区", "诸暨市", "嵊州市", "新昌县", "杭州市", "宁波市", "台州市", "金华市")
FORMS = ("清单", "统计表", "公示", "年报", "月报", "名录", "情况", "汇总", "目录", "指标")
WORDS = 3_000  # of two characters, made up


@dataclass(frozen=True)
class Judged:
    """A query and the slugs that answer it."""

    kind: str
    text: str
    relevant: frozenset[str]


def synthetic(count: int) -> Iterator[str]:
    """Lines of an import file: titles and descriptions of made-up words, few of them frequent and most of them rare."""
    chance = random.Random(5)
    words = ["".join(chr(0x4E00 + chance.randrange(4_000)) for _ in range(2)) for _ in range(WORDS)]

    def some(choice: Sequence[str]) -> str:
        return choice[int(len(choice) * chance.random() ** 2)]

    for number in range(count):
        office = chance.randrange(400)
        body = {
            "slug": f"synthetic-{number}",
            "title": f"{some(PLACES)}{some(words)}{some(words)}{some(FORMS)}（{2000 + number % 25}年）",
            "description": "，".join(f"{some(words)}{some(words)}的{some(words)}" for _ in range(6)),
            "publisher": {"slug": f"office-{office}", "title": f"{PLACES[office % 11]}{words[office]}局"},
            "themes": [some(("finance", "housing", "transport", "education", "health", "environment"))],
            "tags": [some(words), some(words)],
            "frequency": some(("yearly", "quarterly", "monthly", "irregular")),
            "modified": f"20{10 + number % 16}-01-20T01:00:00Z",
        }
        yield json.dumps(body, ensure_ascii=False)


def documents(lines: Iterator[str]) -> Iterator[SearchDocument]:
    """Documents from the lines of an import file."""
    for number, line in enumerate(lines, 1):
        body = json.loads(line)
        temporal = body.get("temporal") or {}
        yield SearchDocument(
            id=number,
            revision=1,
            slug=body["slug"],
            title=body["title"],
            description=body.get("description", ""),
            publisher=body["publisher"]["slug"],
            publisher_title=body["publisher"]["title"],
            state="published",
            updated=datetime.fromisoformat(body["modified"]),
            themes=tuple(body.get("themes", ())),
            tags=tuple(body.get("tags", ())),
            regions=tuple(body.get("regions", ())),
            family=body.get("family"),
            frequency=body.get("frequency", "irregular"),
            temporal_from=_day(temporal.get("from")),
            temporal_to=_day(temporal.get("to")),
        )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def judged(path: Path | None, held: Sequence[SearchDocument]) -> list[Judged]:
    """The queries of a file, or words of titles picked at random where there is none."""
    if path is None:
        chance = random.Random(7)
        picked = (chance.choice(held) for _ in range(200))
        return [Judged("title", one.title[chance.randrange(4) :][:8], frozenset({one.slug})) for one in picked]
    with path.open(encoding="utf-8", newline="") as source:
        return [
            Judged(row["kind"], row["query"], frozenset(one.split(":")[0] for one in row["relevant"].split()))
            for row in csv.DictReader(source)
        ]


def report_writing(name: str, index: SearchIndex, held: Sequence[SearchDocument]) -> None:
    """Writes everything as `sync` does, then rebuilds; prints both speeds."""
    index.prepare()
    began = time.perf_counter()
    for batch in batches(held, 500):
        index.write(batch)
    written = time.perf_counter() - began
    rebuilt = _seconds(lambda: index.rebuild(held, lambda known: Changes(())))
    print(f"{name}: written {len(held) / written:,.0f}/s, rebuilt {len(held) / rebuilt:,.0f}/s")


def report_bare_bulk(url: str, index: SearchIndex, held: Sequence[SearchDocument]) -> None:
    """A rebuild and the same documents, made ready before, in bare bulks by the same client, turn by turn."""
    client = Elasticsearch(url, request_timeout=60, serializer=OrjsonSerializer())
    name = f"bench-bare-{os.getpid()}"
    ready = [
        [line for one, made in zip(batch, analysis.document_tokens(batch), strict=True) for line in _lines(one, made)]
        for batch in batches(held, 500)
    ]

    def fill() -> None:
        for operations in ready:
            client.bulk(index=name, operations=operations)
        client.indices.refresh(index=name)

    rebuilt, bare = [], []
    for _ in range(3):
        rebuilt.append(_seconds(lambda: index.rebuild(held, lambda known: Changes(()))))
        client.indices.create(index=name, settings=settings(parse_address(f"{url}/{name}")), mappings=mapping())
        bare.append(_seconds(fill))
        client.indices.delete(index=name)
    client.close()
    ratio = median(rebuilt) / median(bare)
    print(f"elasticsearch: rebuild {median(rebuilt):.1f} s, bare bulk {median(bare):.1f} s, ratio {ratio:.2f}")


def _lines(one: SearchDocument, made: dict[str, str]) -> list[dict[str, object]]:
    return [{"index": {"_id": str(one.id)}}, source(one, made)]


def report_speed(name: str, index: SearchIndex, queries: Sequence[Judged]) -> None:
    """Each query once with nothing remembered of it, then twice more; 5 facets, 20 hits. Warm, as a server is."""
    warm(index, lexicon(), FACETS)
    first = [_seconds(lambda text=one.text: index.search(SearchQuery(text, facets=FACETS))) for one in queries]
    again = [_seconds(lambda text=one.text: index.search(SearchQuery(text, facets=FACETS))) for one in queries * 2]
    print(f"{name}: asked first {_spread(first)}; again {_spread(again)}")
    front = [_seconds(lambda: index.search(SearchQuery(facets=FACETS))) for _ in range(10)]
    print(
        f"{name}: the front page (no words, all datasets) {front[0] * 1e3:.1f} ms, again {median(front[1:]) * 1e3:.2f}"
    )


def report_suggest(name: str, index: SearchIndex, held: Sequence[SearchDocument], queries: Sequence[Judged]) -> None:
    """What is asked while a query is written: its first 2, 4 and 6 characters, each once."""
    publishers = {one.publisher: one.publisher_title for one in held}
    begun = dict.fromkeys(one.text[:size] for one in queries for size in (2, 4, 6))
    asked = [_seconds(lambda text=text: suggest(index, text, lexicon(), publishers)) for text in begun]
    print(f"{name}: suggestions {_spread(asked)}")


def report_bare(url: str, alias: str, index: SearchIndex, queries: Sequence[Judged]) -> None:
    """Ours against the same request sent bare by the same client, turn by turn, for whatever takes one request."""
    client = Elasticsearch(url)
    ours, bare = [], []
    for one in queries * 3:
        query = SearchQuery(one.text, facets=FACETS)
        strict, fewer, parts = attempts(analysis.question(query.text))
        if index.search(query).question == parts:  # asked twice, so there is no one request to compare with
            continue
        asked = body(query, strict, fewer)
        bare.append(_seconds(lambda asked=asked: client.search(index=alias, body=asked)))
        ours.append(_seconds(lambda query=query: index.search(query)))
    client.close()
    once = len(ours) / len(queries) / 3
    print(f"elasticsearch: ours {_spread(ours)}; bare {_spread(bare)}; p50 ratio {median(ours) / median(bare):.2f}")
    print(f"elasticsearch: one request was enough for {once:.3f} of the queries")


def report_quality(name: str, index: SearchIndex, queries: Sequence[Judged]) -> list[list[str]]:
    """Prints by kind where the first relevant dataset stands; gives the first ten slugs of each query."""
    ranks: dict[str, list[int]] = defaultdict(list)
    found: list[list[str]] = []
    for one in queries:
        slugs = [hit.slug for hit in index.search(SearchQuery(one.text, size=10)).hits]
        found.append(slugs)
        rank = next((place for place, slug in enumerate(slugs, 1) if slug in one.relevant), 0 if slugs else -1)
        ranks[one.kind].append(rank)
    for kind, places in [*ranks.items(), ("all", [place for some in ranks.values() for place in some])]:
        print(
            f"{name}: {kind:24} n {len(places):4}  hit@1 {mean(p == 1 for p in places):.3f}"
            f"  hit@10 {mean(p > 0 for p in places):.3f}  MRR {mean(1 / p if p > 0 else 0 for p in places):.3f}"
            f"  nothing {mean(p < 0 for p in places):.3f}"
        )
    return found


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _spread(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return f"p50 {median(ordered) * 1e3:.2f} ms, p99 {ordered[int(len(ordered) * 0.99)] * 1e3:.2f} ms"


def report_analysis(held: Sequence[SearchDocument]) -> None:
    """Characters a second through the analysis."""
    characters = sum(
        len(one.title) + len(one.description) + len(one.publisher_title) + sum(map(len, one.tags)) for one in held
    )
    analysis.document_tokens(held[:500])  # dictionaries are loaded
    began = time.process_time()
    for batch in batches(held, 500):
        analysis.document_tokens(batch)
    spent = time.process_time() - began
    each = characters / len(held)
    print(
        f"analysis: {characters / spent / 1e6:.2f} M characters/s, {spent / len(held) * 1e6:.0f} µs for {each:.0f} each"
    )


def main() -> None:
    """Runs everything that there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--elasticsearch", default=os.environ.get("TEST_SEARCH_URL"))
    parser.add_argument("--count", type=int, default=20_000)
    asked = parser.parse_args()
    seldom_look_through_all()  # as a server process does
    lines = asked.file.open(encoding="utf-8") if asked.file else synthetic(asked.count)
    held = list(documents(iter(lines)))
    queries = judged(asked.queries, held)
    print(f"{len(held)} datasets, {len(queries)} queries")
    report_analysis(held)
    with tempfile.TemporaryDirectory() as folder:
        index = open_index("embedded:", database_path=Path(folder) / "search.sqlite")
        report_writing("embedded", index, held)
        report_speed("embedded", index, queries)
        report_suggest("embedded", index, held, queries)
        orders = report_quality("embedded", index, queries)
        index.close()
    if asked.elasticsearch:
        report_elasticsearch(asked.elasticsearch.rstrip("/"), held, queries, orders)
    else:
        print("elasticsearch: left out, no address was given")


def report_elasticsearch(
    url: str, held: Sequence[SearchDocument], queries: Sequence[Judged], orders: list[list[str]]
) -> None:
    """The same on Elasticsearch, under an index of its own that is removed at the end."""
    alias = f"bench-search-{os.getpid()}"
    index = ElasticIndex(f"{url}/{alias}")
    try:
        report_writing("elasticsearch", index, held)
        report_bare_bulk(url, index, held)
        report_speed("elasticsearch", index, queries)
        report_suggest("elasticsearch", index, held, queries)
        report_bare(url, alias, index, queries)
        same = [
            ours == theirs for ours, theirs in zip(report_quality("elasticsearch", index, queries), orders, strict=True)
        ]
        print(f"both engines: the same first ten in the same order for {mean(same):.3f} of the queries")
    finally:
        index.drop()
        index.close()


if __name__ == "__main__":
    main()
