"""Finding through the API: what was understood, synonyms, suggestions, values inside, misses, reasons."""

from __future__ import annotations

from typing import Any

import pytest

from tests.portal.conftest import Api, assert_problem, find, publish_parcels


@pytest.fixture(scope="module")
def parcels(shared: dict[str, Api]) -> str:
    return publish_parcels(shared)


@pytest.fixture
def api(shared: dict[str, Api], parcels: str, unchanged: None) -> dict[str, Api]:
    """Nothing here changes the portal, so that all share one."""
    return shared


def test_what_was_recognised_is_told_and_can_be_undone(api: dict[str, Api], parcels: str) -> None:
    understood = find(api["public"], "绍兴县 欠债 2019年三季度")["query"]["understood"]
    assert understood["regions"][0]["names"] == ["柯桥区"]
    assert (understood["period"]["from"], understood["period"]["to"]) == ("2019-07-01", "2019-09-30")
    undone = find(api["public"], understood["regions"][0]["undo"])["query"]["understood"]
    assert "regions" not in undone


def test_a_slip_is_forgiven_and_named(api: dict[str, Api], parcels: str) -> None:
    found = find(api["public"], "公测名录")
    assert [one["slug"] for one in found["items"]] == ["toilets"]
    assert found["query"]["understood"]["did_you_mean"] == "公厕名录"


def test_a_value_of_a_row_leads_to_its_dataset_and_rows(api: dict[str, Api], parcels: str) -> None:
    item = find(api["public"], "越城区P2019-12号")["items"][0]
    assert (item["slug"], item["matches"][0]["value"]) == (parcels, "越城区P2019-12号")
    rows = api["public"].client.get(item["matches"][0]["link"].removeprefix("http://localhost")).json
    assert [row["_row"] for row in rows["rows"]] == [1]
    assert find(api["public"], "轻纺数字物流港")["items"][0]["matches"][0]["rows"] == 2


def test_where_a_value_is_named_as_a_whole_its_likes_are_not(api: dict[str, Api], parcels: str) -> None:
    for text, values in (("柯桥区G-33", ["柯桥区G-33"]), ("柯桥区 G", ["柯桥区G-33", "柯桥区G-34"])):
        [item] = [one for one in find(api["public"], text)["items"] if one["slug"] == parcels]
        assert [one["value"] for one in item["matches"]] == values


def test_columns_that_name_persons_lead_nowhere(api: dict[str, Api], parcels: str) -> None:
    assert find(api["public"], "甲某某")["items"] == []


@pytest.mark.parametrize("groups", [[["一"]], [["x" * 17, "y"]], [["a", "b"]] * 2001, "a", [["。", "a"]]])
def test_groups_that_make_no_sense_are_refused(api: dict[str, Api], groups: Any) -> None:
    assert api["admin"].call("PUT", "/synonyms", json={"groups": groups}).status_code == 422


SUGGESTED = {
    "绍兴市公": ("dataset", "toilets"),
    "gongce": ("dataset", "toilets"),
    "gyjs": ("dataset", "supply"),
    "建设用第": ("dataset", "supply"),
    "keqiao": ("region", "330603"),
    "kq": ("region", "330603"),
    "绍兴县": ("region", "330603"),
}


@pytest.mark.parametrize(("text", "wanted"), SUGGESTED.items())
def test_what_is_begun_is_completed(api: dict[str, Api], parcels: str, text: str, wanted: tuple[str, str]) -> None:
    found = api["public"].get("/suggest", query_string={"q": text}).json["items"]
    assert wanted in [(one["type"], one["value"]) for one in found]
    assert all(
        api["public"].client.get(one["link"].removeprefix("http://localhost")).status_code == 200 for one in found
    )


def test_nothing_begun_is_nothing_completed(api: dict[str, Api]) -> None:
    assert api["public"].get("/suggest").json == {"total": 0, "items": []}
    assert api["public"].get("/suggest", query_string={"q": "x" * 1001}).status_code == 400


def test_reasons_are_for_stewards(api: dict[str, Api], parcels: str) -> None:
    assert api["public"].get("/datasets", query_string={"q": "公厕", "explain": "true"}).status_code == 401
    reasons = find(api["steward"], "公厕", explain="true")["items"][0]["explain"]
    assert (reasons["words"][0]["word"], reasons["words"][0]["fields"]) == ("公厕", ["title"])
    total = sum(one["points"] for one in reasons["words"]) + sum(reasons["bonuses"].values())
    assert total * reasons["prior"] == pytest.approx(reasons["score"], abs=0.05)
    assert "words" not in find(api["steward"], "", explain="true")["items"][0]["explain"]
    assert find(api["steward"], "火星殖民", explain="true")["items"] == []


FILTERS = "&".join(f"tag=t{number}" for number in range(500))
BAD = [f"/datasets?{FILTERS}", "/datasets?facets=nonsense", "/datasets?q=a&cursor=x", "/datasets?q=" + "地" * 10_000]


@pytest.mark.parametrize("path", BAD, ids=range(len(BAD)))
def test_what_cannot_be_answered_is_refused_with_a_sentence(api: dict[str, Api], path: str) -> None:
    answer = api["public"].get(path)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_a_page_past_the_end_is_empty_and_one_past_the_reach_is_told(
    api: dict[str, Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = api["public"].get("/datasets?facets=family").json
    past = api["public"].get("/datasets?page=9999&page_size=100&facets=family").json
    assert (past["items"], past["next"], past["total"], past["facets"]) == ([], None, 3, whole["facets"])
    monkeypatch.setattr("portal.v1.find.DEEPEST", 2)
    assert len(api["public"].get("/datasets?page=2&page_size=1").json["items"]) == 1
    assert_problem(api["public"].get("/datasets?page=3&page_size=1"), 400, "page")
    assert api["public"].get("/datasets?page=4&page_size=1").json["items"] == []
