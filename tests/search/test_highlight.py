"""Marks in the original text: at the right place, and safe to show."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import question
from search.highlight import FRAGMENT, highlights

TITLES = {
    ("债务", "地方政府債務余額"): "地方政府<mark>債務</mark>余額",
    ("债务余额", "地方政府債務余額"): "地方政府<mark>債務余額</mark>",
    ("m2", "㎡㎡ M2"): "<mark>㎡㎡</mark> <mark>M2</mark>",
    ("面积", "㎡①面積"): "㎡①<mark>面積</mark>",
    ("gdp", "GDP与GDPR"): "<mark>GDP</mark>与GDPR",
    ("19", "2019与19"): "2019与<mark>19</mark>",
    ("残疾人", "残疾者"): "<mark>残疾</mark>者",
    ("b", "<b>B</b>"): "&lt;<mark>b</mark>&gt;<mark>B</mark>&lt;/<mark>b</mark>&gt;",
}


@pytest.mark.parametrize(("asked", "marked"), TITLES.items(), ids=lambda value: None)
def test_words_are_marked_where_they_stand(asked: tuple[str, str], marked: str) -> None:
    text, title = asked
    assert highlights(question(text), title, "") == {"title": [marked]}


def test_nothing_is_marked_where_nothing_matches() -> None:
    assert highlights(question("债务"), "土地", "供应") == {}
    assert highlights(question("。"), "土地。", "") == {}


def test_a_description_shows_what_stands_about_its_first_match() -> None:
    [fragment] = highlights(question("债务"), "", "前" * 100 + "债务" + "后" * 200)["description"]
    assert fragment == "…" + "前" * 30 + "<mark>债务</mark>" + "后" * (FRAGMENT - 32) + "…"


def test_a_match_at_the_edge_of_a_fragment_is_cut_with_it() -> None:
    text = "债务" + "后" * (FRAGMENT - 3) + "债务债务 债务"
    [fragment] = highlights(question("债务"), "", text)["description"]
    assert fragment == "<mark>债务</mark>" + "后" * (FRAGMENT - 3) + "<mark>债</mark>…"


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("土地债務㎡①<>&\"'"), max_size=60))
def test_marks_apart_the_text_is_what_it_was(title: str) -> None:
    marked = highlights(question("土地 债务 m2 1"), title, "").get("title", [html.escape(title)])
    assert html.unescape(re.sub("</?mark>", "", marked[0])) == title
