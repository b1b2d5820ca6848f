"""What people say: everyday words, what is asked about a thing, what is done, districts, months apart from the year."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files

import pytest

from search.lexicon import lexicon
from search.periods import asked
from search.question import question
from search.tokens import fold
from search.units import Question
from search.wordlists import word_list

TODAY = date(2026, 11, 30)


def ways_of(text: str, word: str) -> set[str]:
    """The words that one word of a question is looked for by."""
    return {way.word for unit in question(text).units if unit.word == word for way in unit.ways}


def kinds_of(found: Question) -> dict[str, str]:
    """Each word of a question with its kind."""
    return {unit.word: unit.kind for unit in found.units}


EVERYDAY = {
    "骨灰可以放在哪里 台南": ("骨灰", "纳骨"),
    "面包店 桃园": ("面包店", "烘焙"),
    "台铁上掉了东西怎么找": ("掉了东西", "遗失物"),
    "除顫儀 雲林": ("除颤仪", "aed"),
    "艋舺 社區發展協會": ("艋舺", "万华"),
}


@pytest.mark.parametrize(("text", "meant"), EVERYDAY.items())
def test_an_everyday_word_leads_to_what_offices_call_it(text: str, meant: tuple[str, str]) -> None:
    word, official = meant
    assert official in ways_of(text, word)


def test_what_is_asked_for_beside_an_office_is_no_other_name_of_it() -> None:
    assert "窗口" in ways_of("行政服务中心", "行政服务中心")
    beside = ways_of("行政服务中心 窗口", "行政服务中心")
    assert "窗口" not in beside
    assert {"行政服务中心", "政务服务中心"} <= beside


def test_an_everyday_word_leads_one_way_only() -> None:
    assert "骨灰" not in ways_of("纳骨堂", "纳骨堂")


def test_what_is_asked_about_a_thing_need_not_be_there() -> None:
    found = question("自来水一吨多少钱")
    assert kinds_of(found) == {"自来水": "word", "一吨": "light", "多少钱": "light"}
    assert [unit.word for unit in found.telling] == ["自来水"]
    assert "水价" in ways_of("自来水一吨多少钱", "多少钱")
    assert found.chars == question("自来水一吨").chars


COUNTED = ["一吨", "一分钟", "一个月", "每趟"]


@pytest.mark.parametrize("words", COUNTED)
def test_a_number_of_something_is_not_what_is_sought(words: str) -> None:
    assert set(kinds_of(question(f"捷运{words}")).values()) == {"word", "light"}


def test_what_is_done_stands_apart_from_what_it_is_done_with() -> None:
    assert kinds_of(question("台电借船")) == {"台电": "office", "借": "light", "船": "word"}


def test_a_thing_of_one_character_is_sought_as_a_word_is() -> None:
    assert kinds_of(question("嘉义市哪里可以看狗"))["狗"] == "word"
    assert kinds_of(question("嘉义市哪里可以看地"))["地"] == "light"


def test_a_short_run_that_begins_with_a_known_word_is_no_office() -> None:
    assert "计程车" in ways_of("的士站", "的士站") | ways_of("的士站", "的士")


def test_a_district_of_taiwan_is_one_word_under_its_present_and_former_kind() -> None:
    [district, price] = question("大园区地价").units
    assert (district.word, district.kind, price.word) == ("大园区", "word", "地价")
    assert [(way.word, way.needed) for way in district.ways] == [("大园区", 2), ("大园", 1)]


APART = {
    "一零六年 基隆 十月": ["@2017m10"],
    "2019年 绍兴 三季度 地价": ["@2019q3"],
    "基隆 上半年 2018": ["@2018h1"],
    "106年度1-6月 基隆 10月": ["@2017h1"],  # the year has a part already
    "2018年 2019年 基隆 10月": ["@2018", "@2019"],  # of which year
    "五月天 2019年": ["@2019m5"],
    "2019年10月": ["@2019m10"],
}


@pytest.mark.parametrize(("text", "tokens"), APART.items())
def test_a_month_that_stands_apart_is_of_the_year(text: str, tokens: list[str]) -> None:
    assert [period.token for one in asked(text, today=TODAY) for period in one.periods] == tokens


def test_a_month_apart_is_no_word_of_its_own() -> None:
    assert [unit.kind for unit in question("2019年 绍兴 三季度 地价").units] == ["period", "region", "word"]


def test_the_tables_are_written_as_questions_are_folded() -> None:
    tables = tomllib.loads(files("search").joinpath("data/everyday.toml").read_text(encoding="utf-8"))
    lines = [line for table in tables.values() for line in table.items()]
    words = [word for line in lines for side in line for word in side.split()]
    assert [word for word in words if fold(word) != word or len(word) > lexicon().longest] == []
    assert [said for said, _ in lines if len(set(said.split())) < len(said.split())] == []


def test_no_word_of_the_tables_is_taken_for_a_stop_word() -> None:
    tables = tomllib.loads(files("search").joinpath("data/everyday.toml").read_text(encoding="utf-8"))
    said = {word for table in tables.values() for line in table for word in line.split() if len(word) > 1}
    assert said & word_list("stop") == set()
    assert said & word_list("light") == set()
