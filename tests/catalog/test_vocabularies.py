"""Code lists: complete in three languages, consistent, and regions found by any of their names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import NotFound
from catalog.messages import LANGUAGES
from catalog.vocabularies import (
    codes,
    current_region,
    find_region,
    get_vocabulary,
    label,
    list_vocabularies,
    region_and_parents,
)

CONTRACT = {
    "themes": (
        "credit health social_security public_safety housing transport education technology resources environment "
        "industry_agriculture commerce finance work_safety market_regulation social_assistance legal_services "
        "daily_life weather geospace organisations other"
    ),
    "frequencies": "realtime daily weekly monthly quarterly half_yearly yearly irregular once other",
    "access": "open conditional closed",
    "levels": "L1 L2 L3 L4",
    "dataset_states": "draft in_review scheduled published withdrawn",
    "roles": "steward reviewer admin",
    "families": "land_supply land_price fiscal_project gov_debt other",
    "supply_methods": "allocation tender auction listing agreement lease capital_contribution authorised other",
}


@pytest.mark.parametrize("name", list(CONTRACT))
def test_a_list_of_the_contract_has_just_its_codes(name: str) -> None:
    assert " ".join(term.code for term in get_vocabulary(name).terms) == CONTRACT[name]


@pytest.mark.parametrize("name", list_vocabularies())
def test_every_list_speaks_three_languages_and_repeats_no_code(name: str) -> None:
    vocabulary = get_vocabulary(name)
    assert set(vocabulary.titles) == set(LANGUAGES)
    assert len(codes(name)) == len(vocabulary.terms) > 0
    for term in vocabulary.terms:
        assert all(term.labels[language].strip() for language in LANGUAGES), term


@pytest.mark.parametrize("name", list_vocabularies())
def test_parents_and_successors_are_terms_too(name: str) -> None:
    known = codes(name) | codes("regions")
    for term in get_vocabulary(name).terms:
        assert term.parent is None or term.parent in known, term
        assert term.successor is None or term.successor in known, term
        assert all(re.fullmatch(r"\d{4}-\d{2}", day) for day in (term.valid_from, term.valid_to) if day), term


def test_an_unknown_list_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(NotFound) as caught:
        get_vocabulary("theme")
    assert caught.value.message.params["nearest"] == "themes"
    assert "themes" in str(caught.value)


def test_a_name_that_is_near_nothing_is_answered_with_all_names() -> None:
    with pytest.raises(NotFound) as caught:
        codes("zzzzzzzz")
    assert "land_use" in caught.value.message.text("en")


def test_labels_come_in_the_language_asked_for() -> None:
    assert label("themes", "finance") == "财税金融"
    assert label("themes", "finance", "zh-Hant") == "財稅金融"
    assert label("themes", "finance", "en") == "Finance and taxation"
    assert label("themes", "finance", "fr") == "财税金融"


def test_a_code_that_the_list_lacks_is_its_own_label() -> None:
    assert label("regions", "999999") == "999999"


def test_a_term_is_found_by_its_code() -> None:
    found = get_vocabulary("land_use").find_term("073")
    assert found is not None
    assert found.parent == "07"
    assert get_vocabulary("land_use").find_term("nowhere") is None


@pytest.mark.parametrize(
    ("code", "all_of_them"),
    [
        ("330602", ("330602", "330600", "330000")),
        ("330600", ("330600", "330000")),
        ("330000", ("330000",)),
        ("330483003", ("330483003", "330483", "330400", "330000")),
        ("330483003201", ("330483003201", "330483003", "330483", "330400", "330000")),
        ("sx-binhai", ("sx-binhai", "330600", "330000")),
        ("sx-jinghu", ("sx-jinghu", "330602", "330600", "330000")),
        ("elsewhere", ("elsewhere",)),
        ("", ()),
    ],
)
def test_a_region_counts_for_what_it_lies_in(code: str, all_of_them: tuple[str, ...]) -> None:
    assert region_and_parents(code) == all_of_them


@given(st.sampled_from(sorted(codes("regions"))))
def test_the_parent_that_the_list_names_is_one_of_the_prefix(code: str) -> None:
    term = get_vocabulary("regions").find_term(code)
    assert term is not None
    assert term.parent is None or term.parent in region_and_parents(code)[1:]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("绍兴市", "330600"),
        ("绍兴", "330600"),
        ("紹興市", "330600"),
        ("Shaoxing", "330600"),
        ("330600", "330600"),
        ("柯桥", "330603"),
        ("上虞", "330604"),
        ("上虞市", "330682"),
        ("绍兴县", "330621"),
        ("绍兴市越城区", "330602"),
        ("浙江省 > 绍兴市 > 诸暨市", "330681"),
        ("浙江省，绍兴市 新昌县", "330624"),
        ("滨海新区", "sx-binhai"),
        ("绍兴市本级", "sx-municipal"),
        ("广西", "450000"),
        ("丽水市本级", "331100"),
        ("绍兴市区", "330601"),
        ("浙江省,丽水市 > 丽水市本级", "331100"),
    ],
)
def test_a_region_is_found_by_any_of_its_names(text: str, code: str) -> None:
    found = find_region(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("text", ["", "市", "没有这个地方", "杭州市越城区", "绍兴市没有这个地方"])
def test_what_is_no_region_is_not_found(text: str) -> None:
    assert find_region(text) is None


@given(st.text(max_size=200))
def test_any_text_may_be_asked_for(text: str) -> None:
    found = find_region(text)
    assert found is None or found.code in codes("regions") | codes("functional_areas")


def test_the_regions_that_became_districts_name_their_successors() -> None:
    former = {term.code: (term.valid_to, term.successor) for term in get_vocabulary("regions").terms if term.valid_to}
    assert former["330621"] == ("2013-10", "330603")
    assert former["330682"] == ("2013-10", "330604")


@pytest.mark.parametrize(
    ("code", "now"), [("330621", "330603"), ("330682", "330604"), ("330602", "330602"), ("999999", "999999")]
)
def test_a_former_region_leads_to_the_one_of_today(code: str, now: str) -> None:
    assert current_region(code) == now


@given(st.sampled_from(sorted(codes("regions"))))
def test_the_region_of_today_is_a_living_one(code: str) -> None:
    term = get_vocabulary("regions").find_term(current_region(code))
    assert term is not None
    assert term.valid_to is None
