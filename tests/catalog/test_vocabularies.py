"""Code lists: complete in three languages, consistent, and regions found by any of their names."""

from __future__ import annotations

import re

import pytest

from catalog.errors import NotFound
from catalog.messages import LANGUAGES
from catalog.vocabularies import (
    codes,
    get_vocabulary,
    label,
    list_vocabularies,
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
        assert all(re.fullmatch(r"\d{4}(-\d{2})?", day) for day in (term.valid_from, term.valid_to) if day), term


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
