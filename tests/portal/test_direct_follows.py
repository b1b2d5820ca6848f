"""Rows for the public, answered without Flask between: what changes is seen at once, what is not for all is refused."""

from __future__ import annotations

from pathlib import Path

from catalog.models import Dataset
from portal.app import create_app
from portal.context import House
from tests.portal.conftest import Api, publish, publish_file, settings_for
from tests.portal.test_direct import CSV


def test_what_another_process_changed_is_seen_at_once(api: dict[str, Api]) -> None:
    slug = publish_file(api, CSV, slug="debt")
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


def test_rows_are_counted_like_anything_else(tmp_path: Path, sqlite_url: str) -> None:
    client = create_app(settings_for(tmp_path, sqlite_url, rate_limit=(2, 60))).test_client()
    answers = [client.get("/api/v1/datasets/none/rows") for _ in range(3)]
    assert [one.status_code for one in answers] == [404, 404, 429]
    assert [one.headers["RateLimit-Remaining"] for one in answers] == ["1", "0", "0"]
