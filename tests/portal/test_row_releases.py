"""The row API where releases follow each other, over tables of other kinds, and where exports wait."""

from __future__ import annotations

from typing import Any

import pytest
from frictionless import Package
from jsonschema import Draft202012Validator

from catalog.errors import Unavailable
from portal.heavy import HeavyPool
from tests.portal.conftest import Api, publish, publish_file
from tests.portal.test_row_api import CSV


@pytest.fixture
def slug(api: dict[str, Api]) -> str:
    return publish_file(api, CSV, slug="debt")


def test_pages_as_of_a_day_go_on_when_a_release_comes_out(api: dict[str, Api], slug: str) -> None:
    first = api["public"].get(f"/datasets/{slug}/rows?as_of=2999-01-01&limit=2").json
    assert api["steward"].ingest(slug, CSV.replace(b"120.5", b"99"))["state"] == "succeeded"
    publish(api, slug)
    second = api["public"].client.get(first["next"].removeprefix("http://localhost")).json
    assert [row["_row"] for row in second["rows"]] == [3]
    assert second["release"] == first["release"]
    assert api["public"].get(f"/datasets/{slug}/rows?as_of=2999-01-01").json["release"]["number"] == 2


def test_a_walk_goes_on_over_its_release_when_another_comes_out(api: dict[str, Api], slug: str) -> None:
    first = api["public"].get(f"/datasets/{slug}/rows", query_string={"limit": 2}).json
    api["steward"].ingest(slug, CSV.replace(b"80", b"81"))
    publish(api, slug)
    assert api["public"].get(f"/datasets/{slug}/rows").json["release"]["number"] == 2
    second = api["public"].client.get(first["next"].removeprefix("http://localhost")).json
    assert (second["release"]["number"], [row["_row"] for row in second["rows"]]) == (1, [3])


def _refuse(*_: Any) -> None:
    raise Unavailable("too_many_heavy_queries", retry_after=5)


def test_small_exports_and_finished_ones_wait_for_no_other(api: dict[str, Api], slug: str, monkeypatch: Any) -> None:
    def status(form: str) -> int:
        return api["public"].get(f"/datasets/{slug}/export.{form}").status_code

    monkeypatch.setattr("catalog.rows.thresholds.QUEUE", 2)  # so that the three rows are many
    assert status("csv") == 200
    monkeypatch.setattr(HeavyPool, "run", _refuse)
    assert [status(form) for form in ("csv", "json")] == [200, 503]
    monkeypatch.setattr("catalog.rows.thresholds.QUEUE", 3)
    assert status("json") == 200


def test_a_query_of_a_batch_has_its_own_language(api: dict[str, Api]) -> None:
    csv = "行政区,宗地编号,供应方式,土地面积(平方米),成交价(万元)\n绍兴市,越储1号,挂牌,100,5\n".encode()
    slug = publish_file(api, csv, title="成交", slug="deals", schema="land_supply.deal")
    queries = [{"dataset": slug, "select": "area", "lang": lang} for lang in ("en", "zh-Hans", "xx")]
    answers = api["public"].post("/queries", {"queries": [*queries, {"dataset": [slug, slug]}]}).json["answers"]
    assert [one["fields"][0]["title"] for one in answers[:2]] == ["Land area", "土地面积"]
    assert [list(one["errors"]) for one in answers[2:]] == [["lang"], ["dataset"]]


def test_codes_beyond_the_list_are_described_as_allowed(api: dict[str, Api]) -> None:
    bonds = "债券名称,债券类型,发行规模（亿元）,行政区代码\n某专项债券（一期）,专项债券,1.5,330483\n".encode()
    slug = publish_file(api, bonds, slug="bonds", schema="gov_debt.bonds")
    schema = api["public"].get(f"/datasets/{slug}/schema.json").json
    (row,) = api["public"].get(f"/datasets/{slug}/rows").json["rows"]
    assert row["region"] == "330483"
    Draft202012Validator(schema).validate(row)
    assert {"general", "special", None} < set(schema["properties"]["debt_type"]["enum"])
    (resource,) = api["public"].get(f"/datasets/{slug}/datapackage.json").json["resources"]
    told = {one["name"]: one.get("constraints") for one in resource["schema"]["fields"]}
    assert told["region"] is None
    assert {"general", "special"} < set(told["debt_type"]["enum"])


def test_a_table_with_coordinates_is_a_package_of_points_too(api: dict[str, Api]) -> None:
    made = api["steward"].register(title="公厕", slug="toilets")
    api["steward"].ingest(made, "名称,经度,纬度\n甲,120.58,30.01\n乙,120.61,30.02\n".encode())
    publish(api, made)
    package = api["public"].get(f"/datasets/{made}/datapackage.json").json
    assert list(Package.metadata_validate(package)) == []
    csv, points = package["resources"]
    assert (csv["format"], points["format"], points["mediatype"]) == ("csv", "geojson", "application/geo+json")
    found = api["public"].get(points["path"].removeprefix("http://localhost/api/v1")).json
    assert [one["geometry"]["coordinates"] for one in found["features"]] == [[120.58, 30.01], [120.61, 30.02]]
