"""Which places a question names: near ones by any name, far ones by what nobody else is called."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.regions import is_aggregate
from catalog.vocabularies import Term, get_vocabulary
from search import open_index
from search.analysis import question
from search.index import Changes, SearchIndex, SearchQuery
from search.lexicon import Lexicon, lexicon
from search.places import HOME, places
from search.suggest import suggest
from search.wordlists import word_list
from tests.search.documents import a_document

FUZHOU = "350100"
COUNTIES = [
    term
    for term in get_vocabulary("regions").terms
    if term.valid_to is None and not term.code.endswith("00") and not is_aggregate(term)
]


def meant(text: str, home: str = HOME) -> list[str]:
    """The regions that a question of a portal asks for: the first code of each, or its name where it has none."""
    units = question(text, lexicon(home=home)).units
    return [unit.codes[0] if unit.codes else unit.names[0] for unit in units if unit.kind == "region"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("柯桥 住宅地价", ["330603"]),
        ("绍兴 住宅地价", ["330600"]),
        ("绍兴县 住宅地价", ["330603"]),
        ("滨海新区 企业", ["sx-binhai"]),
        ("西湖区 学校", ["330106"]),
        ("福清市 学校", ["350181"]),
        ("福清 学校", []),
        ("鼓楼区 学校", []),
        ("朝阳区 学校", []),
        ("朝阳 学校", ["211300"]),
        ("襄樊市 学校", ["420600"]),
        ("巢湖市 学校", ["340181"]),
        ("苏州工业园区 企业", ["320571"]),
        ("新北市 泰山区 公园", ["新北市"]),
        ("350102 学校", ["350102"]),
        ("330621 学校", ["330603"]),
        ("110100 学校", []),
    ],
)
def test_a_name_alone_means_the_near_place_or_the_only_one(text: str, codes: list[str]) -> None:
    assert meant(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("鼓楼区 学校", ["350102"]),
        ("鼓楼 学校", ["350102"]),
        ("福清 学校", ["350181"]),
        ("新罗 学校", ["350802"]),
        ("柯桥 学校", []),
        ("柯桥区 学校", ["330603"]),
        ("市本级 支出", []),
        ("滨海新区 企业", []),
    ],
)
def test_the_portal_of_another_city_knows_its_own_places(text: str, codes: list[str]) -> None:
    assert meant(text, FUZHOU) == codes


@pytest.mark.parametrize(
    ("text", "home", "codes"),
    [
        ("朝阳 学校", "110000", ["110105"]),
        ("朝阳区 学校", "220100", ["220104"]),
        ("鼓楼区 学校", "320500", []),
        ("鼓楼区 学校", "320300", ["320302"]),
        ("日照 企业", "371100", ["371100"]),
        ("日照 时数", HOME, []),
        ("资源 普查", "450300", []),
        ("资源县 普查", "450300", ["450329"]),
        ("市中区 学校", "370100", ["370103"]),
    ],
)
def test_the_own_city_goes_before_the_province_and_that_before_the_country(
    text: str, home: str, codes: list[str]
) -> None:
    assert meant(text, home) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("福州 鼓楼区 学校", ["350100", "350102"]),
        ("福州市鼓楼区学校", ["350100", "350102"]),
        ("福建 鼓楼区 学校", ["350000", "350102"]),
        ("江苏 鼓楼区 学校", ["320000"]),
        ("江苏 徐州 鼓楼区 学校", ["320000", "320300", "320302"]),
        ("北京朝阳学校", ["110000", "110105"]),
        ("上海 普陀区 学校", ["310000", "310107"]),
        ("天津 滨海新区 企业", ["120000", "120116"]),
        ("桂林 资源 普查", ["450300"]),
        ("荆州 公安 支出", ["421000"]),
    ],
)
def test_a_city_or_province_in_the_question_makes_its_counties_known(text: str, codes: list[str]) -> None:
    assert meant(text) == codes


@given(st.sampled_from(COUNTIES), st.sampled_from([HOME, FUZHOU, "110000", "659001"]))
def test_a_county_behind_its_city_is_that_county_in_every_portal(term: Term, home: str) -> None:
    above = get_vocabulary("regions").find_term(term.parent or "")
    assert above is not None
    assert term.code in meant(f"{above.label()} {term.label()}", home)


@given(st.sampled_from(["330600", "350100", "110000", "500000", "659001", "330603", "450300"]))
def test_no_short_name_of_an_ordinary_word_is_a_place_unless_it_is_home(home: str) -> None:
    known = {name for name, several in places(home).items() if several and len(name) < 3}
    assert not known & word_list("ordinary_places")


@pytest.fixture
def two_cities(tmp_path: Path) -> SearchIndex:
    """Districts of the same name in two cities, one of them told by its code alone."""
    index = open_index("embedded:", database_path=tmp_path / "search.sqlite")
    index.prepare()
    documents = [
        a_document(1, "鼓楼区住宅地价", regions=("320106",), publisher_title="南京市规划局"),
        a_document(2, "城区住宅地价监测", regions=("350102",), publisher_title="福州市规划局"),
        a_document(3, "台江区住宅地价监测", regions=("350103",), publisher_title="福州市规划局"),
    ]
    index.rebuild(documents, lambda known: Changes(()))
    return index


def slugs(index: SearchIndex, text: str, words: Lexicon) -> set[str]:
    """What is found."""
    return {hit.slug for hit in index.search(SearchQuery(text, words=words)).hits}


def test_a_portal_finds_its_own_district_by_code_though_no_title_names_it(two_cities: SearchIndex) -> None:
    assert "d-2" in slugs(two_cities, "鼓楼区 住宅地价", lexicon(home=FUZHOU))
    assert slugs(two_cities, "鼓楼区 住宅地价", lexicon(home="320100")) == {"d-1"}
    assert slugs(two_cities, "福州 鼓楼区 住宅地价", lexicon()) == {"d-2"}


def test_near_regions_are_suggested_first(two_cities: SearchIndex) -> None:
    def regions(text: str, home: str) -> list[str]:
        found = suggest(two_cities, text, lexicon(home=home), {})
        return [one.value for one in found if one.kind == "region"]

    assert regions("鼓楼", FUZHOU) == ["350102"]
    assert regions("fuqing", FUZHOU)[0] == "350181"
    assert regions("keqiao", HOME)[0] == "330603"


def test_the_likest_names_are_suggested_once_each(tmp_path: Path) -> None:
    index = open_index("embedded:", database_path=tmp_path / "search.sqlite")
    index.prepare()
    tags = ["用地供应数据", "土地供给", "土地供给", "土地供應", "土地供应"]
    documents = [a_document(number, "土地供应", tags=(tag,)) for number, tag in enumerate(tags, 1)]
    index.rebuild(documents, lambda known: Changes(()))
    found = [one.value for one in suggest(index, "土地供应", lexicon(), {}) if one.kind == "tag"]
    assert found == ["土地供应", "土地供给", "用地供应数据"]
