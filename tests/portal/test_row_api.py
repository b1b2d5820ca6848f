"""The row API beyond single pages: batches, statistics, descriptions, the pool of heavy queries, kept answers."""

from __future__ import annotations

import gzip
import threading
from typing import Any

import pyarrow as pa
import pytest
from frictionless import Package
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from catalog.errors import Unavailable
from portal.heavy import Answers, HeavyPool
from portal.limits import Window
from tests.portal.conftest import Api, publish_file

CSV = "区县,期间,余额(万元),编号\n越城区,2019-Q3,120.5,007\n柯桥区,2019-Q3,80,008\n上虞区,2019-Q4,,009\n".encode()


@pytest.fixture(scope="module")
def slug(shared: dict[str, Api]) -> str:
    return publish_file(shared, CSV, title="绍兴市政府债务余额", slug="debt", themes=["finance"], regions=["330600"])


@pytest.fixture
def api(shared: dict[str, Api], slug: str, unchanged: None) -> dict[str, Api]:
    """Nothing here changes the portal, so that all share one."""
    return shared


def names(api: dict[str, Api], slug: str) -> list[str]:
    return [one["name"] for one in api["public"].get(f"/datasets/{slug}/rows").json["fields"]]


def test_each_query_of_a_batch_has_its_answer_or_its_problem(api: dict[str, Api], slug: str) -> None:
    money = names(api, slug)[2]
    queries: list[dict[str, Any]] = [
        {"dataset": slug, "limit": 1},
        {"dataset": slug, "select": f"sum({money}) as total"},
        {"dataset": slug, f"{money}__gt": [70, 100]},
        {"dataset": slug, f"{money}__gt": "abc"},
        {"dataset": "none"},
        {"limit": 1},
        {"dataset": slug, "limit": {"a": 1}},
        {"dataset": slug, f"{money}__isnull": True, "shape": "arrays"},
    ]
    answers = api["public"].post("/queries", {"queries": queries}).json["answers"]
    assert [one.get("status") for one in answers] == [None, None, None, 400, 404, 400, 400, None]
    assert answers[1]["rows"] == [{"total": 200.5}]
    assert [row["_row"] for row in answers[2]["rows"]] == [1]
    assert answers[3]["errors"].keys() == {f"{money}__gt"}
    assert answers[5]["errors"].keys() == {"dataset"}
    assert answers[7]["rows"][0][3] == "009"
    following = api["public"].client.get(answers[0]["next"].removeprefix("http://localhost")).json
    assert [row["_row"] for row in following["rows"]] == [2]
    assert following["total"] == 3


def test_a_very_long_slug_is_only_unknown(api: dict[str, Api]) -> None:
    answers = api["public"].post("/queries", {"queries": [{"dataset": "x" * 100_000}]}).json["answers"]
    assert answers[0]["status"] == 404


@pytest.mark.parametrize(("name", "values"), [("release", "12"), ("shape", ["arrays"] * 2), ("lang", ["en"] * 2)])
@pytest.mark.parametrize("path", ["rows", "export.csv"])
def test_what_can_mean_one_thing_only_is_given_once(
    api: dict[str, Api], slug: str, path: str, name: str, values: list[str] | str
) -> None:
    answer = api["public"].get(f"/datasets/{slug}/{path}", query_string=[(name, value) for value in values])
    assert (answer.status_code, list(answer.json["errors"])) == (400, [name])


@pytest.mark.parametrize("body", [{}, {"queries": []}, {"queries": [{}] * 21}, {"queries": "x"}, {"queries": [1]}])
def test_a_batch_of_another_form_is_refused(api: dict[str, Api], body: Any) -> None:
    answer = api["public"].post("/queries", body)
    assert answer.status_code == 422
    assert any(place.startswith("queries") for place in answer.json["errors"])


def test_an_unchanged_answer_is_said_before_any_work(api: dict[str, Api], slug: str, monkeypatch: Any) -> None:
    order = {"order_by": names(api, slug)[2]}
    first = api["public"].get(f"/datasets/{slug}/rows", query_string=order)
    monkeypatch.setattr("portal.v1.rows.page_body", None)
    seen = {"If-None-Match": first.headers["ETag"]}
    again = api["public"].get(f"/datasets/{slug}/rows", query_string=order, headers=seen)
    assert (again.status_code, again.data) == (304, b"")


