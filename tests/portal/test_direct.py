"""Rows for the public, answered without Flask between, are those that the views answer, guards and faults included."""

from __future__ import annotations

from typing import Any

import pytest

from portal.direct import Direct
from tests.portal.conftest import Api, publish_file

CSV = "区县,期间,余额(万元)\n越城区,2019-Q3,120.5\n柯桥区,2019-Q3,80\n上虞区,2019-Q4,\n".encode()
SEEN = ("ETag", "Cache-Control", "X-Release", "Vary", "Content-Type", "Content-Length", "Content-Security-Policy")
ADDRESSES = (
    "/rows",
    "/rows/2",
    "/rows?limit=1&lang=en",
    "/rows?limit=1&offset=1&shape=arrays",
    "/rows?order_by=-period&limit=2",
    "/rows?release=1",
    "/rows?release=1&table=data",
    "/rows?as_of=2999-01-01",
    "/rows?as_of=9999-12-31",
    "/rows?as_of=0001-01-01",
    "/rows?as_of=2999-01-01&table=none",
    "/rows?as_of=2999-01-01&release=1",
    "/rows?select=count(*)",
    "/rows?unknown=1",
    "/rows?lang=fr",
    "/rows?limit=0",
    "/rows?release=9",
    "/rows?cursor=tampered",
    "/rows?q=%00",
    "/rows?q=%FF%FE",
    "/rows/4",
    "/rows/2?limit=1",
    "/rows/0?lang=zh-Hant",
)


@pytest.fixture(scope="module")
def slug(shared: dict[str, Api]) -> str:
    return publish_file(shared, CSV, slug="debt")


@pytest.fixture
def api(shared: dict[str, Api], slug: str, unchanged: None) -> dict[str, Api]:
    """Nothing here changes the portal, so that all share one."""
    return shared


def answer(api: Api, path: str, **headers: str) -> tuple[int, dict[str, str | None], Any]:
    found = api.get(path, headers=headers)
    body = found.json if found.data else None
    if body and found.status_code >= 400:
        assert body.pop("request_id") == found.headers["X-Request-Id"]
    return found.status_code, {name: found.headers.get(name) for name in SEEN}, body


def without_direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Flask answer everything."""
    monkeypatch.setattr(Direct, "_find_address", lambda self, environ: None)


@pytest.mark.parametrize("address", ADDRESSES)
def test_both_ways_answer_alike(api: dict[str, Api], slug: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/datasets/{slug}{address}"
    direct = answer(api["public"], path)
    seen = answer(api["public"], path, **{"If-None-Match": direct[1]["ETag"] or "*"})
    by_head = api["public"].call("HEAD", path).headers["Content-Length"]
    with monkeypatch.context() as patched:
        without_direct(patched)
        assert answer(api["public"], path) == direct
        assert answer(api["public"], path, **{"If-None-Match": direct[1]["ETag"] or "*"}) == seen
    if direct[0] == 200:
        assert (seen[0], seen[2], by_head) == (304, None, direct[1]["Content-Length"])


def test_a_fault_of_ours_is_told_as_one(api: dict[str, Api], slug: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(api["public"].client.application.config, "PROPAGATE_EXCEPTIONS", False)
        patched.setattr("portal.v1.rows.find_place", None)
        found = api["public"].get(f"/datasets/{slug}/rows")
    assert (found.status_code, found.json["request_id"]) == (500, found.headers["X-Request-Id"])
