"""A search server that comes back without what it held: the index is made anew, by nobody's command."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest

from portal.context import House
from search.engines.elastic import ElasticIndex
from search.index import Scope, SearchQuery
from tests.factories import a_dataset, a_publisher
from tests.portal.conftest import settings_for


@pytest.mark.elasticsearch
def test_an_index_that_came_back_empty_is_built_again(tmp_path: Path, database_url: str) -> None:
    url = f"{os.environ['TEST_SEARCH_URL'].rstrip('/')}/lost-{secrets.token_hex(6)}"
    index, house = ElasticIndex(url), House(settings_for(tmp_path, database_url, search_url=url))
    try:
        with house.writing() as opened:
            a_publisher(opened)
            a_dataset(opened, title="以前")
        house.catch_up()
        assert index.search(SearchQuery(scope=Scope(None))).total == 1
        index.drop()
        with house.writing() as opened:
            a_dataset(opened, title="其间")
        house.catch_up()  # finds it gone
        house.catch_up()  # as the worker does every few seconds
        assert index.search(SearchQuery(scope=Scope(None))).total == 2
    finally:
        house.close()
        index.drop()
        index.close()
