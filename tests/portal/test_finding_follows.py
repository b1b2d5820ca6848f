"""What is found follows what changes: rows withdrawn, stewards' words, new names, new datasets."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Dataset, Publisher
from portal.context import House
from tests.portal.conftest import Api, find, publish, publish_parcels


@pytest.fixture
def parcels(api: dict[str, Api]) -> str:
    return publish_parcels(api)


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


def test_questions_without_an_answer_are_listed_for_stewards(api: dict[str, Api], parcels: str) -> None:
    for q in ("火星基地", "火星基地", "我的手机13800000000", "a@example.org"):
        assert find(api["public"], q)["total"] == 0
    assert api["public"].get("/search-misses").status_code == 401
    misses = api["steward"].get("/search-misses").json
    assert [(one["q"], one["count"]) for one in misses["items"]] == [("火星基地", 2)]


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
