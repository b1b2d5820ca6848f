"""The main job through the API: register, ingest, review, publish, search, read; then corrections and withdrawal."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pyarrow.parquet
import pytest

from catalog.storage import key_of
from tests.portal.conftest import Api, publish

CSV = "区县,期间,余额(万元),编号\n越城区,2019-Q3,120.5,007\n柯桥区,2019-Q3,80,008\n上虞区,2019-Q3,,009\n".encode()


@pytest.fixture
def slug(api: dict[str, Api]) -> str:
    """A published dataset with one release of three rows."""
    made = api["steward"].register(title="绍兴市政府债务余额", slug="debt", themes=["finance"], regions=["330600"])
    job = api["steward"].ingest(made, CSV)
    assert (job["state"], job["rows_accepted"], job["progress"]) == ("succeeded", 3, 1.0), job
    publish(api, made)
    return made


def test_a_citizen_finds_the_dataset_by_its_words_in_either_script(api: dict[str, Api], slug: str) -> None:
    for words in ("债务余额", "債務餘額"):
        found = api["public"].get("/datasets", query_string={"q": words, "facets": "theme,publisher"}).json
        assert [one["slug"] for one in found["items"]] == [slug]
        assert found["facets"]["theme"] == [{"value": "finance", "label": "财税金融", "count": 1}]
        assert "<mark>" in str(found["items"][0]["highlights"])


def test_rows_are_paged_and_typed(api: dict[str, Api], slug: str) -> None:
    first = api["public"].get(f"/datasets/{slug}/rows", query_string={"limit": 2}).json
    assert first["total"] == 3
    assert [one["title"] for one in first["fields"]] == ["区县", "期间", "余额(万元)", "编号"]
    money = first["fields"][2]["name"]
    assert [row[money] for row in first["rows"]] == [120.5, 80]
    assert first["rows"][0][first["fields"][3]["name"]] == "007"
    second = api["public"].client.get(first["next"].removeprefix("http://localhost")).json
    assert [row["_row"] for row in second["rows"]] == [3]
    assert second["rows"][0][money] is None
    assert second["next"] is None


def test_rows_are_filtered_and_grouped(api: dict[str, Api], slug: str) -> None:
    money = field_name(api, slug, 2)
    found = api["public"].get(f"/datasets/{slug}/rows", query_string={f"{money}__gt": "100", "shape": "arrays"}).json
    assert (found["total"], found["rows"][0][0]) == (1, "越城区")
    whole = {"select": f"sum({money}) as total"}
    assert api["public"].get(f"/datasets/{slug}/rows", query_string=whole).json["rows"] == [{"total": 200.5}]


def test_one_row_shows_its_raw_cells(api: dict[str, Api], slug: str) -> None:
    found = api["public"].get(f"/datasets/{slug}/rows/1").json
    cell = found["cells"][field_name(api, slug, 2)]
    assert (cell["raw"], cell["cell"]) == ("120.5", "C2")
    assert api["public"].get(f"/datasets/{slug}/rows/4").status_code == 404


def test_exports_carry_their_marks_and_are_the_same_twice(api: dict[str, Api], slug: str) -> None:
    first, again = (api["public"].get(f"/datasets/{slug}/export.csv") for _ in range(2))
    assert first.data == again.data
    assert first.text.splitlines()[1] == "越城区,2019-Q3,120.5,007"
    assert (first.headers["X-Total-Count"], first.headers["X-Release"]) == ("3", "1")
    assert first.headers["Digest"] == again.headers["Digest"]
    part = api["public"].get(f"/datasets/{slug}/export.csv", headers={"Range": "bytes=0-8"})
    assert (part.status_code, part.data) == (206, first.data[:9])
    kept = api["public"].get(f"/datasets/{slug}/export.csv", headers={"If-None-Match": first.headers["ETag"]})
    assert (kept.status_code, kept.data) == (304, b"")


def test_the_parquet_export_is_the_release_itself(api: dict[str, Api], slug: str) -> None:
    release = api["public"].get(f"/datasets/{slug}/releases/1").json
    answer = api["public"].get(f"/datasets/{slug}/export.parquet")
    table = pyarrow.parquet.read_table(io.BytesIO(answer.data))
    assert table.num_rows == 3
    assert (
        answer.data
        == api["public"].house.storage.local_path(key_of("releases", release["digest"], ".parquet")).read_bytes()
    )


def test_an_unknown_export_names_the_known_ones(api: dict[str, Api], slug: str) -> None:
    answer = api["public"].get(f"/datasets/{slug}/export.xls")
    assert answer.status_code == 404
    assert "xlsx" in answer.json["detail"]


def test_the_same_bytes_again_answer_with_the_release_that_has_them(api: dict[str, Api], slug: str) -> None:
    again = api["steward"].upload(slug, CSV)
    assert (again.status_code, again.json["release"]) == (200, 1)
    other = api["steward"].upload(slug, CSV, period="2019-Q3")
    assert (other.status_code, other.json["release"]) == (202, None)


def test_a_correction_waits_while_the_old_rows_stay(api: dict[str, Api], slug: str) -> None:
    job = api["steward"].ingest(slug, CSV.replace(b"120.5", b"121.5"))
    assert job["release"] == 2
    money = field_name(api, slug, 2)
    assert values(api["public"], slug, money)[0] == 120.5
    assert api["public"].get(f"/datasets/{slug}/releases/2").status_code == 404
    assert api["steward"].get(f"/datasets/{slug}/rows", query_string={"release": 2}).json["rows"][0][money] == 121.5
    publish(api, slug)
    assert values(api["public"], slug, money)[0] == 121.5
    assert values(api["public"], slug, money, release="1")[0] == 120.5
    assert [one["number"] for one in api["public"].get(f"/datasets/{slug}/releases").json["items"]] == [2, 1]
    answer = api["public"].get(f"/datasets/{slug}/changes", query_string={"from": 1, "to": 2})
    again = {"If-None-Match": answer.headers["ETag"]}
    assert api["public"].get(f"/datasets/{slug}/changes?from=1&to=2", headers=again).status_code == 304
    moved = answer.json
    assert moved["counts"] == {"added": 1, "changed": 0, "removed": 1}
    assert (moved["removed"][0][money], moved["added"][0][money]) == (120.5, 121.5)
    assert api["public"].get(f"/datasets/{slug}/changes", query_string={"from": "x", "to": 2}).status_code == 400


def test_as_of_gives_the_release_of_that_day(api: dict[str, Api], slug: str) -> None:
    assert api["public"].get(f"/datasets/{slug}/rows", query_string={"as_of": "2999-01-01"}).status_code == 200
    assert api["public"].get(f"/datasets/{slug}/rows", query_string={"as_of": "9999-12-31"}).status_code == 200
    assert api["public"].get(f"/datasets/{slug}/rows", query_string={"as_of": "0001-01-01"}).status_code == 404
    assert api["public"].get(f"/datasets/{slug}/rows", query_string={"as_of": "2019-01-01"}).status_code == 404


def test_a_number_and_a_day_together_mean_the_release_that_is_both(api: dict[str, Api], slug: str) -> None:
    assert api["steward"].ingest(slug, CSV.replace(b"120.5", b"121.5"))["release"] == 2
    publish(api, slug)
    rows = f"/datasets/{slug}/rows"
    both = api["public"].get(rows, query_string={"release": 2, "as_of": "2999-01-01"})
    assert (both.status_code, both.headers["X-Release"]) == (200, "2")
    assert both.headers["Cache-Control"] == "public, no-cache"
    other = api["public"].get(rows, query_string={"release": 1, "as_of": "2999-01-01"})
    assert (other.status_code, other.json["type"]) == (404, "/docs/errors#release_of_other_days")
    assert "当天的最新发布是 2，不是 1" in other.json["detail"]


def test_what_is_withdrawn_is_gone_everywhere(api: dict[str, Api], slug: str) -> None:
    answer = api["reviewer"].act(slug, "withdraw", {"reason": "数字有误"})
    assert answer.json["state"] == "withdrawn"
    for path in ("", "/rows", "/rows/1", "/export.csv", "/releases", "/releases/1", "/history"):
        gone = api["public"].get(f"/datasets/{slug}{path}")
        assert gone.status_code == 410, path
        assert "数字有误" in gone.json["detail"]
    assert api["public"].get("/datasets").json["total"] == 0


def test_a_dry_run_keeps_nothing_and_tells_everything(api: dict[str, Api], slug: str) -> None:
    job = api["steward"].ingest(slug, CSV.replace(b"80", b"81"), query="?dry_run=true")
    assert (job["state"], job["dry_run"], job["release"]) == ("succeeded", True, None)
    assert len(job["result"]["tables"][0]["fields"]) == 4
    assert len(api["steward"].get(f"/datasets/{slug}/releases").json["items"]) == 1
    assert len(list(api["steward"].house.storage.iter_keys("uploads"))) == 1


def test_the_history_tells_acts_and_no_persons(api: dict[str, Api], slug: str) -> None:
    items = api["public"].get(f"/datasets/{slug}/history").json["items"]
    assert [one["act"] for one in items] == ["approve", "submit", "ingest", "register"]
    assert "a-steward" not in str(items)


def test_answers_that_did_not_change_are_not_sent_again(api: dict[str, Api], slug: str) -> None:
    for path in (
        "/datasets",
        f"/datasets/{slug}",
        f"/datasets/{slug}/rows",
        f"/datasets/{slug}/releases/1",
        "/themes",
        "",
    ):
        answer = api["public"].get(path)
        again = api["public"].get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path


def test_findings_come_as_json_and_csv(api: dict[str, Api], slug: str) -> None:
    job = api["steward"].ingest(api["steward"].register(title="另一个"), "区县,区县\nA,B\n".encode())
    found = api["steward"].get(f"/jobs/{job['id']}/findings").json
    assert found["total"] == len(found["items"]) > 0
    table = api["steward"].get(f"/jobs/{job['id']}/findings.csv").data.decode("utf-8-sig").splitlines()
    assert table[0].startswith("level,code,sheet,row")
    assert len(table) >= 2
    assert api["public"].get(f"/jobs/{job['id']}/findings").status_code == 404


def test_findings_come_in_the_workbook_of_the_steward(api: dict[str, Api], slug: str) -> None:
    job = api["steward"].ingest(api["steward"].register(title="另一个"), "区县,区县\nA,B\n".encode())
    answer = api["steward"].get(f"/jobs/{job['id']}/findings.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
    assert [cell.value for cell in book.worksheets[1][1]] == ["区县", "区县"]
    assert book.worksheets[0].max_row >= 2
    assert api["public"].get(f"/jobs/{job['id']}/findings.xlsx").status_code == 404


def test_findings_of_a_dry_run_come_without_the_workbook(api: dict[str, Api], slug: str) -> None:
    job = api["steward"].ingest(slug, CSV.replace(b"80", b"82"), query="?dry_run=true")
    answer = api["steward"].get(f"/jobs/{job['id']}/findings.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(answer.data)).sheetnames == ["问题清单"]


def field_name(api: dict[str, Api], slug: str, place: int) -> str:
    name: str = api["public"].get(f"/datasets/{slug}").json["fields"][place]["name"]
    return name


def values(who: Api, slug: str, name: str, **query: str) -> list[Any]:
    return [row[name] for row in who.get(f"/datasets/{slug}/rows", query_string=query).json["rows"]]


@pytest.mark.parametrize("access", ["conditional", "closed"])
def test_rows_that_are_not_open_are_for_insiders(api: dict[str, Api], access: str) -> None:
    made = api["steward"].register(access=access, level="L3", conditions="须签协议")
    api["steward"].ingest(made, CSV)
    publish(api, made)
    assert api["public"].get(f"/datasets/{made}").status_code == 200
    for path in ("/rows", "/rows/1", "/export.csv", "/export.parquet"):
        assert api["public"].get(f"/datasets/{made}{path}").status_code == 403, path
        assert api["steward"].get(f"/datasets/{made}{path}").status_code == 200, path


def test_scores_are_explained_to_insiders(api: dict[str, Api], slug: str) -> None:
    found = api["steward"].get("/datasets", query_string={"q": "债务", "explain": "true"}).json
    assert found["items"][0]["explain"]["score"] > 0
    assert api["public"].get("/datasets?explain=true").status_code == 401
