"""What an Elasticsearch index of ours looks like: its address, its names, its mapping and its documents."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from catalog.db import now
from search import analysis
from search.fields import FACET_FIELDS, TEXT_FIELDS
from search.index import SearchDocument, micros, title_key

LAYOUT: Final = 2  # raise it with any change of mapping or documents
VERSION: Final = f"a{analysis.VERSION}l{LAYOUT}"
_ALWAYS: Final = "."  # a token of every text, so that rarity is counted among all datasets
_WINDOW: Final = 10_101  # offset + size + 1 at most
_OPTIONS: Final = ("shards", "replicas", "ca")


@dataclass(frozen=True)
class Address:
    """Where Elasticsearch is and what our index is called there. `ca` is the path of a certificate authority's file."""

    hosts: tuple[str, ...]
    alias: str
    account: tuple[str, str] | None = None
    shards: int = 1
    replicas: int = 0
    ca: str | None = None

    @property
    def unfinished(self) -> str:
        """A second alias that stands while a rebuild has switched but not caught up yet."""
        return f"{self.alias}.unfinished"

    def new_index(self) -> str:
        """A name that no index had."""
        return f"{self.alias}-{VERSION}-{now():%Y%m%d%H%M%S}-{secrets.token_hex(3)}"

    def is_ours(self, index: str) -> bool:
        """Whether an index of that name is one that this portal made, of whatever version."""
        return bool(re.fullmatch(rf"{re.escape(self.alias)}-a\d+l\d+-\d{{14}}-[0-9a-f]{{6}}", index))


def parse_address(url: str) -> Address:
    """`http(s)://user:password@host:9200,host:9200/index-prefix?shards=1&replicas=0&ca=FILE`. Raises ValueError."""
    parts = urlsplit(url)
    account, _, hosts = parts.netloc.rpartition("@")
    alias = parts.path.strip("/")
    options = dict(parse_qsl(parts.query))
    if not hosts or not re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", alias) or set(options) - set(_OPTIONS):
        raise ValueError("PORTAL_SEARCH_URL: wanted http(s)://user:password@host:9200/index-prefix")
    user, _, password = account.partition(":")
    return Address(
        hosts=tuple(f"{parts.scheme}://{_with_port(host, parts.scheme)}" for host in hosts.split(",")),
        alias=alias,
        account=(unquote(user), unquote(password)) if account else None,
        shards=int(options.get("shards", 1)),
        replicas=int(options.get("replicas", 0)),
        ca=options.get("ca"),
    )


def settings(address: Address) -> dict[str, Any]:
    """Of the index. A token is worth its rarity alone, see search/ranking.py: hence BM25 with k1 and b 0."""
    return {
        "number_of_shards": address.shards,
        "number_of_replicas": address.replicas,
        "max_result_window": _WINDOW,
        "similarity": {"rarity": {"type": "BM25", "k1": 0, "b": 0}},
    }


def mapping() -> dict[str, Any]:
    """Of the index: strict, so that nothing of a foreign shape gets in."""
    keyword = {"type": "keyword", "ignore_above": 8000}
    text = {
        "type": "text", "analyzer": "whitespace", "similarity": "rarity", "norms": False, "index_options": "docs",
    }  # fmt: skip
    longs = ("id", "revision", "period_start", "period_end", "updated", "popularity")
    properties: dict[str, Any] = {field.name: text for field in TEXT_FIELDS}
    properties |= {field.name: keyword for field in FACET_FIELDS}
    properties |= {name: {"type": "long"} for name in longs}
    properties |= {"sort_title": keyword, "folded": keyword, "prior": {"type": "float"}}
    properties["card"] = {"type": "object", "enabled": False}
    return {
        "dynamic": "strict",
        "_source": {"includes": ["card", "id", "revision"]},
        "properties": properties,
    }


def source(document: SearchDocument, tokens: dict[str, str]) -> dict[str, Any]:
    """A document as Elasticsearch gets it."""
    first, last = document.period
    values: dict[str, Any] = {field.name: f"{_ALWAYS} {tokens[field.name]}" for field in TEXT_FIELDS}
    values |= {field.name: _plain(getattr(document, field.attribute)) for field in FACET_FIELDS}
    return values | {
        "id": document.id,
        "revision": document.revision,
        "period_start": first,
        "period_end": last,
        "updated": micros(document.updated),
        "popularity": document.popularity,
        "prior": document.prior,
        "sort_title": title_key(document.title),
        "folded": tokens["folded"],
        "card": {"slug": document.slug, "title": document.title, "description": document.description},
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _with_port(host: str, scheme: str) -> str:
    if re.search(r":\d+$", host):
        return host
    return f"{host}:{443 if scheme == 'https' else 9200}"
