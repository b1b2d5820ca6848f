"""Lines of an import: what datasets share is checked once, and that changes neither what is kept nor what is told."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.errors import Invalid
from portal.importing import _loaded
from portal.v1.bodies import ImportedDataset
from portal.v1.checking import load_body

PLAIN: dict[str, Any] = {"slug": "one", "title": "一", "publisher": {"slug": "office", "title": "局"}}
SPAN = {"from": "2019-01-01", "to": "2018-01-01"}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"themes": ["finance"], "tags": ["甲", "乙"], "regions": ["330600"], "license": None, "family": None},
        {"temporal": {"from": "2019-01-01", "to": None}, "modified": "2019-01-20T01:00:00", "issued": None},
        {"contact": {"name": "办公室"}, "relations": [{"type": "source", "target": "x"}], "duties": ["D001"]},
    ],
)
def test_a_body_by_its_members_is_the_body(more: dict[str, Any]) -> None:
    for _ in range(2):  # once checked, once remembered
        assert _loaded({**PLAIN, **more}) == ImportedDataset().load({**PLAIN, **more})


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"title": "一"},
        {**PLAIN, "publisher": None},
        {**PLAIN, "publisher": {"title": "局"}},
        {**PLAIN, "temporal": SPAN, "themes": ["nothing"]},
        {**PLAIN, "titel": "x", "tags": 5},
        {**PLAIN, "license": "\ud800"},
        {**PLAIN, "tags": [10**30]},
        {**PLAIN, "title": "", "slug": "A"},
    ],
)
def test_what_is_wrong_is_told_as_by_the_whole_schema(body: Any) -> None:
    for _ in range(2):
        with pytest.raises(Invalid) as told:
            _loaded(body)
        with pytest.raises(Invalid) as whole:
            load_body(ImportedDataset(), body)
        assert told.value.places == whole.value.places
