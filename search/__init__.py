"""Finding datasets. Knows nothing of ingest."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from search.engines.embedded import EmbeddedIndex
from search.index import SearchIndex

__all__ = ["open_index"]


def open_index(url: str, *, database_path: Path) -> SearchIndex:
    """The index that `url` names. Raises ValueError for an address that names none.

    `embedded:` is kept in the SQLite file `database_path`: the catalog's own, or one beside it;
    `http(s)://user:password@host:9200/index-prefix` is Elasticsearch, several hosts with commas between.
    """
    scheme = urlsplit(url).scheme
    if scheme == "embedded":
        return EmbeddedIndex(database_path)
    if scheme in ("http", "https"):
        from search.engines.elastic import ElasticIndex  # its client takes 0.3 s to load

        return ElasticIndex(url)
    raise ValueError(f"PORTAL_SEARCH_URL: embedded: or http(s)://…, not {scheme or 'nothing'}:")
