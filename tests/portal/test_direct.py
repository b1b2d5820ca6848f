"""Rows for the public, answered without Flask between, are those that the views answer, guards and faults included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from catalog.models import Dataset
from portal.app import create_app
from portal.context import House
from portal.direct import Direct
from tests.portal.conftest import Api, publish, publish_file, settings_for

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


@pytest.fixture
def slug(api: dict[str, Api]) -> str:
    return publish_file(api, CSV, slug="debt")


def answer(api: Api, path: str, **headers: str) -> tuple[int, dict[str, str | None], Any]:
    found = api.get(path, headers=headers)
    body = found.json if found.data else None
    if body and found.status_code >= 400:
        assert body.pop("request_id") == found.headers["X-Request-Id"]
    return found.status_code, {name: found.headers.get(name) for name in SEEN}, body


def without(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Flask answer everything."""
    monkeypatch.setattr(Direct, "_find_address", lambda self, environ: None)


@pytest.mark.parametrize("address", ADDRESSES)
def test_both_ways_answer_alike(
    api: dict[str, Api], app: Flask, slug: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/datasets/{slug}{address}"
    direct = answer(api["public"], path)
    seen = answer(api["public"], path, **{"If-None-Match": direct[1]["ETag"] or "*"})
    by_head = api["public"].call("HEAD", path).headers["Content-Length"]
    with monkeypatch.context() as patched:
        without(app, patched)
        assert answer(api["public"], path) == direct
        assert answer(api["public"], path, **{"If-None-Match": direct[1]["ETag"] or "*"}) == seen
    if direct[0] == 200:
        assert (seen[0], seen[2], by_head) == (304, None, direct[1]["Content-Length"])


def test_what_another_process_changed_is_seen_at_once(api: dict[str, Api], tmp_path: Path, slug: str) -> None:
    assert api["public"].get(f"/datasets/{slug}/rows").status_code == 200
    other = House(api["public"].house.settings)
    with other.writing() as opened:
        dataset = opened.query(Dataset).filter_by(slug=slug).one()
        dataset.state, dataset.reason, dataset.revision = "withdrawn", "错了", dataset.revision + 1
    other.close()
    gone = api["public"].get(f"/datasets/{slug}/rows")
    assert (gone.status_code, "错了" in gone.json["detail"]) == (410, True)
    assert api["reviewer"].get(f"/datasets/{slug}/rows").status_code == 200


def test_rows_that_are_not_for_all_are_refused(api: dict[str, Api]) -> None:
    slug = api["steward"].register(slug="closed", access="closed", level="L3", conditions="依据")
    api["steward"].ingest(slug, CSV)
    assert api["public"].get(f"/datasets/{slug}/rows").status_code == 404
    publish(api, slug)
    assert api["public"].get(f"/datasets/{slug}/rows").status_code == 403
    assert api["public"].get(f"/datasets/{slug}/rows/1").status_code == 403


def test_a_fault_of_ours_is_told_as_one(api: dict[str, Api], app: Flask, slug: str) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("portal.v1.rows.find_place", None)
        found = api["public"].get(f"/datasets/{slug}/rows")
    assert (found.status_code, found.json["request_id"]) == (500, found.headers["X-Request-Id"])


def test_rows_are_counted_like_anything_else(tmp_path: Path, sqlite_url: str) -> None:
    client = create_app(settings_for(tmp_path, sqlite_url, rate_limit=(2, 60))).test_client()
    answers = [client.get("/api/v1/datasets/none/rows") for _ in range(3)]
    assert [one.status_code for one in answers] == [404, 404, 429]
    assert [one.headers["RateLimit-Remaining"] for one in answers] == ["1", "0", "0"]
