"""How well datasets are found, by kind of query: ours on both engines beside plain Elasticsearch and beside bigrams.

`python -m bench.quality [FILE.ndjson --queries FILE.csv] [--elasticsearch http://host:9200] [--misses]`

Without a file, the golden set of tests/search/golden; with one, that catalogue (the form of `dataset import`) and
queries with columns kind, query, relevant (`slug:grade` with spaces between). Elasticsearch is also taken from
TEST_SEARCH_URL.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch, helpers

from bench.search import documents
from search import open_index
from search.engines.elastic import ElasticIndex
from search.index import Changes, SearchDocument, SearchIndex, SearchQuery
from search.tokens import fold, grams_of
from tests.search.golden.catalogue import documents as golden_documents
from tests.search.golden.judging import Judged, golden, judge

FIELDS = ("title^3", "publisher^2", "tags^2", "description")


def from_file(path: Path) -> list[Judged]:
    """The queries of a file with grades."""
    with path.open(encoding="utf-8", newline="") as source:
        return [
            Judged(row["kind"], row["query"], tuple(one.split(":")[0] for one in row["relevant"].split()))
            for row in csv.DictReader(source)
        ]


def report(name: str, queries: Sequence[Judged], ask: Callable[[str], list[str]], *, misses: bool = False) -> None:
    """Prints the scores of one engine, and where wanted each query whose best answer is not first."""
    print(f"\n{name}")
    for score in judge(queries, ask):
        print(f"  {score}")
    for one in queries if misses else ():
        slugs = ask(one.text)
        if one.rank(slugs) != 1:
            print(f"  [{one.kind}] {one.text}: rank {one.rank(slugs)}; first {slugs[:3]}")


def asking(index: SearchIndex) -> Callable[[str], list[str]]:
    """The first ten slugs, as an index gives them."""
    return lambda text: [hit.slug for hit in index.search(SearchQuery(text, size=10)).hits]


def plain(client: Elasticsearch, held: Sequence[SearchDocument], name: str, *, bigrams: bool) -> Callable[[str], Any]:
    """An index as a plain portal would make it: `standard` analysis, or pairs of characters, any word."""
    client.options(ignore_status=404).indices.delete(index=name)
    shown = " ".join if bigrams else None
    text = {"type": "text", "analyzer": "whitespace" if bigrams else "standard"}
    mappings = {"properties": {field.split("^")[0]: text for field in FIELDS}}
    client.indices.create(index=name, mappings=mappings)

    def written(value: str) -> str:
        return shown(grams_of(fold(value))) if shown else value

    def sources() -> Iterator[dict[str, Any]]:
        for one in held:
            values = (one.title, one.publisher_title, " ".join(one.tags), one.description)
            source = {field.split("^")[0]: written(value) for field, value in zip(FIELDS, values, strict=True)}
            yield {"_index": name, "_id": one.slug, "_source": source}

    helpers.bulk(client, sources(), chunk_size=1_000)
    client.indices.refresh(index=name)

    def ask(text: str) -> list[str]:
        query = {"multi_match": {"query": written(text), "fields": list(FIELDS)}}
        found = client.search(index=name, query=query, size=10, source=False)
        return [hit["_id"] for hit in found["hits"]["hits"]]

    return ask


def main() -> None:
    """Runs everything that there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--elasticsearch", default=os.environ.get("TEST_SEARCH_URL"))
    parser.add_argument("--misses", action="store_true", help="name each query whose answer is not the first hit")
    asked = parser.parse_args()
    held = list(documents(asked.file.open(encoding="utf-8"))) if asked.file else golden_documents()
    queries = from_file(asked.queries) if asked.queries else golden()
    print(f"{len(held)} datasets, {len(queries)} queries")
    with tempfile.TemporaryDirectory() as folder:
        index = open_index("embedded:", database_path=Path(folder) / "search.sqlite")
        index.rebuild(held, lambda known: Changes(()))
        report("embedded", queries, asking(index), misses=asked.misses)
        index.close()
    if asked.elasticsearch:
        report_elasticsearch(asked.elasticsearch, held, queries)
    else:
        print("elasticsearch: left out, no address was given")


def report_elasticsearch(url: str, held: Sequence[SearchDocument], queries: Sequence[Judged]) -> None:
    """Ours, `standard` and bigrams on the same server, each under a name of its own that is removed at the end."""
    host, name = "/".join(url.split("/")[:3]), f"quality-{os.getpid()}"
    index, client = ElasticIndex(f"{host}/{name}"), Elasticsearch(host)
    try:
        index.prepare()
        index.rebuild(held, lambda known: Changes(()))
        report("elasticsearch", queries, asking(index))
        report("plain elasticsearch, standard", queries, plain(client, held, f"{name}-standard", bigrams=False))
        report("plain elasticsearch, bigrams", queries, plain(client, held, f"{name}-bigrams", bigrams=True))
    finally:
        index.drop()
        client.options(ignore_status=404).indices.delete(index=f"{name}-standard,{name}-bigrams")
        index.close()
        client.close()


if __name__ == "__main__":
    main()
