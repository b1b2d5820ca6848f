"""A workbook of several tables through the API: dry run, release, rows and exports of each table."""

from __future__ import annotations

import json

from tests.ingest.taking import workbook
from tests.portal.conftest import Api, publish

BOOK = workbook(
    ("经营性", [["成交表"], ["宗地", "价款（万元）"], ["甲", 10], ["乙", 20], ["合计", 30]]),
    ("工业", [["宗地", "面积（公顷）", "价款（万元）"], ["丙", 1.5, 40]]),
    ("说明", [["本表为示例。"], ["仅供测试。"]]),
)


def test_a_dry_run_shows_every_table_and_how_it_was_found(api: dict[str, Api]) -> None:
    slug = api["steward"].register(title="成交", slug="deals")
    job = api["steward"].ingest(slug, BOOK, "成交.xlsx", "?dry_run=true")
    assert job["state"] == "succeeded", job
    tables = job["result"]["tables"]
    assert [(one["name"], one["sheet"], one["rows"], one["header_rows"]) for one in tables] == [
        ("data", "经营性", 2, [2]),
        ("data_2", "工业", 1, [1]),
    ]
    assert [one["origin"]["extent"] for one in tables] == ["A2:B4", "A1:C2"]
    assert job["result"]["totals"][0]["row"] == 5
    assert api["steward"].get(f"/datasets/{slug}/releases").json["total"] == 0


def test_every_table_of_a_release_is_read_filtered_and_exported(api: dict[str, Api]) -> None:
    slug = api["steward"].register(title="成交", slug="deals", regions=["330600"])
    job = api["steward"].ingest(slug, BOOK, "成交.xlsx")
    assert (job["state"], job["rows_accepted"]) == ("succeeded", 3), job
    found = api["steward"].get(f"/jobs/{job['id']}/findings").json["items"]
    assert [one["sheet"] for one in found if one["code"] == "sheet_is_no_table"] == ["说明"]
    publish(api, slug)
    public = api["public"]
    tables = public.get(f"/datasets/{slug}/releases/1").json["tables"]
    assert [one["name"] for one in tables] == ["data", "data_2"]
    assert tables[0]["found"]["extent"] == "A2:B4"
    assert tables[0]["found"]["left_out"] == [{"row": 5, "why": "total"}]
    first = public.get(f"/datasets/{slug}/rows").json
    second = public.get(f"/datasets/{slug}/rows", query_string={"table": "data_2"}).json
    assert (first["total"], second["total"]) == (2, 1)
    assert [field["title"] for field in second["fields"]] == ["宗地", "面积（公顷）", "价款（万元）"]
    cell = public.get(f"/datasets/{slug}/rows/1", query_string={"table": "data_2"}).json["cells"]["zong_di"]
    assert (cell["raw"], cell["sheet"], cell["cell"]) == ("丙", "工业", "A2")
    lines = public.get(f"/datasets/{slug}/export.ndjson", query_string={"table": "data_2"}).text.splitlines()
    assert [json.loads(line)["zong_di"] for line in lines] == ["丙"]
    assert public.get(f"/datasets/{slug}/rows", query_string={"table": "data_9"}).status_code == 404


def test_a_later_release_may_change_one_of_the_tables(api: dict[str, Api]) -> None:
    slug = api["steward"].register(title="成交", slug="deals", regions=["330600"])
    api["steward"].ingest(slug, BOOK, "成交.xlsx")
    publish(api, slug)
    second = [["宗地", "面积（公顷）", "价款（万元）"], ["丁", 2, 3]]
    later = workbook(("经营性", [["宗地", "价款（万元）"], ["甲", 11]]), ("工业", second))
    job = api["steward"].ingest(slug, later, "成交.xlsx")
    assert (job["state"], job["release"], job["rows_accepted"]) == ("succeeded", 2, 2), job


def test_a_row_of_the_wrong_length_is_refused_alone_and_holds_the_release_back(api: dict[str, Api]) -> None:
    slug = api["steward"].register(title="成交", slug="deals")
    job = api["steward"].ingest(slug, "宗地,价款\n甲,1\n乙,2,3\n丙,4\n".encode())
    assert (job["state"], job["rows_accepted"], job["rows_rejected"]) == ("succeeded", 2, 1)
    assert api["steward"].act(slug, "submit").status_code == 409
