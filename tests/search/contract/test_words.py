"""What words find, and in which order: the same on every engine."""

from __future__ import annotations

from datetime import timedelta

import pytest

from search.index import SearchIndex, SearchQuery
from tests.search.documents import JUNE, a_document


def ids(index: SearchIndex, text: str) -> list[int]:
    """What the text finds, best first."""
    return [hit.id for hit in index.search(SearchQuery(text)).hits]


OTHERS = [a_document(90 + number, f"无关的目录第{number}册") for number in range(5)]

SAID = {
    "the same script": ("土地供应计划", "供应计划"),
    "Simplified for Traditional": ("臺北市停車場資訊", "停车场"),
    "Traditional for Simplified": ("停车场信息", "停車場"),
    "full width": ("PM2.5监测", "ＰＭ２．５"),
    "another case": ("GDP 核算", "gdp"),
    "pinyin": ("停车场信息", "tingchechang"),
    "pinyin in words": ("停车场信息", "tingchechang xinxi"),
    "initials": ("政府采购网", "zfcgw"),
    "a typo": ("停车场信息", "停车厂"),
    "a number": ("2019年报", "2019"),
    "a question": ("公共厕所位置", "哪里有公共厕所"),
    "a single character": ("桥", "桥"),
    "a rare character": ("𠮷野家门店", "𠮷野家"),
}


@pytest.mark.parametrize(("title", "text"), SAID.values(), ids=SAID.keys())
def test_a_title_is_found_however_it_is_written(index: SearchIndex, title: str, text: str) -> None:
    index.write([*OTHERS, a_document(1, title)])
    assert ids(index, text)[:1] == [1]


FIELDS = {
    "translated title": {"titles": {"en": "Quarterly bonds"}},
    "description": {"description": "the bonds of the city"},
    "publisher": {"publisher_title": "Bonds office"},
    "former name": {"publisher_aliases": ("Office of bonds",)},
    "tag": {"tags": ("bonds",)},
    "family": {"family": "bonds"},
    "column title": {"field_titles": ("Bonds issued",)},
}


@pytest.mark.parametrize("values", FIELDS.values(), ids=FIELDS.keys())
def test_every_text_of_a_dataset_leads_to_it(index: SearchIndex, values: dict[str, object]) -> None:
    index.write([*OTHERS, a_document(1, "城市", **values)])
    assert ids(index, "bonds") == [1]


def test_title_goes_before_names_before_description_before_columns(index: SearchIndex) -> None:
    index.write(
        [
            *OTHERS,
            a_document(1, "绿化数据", field_titles=("债务余额",)),
            a_document(2, "绿化数据", description="债务余额"),
            a_document(3, "绿化数据", tags=("债务余额",)),
            a_document(4, "债务余额"),
        ]
    )
    assert ids(index, "债务余额") == [4, 3, 2, 1]


def test_all_words_go_before_some(index: SearchIndex) -> None:
    index.write(
        [*OTHERS, a_document(1, "幼儿园与小学"), a_document(2, "幼儿园 小学 名录 柯桥"), a_document(3, "小学名录")]
    )
    assert ids(index, "柯桥 幼儿园 小学 名录")[0] == 2


def test_a_word_as_it_is_written_goes_before_a_rarer_one_that_means_the_same(index: SearchIndex) -> None:
    many = [a_document(10 + number, f"公寓清册第{number}册") for number in range(6)]
    index.write([*OTHERS, *many, a_document(1, "大楼清册")])
    found = ids(index, "公寓")
    assert set(found[:6]) == {one.id for one in many}
    assert found[6] == 1


def test_an_office_goes_first_under_its_short_name(index: SearchIndex) -> None:
    told = a_document(2, "电子协会", description="由工信部主管，接受工信部指导")
    index.write([*OTHERS, told, a_document(1, "中华人民共和国工业和信息化部")])
    assert ids(index, "工信部") == [1, 2]


def test_the_title_itself_goes_first(index: SearchIndex) -> None:
    index.write([*OTHERS, a_document(1, "专项债务余额情况"), a_document(2, "债务余额", description="x" * 500)])
    assert ids(index, "债务余额") == [2, 1]


def test_a_short_title_goes_before_a_long_one(index: SearchIndex) -> None:
    index.write([a_document(1, "全市各区县历年土地供应情况汇总"), a_document(2, "全市土地供应"), *OTHERS])
    assert ids(index, "土地供应") == [2, 1]


