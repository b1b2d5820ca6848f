"""The personal-data gate through the API: planted numbers stop the submission, and nothing public holds them after."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from werkzeug.test import TestResponse

from catalog.accounts import OPERATOR
from catalog.lookup import get_dataset
from ingest.privacy.checksums import id_check
from portal.context import House
from tests.ingest.taking import workbook
from tests.portal.conftest import Api, publish

BARE = "33060219991231"


def invented(serial: int) -> str:
    """A number that fits the check, of nobody."""
    head = f"{BARE}{serial:03d}"
    return head + id_check(head)


IDS = [invented(number) for number in range(900, 912)]
WIDE = "".join(chr(ord(one) + 0xFEE0) for one in IDS[1])
CELLS = (
    IDS[0],
    WIDE,
    " ".join(IDS[2]),
    f"{IDS[3][:6]}\u200b{IDS[3][6:]}",
    f"某某某{IDS[4]}",
    f"{IDS[5][:6]}-{IDS[5][6:14]}-{IDS[5][14:]}",
)
CSV = (
    f"统计表{IDS[6]}\n"
    + "地块,备注,面积\n"
    + "".join(f"地块{place},{cell},{place + 1}.5\n" for place, cell in enumerate(CELLS))
    + f"合计,{IDS[7]},21\n注：联系 {IDS[8]}\n"
).encode()

TEXTS = ("title:data", "note:1")  # the sum is of a column that is decided on


def plain(data: bytes | str) -> str:
    """What a searcher sees: no unseen characters, no blanks or hyphens, plain width."""
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    return re.sub(r"[\s\-\u200b]|\\u200b", "", unicodedata.normalize("NFKC", text))


def leaks(data: bytes | str) -> list[str]:
    return [one for one in IDS if one in plain(data)]


def put(api: Api, slug: str, decisions: dict[str, Any], number: int = 1) -> TestResponse:
    etag = api.get(f"/datasets/{slug}").headers["ETag"]
    path = f"/datasets/{slug}/releases/{number}/privacy"
    return api.call("PUT", path, json={"decisions": decisions}, headers={"If-Match": etag})


@pytest.fixture
def draft(api: dict[str, Api]) -> str:
    slug = api["steward"].register(title="宗地", slug="parcels")
    job = api["steward"].ingest(slug, CSV)
    assert job["state"] == "succeeded", job
    return slug


def columns(api: Api, slug: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/datasets/{slug}/releases/1/privacy").json["columns"]
    return found


def everything_public(api: dict[str, Api], house: House, slug: str) -> dict[str, bytes]:
    """All that the public is answered, and every file that is kept but the upload."""
    home = f"/datasets/{slug}"
    paths = [home, f"{home}/rows", f"{home}/releases", f"{home}/releases/1", f"{home}/history", "/datasets?q=地块"]
    paths += [f"{home}/rows/{row}" for row in range(1, len(CELLS) + 1)]
    paths += [f"{home}/export.{kind}" for kind in ("csv", "json", "ndjson")]
    found = {path: api["public"].get(path).data for path in paths}
    table = pq.read_table(io.BytesIO(api["public"].get(f"{home}/export.parquet").data))
    found["parquet"] = str(table.to_pydict()).encode()
    for path in (house.settings.data_dir / "files").rglob("*"):
        found |= _opened(path)
    for name in ("serving", "exports"):
        found |= {
            str(path): path.read_bytes() for path in (house.settings.data_dir / name).rglob("*") if path.is_file()
        }
    return found


def _opened(path: Path) -> dict[str, bytes]:
    if path.suffix == ".parquet":
        return {str(path): str(pq.read_table(path).to_pydict()).encode()}
    if path.suffix == ".arrow":
        return {str(path): str(pa.ipc.open_file(pa.memory_map(str(path))).read_all().to_pydict()).encode()}
    return {}


def test_hidden_numbers_are_all_found_and_told_without_a_value(api: dict[str, Api], draft: str) -> None:
    (found,) = [one for one in columns(api["steward"], draft) if ":" not in one["field"]]
    assert (found["field"], found["cells"], found["decision"]) == ("bei_zhu", len(CELLS), None)
    assert all(one.startswith("*" * 14) for one in found["examples"])


def test_submission_waits_for_the_decision(api: dict[str, Api], draft: str) -> None:
    answer = api["steward"].act(draft, "submit")
    assert answer.status_code == 409
    assert "bei_zhu" in answer.json["detail"]
    assert put(api["steward"], draft, {"bei_zhu": {"action": "mask"}}).status_code == 200
    again = api["steward"].act(draft, "submit")
    assert (again.status_code, "title:data" in again.json["detail"]) == (409, True)
    assert put(api["steward"], draft, {name: {"action": "mask"} for name in TEXTS}).status_code == 200
    assert api["steward"].act(draft, "submit").status_code == 200


@pytest.mark.parametrize("action", ["mask", "drop"])
def test_nothing_public_holds_what_was_masked_or_dropped(
    api: dict[str, Api], house: House, draft: str, action: str
) -> None:
    before = api["steward"].get(f"/datasets/{draft}/releases/1").json["digest"]
    api["steward"].get(f"/datasets/{draft}/rows")  # the draft's serving file is there
    decisions = {name: {"action": action} for name in ("bei_zhu", *TEXTS)}
    assert put(api["steward"], draft, decisions).status_code == 200
    publish(api, draft)
    found = everything_public(api, house, draft)
    assert {name: leaks(data) for name, data in found.items() if leaks(data)} == {}
    release = api["public"].get(f"/datasets/{draft}/releases/1").json
    assert release["digest"] != before
    names = [one["name"] for one in release["tables"][0]["fields"]]
    assert ("bei_zhu" in names) == (action == "mask")
    assert api["public"].get(f"/datasets/{draft}/rows").json["total"] == len(CELLS)


def test_findings_and_history_hold_no_value(api: dict[str, Api], draft: str, house: House) -> None:
    put(api["steward"], draft, {"bei_zhu": {"action": "mask"}})
    with house.engine.connect() as connection:
        kept = "".join(
            str(row)
            for table in ("finding", "audit", "personal_column", "job", "release")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        )
    assert leaks(kept) == []
    assert "decide_privacy" in kept


def test_publishing_in_the_clear_needs_a_ground(api: dict[str, Api], draft: str) -> None:
    answer = put(api["steward"], draft, {"bei_zhu": {"action": "publish"}})
    assert answer.status_code == 422
    assert put(api["steward"], draft, {"bei_zhu": {"action": "publish", "ground": "法定公示"}}).status_code == 200
    assert columns(api["reviewer"], draft)[0]["decision"] == {"action": "publish", "ground": "法定公示"}
    assert put(api["steward"], draft, {"bei_zhu": {"action": "mask"}}).status_code == 200
    again = put(api["steward"], draft, {"bei_zhu": {"action": "publish", "ground": "法定公示"}})
    assert again.status_code == 409


def test_only_insiders_see_and_only_stewards_decide(api: dict[str, Api], draft: str) -> None:
    path = f"/datasets/{draft}/releases/1/privacy"
    assert api["public"].get(path).status_code == 404
    assert put(api["reviewer"], draft, {"bei_zhu": {"action": "mask"}}).status_code == 403
    assert put(api["steward"], draft, {"mian_ji": {"action": "mask"}}).status_code == 422
    assert put(api["steward"], draft, {"bei_zhu": {"action": "burn"}}).status_code == 422


def test_texts_beside_the_rows_are_masked_at_once_and_come_back_with_a_ground(api: dict[str, Api], draft: str) -> None:
    steward, ground = api["steward"], {"action": "publish", "ground": "法定公示"}
    assert {one["field"] for one in columns(steward, draft) if ":" in one["field"]} == set(TEXTS)
    before = api["steward"].get(f"/datasets/{draft}/releases/1")
    assert leaks(before.data) == []
    assert put(steward, draft, {"bei_zhu": {"action": "drop"}, "title:data": ground}).status_code == 200
    assert put(steward, draft, {"note:1": {"action": "drop"}}).status_code == 200
    release = steward.get(f"/datasets/{draft}/releases/1").json
    assert release["tables"][0]["title"] == f"统计表{IDS[6]}"
    assert (release["notes"], leaks(str(release))) == ([], [IDS[6]])
    assert put(steward, draft, {"title:data": {"action": "mask"}}).status_code == 200  # stricter is always allowed
    assert leaks(steward.get(f"/datasets/{draft}/releases/1").data) == []
    assert put(steward, draft, {"title:data": ground}).status_code == 409


def test_the_clear_text_goes_with_the_decision(api: dict[str, Api], draft: str, house: House) -> None:
    def held() -> list[str]:
        paths = (house.settings.data_dir / "files" / "cells").rglob("*.arrow")
        told = (pa.ipc.open_file(pa.memory_map(str(path))).schema.metadata[b"cells"].decode() for path in paths)
        return leaks("".join(told))

    put(api["steward"], draft, {"bei_zhu": {"action": "mask"}})
    assert held() == [IDS[6], IDS[8]]
    put(api["steward"], draft, {"title:data": {"action": "mask"}, "note:1": {"action": "drop"}})
    assert held() == []
    assert list(house.storage.iter_keys("uploads")) == []


def test_headings_and_names_of_sheets_are_decided_on(api: dict[str, Api]) -> None:
    slug, ground = api["steward"].register(title="宗地", slug="headings"), {"action": "publish", "ground": "法定公示"}
    sheets = workbook((f"表{IDS[10]}", [("地块", f"面积{IDS[9]}"), ("甲", 1), ("乙", 2)]))
    assert api["steward"].ingest(slug, sheets, "book.xlsx")["state"] == "succeeded"
    heading = f"mian_ji_{IDS[9][-4:]}".lower()
    assert {one["field"] for one in columns(api["steward"], slug)} == {f"heading:data:{heading}", "sheet:data"}
    assert api["steward"].act(slug, "submit").status_code == 409
    assert put(api["steward"], slug, {f"heading:data:{heading}": ground, "sheet:data": ground}).status_code == 200
    publish(api, slug)
    table = api["public"].get(f"/datasets/{slug}/releases/1").json["tables"][0]
    assert (table["sheet"], table["title"]) == (f"表{IDS[10]}", f"表{IDS[10]}")
    assert [one["title"] for one in table["fields"]] == ["地块", f"面积{IDS[9]}"]


def test_numbers_that_were_typed_are_masked_as_text(api: dict[str, Api]) -> None:
    slug = api["steward"].register(title="名册", slug="phones")
    rows = "".join(f"户{place},{13800138000 + place}\n" for place in range(6))
    api["steward"].ingest(slug, f"户,联系电话\n{rows}".encode())
    (found,) = columns(api["steward"], slug)
    assert (found["kind"], found["cells"]) == ("mobile", 6)
    assert put(api["steward"], slug, {found["field"]: {"action": "mask"}}).status_code == 200
    publish(api, slug)
    row = api["public"].get(f"/datasets/{slug}/rows").json["rows"][0]
    assert row[found["field"]] == "*******8000"


def test_the_upload_is_not_kept_in_the_clear(api: dict[str, Api], draft: str, house: House) -> None:
    put(api["steward"], draft, {name: {"action": "mask"} for name in ("bei_zhu", *TEXTS)})
    assert list(house.storage.iter_keys("uploads")) == []
    assert api["steward"].upload(draft, CSV).status_code == 200  # the same bytes: the job that had them
    assert list(house.storage.iter_keys("uploads")) == []
    (sealed,) = house.storage.iter_keys("sealed")
    assert leaks(house.storage.local_path(sealed).read_bytes()) == []


def test_personal_data_in_metadata_is_refused(api: dict[str, Api], draft: str) -> None:
    body = {"title": f"名册{WIDE}", "publisher": "finance-bureau"}
    answer = api["steward"].post("/datasets", body)
    assert answer.status_code == 422
    assert leaks(answer.text) == []
    etag = api["steward"].get(f"/datasets/{draft}").headers["ETag"]
    change = {"description": f"问王小明13800138000，{IDS[0]}"}
    answer = api["steward"].call("PATCH", f"/datasets/{draft}", json=change, headers={"If-Match": etag})
    assert answer.status_code == 422
    assert leaks(answer.text) == []


PROSE = ("邮箱 wang@example.com", "联系人：王小明，节假日除外", "权利人:王\u200b小明", f"名册 {WIDE}")


@pytest.mark.parametrize("text", PROSE)
def test_prose_about_a_person_is_refused_and_what_came_by_another_way_is_not_submitted(
    api: dict[str, Api], house: House, text: str
) -> None:
    slug = api["steward"].register(
        slug="prose", contact={"email": "office@example.com"}, description="电话 0575-85151234"
    )
    etag = api["steward"].get(f"/datasets/{slug}").headers["ETag"]
    for member in ("title", "description"):
        answer = api["steward"].call("PATCH", f"/datasets/{slug}", json={member: text}, headers={"If-Match": etag})
        assert (answer.status_code, list(answer.json["errors"])) == (422, [member])
        with house.writing() as opened:
            setattr(get_dataset(opened, slug, OPERATOR), member, text)
        refused = api["steward"].act(slug, "submit")
        assert (refused.status_code, member in refused.json["detail"], leaks(refused.text)) == (409, True, [])
        with house.writing() as opened:
            setattr(get_dataset(opened, slug, OPERATOR), member, "宗地")
    assert api["steward"].act(slug, "submit").status_code == 200


@pytest.mark.parametrize("number", [IDS[0], f"{IDS[0][:6]}-{IDS[0][6:14]}-{IDS[0][14:]}".lower()])
def test_personal_data_in_names_that_become_public_is_refused(api: dict[str, Api], number: str) -> None:
    body = {"title": "名册", "publisher": "finance-bureau"}
    assert api["steward"].post("/datasets", {**body, "slug": number}).status_code == 422
    assert api["admin"].post("/publishers", {"title": "局", "slug": number}).status_code == 422
    slug = api["steward"].register(slug="named")
    etag = api["steward"].get(f"/datasets/{slug}").headers["ETag"]
    for columns in ({"备注": number}, {number: "note"}):
        path, change = f"/datasets/{slug}/mapping", {"columns": columns}
        assert api["steward"].call("PUT", path, json=change, headers={"If-Match": etag}).status_code == 422
    for option in ("period", "sheet", "encoding", "unit"):
        refused = api["steward"].upload(slug, b"a,b\n1,2\n", **{option: number})
        assert refused.status_code == 422, option
        assert option in refused.json["errors"]


def test_the_author_of_a_workbook_is_nowhere(api: dict[str, Api], house: House) -> None:
    def sign(book: Any) -> None:
        book.properties.creator = "王作者甲"
        book.properties.lastModifiedBy = "王作者甲"

    slug = api["steward"].register(title="宗地", slug="signed")
    sheets = workbook(("表", [("地块", "面积"), ("甲", 1), ("乙", 2)]), change=sign)
    assert api["steward"].ingest(slug, sheets, "book.xlsx")["state"] == "succeeded"
    publish(api, slug)
    found = everything_public(api, house, slug)
    found["xlsx"] = api["public"].get(f"/datasets/{slug}/export.xlsx").data
    assert not [name for name, data in found.items() if "王作者甲".encode() in data]