def test_the_profile_counts_and_measures_every_field(api: dict[str, Api], slug: str) -> None:
    answer = api["public"].get(f"/datasets/{slug}/releases/1/profile")
    fields = {one["name"]: one for one in answer.json["fields"]}
    money = fields[names(api, slug)[2]]
    assert (money["count"], money["nulls"], money["distinct"], money["min"], money["max"]) == (2, 1, 2, 80, 120.5)
    assert money["mean"] == 100.25
    assert (money["quantiles"]["0.05"], money["quantiles"]["0.95"]) == (80, 120.5)
    assert sum(one["count"] for one in money["histogram"]) == 2
    period = fields[names(api, slug)[1]]
    assert period["top"] == [{"value": "2019-Q3", "count": 2}, {"value": "2019-Q4", "count": 1}]
    assert api["public"].get(f"/datasets/{slug}/releases/9/profile").status_code == 404
    again = api["public"].get(f"/datasets/{slug}/releases/1/profile", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_dataset_describes_itself(api: dict[str, Api], slug: str) -> None:
    document = api["public"].get(f"/datasets/{slug}/openapi.json").json
    OpenAPIV31SpecValidator(document).validate()
    asked = {one["name"] for one in document["paths"]["/rows"]["get"]["parameters"]}
    money = names(api, slug)[2]
    assert {f"{money}__gte", f"{money}__isnull", money, "order_by"} <= asked
    assert f"{money}__contains" not in asked
    form = document["paths"]["/export.{format}"]["get"]["parameters"][0]["schema"]["enum"]
    assert "csv" in form
    assert "geojson" not in form  # no coordinates here
    schema = api["public"].get(f"/datasets/{slug}/schema.json").json
    Draft202012Validator.check_schema(schema)
    for row in api["public"].get(f"/datasets/{slug}/rows").json["rows"]:
        Draft202012Validator(schema).validate(row)


def test_other_tools_read_the_descriptions(api: dict[str, Api], slug: str) -> None:
    package = api["public"].get(f"/datasets/{slug}/datapackage.json").json
    Package.from_descriptor(package)
    assert Package.metadata_validate(package) is not None
    assert list(Package.metadata_validate(package)) == []
    assert [one["format"] for one in package["resources"]] == ["csv"]
    table = api["public"].get(f"/datasets/{slug}/csvw.json").json["tableSchema"]
    assert [one["name"] for one in table["columns"]] == names(api, slug)
    words = api["public"].get(f"/datasets/{slug}/dictionary.json").json["fields"]
    assert [one["header"] for one in words] == ["区县", "期间", "余额(万元)", "编号"]


def test_who_comes_when_the_pool_is_full_is_told_to_come_again() -> None:
    pool, free = HeavyPool("test", at_once=1, waiting=0), threading.Event()
    begun = threading.Event()

    def work() -> int:
        begun.set()
        free.wait()
        return 7

    found: list[int] = []
    first = threading.Thread(target=lambda: found.append(pool.run(work)))
    first.start()
    begun.wait()
    with pytest.raises(Unavailable) as caught:
        pool.run(lambda: 1)
    assert caught.value.message.code == "too_many_heavy_queries"
    free.set()
    first.join()
    assert (found, pool.run(lambda: 8)) == ([7], 8)


def test_kept_answers_leave_when_room_is_short() -> None:
    answers = Answers(most_bytes=80)
    for name in "abcdefghi":
        answers.keep(name, b"x" * 10)
        assert answers.find("a" if name != "i" else "i") is not None
    assert answers.find("b") is None
    answers.keep("large", b"x" * 50)
    assert answers.find("large") is None


def test_heavy_answers_are_given_again(api: dict[str, Api], slug: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("catalog.rows.thresholds.MAKE_NOW", 0)
    whole = {"select": f"sum({names(api, slug)[2]}) as total"}
    first = api["public"].get(f"/datasets/{slug}/rows", query_string=whole)
    monkeypatch.setattr("portal.v1.row_pages.read_page", None)
    assert api["public"].get(f"/datasets/{slug}/rows", query_string=whole).data == first.data


@pytest.mark.parametrize("form", ["csv", "ndjson", "json"])
def test_exports_are_packed_as_the_client_accepts(api: dict[str, Api], slug: str, form: str) -> None:
    address = f"/datasets/{slug}/export.{form}"
    plain = api["public"].get(address)
    for asked, name, unpack in (
        ("gzip", "gzip", gzip.decompress),
        ("gzip, zstd", "zstd", lambda data: pa.input_stream(pa.py_buffer(data), compression="zstd").read()),
        ("br, gzip;q=0", None, bytes),
    ):
        packed = api["public"].get(address, headers={"Accept-Encoding": asked})
        assert packed.headers.get("Content-Encoding") == name
        assert unpack(packed.data) == plain.data
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert (packed.headers["ETag"] == plain.headers["ETag"]) == (name is None)
        seen = {"Accept-Encoding": asked, "If-None-Match": packed.headers["ETag"]}
        assert api["public"].get(address, headers=seen).status_code == 304
    part = api["public"].get(address, headers={"Accept-Encoding": "gzip", "Range": "bytes=1-3"})
    assert (part.status_code, part.data) == (206, plain.data[1:4])


def test_packed_files_are_not_packed_again(api: dict[str, Api], slug: str) -> None:
    answer = api["public"].get(f"/datasets/{slug}/export.xlsx", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


def test_requests_are_counted_by_reader_and_window() -> None:
    window = Window(2, 60)
    assert [window.count("a", 120.0)[:2] for _ in range(3)] == [(True, 1), (True, 0), (False, 0)]
    assert window.count("b", 130.0)[:3] == (True, 1, 50)
    assert window.count("a", 180.0)[0]
