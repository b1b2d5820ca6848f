"""One cell at a time: numbers, units, days, times, nulls, and why something is none."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import nulls, values
from ingest.units import find_unit, fitting, stated, to_canonical
from ingest.values import amount, loose_day, measured, moment
from tests.ingest.taking import why


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2249.687", "22496870"),
        ("44523万元", "445230000"),
        ("14120万", "141200000"),
        ("2 280万元", "22800000"),
        ("|11807650元", "11807650"),
        ("人民币37228万元", "372280000"),
        ("1,975,866.5", "19758665000"),
        ("790 000 000", "7900000000000"),
        ("４５.５", "455000"),
        ("—0.28", "-2800"),
        ("1.2e3", "12000000"),
        ("3亿元；", "300000000"),
        ("500（不含税）", "5000000"),
        ("300万元或其整数倍", "3000000"),
        ("15，470，253 .00元", "15470253"),
        ("1200,其中：地下300", "12000000"),
    ],
)
def test_money_goes_into_yuan_by_its_own_unit_or_the_headers(text: str, value: str) -> None:
    assert measured(amount(text), "CNY", find_unit("万元")) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42538.29平方米", "42538.29"),
        ("59352.36㎡", "59352.36"),
        ("13 548.76㎡", "13548.76"),
        ("|3906平方米", "3906"),
        ("66667.4方米", "66667.4"),
        ("1.5", "15000"),
        ("1亩", "666.67"),
        ("3亩", "2000"),
        ("0.75亩", "500"),
        ("7320.06平方米（合10.9801亩）", "7320.06"),
        ("为105477.6平方米", "105477.6"),
        ("48247.47\n合72.3712亩", "48247.47"),
        ("4.8247 合72.371亩", "48247"),
        ("4327.54平方米（折6.49亩，具体以实测面积为准）", "4327.54"),
        ("2100公顷以内", "21000000"),
        ("40300m2", "40300"),
        ("2平方公里", "2000000"),
    ],
)
def test_areas_go_into_square_metres(text: str, value: str) -> None:
    assert measured(amount(text), "m2", find_unit("公顷")) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("很多", "not_a_number"),
        ("58600万元+1000平方米", "not_a_number"),
        ("1,23,456", "not_a_number"),
        ("12 34", "not_a_number"),
        ("|1|2", "several_values"),
        ("5斤", "unit_unknown"),
        ("48247.47 合99亩", "amounts_differ"),
        ("48247.47 合99元", "not_a_number"),
        ("9" * 39, "number_too_long"),
        ("1e99", "number_too_long"),
    ],
)
def test_what_is_no_number_says_why(text: str, code: str) -> None:
    assert why(amount, text) == code


def test_a_unit_of_another_measure_is_refused() -> None:
    assert why(lambda text: measured(amount(text), "CNY", None), "3000元/平方米") == "unit_misfit"


@given(st.decimals(-(10**12), 10**12, places=6))
def test_a_number_written_with_separators_and_unit_is_read_back_exactly(value: Decimal) -> None:
    assert amount(f"{value:,f}万元").value == value
    assert measured(amount(f"{value:f}万元"), "CNY", None) == value * 10_000


@given(st.integers(0, 10**9))
def test_a_mu_is_rounded_half_even_to_a_square_centimetre_of_hundredths(number: int) -> None:
    unit = find_unit("亩")
    assert unit is not None
    found = to_canonical(Decimal(number), unit)
    assert abs(found * 3 - number * 2_000) <= Decimal("0.015")


@pytest.mark.parametrize(
    ("text", "measure", "name"),
    [
        ("万元", "CNY", "万元"),
        ("（单位：萬元）", "CNY", None),
        ("單位:億元", "CNY", "亿元"),
        ("㎡", "m2", "平方米"),
        ("m", "m2", "平方米"),
        ("万元/公顷", "CNY/m2", "万元/公顷"),
        ("元每平方米", "CNY/m2", "元/平方米"),
        ("％", "percent", "%"),
        ("万元", "m2", None),
        ("斗", "m2", None),
    ],
)
def test_a_unit_is_known_by_its_spellings_and_fits_one_measure(text: str, measure: str, name: str | None) -> None:
    unit = fitting(text, measure)
    assert (unit.name if unit else None) == name


def test_the_stewards_words_apply_each_to_its_measure() -> None:
    area, money = stated("公顷，万元", "m2"), stated("公顷,万元", "CNY")
    assert area is not None
    assert money is not None
    assert (area.name, money.name) == ("公顷", "万元")
    assert stated(None, "CNY") is None


def test_wan_yuan_per_mu_is_fifteen_yuan_per_square_metre() -> None:
    unit = find_unit("万元/亩")
    assert unit is not None
    assert to_canonical(Decimal(2), unit) == 30


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2017-01-03", (2017, 1, 3)),
        ("2017/1/3", (2017, 1, 3)),
        ("2013.3.7", (2013, 3, 7)),
        ("2017年01月03日", (2017, 1, 3)),
        ("２０１７年１月３日", (2017, 1, 3)),
        ("| 2019年5月15日", (2019, 5, 15)),
        ("民國105年1月3日", (2016, 1, 3)),
        ("2008/3/18 0:00:00", (2008, 3, 18)),
        ("20170103", (2017, 1, 3)),
        ("42588", (2016, 8, 6)),
        ("2020-05-08 15:00", (2020, 5, 8)),
    ],
)
def test_a_day_is_read_in_every_usual_spelling(text: str, day: tuple[int, int, int]) -> None:
    assert loose_day(text) == dt.date(*day)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2023-02-30", "date_impossible"),
        ("2017年1月", "date_incomplete"),
        ("昨天", "not_a_date"),
        ("2014", "not_a_date"),
    ],
)
def test_what_is_no_day_says_why(text: str, code: str) -> None:
    assert why(loose_day, text) == code


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2020-05-05 09:00", "09:00:00"),
        ("2020年05月05土09时00分", "09:00:00"),
        ("2020年5月5日 8时0分9秒", "08:00:09"),
        ("2020年5月5日8时", "08:00:00"),
        ("2020年5月5日下午14：50", "14:50:00"),
        ("2020年5月5日下午2：50", "14:50:00"),
        ("2020-05-05T01:00:00Z", "09:00:00"),
        ("2020-05-05T09:00:00.25+08:00", "09:00:00.250000"),
    ],
)
def test_a_moment_is_civil_time_in_china(text: str, clock: str) -> None:
    assert moment(text) == dt.datetime.combine(dt.date(2020, 5, 5), dt.time.fromisoformat(clock))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2020-05-05 25:00", "time_impossible"),
        ("0001-01-01 00:00 +14:00", "time_impossible"),
        ("2020-05-05", "not_a_datetime"),
    ],
)
def test_what_is_no_moment_says_why(text: str, code: str) -> None:
    assert why(moment, text) == code


@given(st.dates(), st.times())
def test_an_iso_moment_comes_back(date: dt.date, time: dt.time) -> None:
    value = dt.datetime.combine(date, time)
    assert moment(value.isoformat(" ")) == value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "missing"),
        ("\u00a0", "missing"),
        ("None", "missing"),
        ("暂无", "missing"),
        ("-", "missing"),
        ("| |", "missing"),
        ("/", "not_applicable"),
        ("——", "not_disclosed"),
        ("**", "not_disclosed"),
        ("0", None),
        ("a/b", None),
    ],
)
def test_a_null_has_a_kind(text: str, kind: str | None) -> None:
    assert nulls.null_kind(text) == kind


def test_the_words_of_a_failed_sale_are_known_but_not_among_figures() -> None:
    assert nulls.is_unsold("流 拍")
    assert nulls.is_unsold("（中止出让）")
    assert not nulls.is_unsold("流拍后以125万元成交")


def test_truth_is_two_pairs_of_words() -> None:
    assert [values.truth(word) for word in ("是", "FALSE")] == [True, False]
    assert why(values.truth, "也许") == "not_a_boolean"


@pytest.mark.parametrize(
    ("text", "measure", "value"),
    [
        ("1.5万吨", "t", "15000"),
        ("120500千克", "t", "120.5"),
        ("3亿立方米", "m3", "300000000"),
        ("1.95亿美元", "USD", "195000000"),
        ("143.46万人", "person", "1434600"),
        ("2千克/年", "t/year", "0.002"),
        ("5Y", "year", "5"),
    ],
)
def test_measures_beyond_money_and_land_are_converted_too(text: str, measure: str, value: str) -> None:
    assert measured(amount(text), measure, None) == Decimal(value)


def test_space_of_any_kind_within_a_number_is_none_of_it() -> None:
    assert amount("12\n.5").value == Decimal("12.5")


@pytest.mark.parametrize("text", ["2021年1月15日（星期五）", "2021/1/15 星期五", "2021-1-15（周五）"])
def test_the_day_of_the_week_may_stand_with_a_date(text: str) -> None:
    assert values.day(text) == dt.date(2021, 1, 15)


def test_the_day_of_the_week_may_stand_before_a_time_but_must_be_the_dates() -> None:
    assert moment("2022/7/5 星期二 15:30:00").isoformat() == "2022-07-05T15:30:00"
    assert moment("2022年7月3日（星期天）下午3时").isoformat() == "2022-07-03T15:00:00"
    assert why(loose_day, "2022/7/5 星期三") == "not_a_date"
    assert why(loose_day, "2022/2/30 星期三") == "not_a_date"
