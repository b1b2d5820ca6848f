"""Values as JSON and text, and the native form that is compared."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rows.periods import first_day, is_period, last_day
from catalog.rows.values import column_writer, decimal_of, from_native, scaled_of, to_json, to_native, to_text
from catalog.schema import Field


def field(kind: str, scale: int | None = None) -> Field:
    return Field("f", "字段", kind, precision=None if scale is None else 38, scale=scale)


MONEY = field("decimal", 2)
CASES = [
    (MONEY, Decimal("42538.29"), 42538.29, "42538.29"),
    (MONEY, Decimal("100.00"), 100, "100"),
    (MONEY, Decimal("-0.00"), 0, "0"),
    (MONEY, Decimal("9007199254740992.00"), 9007199254740992, "9007199254740992"),
    (MONEY, Decimal("9007199254740993.00"), "9007199254740993", "9007199254740993"),
    (MONEY, Decimal("1234567890123456.5"), 1234567890123456.5, "1234567890123456.5"),
    (MONEY, Decimal("1234567890123456.57"), "1234567890123456.57", "1234567890123456.57"),
    (field("integer"), 1 << 53, 1 << 53, "9007199254740992"),
    (field("integer"), -(1 << 53) - 1, "-9007199254740993", "-9007199254740993"),
    (field("date"), date(2020, 4, 17), "2020-04-17", "2020-04-17"),
    (field("datetime"), datetime.fromisoformat("2020-04-17T09:00"), "2020-04-17T09:00+08:00", "2020-04-17T09:00+08:00"),
    (field("boolean"), False, False, "false"),
    (field("period"), "2018-Q3", "2018-Q3", "2018-Q3"),
    (field("decimal"), 1e-7, 1e-7, "0.0000001"),
    (MONEY, None, None, ""),
]


@pytest.mark.parametrize(("one", "value", "as_json", "as_text"), CASES)
def test_values_are_written_exactly(one: Field, value: Any, as_json: Any, as_text: str) -> None:
    found = to_json(one, value)
    assert (found, type(found)) == (as_json, type(as_json))
    assert to_text(one, value) == as_text


@pytest.mark.parametrize("text", ["09:00:30", "09:00:30.000005"])
def test_seconds_are_shown_where_there_are_any(text: str) -> None:
    assert to_json(field("datetime"), datetime.fromisoformat(f"2020-04-17T{text}")) == f"2020-04-17T{text}+08:00"


kinds = st.one_of(
    st.integers(-(10**38) + 1, 10**38 - 1).map(lambda number: (field("decimal", 7), decimal_of(number, 7))),
    st.integers(-(10**17), 10**17).map(lambda number: (MONEY, decimal_of(number, 2))),
    st.dates().map(lambda day: (field("date"), day)),
    st.datetimes().map(lambda moment: (field("datetime"), moment)),
    st.integers(-(1 << 63), (1 << 63) - 1).map(lambda number: (field("integer"), number)),
    st.booleans().map(lambda flag: (field("boolean"), flag)),
    st.text().map(lambda text: (field("string"), text)),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: (field("decimal"), number)),
)


@given(kinds)
def test_native_values_come_back_and_are_written_alike(pair: tuple[Field, Any]) -> None:
    one, value = pair
    native = to_native(one, value)
    assert from_native(one, native) == value
    assert column_writer(one)([native, None]) == [to_json(one, value), None]


@given(st.integers(), st.integers(0, 30))
def test_scaling_is_undone(number: int, scale: int) -> None:
    assert scaled_of(decimal_of(number, scale), scale) == number


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2018", "2018-01-01", "2018-12-31"),
        ("2018-H1", "2018-01-01", "2018-06-31"),
        ("2018-H2", "2018-07-01", "2018-12-31"),
        ("2018-Q3", "2018-07-01", "2018-09-31"),
        ("2018-02", "2018-02-01", "2018-02-31"),
        ("2018-12-31", "2018-12-31", "2018-12-31"),
        ("2015-01/2015-06", "2015-01-01", "2015-06-31"),
        ("2014/2015-Q2", "2014-01-01", "2015-06-31"),
    ],
)
def test_a_period_has_a_first_and_a_last_day(period: str, first: str, last: str) -> None:
    assert is_period(period)
    assert (first_day(period), last_day(period)) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "18", "2018-13", "2018-Q5", "2018-H3", "2018-02-30", "2018/", "1/2/3", "2018 ", "２０１８"]
)
def test_other_text_is_no_period(text: str) -> None:
    assert not is_period(text)
