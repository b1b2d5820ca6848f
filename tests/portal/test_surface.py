"""What every answer carries, the API's own document, health, lists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from sqlalchemy import event

from catalog.duties import load_duties
from catalog.messages import table
from catalog.rows.terms import OPERATORS
from portal.app import create_app
from tests.portal.conftest import Api, settings_for


def test_the_openapi_document_is_valid_and_describes_every_route(app: Flask) -> None:
    document = app.test_client().get("/openapi.json").json
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()
    routes = {str(rule) for rule in app.url_map.iter_rules() if str(rule).startswith("/api/")}
    assert len(document["paths"]) == len(routes)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method != "parameters":
                assert operation["summary"], path


def test_the_openapi_document_has_examples(app: Flask) -> None:
    assert json.dumps(app.test_client().get("/openapi.json").json).count('"example') > 20


def test_the_docs_come_from_here(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/docs")
    assert "http" not in page.text.replace("http-equiv", "")
    with client.get("/docs/swagger-ui-bundle.js") as script:
        assert script.status_code == 200
    assert client.get("/docs/../app.py").status_code == 404
    assert client.get("/").headers["Location"] == "/docs"


def test_the_type_of_a_problem_leads_to_its_sentence(app: Flask) -> None:
    client = app.test_client()
    page, _, code = client.get("/api/v1/datasets/none").json["type"].partition("#")
    found = client.get(page)
    assert (found.status_code, found.mimetype) == (200, "text/html")
    assert f'<section id="{code}">' in found.text
    assert table()[code]["en"].partition("{")[0] in found.text


def test_the_guide_names_what_there_is(app: Flask) -> None:
    document = app.test_client().get("/openapi.json").json
    guide = document["info"]["description"]
    named = re.findall(r"`GET (/api/v1/[^`?]*)", guide)
    assert len(named) >= 4
    for path in named:
        assert path.replace("export.csv", "export.{form}") in document["paths"], path
    (example,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    compile(example, "guide", "exec")
    for operator in OPERATORS:
        assert f"`{operator}`" in guide


def test_health_and_readiness(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["checks"]) == (200, {"database": "ok", "storage": "ok", "search": "ok"})


def test_search_away_is_said_and_reads_go_on(tmp_path: Path, sqlite_url: str) -> None:
    settings = settings_for(tmp_path, sqlite_url, search_url="http://127.0.0.1:1/none")
    client = create_app(settings).test_client()
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["status"], ready.json["checks"]["search"]) == (200, "degraded", "away")
    assert client.get("/api/v1/datasets").status_code == 200
    away = client.get("/api/v1/datasets?q=x")
    assert (away.status_code, bool(away.headers["Retry-After"])) == (503, True)


def test_an_unmigrated_database_is_not_ready(tmp_path: Path) -> None:
    client = create_app(settings_for(tmp_path, f"sqlite:///{tmp_path / 'empty.sqlite'}")).test_client()
    assert client.get("/readyz").status_code == 503


def test_reads_are_open_to_other_origins_and_writes_are_not(api: dict[str, Api]) -> None:
    answer = api["public"].get("/datasets", headers={"Origin": "https://example.org"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    preflight = api["public"].call("OPTIONS", "/datasets", headers={"Access-Control-Request-Method": "GET"})
    assert "GET" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Origin" not in api["public"].post("/datasets").headers


def test_the_request_id_is_taken_over_where_it_is_plain(api: dict[str, Api]) -> None:
    assert api["public"].get("", headers={"X-Request-Id": "abc-1"}).headers["X-Request-Id"] == "abc-1"
    assert api["public"].get("", headers={"X-Request-Id": "a b"}).headers["X-Request-Id"] != "a b"


def test_the_door_tells_links_limits_and_counts(api: dict[str, Api]) -> None:
    found = api["public"].get("").json
    assert found["counts"]["publishers"] == 1
    assert found["links"]["datasets"].endswith("/api/v1/datasets")
    assert found["limits"]["upload_bytes"] == 1 << 20


def test_lists_have_labels_in_the_language_asked_for(api: dict[str, Api]) -> None:
    assert len(api["public"].get("/themes").json["items"]) == 22
    assert api["public"].get("/vocabularies/access?lang=en").json["items"][0]["label"].isascii()
    names = [one["name"] for one in api["public"].get("/vocabularies").json["items"]]
    assert "regions" in names
    wrong = api["public"].get("/vocabularies/region")
    assert (wrong.status_code, "regions" in wrong.json["detail"]) == (404, True)


def test_a_long_list_comes_by_pages(api: dict[str, Api]) -> None:
    seen, address = [], "/vocabularies/regions"
    while address:
        page = api["public"].get(address).json
        assert len(page["items"]) <= 1000
        seen += [one["code"] for one in page["items"]]
        address = (page["next"] or "").partition("/api/v1")[2]
    assert len(seen) == len(set(seen)) == page["total"] > 4000
    inside = api["public"].get("/vocabularies/regions?parent=350100&page_size=3&page=2").json
    assert [one["label"] for one in inside["items"]] == ["仓山区", "马尾区", "晋安区"]
    assert api["public"].get("/vocabularies/regions?parent=350102").json["items"] == []
    wrong = api["public"].get("/vocabularies/regions?page_size=1001")
    assert (wrong.status_code, "1000" in wrong.json["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("region", "near"),
    [("350199", "350100"), ("福州市", "350100"), ("鼓楼区", "320106, 320302, 350102, 410204"), ("xyz", None)],
)
def test_a_region_that_there_is_not_is_answered_with_the_nearest(
    api: dict[str, Api], region: str, near: str | None
) -> None:
    body = {"title": "福州市住宅地价", "publisher": "finance-bureau", "regions": ["350100", region]}
    wrong = api["steward"].post("/datasets", body)
    assert wrong.status_code == 422
    (told,) = wrong.json["errors"]["regions.1"]
    assert (f"“{near}”" in told) if near else ("最接近" not in told)


def test_a_dataset_of_any_city_is_registered_found_and_counted(api: dict[str, Api]) -> None:
    slug = api["steward"].register(title="福州市鼓楼区住宅地价", regions=["350102"])
    assert api["steward"].get(f"/datasets/{slug}").json["regions"] == ["350102"]
    made = api["admin"].post("/publishers", {"slug": "fz", "title": "福州市财政局", "region": "350100"})
    assert made.status_code == 201
    found = api["steward"].get("/datasets?status=draft&region=350100&facets=region&lang=en").json
    assert [one["slug"] for one in found["items"]] == [slug]
    labels = {one["value"]: one["label"] for one in found["facets"]["region"]}
    assert labels == {"350000": "Fujian", "350100": "Fuzhou", "350102": "Gulou District"}


def test_publishers_are_listed_with_their_counts(api: dict[str, Api]) -> None:
    made = api["admin"].post("/publishers", {"slug": "land", "title": "自然资源局", "aliases": ["国土局"]})
    assert made.status_code == 201
    items = api["public"].get("/publishers").json["items"]
    assert [(one["slug"], one["datasets"]) for one in items] == [("finance-bureau", 0), ("land", 0)]
    assert api["steward"].post("/publishers", {"slug": "x", "title": "x"}).status_code == 403


def test_duties_name_the_datasets_that_fulfil_them(api: dict[str, Api]) -> None:
    with api["public"].house.writing() as opened:
        load_duties(opened)
    slug = api["steward"].register(duties=["D091"])
    assert api["public"].get("/duties/D091").json["datasets"] == []
    for who, act in (("steward", "submit"), ("reviewer", "approve")):
        api[who].act(slug, act)
    assert api["public"].get("/duties").json["total"] == 134
    assert api["public"].get("/duties/D091").json["datasets"] == [slug]
    assert api["public"].get("/duties/D999").status_code == 404


def test_lists_ask_the_database_as_often_for_many_as_for_one(api: dict[str, Api]) -> None:
    asked: list[str] = []
    event.listen(api["public"].house.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))

    def statements(path: str) -> int:
        asked.clear()
        assert api["steward"].get(path).status_code == 200
        return len(asked)

    paths = ("/datasets?status=draft&facets=publisher,theme", "/publishers", "/duties")
    api["steward"].register()
    one = [statements(path) for path in paths]
    for number in range(10):
        api["steward"].register(title=f"第{number}个", themes=["finance"])
    assert [statements(path) for path in paths] == one
    assert max(one) <= 9


def test_who_i_am(api: dict[str, Api]) -> None:
    assert api["steward"].get("/me").json == {
        "name": "a-steward",
        "role": "steward",
        "publishers": ["finance-bureau"],
        "scopes": ["read", "write"],
    }
    assert api["public"].get("/me").status_code == 401


def test_too_many_requests_are_429_with_the_time_to_wait(tmp_path: Path, sqlite_url: str) -> None:
    client = create_app(settings_for(tmp_path, sqlite_url, rate_limit=(2, 60))).test_client()
    answers = [client.get("/api/v1/themes") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert [one.headers["RateLimit-Remaining"] for one in answers] == ["1", "0", "0"]
    assert int(answers[2].headers["Retry-After"]) >= 1
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/v1/themes", headers={"Authorization": "Bearer other"}).status_code == 401


def test_the_openapi_document_tells_how_long_a_text_may_be_and_what_it_looks_like(app: Flask) -> None:
    bodies = app.test_client().get("/openapi.json").json["components"]["schemas"]
    assert bodies["NewDataset"]["properties"]["title"].items() >= {"minLength": 1, "maxLength": 300}.items()
    slug = bodies["NewDataset"]["properties"]["slug"]["pattern"]
    assert re.search(slug, "land-deals")
    assert not re.search(slug, "Land deals")
    assert None in bodies["NewDataset"]["properties"]["family"]["enum"]
