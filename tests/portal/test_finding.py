"""Finding through the API: what was understood, synonyms, suggestions, values inside, misses, reasons."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Dataset, Publisher
from portal.context import House
from tests.portal.conftest import Api, publish

PARCELS = (
    "地块编号,项目名称,街道,联系人,面积\n越城区P2019-12号,镜湖商务中心,灵芝街道,甲某某,42538.29\n"
    "柯桥区G-33,轻纺数字物流港,柯岩街道,乙某某,80\n柯桥区G-34,轻纺数字物流港,柯岩街道,乙某某,90\n"
).encode()


def find(api: Api, q: str, **more: Any) -> Any:
    """The whole answer to a question."""
    answer = api.get("/datasets", query_string={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.fixture
def parcels(api: dict[str, Api]) -> str:
    """A published dataset whose rows have names of their own, beside two others."""
    for slug, title in (("toilets", "绍兴市公厕名录"), ("debt", "柯桥区地方政府债务余额（2019年）")):
        api["steward"].register(title=title, slug=slug, regions=["330603"] if slug == "debt" else ["330600"])
        publish(api, slug)
    made = api["steward"].register(title="国有建设用地供应结果", slug="supply", regions=["330602"])
    assert api["steward"].ingest(made, PARCELS)["state"] == "succeeded"
    publish(api, made)
    return made


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


def test_values_of_rows_that_are_no_longer_public_lead_nowhere(api: dict[str, Api], parcels: str) -> None:
    answer = api["reviewer"].act(parcels, "withdraw", {"reason": "错误"})
    assert answer.status_code == 200, answer.text
    assert find(api["public"], "轻纺数字物流港")["total"] == 0


def test_stewards_words_work_with_the_next_question(api: dict[str, Api], parcels: str) -> None:
    assert find(api["public"], "五谷轮回之所")["total"] == 0
    groups = {"groups": [["五谷轮回之所", "公廁"]]}
    assert api["public"].call("PUT", "/synonyms", json=groups).status_code == 401
    kept = api["steward"].call("PUT", "/synonyms", json=groups)
    assert (kept.status_code, kept.json["groups"]) == (200, [["五谷轮回之所", "公厕"]])
    assert [one["slug"] for one in find(api["public"], "五谷轮回之所")["items"]] == ["toilets"]
    assert api["steward"].get("/synonyms").json["revision"] == 1
    stale = api["steward"].call("PUT", "/synonyms", json=groups, headers={"If-Match": '"synonyms-0"'})
    assert stale.status_code == 412


@pytest.mark.parametrize("groups", [[["一"]], [["x" * 17, "y"]], [["a", "b"]] * 2001, "a", [["。", "a"]]])
def test_groups_that_make_no_sense_are_refused(api: dict[str, Api], groups: Any) -> None:
    assert api["admin"].call("PUT", "/synonyms", json={"groups": groups}).status_code == 422


def test_questions_without_an_answer_are_listed_for_stewards(api: dict[str, Api], parcels: str) -> None:
    for q in ("火星基地", "火星基地", "我的手机13800000000", "a@example.org"):
        assert find(api["public"], q)["total"] == 0
    assert api["public"].get("/search-misses").status_code == 401
    misses = api["steward"].get("/search-misses").json
    assert [(one["q"], one["count"]) for one in misses["items"]] == [("火星基地", 2)]


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


def test_a_district_counts_for_its_city_and_years_for_the_histogram(api: dict[str, Api], parcels: str) -> None:
    api["steward"].register(title="历年", slug="years", temporal={"from": "2018-01-01", "to": "2019-12-31"})
    publish(api, "years")
    found = find(api["public"], "", facets="region,period", lang="en")["facets"]
    assert {one["value"]: (one["label"], one["count"]) for one in found["region"]}["330600"] == ("Shaoxing", 3)
    assert [(one["value"], one["count"]) for one in found["period"]] == [("2018", 1), ("2019", 1)]
    assert find(api["public"], "", region="330600")["total"] == 3


def test_datasets_are_found_by_the_new_name_of_their_publisher(api: dict[str, Api], house: House, parcels: str) -> None:
    with house.writing() as opened:
        office = opened.query(Publisher).first()
        assert office is not None
        office.aliases = ["蓬莱仙岛局"]
    house.catch_up()
    assert find(api["public"], "蓬莱仙岛局")["total"] == 3


FILTERS = "&".join(f"tag=t{number}" for number in range(500))
BAD = [f"/datasets?{FILTERS}", "/datasets?facets=nonsense", "/datasets?q=a&cursor=x", "/datasets?q=" + "地" * 10_000]


@pytest.mark.parametrize("path", BAD, ids=range(len(BAD)))
def test_what_cannot_be_answered_is_refused_with_a_sentence(api: dict[str, Api], path: str) -> None:
    answer = api["public"].get(path)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_an_item_is_never_older_than_its_dataset_and_publisher(api: dict[str, Api], parcels: str, house: House) -> None:
    def seen() -> tuple[str, str, Any]:
        (item,) = find(api["public"], "公厕名录", facets="publisher")["items"]
        return item["publisher"]["title"], item["frequency"], item["revision"]

    before = seen()
    assert seen() == before
    with house.writing() as opened:
        opened.query(Publisher).update({"title": "样例新局"})
    assert seen() == ("样例新局", *before[1:])
    facet = find(api["public"], "公厕名录", facets="publisher")["facets"]["publisher"]
    assert [one["label"] for one in facet] == ["样例新局"]
    with house.writing() as opened:
        revised = {"frequency": "weekly", "revision": Dataset.revision + 1}
        opened.query(Dataset).filter_by(slug="toilets").update(revised)
    assert seen()[:2] == ("样例新局", "weekly")