def test_among_equals_the_newest_goes_first(index: SearchIndex) -> None:
    index.write([a_document(number, updated=JUNE + timedelta(days=number)) for number in (2, 3, 1)])
    assert ids(index, "土地") == [3, 2, 1]


def test_a_word_goes_before_the_same_characters_by_accident(index: SearchIndex) -> None:
    index.write([a_document(1, "12月台东县活动"), a_document(2, "车站月台设备"), *OTHERS])
    assert ids(index, "月台")[0] == 2


def test_two_words_must_both_be_there(index: SearchIndex) -> None:
    index.write([a_document(1, "柯桥学校"), a_document(2, "上虞学校"), *OTHERS])
    assert ids(index, "柯桥 学校") == [1]


def test_a_long_question_forgives_words_that_are_missing(index: SearchIndex) -> None:
    index.write([a_document(1, "免费疫苗接种门诊"), *OTHERS])
    assert ids(index, "请问哪里可以给小孩免费接种流感疫苗呢") == [1]


def test_where_all_words_find_nothing_a_part_of_them_does(index: SearchIndex) -> None:
    index.write([a_document(1, "养老院名录"), *OTHERS])
    page = index.search(SearchQuery("养老院 火星"))
    assert ([hit.id for hit in page.hits], page.understood["loose"]) == ([1], True)


def test_a_part_will_not_do_where_the_best_do_not_come_first(index: SearchIndex) -> None:
    index.write([a_document(1, "养老院名录"), *OTHERS])
    assert index.search(SearchQuery("养老院 火星", sort="title")).total == 0


NOTHING = ["。，！？", "😀🎉", "\ud800", "()", "***", '"', "\0", "​"]


@pytest.mark.parametrize("text", NOTHING)
def test_text_without_a_word_finds_nothing(index: SearchIndex, text: str) -> None:
    index.write([a_document(1)])
    page = index.search(SearchQuery(text, facets=("publisher",)))
    assert (page.total, page.hits) == ((0, ()) if SearchQuery(text).text else (1, page.hits))


HOSTILE = [
    'title:* OR "', "NEAR(", "a AND", "NOT", "土地 NEAR/2 供应", "{title} : 土地", "^土地", "土地*", "-土地",
    "+土地 -供应", "'; DROP TABLE dataset; --", "土地\ud83d供应", "土地\0供应", "_土地", '"土地" "供应"', "土地~2",
    "[a TO b]", "\\", "a-b.c_d^e",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_an_engines_own_language_is_mere_words(index: SearchIndex, text: str) -> None:
    index.write([a_document(1), *OTHERS])
    assert ids(index, text)[:1] in ([], [1])


LONG = ["土地" * 5_000, "x" * 10_000, "a1" * 5_000, "地 " * 5_000, "土 1 x " * 1_500, "tingchechang" * 800]


@pytest.mark.parametrize("text", LONG)
def test_a_question_without_end_is_cut(index: SearchIndex, text: str) -> None:
    index.write([a_document(1), *OTHERS])
    page = index.search(SearchQuery(text, facets=("publisher",)))
    assert page.understood["cut"]
    assert page.total <= 2  # what has the character, and what has the number


def test_the_most_various_question_is_within_the_engines_limits(index: SearchIndex) -> None:
    index.write([a_document(1), *OTHERS])
    various = " ".join(chr(0x4E00 + 7 * n) + chr(0x5E00 + 3 * n) + chr(0x6E00 + n) + chr(0x7E00 + n) for n in range(40))
    assert index.search(SearchQuery(various)).total == 0


def test_what_was_understood_is_told(index: SearchIndex) -> None:
    index.write([a_document(1)])
    understood = index.search(SearchQuery("哪里有土地的供應")).understood
    assert (understood["words"], understood["loose"], understood["cut"]) == (["土地", "供应"], True, False)


def test_words_are_marked_in_the_original_text(index: SearchIndex) -> None:
    index.write([a_document(1, "臺北市停車場<資訊>", description="全市 停車場，含車位 & 收費")])
    marked = index.search(SearchQuery("停车场")).hits
    assert marked[0].highlights == {
        "title": ["臺北市<mark>停車場</mark>&lt;資訊&gt;"],
        "description": ["全市 <mark>停車場</mark>，含車位 &amp; 收費"],
    }


def test_where_nothing_has_all_words_and_little_has_some_characters_are_looked_at_behind_it(index: SearchIndex) -> None:
    index.write([*OTHERS, a_document(1, "窗帘登记"), a_document(2, "租赁站点")])
    assert ids(index, "登记 站赁租点") == [1, 2]
    assert ids(index, "登记 窗帘") == [1]
