"""Tokens: what documents and questions are broken into, and that no token can hurt an engine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from unicodedata import normalize

import pytest
import rjieba
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import document_tokens, fold, fold_all, question
from search.fields import TEXT_FIELDS
from search.lexicon import _spellings, lexicon
from search.periods import mentions, tokens_of
from search.pinyin import initials_of, pairs_of, split_syllables, splits_of, syllables_of
from search.question import attempts
from search.remembered import Remembered
from search.sounds import initial_grams, sounds_in_parts, sounds_of
from search.tokens import LONGEST_TOKEN, RUN, _narrow, grams_of, is_han, words_of_all
from search.wordlists import word_list
from tests.search.documents import a_document

TEXT = st.text(st.characters() | st.sampled_from("土地供應債務 2019Q3①㎡ＡＢ"), max_size=40)  # lone surrogates as well
SAFE = re.compile(r"[a-z0-9_.^~@#=\-\x80-\U0010ffff]+")  # no quote, bracket, star, colon or capital (AND, OR, NEAR)

FOLDS = {
    "臺灣的資訊": "台湾的资讯",
    "ＰＭ２．５": "pm2.5",
    "㎡": "m2",
    "Café": "café",
    "plain": "plain",
    "a\ud800b": "a?b",
}


@pytest.mark.parametrize(("text", "folded"), FOLDS.items())
def test_text_is_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.lists(TEXT | st.just("a\x1eb"), max_size=5))
def test_folding_many_is_folding_each(texts: list[str]) -> None:
    assert fold_all(texts) == [fold(text) for text in texts] or not texts


def test_a_title_becomes_pairs_words_and_numbers() -> None:
    [tokens] = document_tokens([a_document(1, "綠色商店2.5，CPI", publisher_title="x", description="")])
    assert tokens["title"] == "绿色 色商 商店 2.5 cpi _绿色 _商店"
    assert tokens["chars"] == "~绿 ~色 ~商 ~店"
    assert tokens["pinyin"] == "lv-se se-shang shang-dian ^lssd ^lss ^ssd"


@given(TEXT, TEXT)
def test_tokens_are_free_of_all_that_engines_give_a_meaning(title: str, description: str) -> None:
    [tokens] = document_tokens([a_document(1, title, description=description, tags=(title,))])
    for text in (tokens[field.name] for field in TEXT_FIELDS):
        assert all(SAFE.fullmatch(token) for token in text.split(" ") if token)


@given(TEXT)
def test_a_question_is_made_of_tokens_alone(text: str) -> None:
    asked = question(text)
    tokens = [token for unit in asked.units for token in unit.tokens]
    assert all(SAFE.fullmatch(token) for token in (*tokens, *asked.bonds, *asked.chars))
    assert 0 <= asked.least <= len(asked.units)


@given(st.sampled_from(["地方政府债务余额", "停車場資訊", "GDP 2019", "国有建设用地使用权出让公告"]))
def test_a_title_asked_for_is_found_by_each_of_its_words(title: str) -> None:
    [tokens] = document_tokens([a_document(1, title)])
    held = set(tokens["title"].split(" "))
    assert all(held & set(unit.tokens) for unit in question(title).units)


WORDS = {
    "桃园的绿色商店": ["桃园", "绿色", "商店"],
    "107年6月 人口数": ["107年6月", "人口数"],
    "的": ["的"],
    "中国政府采够网": ["中国政府", "采够网"],
    "卡拉OK": ["卡拉", "ok"],
    "。": [],
}


@pytest.mark.parametrize(("text", "words"), WORDS.items())
def test_a_question_keeps_the_words_that_say_what_is_sought(text: str, words: list[str]) -> None:
    assert [unit.word for unit in question(text).units] == words


def test_characters_that_no_dictionary_knows_stay_together() -> None:
    assert [unit.word for unit in question("𠮷𠀀𠀁").units] == ["𠮷𠀀𠀁"]


def test_latin_letters_are_taken_for_syllables_only_without_chinese_beside_them() -> None:
    assert question("denta").units[0].tokens == ("denta", "den-ta", "^den", "^ent", "^nta", "^denta")
    assert question("lv 地震").units[0].tokens == ("lv",)


def test_letters_that_may_be_cut_in_two_ways_are_looked_for_in_both() -> None:
    assert splits_of("xiane") == [("xia", "ne"), ("xian", "e")]
    assert {"xia-ne", "xian-e"} <= set(question("xiane").units[0].tokens)


def test_a_word_that_is_spelled_in_latin_letters_is_found_by_its_other_names() -> None:
    assert "医疗保障局" in [way.word for way in question("yibaoju").units[0].ways]
    assert "世界银行" in [way.word for way in question("shihang").units[0].ways]


def test_a_region_may_be_named_by_its_code() -> None:
    [unit] = question("330604").units
    assert (unit.kind, unit.names) == ("region", ("上虞区",))


def test_a_lone_character_helps_but_need_not_be_there() -> None:
    assert [(unit.word, unit.kind) for unit in question("绍兴 卖 地块").units] == [
        ("绍兴", "region"), ("卖", "light"), ("地块", "word"),
    ]  # fmt: skip


def test_a_short_run_that_ends_like_an_office_is_one_word() -> None:
    assert [unit.word for unit in question("植物所 标本").units] == ["植物所", "标本"]


def test_a_known_term_of_two_words_is_not_there_where_only_one_of_them_is() -> None:
    [unit] = question("药品召回").units
    assert unit.ways[0].needed > 2
    assert attempts(question("药品召回"))[1].units[0].ways[0].needed == 1


def test_either_word_of_a_known_term_may_have_another_name() -> None:
    [unit] = question("公交站点").units
    assert ("公车", "站位") in [way.tokens for way in unit.ways if way.whole]
    assert not [way for way in question("垃圾车").units[0].ways if "废弃物车" in way.word]


@pytest.mark.parametrize(("text", "words"), {"高速公路堵不堵车": "堵车", "学费贵不贵": "贵不贵"}.items())
def test_whether_something_is_asks_for_the_thing(text: str, words: str) -> None:
    assert question(text).units[-1].word == words


TAIWAN = {"保安": "保全", "戒毒": "药瘾", "泵站": "抽水站", "调蓄池": "滞洪池", "退役军人": "荣民", "菠萝": "凤梨"}


@pytest.mark.parametrize(("mainland", "taiwan"), TAIWAN.items())
def test_words_of_both_shores_lead_to_each_other(mainland: str, taiwan: str) -> None:
    for one, other in ((mainland, taiwan), (taiwan, mainland)):
        assert other in [way.word for unit in question(one).units for way in unit.ways]


def test_a_titles_key_is_its_letters_and_digits() -> None:
    [tokens] = document_tokens([a_document(1, "《臺北》 2019（上）", titles={"en": "Taipei"})])
    assert (tokens["folded"], question("臺北2019.（上）").title) == ("台北2019上", "台北2019上")


SYLLABLES = {
    "银行": ("yin", "hang"),
    "人民银行": ("ren", "min", "yin", "hang"),
    "都市计划": ("du", "shi", "ji", "hua"),
    "行政": ("xing", "zheng"),
    "绿": ("lv",),
    "x": (),
    "\U0003ffff": (),
}


@pytest.mark.parametrize(("word", "syllables"), SYLLABLES.items())
def test_words_are_spoken_as_the_dictionary_says(word: str, syllables: tuple[str, ...]) -> None:
    assert syllables_of(word) == syllables


@given(st.lists(st.sampled_from(sorted(word_list("syllables"))), min_size=1, max_size=6))
def test_letters_split_into_syllables_are_the_same_letters(syllables: list[str]) -> None:
    letters = "".join(syllables)
    split = split_syllables(letters)
    assert "".join(split) == letters
    assert len(split) <= len(syllables)


@pytest.mark.parametrize("letters", ["zgzfcgw", "qqq", "v"])
def test_letters_that_are_no_syllables_split_into_nothing(letters: str) -> None:
    assert split_syllables(letters) == ()


def test_a_lone_syllable_is_told_from_a_pair() -> None:
    assert (list(pairs_of(["lv"])), list(pairs_of(["lv", "se"]))) == (["-lv"], ["lv-se"])


def test_a_token_stands_only_in_the_weightiest_field_that_has_it() -> None:
    [tokens] = document_tokens([a_document(1, "土地", publisher_title="土地局", description="土地局供地")])
    assert (tokens["title"], tokens["names"], tokens["body"]) == ("土地 _土地", "地局 _土地局", "局供 供地 _供地")


@given(
    st.text(
        st.one_of(st.sampled_from("，（）：；！？％\u3000①㎡ａe\u0301\u0338"), st.characters(exclude_categories=["Cs"]))
    )
)
def test_marks_replaced_one_by_one_give_the_normal_form(text: str) -> None:
    assert _narrow(text) == normalize("NFKC", text)


FOLDED = st.text(
    st.sampled_from("土地供应债务行银乐人民_x1.卡拉ok\x1e \r\n-、〇ㄅあ𠮷") | st.characters(), max_size=40
).map(fold)


@given(st.lists(FOLDED, min_size=1, max_size=5))
def test_words_of_many_texts_are_those_of_each(texts: list[str]) -> None:
    each = [
        ["_" + word for word in rjieba.cut_for_search(text) if is_han(word) and len(word) > 1 and word.isalnum()]
        for text in texts
    ]
    assert words_of_all(texts) == each


@given(st.lists(FOLDED, max_size=5))
def test_sounds_of_many_runs_are_those_of_each(texts: list[str]) -> None:
    runs = [run for text in texts for run in RUN.findall(text)]
    whole, parts = sounds_of(runs), sounds_in_parts(runs)
    for run in runs:
        spoken = [one for word in rjieba.cut(run) for one in syllables_of(word)]
        initials = initials_of(spoken)
        tokens = [*pairs_of(spoken), "^" + initials] if len(run) > 1 and is_han(run) else []
        assert whole[run] == tokens
        assert parts[run] == dict.fromkeys([*tokens, *(initial_grams(initials) if tokens else ())])


@given(FOLDED | st.text(st.sampled_from("国地" * LONGEST_TOKEN), min_size=LONGEST_TOKEN, max_size=2 * LONGEST_TOKEN))
def test_grams_are_neighbouring_characters(text: str) -> None:
    grams: list[str] = []
    for run in RUN.findall(text):
        plain = len(run) == 1 or not is_han(run)
        grams += [run[:LONGEST_TOKEN]] if plain else [one + other for one, other in pairwise(run)]
    assert grams_of(text) == grams


@given(
    st.text(
        st.sampled_from("20193108年度第一二三四季上下半月份民国去今学〇十百qh-~至到—–./ \t地案件") | st.characters()
    ).map(fold)
)
def test_periods_are_found_part_by_part(text: str) -> None:
    named = [period for one in mentions(text) for period in one.periods]
    assert tokens_of(text) == [each.token for period in named for each in (period, *period.wider)]


def test_documents_analysed_together_have_the_tokens_of_each() -> None:
    documents = [
        a_document(1, "土地\x1e2019年", titles={"en": "Land"}, description="第三季度 土地", tags=("土地", "供地")),
        a_document(
            2, "第三季度", titles={"zh-Hant": "2019年"}, field_titles=("土地", "面積"), values=("紹市儲2019", "土地")
        ),
        a_document(3, "土地\x1e2019年", description="第三季度 土地", regions=("330602",), family="land_supply"),
    ]
    assert document_tokens(documents) == [document_tokens([one])[0] for one in documents]


def test_what_is_remembered_is_made_once_and_forgotten_when_it_is_too_much() -> None:
    made: list[str] = []

    def lengths(keys: Sequence[str]) -> list[int]:
        made.extend(keys)
        return list(map(len, keys))

    remembered = Remembered(lengths, 2)
    assert remembered.of(["a", "bb", "a"]) == {"a": 1, "bb": 2}
    assert remembered.of(["bb", "ccc"]) == {"bb": 2, "ccc": 3}
    assert made == ["a", "bb", "ccc"]
    assert remembered.of(["a"]) == {"a": 1}
    assert made == ["a", "bb", "ccc", "a"]


def test_a_number_needs_no_list_of_spellings() -> None:
    before = _spellings.cache_info().misses
    unknown = lexicon((("甲乙", "丙丁"),), revision=7)
    question("104 年度", unknown)
    assert _spellings.cache_info().misses == before
    question("yibaoju", unknown)
    assert _spellings.cache_info().misses == before + 1
