"""The regions of the whole country: their codes, names and successors, and what a name may mean."""

from __future__ import annotations

import re

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.regions import (
    current_region,
    is_aggregate,
    nearest_regions,
    region_and_parents,
    regions_called,
    stem_of,
)
from catalog.vocabularies import Term, codes, get_vocabulary, label

TERMS = get_vocabulary("regions").terms
LIVING = [term for term in TERMS if term.valid_to is None]
DIVISIONS = [term for term in LIVING if not re.search("汇总用|统计用", term.note or "")]


def term(code: str) -> Term:
    """The term of a code that there is."""
    found = get_vocabulary("regions").find_term(code)
    assert found is not None
    return found


def test_the_list_has_every_division_of_the_country_down_to_the_county() -> None:
    provinces = [one for one in DIVISIONS if one.code.endswith("0000")]
    prefectures = [one for one in DIVISIONS if one.code.endswith("00") and one not in provinces]
    assert (len(provinces), len(prefectures), len(DIVISIONS)) == (34, 333, 3214)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("350100", ("福州市", "福州市", "Fuzhou")),
        ("350102", ("鼓楼区", "鼓樓區", "Gulou District")),
        ("430100", ("长沙市", "長沙市", "Changsha")),
        ("410782", ("辉县市", "輝縣市", "Huixian City")),
        ("371722", ("单县", "單縣", "Shan County")),
        ("341100", ("滁州市", "滁州市", "Chuzhou")),
        ("340621", ("濉溪县", "濉溪縣", "Suixi County")),
        ("441900", ("东莞市", "東莞市", "Dongguan")),
        ("440781", ("台山市", "台山市", "Taishan City")),
        ("331023", ("天台县", "天台縣", "Tiantai County")),
        ("445322", ("郁南县", "鬱南縣", "Yunan County")),
        ("420625", ("谷城县", "穀城縣", "Gucheng County")),
        ("430600", ("岳阳市", "岳陽市", "Yueyang")),
        ("430104", ("岳麓区", "嶽麓區", "Yuelu District")),
        ("341523", ("舒城县", "舒城縣", "Shucheng County")),
        ("341621", ("涡阳县", "渦陽縣", "Guoyang County")),
        ("650100", ("乌鲁木齐市", "烏魯木齊市", "Urumqi")),
        ("150121", ("土默特左旗", "土默特左旗", "Tumed Left Banner")),
        ("222400", ("延边朝鲜族自治州", "延邊朝鮮族自治州", "Yanbian Korean Autonomous Prefecture")),
        ("429021", ("神农架林区", "神農架林區", "Shennongjia Forestry District")),
        ("310115", ("浦东新区", "浦東新區", "Pudong New Area")),
        ("350101", ("福州市市辖区", "福州市市轄區", "Fuzhou Urban Districts")),
    ],
)
def test_a_region_has_its_name_in_three_languages(code: str, names: tuple[str, str, str]) -> None:
    assert tuple(term(code).labels[language] for language in ("zh-Hans", "zh-Hant", "en")) == names


def test_traditional_names_are_those_of_the_simplified_ones() -> None:
    simplify = opencc.OpenCC("t2s").convert
    differ = [one.label() for one in TERMS if simplify(one.labels["zh-Hant"]) != simplify(one.labels["zh-Hans"])]
    assert differ == ["乾安县", "乾县"]  # a 乾 that stays as it is


def test_english_names_are_written_in_latin_letters() -> None:
    assert [one for one in TERMS if not re.fullmatch(r"[A-Z][A-Za-zü',\- ]+", one.labels["en"])] == []


@pytest.mark.parametrize(
    ("code", "parent"),
    [
        ("350102", "350100"),
        ("350100", "350000"),
        ("110105", "110000"),
        ("110100", "110000"),
        ("419001", "410000"),
        ("659001", "650000"),
        ("330000", None),
    ],
)
def test_a_region_lies_right_below_the_division_that_governs_it(code: str, parent: str | None) -> None:
    assert term(code).parent == parent


def test_codes_that_sum_up_others_are_told_from_divisions() -> None:
    assert [is_aggregate(term(code)) for code in ("330601", "500200", "469000", "330602")] == [True, True, True, False]


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


