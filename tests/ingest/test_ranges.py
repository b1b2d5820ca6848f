"""Ranges, spans of days, terms and periods, as planners write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ingest.periods import find_period, period
from ingest.ranges import days, longest_term, moments, span
from ingest.values import Unreadable
from tests.ingest.taking import why


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("1.0", "[1.0, 1.0]"),
        ("≤0.5", "(-∞, 0.5]"),
        (">35", "(35, +∞)"),
        ("≥30％", "[30, +∞)"),
        ("4-7", "[4, 7]"),
        ("等于1", "[1, 1]"),
        ("|不大于1.75", "(-∞, 1.75]"),
        ("大于1.0且不大于1.8", "(1.0, 1.8]"),
        ("大于或等于0.8并且小于或等于2", "[0.8, 2]"),
        ("不大于1.4且大于1.0", "(1.0, 1.4]"),
        ("介于0.7与2.0之间", "[0.7, 2.0]"),
        ("1.0≤FAR＜3.0", "[1.0, 3.0)"),
        ("1.0＜＜1.35", "(1.0, 1.35)"),
        ("GAR≤15%", "(-∞, 15]"),
        ("20%≤GAR≤30%", "[20, 30]"),
        ("30米以下", "(-∞, 30]"),
    ],
)
def test_a_range_is_read_as_planners_write_it(text: str, note: str) -> None:
    assert span(text).note() == note


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("10月20日", "range_is_date"),
        ("2020-10-20", "range_is_date"),
        ("|1|2", "several_values"),
        ("按规划", "range_unreadable"),
    ],
)
def test_what_is_no_range_says_why(text: str, code: str) -> None:
    assert why(span, text) == code


def test_a_range_that_excel_made_a_date_names_the_likely_reading() -> None:
    with pytest.raises(Unreadable) as caught:
        span("10月20日")
    assert caught.value.params == {"likely": "10-20"}


def test_a_span_of_days_has_two_ends_or_one() -> None:
    first, last = dt.date(2020, 4, 3), dt.date(2020, 4, 27)
    assert days("2020年4月3日起至2020年4月27日止") == (first, last)
    assert days("2020-04-03 至 2020-04-27") == (first, last)
    assert days("2020年04月03日") == (first, first)
    assert why(days, "2020-04-27至2020-04-03") == "range_backwards"
    assert why(days, "2020-04-01至2020-04-02至2020-04-03") == "range_unreadable"


@pytest.mark.parametrize(
    ("text", "years"),
    [("50", "50"), ("40年", "40"), ("住宅70年；商业40年", "70"), ("70年、40年", "70"), ("3年(含1年动工准备期", "3")],
)
def test_the_longest_term_counts(text: str, years: str) -> None:
    assert longest_term(text) == Decimal(years)


def test_a_text_without_a_term_says_so() -> None:
    assert why(longest_term, "仓储用地") == "term_unreadable"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2018", "2018"),
        ("2018年度", "2018"),
        ("2018年上半年", "2018-H1"),
        ("2018-H2", "2018-H2"),
        ("2014年第1季度", "2014-Q1"),
        ("2016年四季度", "2016-Q4"),
        ("2016 年/第 4 季度", "2016-Q4"),
        ("2018-Q3", "2018-Q3"),
        ("2018年9月份", "2018-09"),
        ("201809", "2018-09"),
        ("2015年1-6月", "2015-01/2015-06"),
        ("2015-01/2015-06", "2015-01/2015-06"),
        ("2019--2021年", "2019-01/2021-12"),
        ("截至2018年末", "2018-12-31"),
        ("截至2018年3月5日", "2018-03-05"),
        ("民國105年度", "2016"),
    ],
)
def test_a_period_has_one_spelling_and_keeps_it(text: str, written: str) -> None:
    assert period(text) == written
    assert period(written) == written


@pytest.mark.parametrize("text", ["去年", "2018年13月", "二季度"])
def test_what_is_no_period_says_so(text: str) -> None:
    assert why(period, text) == "period_unreadable"


def test_a_period_is_taken_from_a_title_only_where_it_is_the_only_one() -> None:
    assert find_period("绍兴市2018年第3季度地价") == "2018-Q3"
    assert find_period("table_2018Q3") == "2018-Q3"
    assert find_period("2017年至2018年") is None
    assert find_period("2018年13月") is None


@pytest.mark.parametrize(
    "text",
    [
        "2023年5月6日至5月16日",
        "2023年5月6日-16日",
        "2023/5/6-2023/5/16",
        "2023-05-06-2023-05-16",
        "2023年5月6日～2023年5月16日止",
    ],
)
def test_the_last_day_may_leave_out_what_it_shares_with_the_first(text: str) -> None:
    assert [str(one) for one in days(text)] == ["2023-05-06", "2023-05-16"]


def test_moments_may_be_joined_by_a_stroke() -> None:
    assert [str(one) for one in moments("2023/5/6 9:00-2023/5/16 15:00")] == [
        "2023-05-06 09:00:00",
        "2023-05-16 15:00:00",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [("时间：2016 年/第 4 季度", "2016-Q4"), ("2014年 第1季度", "2014-Q1"), ("12014年", None), ("2022 年度", "2022")],
)
def test_a_period_in_a_line_may_be_spaced(text: str, found: str | None) -> None:
    assert find_period(text) == found
