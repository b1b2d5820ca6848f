"""Bad input gets a clear sentence and a 4xx, loses nothing and leaks nothing."""

from __future__ import annotations

from typing import Any

import pytest

from portal.problems import flatten
from tests.factories import OFFICE
from tests.portal.conftest import Api, assert_problem, publish_file

CSV = b"name,value\na,1\nb,2\n"


@pytest.fixture(scope="module")
def slug(shared: dict[str, Api]) -> str:
    return publish_file(shared, CSV, slug="debt")


@pytest.fixture
def api(shared: dict[str, Api], slug: str, unchanged: None) -> dict[str, Api]:
    """Nothing here changes the portal, so that all share one."""
    return shared


@pytest.mark.parametrize("host", ["a b", 'x"><script>', "evil.example/path?", "user@evil.example", "x:99999"])
def test_a_host_that_cannot_be_one_is_refused_and_stands_in_no_link(api: dict[str, Api], slug: str, host: str) -> None:
    for path in ("", "/datasets/debt", "/datasets/debt/rows?limit=1"):
        answer = api["public"].get(path, headers={"Host": host})
        assert_problem(answer, 400)
        assert host not in answer.text


@pytest.mark.parametrize("path", ["//datasets", "/datasets//debt", "//datasets//debt//rows"])
def test_an_address_with_doubled_slashes_is_none_of_ours(api: dict[str, Api], slug: str, path: str) -> None:
    assert_problem(api["public"].get(path), 404)


@pytest.mark.parametrize("query", ["page_size=0", "page_size=101", "page_size=x", "page=0", "page=-1", "sort=foo"])
def test_a_parameter_out_of_bounds_is_named(api: dict[str, Api], query: str) -> None:
    assert_problem(api["public"].get(f"/datasets?{query}"), 400, query.split("=")[0])


@pytest.mark.parametrize(
    ("path", "wrong", "meant"),
    [
        ("/datasets", "pagesize", "page_size"),
        ("/datasets/debt", "langs", "lang"),
        ("/datasets/debt/rows", "limt", "limit"),
        ("/datasets/debt/rows", "valu__gt", "value"),
        ("/datasets/debt/rows", "value__gtt", "gt"),
    ],
)
def test_an_unknown_parameter_names_the_nearest(
    api: dict[str, Api], slug: str, path: str, wrong: str, meant: str
) -> None:
    body = assert_problem(api["public"].get(f"{path}?{wrong}=1"), 400, wrong)
    assert meant in str(body["errors"])


def test_languages_choose_the_sentence(api: dict[str, Api]) -> None:
    chinese, english = api["public"].get("/datasets/none"), api["public"].get("/datasets/none?lang=en")
    assert "没有数据集" in chinese.json["detail"]
    assert "There is no dataset" in english.json["detail"]
    accepted = api["public"].get("/datasets/none", headers={"Accept-Language": "fr, zh-TW;q=0.9"})
    assert "沒有資料集" in accepted.json["detail"]
    assert_problem(api["public"].get("/datasets?lang=de"), 400, "lang")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ([], None),
        ("text", None),
        ({}, "title"),
        ({"title": "x"}, "publisher"),
        ({"title": "", "publisher": OFFICE}, "title"),
        ({"title": None, "publisher": OFFICE}, "title"),
        ({"title": 5, "publisher": OFFICE}, "title"),
        ({"title": "x" * 301, "publisher": OFFICE}, "title"),
        ({"title": "a\u0000b", "publisher": OFFICE}, "title"),
        ({"title": "x", "publisher": OFFICE, "slug": "A b"}, "slug"),
        ({"title": "x", "publisher": OFFICE, "titel": "x"}, "titel"),
        ({"title": "x", "publisher": OFFICE, "themes": "finance"}, "themes"),
        ({"title": "x", "publisher": OFFICE, "themes": ["finanse"]}, "themes.0"),
        ({"title": "x", "publisher": OFFICE, "schema": "land_supply.dael"}, "schema"),
        ({"title": "x", "publisher": OFFICE, "temporal": {"from": "2019-13-01"}}, "temporal.from"),
        ({"title": "x", "publisher": OFFICE, "temporal": {"from": "2020-01-01", "to": "2019-01-01"}}, "temporal.to"),
        ({"title": "x", "publisher": OFFICE, "contact": {"mail": "x"}}, "contact.mail"),
        ({"title": "x", "publisher": OFFICE, "landing_page": "javascript:alert(1)"}, "landing_page"),
        ({"title": "x", "publisher": OFFICE, "duties": ["112"]}, "duties.0"),
        ({"title": "x", "publisher": OFFICE, "level": "L4"}, "access"),
    ],
)
def test_a_body_that_does_not_fit_is_422_with_its_place(api: dict[str, Api], body: Any, place: str | None) -> None:
    assert_problem(api["steward"].post("/datasets", body), 422, place)
    assert api["admin"].get("/datasets").json["total"] == 1