@given(st.sampled_from(TERMS))
def test_all_that_a_region_counts_for_has_a_name(one: Term) -> None:
    assert all(label("regions", wider) != wider for wider in region_and_parents(one.code))
    assert one.parent is None or one.parent in region_and_parents(one.code)[1:]


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
        ("绍兴市滨海新区", "sx-binhai"),
        ("天津市滨海新区", "120116"),
        ("绍兴市本级", "sx-municipal"),
        ("广西", "450000"),
        ("丽水市本级", "331100"),
        ("绍兴市区", "330601"),
        ("浙江省,丽水市 > 丽水市本级", "331100"),
        ("福州市鼓楼区", "350102"),
        ("江苏省南京市鼓楼区", "320106"),
        ("长沙", "430100"),
        ("湖北省仙桃市", "429004"),
        ("延边州", "222400"),
        ("襄樊市", "420600"),
    ],
)
def test_a_region_is_found_by_any_of_its_names(text: str, code: str) -> None:
    assert regions_called(text) == (code,)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("鼓楼区", ("320106", "320302", "350102", "410204")),
        ("江苏省鼓楼区", ("320106", "320302")),
        ("滨海新区", ("120116", "sx-binhai")),
        ("Fuzhou", ("350100", "361000")),
        ("吉林", ("220000", "220200")),
    ],
)
def test_a_name_that_several_have_is_all_of_them(text: str, found: tuple[str, ...]) -> None:
    assert regions_called(text) == found


@pytest.mark.parametrize("text", ["", "市", "没有这个地方", "杭州市越城区", "绍兴市没有这个地方"])
def test_what_is_no_region_is_not_found(text: str) -> None:
    assert regions_called(text) == ()


@given(st.text(max_size=200))
def test_any_text_may_be_asked_for(text: str) -> None:
    known = codes("regions") | codes("functional_areas")
    assert known.issuperset(regions_called(text))
    assert known.issuperset(nearest_regions(text))


@given(st.sampled_from(DIVISIONS))
def test_a_whole_path_of_names_means_one_region(one: Term) -> None:
    above = [term(code).label() for code in reversed(region_and_parents(one.code)[1:]) if not is_aggregate(term(code))]
    assert regions_called("".join((*above, one.label()))) == (one.code,)


@pytest.mark.parametrize(
    ("text", "near"),
    [("350199", ("350100",)), ("3501", ("350100",)), ("福州市", ("350100",)), ("990000", ()), ("35", ("350000",))],
)
def test_the_nearest_codes_are_those_of_the_name_or_of_what_would_contain_it(text: str, near: tuple[str, ...]) -> None:
    assert nearest_regions(text) == near


def test_the_regions_that_became_districts_name_their_successors() -> None:
    former = {one.code: (one.valid_to, one.successor) for one in TERMS if one.valid_to}
    assert former["330621"] == ("2013-10", "330603")
    assert former["330682"] == ("2013-10", "330604")
    assert former["350681"] == ("2021", "350604")
    assert former["500112"] == ("2025", "500157")


@pytest.mark.parametrize(
    ("code", "now"),
    [
        ("330621", "330603"),
        ("330682", "330604"),
        ("330602", "330602"),
        ("542623", "540481"),
        ("999999", "999999"),
    ],
)
def test_a_former_region_leads_to_the_one_of_today(code: str, now: str) -> None:
    assert current_region(code) == now


@given(st.sampled_from(TERMS))
def test_the_region_of_today_is_a_living_one_or_nothing_took_its_place(one: Term) -> None:
    now = term(current_region(one.code))
    assert now.valid_to is None or now.successor is None
    assert (one.valid_to is None) or (one.valid_from or "") <= one.valid_to
    assert one.successor is None or one.valid_to is not None


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("绍兴市", "绍兴"),
        ("紹興縣", "紹興"),
        ("广西壮族自治区", "广西"),
        ("博尔塔拉蒙古自治州", "博尔塔拉"),
        ("锡林郭勒盟", "锡林郭勒"),
        ("景宁畲族自治县", "景宁"),
        ("积石山保安族东乡族撒拉族自治县", "积石山"),
        ("察布查尔锡伯自治县", "察布查尔"),
        ("莫力达瓦达斡尔族自治旗", "莫力达瓦"),
        ("内蒙古自治区", "内蒙古"),
        ("阿里地区", "阿里"),
        ("单县", "单县"),
    ],
)
def test_a_name_as_people_say_it(name: str, stem: str) -> None:
    assert stem_of(name) == stem
