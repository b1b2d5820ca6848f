"""Sums in words, regions by name, and the readers that only some fields ask for."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import numerals, periods, ranges, regions, values
from ingest.values import Unreadable

DIGITS, PLACES = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")


def in_words(number: int) -> str:
    """A whole number as banks write it."""
    groups = [(number // 10**8, "亿"), (number // 10**4 % 10**4, "万"), (number % 10**4, "")]
    words = ""
    for value, sign in groups:
        digits = f"{value:04d}"
        told = "".join(DIGITS[int(d)] + (PLACES[3 - at] if d != "0" else "") for at, d in enumerate(digits))
        words += (told + sign) if value else "零"
    return words.strip("零").replace("零零零", "零").replace("零零", "零") or "零"


@given(st.integers(1, 10**12 - 1))
def test_a_sum_in_words_is_the_sum(number: int) -> None:
    assert numerals.find_value(in_words(number) + "元整") == number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("陆佰玖拾伍万肆仟贰佰元整（￥:695.42万元整）", 6_954_200),
        ("|682510000（陆亿捌仟贰佰伍拾壹万元整）", 682_510_000),
        ("壹拾贰元叁角肆分", Decimal("12.34")),
        ("叁仟伍佰柒拾万元整（￥: 3570万元整）", 35_700_000),
    ],
)
def test_words_and_digits_together_are_one_sum(text: str, value: Decimal) -> None:
    found = values.amount(text)
    assert values.measured(found, "CNY", None) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("壹万元整（￥:2万元整）", "numerals_disagree"),
        ("20000元（大写：壹万元整）", "numerals_disagree"),
        ("万元整", "not_a_number"),
        ("居住：5；商业：1；总价：7", "not_a_number"),
        ("58600万元+1000平方米", "not_a_number"),
    ],
)
def test_what_does_not_agree_is_no_sum(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        values.amount(text)
    assert caught.value.code == code


def test_parts_with_their_sum_are_the_sum() -> None:
    assert values.amount("居住：5593.44；商业：1398.36；总起始价：6991.80").value == Decimal("6991.80")
    assert values.amount("商业：228.0005住宅：912.0019合计：1140.0024").value == Decimal("1140.0024")


def test_a_sum_of_hundreds_of_parts_is_no_cell_of_a_table() -> None:
    with pytest.raises(values.Unreadable):
        values.amount("甲：1；" * 200 + "总价：200")
    assert values.amount("甲：1；" * 20 + "总价：20").value == 20


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("柯桥区", "330603"),
        ("浙江省绍兴市柯桥区", "330603"),
        ("绍兴市本级", "330600"),
        ("北京市 > 北京市市辖区 > 北京市本级", "110100"),
        ("绍兴县", "330621"),
        ("南京市鼓楼区", "320106"),
        ("托克逊县", "650422"),
    ],
)
def test_a_region_is_known_by_name_or_path(name: str, code: str) -> None:
    assert regions.code_of(name) == code


@pytest.mark.parametrize(("name", "why"), [("鼓楼区", "region_ambiguous"), ("仲恺高新区分局", "region_unknown")])
def test_a_region_that_is_not_sure_is_not_guessed(name: str, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        regions.code_of(name)
    assert caught.value.code == why


def test_days_of_the_republic_and_of_excel_are_days() -> None:
    assert values.loose_day("1010727") == dt.date(2012, 7, 27)
    assert values.loose_day("42588.375") == dt.date(2016, 8, 6)
    assert values.loose_day("105/7/6") == dt.date(2016, 7, 6)


def test_a_span_of_moments_has_two_ends() -> None:
    first, last = ranges.moments("2020年1月8日至2020年1月17日下午14：50在样例大厅进行挂牌")
    assert (first.isoformat(), last.isoformat()) == ("2020-01-08T00:00:00", "2020-01-17T14:50:00")
    with pytest.raises(Unreadable, match="several_values"):
        ranges.moments("|2020年1月8日|2020年1月9日")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2400万元（人民币）", Decimal(24_000_000)),
        ("人民币2400万元整", Decimal(24_000_000)),
        ("（人民币）2400 万 元", Decimal(24_000_000)),
        ("RMB2400万元", Decimal(24_000_000)),
        ("二千四百万元", Decimal(24_000_000)),
    ],
)
def test_a_sum_names_its_money_before_or_after(text: str, value: Decimal) -> None:
    assert values.measured(values.amount(text), "CNY", None) == value


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("五十年", 50, "年"),
        ("十五点五亩", Decimal("15.5"), "亩"),
        ("二十万平方米", 200_000, "平方米"),
        ("5年期", 5, "年"),
    ],
)
def test_a_number_in_words_counts_its_unit(text: str, number: Decimal, unit: str) -> None:
    found = values.amount(text)
    assert (found.value, found.unit.name if found.unit else None) == (number, unit)


def test_a_number_in_words_alone_is_no_number() -> None:
    for text in ("五十", "一般", "十项全能"):
        with pytest.raises(Unreadable):
            values.amount(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二一年三月五日", dt.date(2021, 3, 5)),
        ("二○二三年十二月三十一日", dt.date(2023, 12, 31)),
        ("二0二二年十月二十日", dt.date(2022, 10, 20)),
        ("二零二零年一月十一日", dt.date(2020, 1, 11)),
    ],
)
def test_a_day_in_words_is_a_day(text: str, day: dt.date) -> None:
    assert values.day(text) == day
    assert ranges.days(f"{text}至{text}") == (day, day)


def test_terms_and_periods_in_words() -> None:
    assert ranges.longest_term("住宅七十年、商服四十年") == 70
    assert periods.period("二〇二一年第三季度") == "2021-Q3"
    assert periods.find_period("二〇二一年十月样例市土地出让公告") == "2021-10"
    assert periods.find_period("2023年1-6月样例市债务") == "2023-01/2023-06"


def test_one_amount_in_two_units_is_the_first_where_they_agree() -> None:
    for text, value in (
        ("32655.21平方米，合48.9828亩", "32655.21"),
        ("2638平方米（合4亩）", 2638),
        ("45.30亩/30200㎡", 30_200),
    ):
        assert values.measured(values.amount(text), "m2", None) == Decimal(value)
    for text, code in (("2公顷（合45亩）", "amounts_differ"), ("2公顷/30元", "not_a_number")):
        with pytest.raises(Unreadable) as caught:
            values.amount(text)
        assert caught.value.code == code