def test_unknown_members_name_the_nearest(api: dict[str, Api]) -> None:
    body = assert_problem(api["steward"].post("/datasets", {"titel": "x", "publisher": OFFICE}), 422, "titel")
    assert "title" in body["errors"]["titel"][0]


@pytest.mark.parametrize("raw", [b"{", b'{"title": NaN}', b'{"title": "\\ud800"}', b"\xff\xfe", b"[" * 100_000])
def test_json_that_cannot_be_read_is_400(api: dict[str, Api], raw: bytes) -> None:
    answer = api["steward"].call("POST", "/datasets", data=raw, content_type="application/json")
    assert_problem(answer, 400)


def test_a_body_of_another_type_is_refused(api: dict[str, Api]) -> None:
    answer = api["steward"].call("POST", "/datasets", data=b"title=x", content_type="text/plain")
    assert_problem(answer, 400)


def test_a_slug_that_is_taken_is_409(api: dict[str, Api], slug: str) -> None:
    assert_problem(api["steward"].post("/datasets", {"title": "x", "publisher": OFFICE, "slug": slug}), 409)


def test_acts_need_the_etag_that_is_current(api: dict[str, Api], slug: str) -> None:
    for method, path in (("PATCH", ""), ("POST", "/submit"), ("PUT", "/mapping")):
        body = {"columns": {}} if path == "/mapping" else {}
        assert_problem(api["steward"].call(method, f"/datasets/{slug}{path}", json=body), 428)
        stale = {"If-Match": '"1"'}
        assert_problem(api["steward"].call(method, f"/datasets/{slug}{path}", json=body, headers=stale), 412)


@pytest.mark.parametrize("role", ["public", "steward"])
def test_who_may_not_is_told_so(api: dict[str, Api], slug: str, role: str) -> None:
    status = {"public": 401, "steward": 403}[role]
    answer = api[role].post(f"/datasets/{slug}/withdraw", {"reason": "x"}, headers={"If-Match": "*"})
    assert_problem(answer, status)


@pytest.mark.parametrize("header", ["Basic eDp5", "Bearer", "Bearer  ", "Bearer nobody", "nobody"])
def test_a_key_that_is_none_is_401(api: dict[str, Api], header: str) -> None:
    answer = api["public"].client.get("/api/v1/datasets", headers={"Authorization": header})
    assert_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_cursor_of_another_query_is_400(api: dict[str, Api], slug: str) -> None:
    page = api["public"].get(f"/datasets/{slug}/rows?limit=1").json
    cursor = page["next"].split("cursor=")[1]
    for query in (
        f"limit=1&order_by=-value&cursor={cursor}",
        f"cursor={cursor[:-2]}",
        "cursor=x",
        f"offset=1&cursor={cursor}",
    ):
        assert_problem(api["public"].get(f"/datasets/{slug}/rows?{query}"), 400)
    assert_problem(api["public"].get(f"/datasets?cursor={cursor}"), 400, "cursor")


@pytest.mark.parametrize("release", ["999", "0", "-1", "x", "1e3", "9" * 30])
def test_a_release_that_there_is_not(api: dict[str, Api], slug: str, release: str) -> None:
    assert api["public"].get(f"/datasets/{slug}/rows?release={release}").status_code in (400, 404)


@pytest.mark.parametrize("row", ["0", "3", "-1", "x", "9" * 30, "1.5"])
def test_a_row_that_there_is_not(api: dict[str, Api], slug: str, row: str) -> None:
    assert_problem(api["public"].get(f"/datasets/{slug}/rows/{row}"), 404)


