"""An index of each kind, empty and of its own; Elasticsearch where TEST_SEARCH_URL names one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from search import open_index
from search.engines.elastic import ElasticIndex
from search.index import SearchIndex


@pytest.fixture
def search_file(tmp_path: Path) -> Path:
    """Where the embedded index lives."""
    return tmp_path / "search.sqlite"


@pytest.fixture
def elastic_url() -> Iterator[str]:
    """The address of an index that nobody else has; whatever comes to stand under it is removed at the end."""
    parts = urlsplit(os.environ["TEST_SEARCH_URL"])
    url = f"{parts.scheme}://{parts.netloc}/test-{secrets.token_hex(6)}"
    yield url
    index = ElasticIndex(url)
    index.drop()
    index.close()


@pytest.fixture(params=["embedded", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def search_url(request: pytest.FixtureRequest) -> str:
    """The address of an index, once of each kind."""
    return "embedded:" if request.param == "embedded" else str(request.getfixturevalue("elastic_url"))


@pytest.fixture
def opened(search_url: str, search_file: Path) -> Iterator[Callable[[], SearchIndex]]:
    """Opens the index, each time as another process would."""
    indexes: list[SearchIndex] = []

    def another() -> SearchIndex:
        indexes.append(open_index(search_url, database_path=search_file))
        return indexes[-1]

    yield another
    for index in indexes:
        index.close()


@pytest.fixture
def index(opened: Callable[[], SearchIndex]) -> SearchIndex:
    """An empty index."""
    index = opened()
    index.prepare()
    return index