def test_nul_and_broken_bytes_in_addresses_are_answered(api: dict[str, Api], slug: str) -> None:
    assert_problem(api["public"].get("/datasets?q=a%00b"), 400)
    for query in ("%ff%fe", "%ED%A0%80", "%B5%D8%BC%DB"):  # broken, half of a pair, GB18030
        assert_problem(api["public"].get(f"/datasets?q={query}"), 400)
        assert_problem(api["public"].get(f"/datasets/{slug}/rows?q={query}"), 400)
    assert_problem(api["public"].get("/datasets/%00"), 400)


@pytest.mark.parametrize(
    "words", ["*", '"', 'title:* OR "', "NEAR(", "'; DROP TABLE dataset; --", "😀", "（）。", "a" * 1000]
)
def test_a_search_for_anything_is_a_plain_answer(api: dict[str, Api], slug: str, words: str) -> None:
    assert api["public"].get("/datasets", query_string={"q": words}).status_code == 200


def test_too_long_a_search_is_400(api: dict[str, Api]) -> None:
    assert_problem(api["public"].get("/datasets", query_string={"q": "债" * 10_000}), 400, "q")


def test_addresses_and_methods_that_there_are_not(api: dict[str, Api]) -> None:
    assert_problem(api["public"].get("/nothing"), 404)
    answer = api["public"].call("DELETE", "/datasets")
    assert_problem(answer, 405)
    assert "GET" in answer.headers["Allow"]
    assert_problem(Api(api["public"].client, api["public"].house, "no key at all").call("TRACE", "/datasets"), 405)


def test_an_upload_over_the_limit_is_413_and_leaves_nothing(api: dict[str, Api], slug: str) -> None:
    before = list(api["steward"].house.storage.iter_keys("uploads"))
    assert_problem(api["steward"].upload(slug, b"a,b\n" + b"1,2\n" * (1 << 19)), 413)
    assert_problem(api["steward"].upload(slug, b"a,b\n" + b"1,2\n" * (1 << 18)), 413)
    assert list(api["steward"].house.storage.iter_keys("uploads")) == before


def test_an_upload_without_file_or_with_unknown_parts(api: dict[str, Api], slug: str) -> None:
    assert_problem(api["steward"].call("POST", f"/datasets/{slug}/releases", data={"period": "2019"}), 422, "file")
    assert_problem(api["steward"].upload(slug, CSV, perod="2019"), 422, "perod")
    assert_problem(api["steward"].upload(slug, CSV, encoding="gb18031"), 422, "encoding")
    assert_problem(api["steward"].upload(slug, CSV, query="?dry_run=yes"), 400, "dry_run")


def test_only_insiders_with_the_right_role_upload(api: dict[str, Api], slug: str) -> None:
    assert_problem(api["public"].upload(slug, CSV), 401)
    assert_problem(api["reviewer"].upload(slug, CSV), 403)


def test_a_member_of_another_type_is_said_in_our_words(api: dict[str, Api]) -> None:
    assert api["admin"].post("/queries", {"queries": [[]]}).status_code == 422
    found = flatten({"json": {"with_children": ["Not a valid boolean."], "title": ["member_required"]}})
    assert {place: [one.code for one in several] for place, several in found.items()} == {
        "json.with_children": ["member_wrong"],
        "json.title": ["member_required"],
    }


@pytest.mark.parametrize("hours", [-1, 721, "x"])
def test_an_overlap_of_keys_out_of_its_bounds_is_refused(api: dict[str, Api], hours: Any) -> None:
    answer = api["admin"].post("/accounts/a-admin/keys/1/rotate", {"overlap_hours": hours})
    assert (answer.status_code, answer.json["errors"].keys()) == (422, {"overlap_hours"})


def test_a_part_of_a_form_without_a_name_is_refused(api: dict[str, Api], slug: str) -> None:
    file = b'--m\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b\r\n1,2\r\n'
    nameless = b"--m\r\nContent-Disposition: form-data\r\n\r\nx\r\n--m--\r\n"
    kind = "multipart/form-data; boundary=m"
    answer = api["steward"].call("POST", f"/datasets/{slug}/releases", data=file + nameless, content_type=kind)
    assert_problem(answer, 422)
