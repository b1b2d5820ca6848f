"""A matrix that nobody knew before, whose words are the spellings of its codes; parts of a year under any title."""

from __future__ import annotations

import pytest

from ingest.families import load_schema
from ingest.periods import find_period, period
from tests.ingest.taking import Taker, picked

WATER = """
name = "water.supply"
title = { zh-Hans = "供水量", en = "Water supply" }
key = ["region", "period", "use"]

[[field]]
name = "region"
type = "code"
title = { zh-Hans = "地区" }
reader = "region"
required = true

[[field]]
name = "period"
type = "period"
title = { zh-Hans = "月份" }

[[field]]
name = "use"
type = "code"
title = { zh-Hans = "类别" }
[field.codes.household]
zh-Hans = "居民生活"
en = "Households"
spellings = ["居民用水"]
[field.codes.industry]
zh-Hans = "工业"
en = "Industry"
spellings = ["工业用水"]

[[field]]
name = "volume"
type = "decimal"
title = { zh-Hans = "供水量" }
unit = "m3"
required = true

[melt]
value = "volume"
needs = ["region", "period", "use"]
period = "period"
"""


@pytest.fixture(autouse=True)
def water(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ingest.taking.find_schema", lambda name: load_schema(WATER))


@pytest.mark.parametrize("when", ["2024年", "2024年上半年", "2024年1-6月", "2024年第一季度", "2024年6月"])
def test_months_as_columns_are_of_the_titles_year(take: Taker, when: str) -> None:
    lines = f"绍兴市{when}用水量\n单位：立方米\n地区,类别,1月份,2月\n越城区,居民用水,100,100\n诸暨市,工业,70,75\n"
    taken = take(lines, "t.csv", schema="water.supply")
    assert picked(taken.rows, "region", "use", "period", "volume") == [
        ("330602", "household", "2024-01", 100),
        ("330602", "household", "2024-02", 100),
        ("330681", "industry", "2024-01", 70),
        ("330681", "industry", "2024-02", 75),
    ]


def test_the_last_month_beside_january_is_of_the_year_before(take: Taker) -> None:
    taken = take("绍兴市2024年1月用水量\n地区,类别,12月,1月\n越城区,居民用水,9,8\n", "t.csv", schema="water.supply")
    assert taken.column("period") == ["2023-12", "2024-01"]


def test_what_headers_sum_up_is_a_span_of_months(take: Taker) -> None:
    lines = "绍兴市2024年6月用水量\n地区,类别,6月,1—6月累计\n越城区,居民用水,9,50\n"
    assert take(lines, "t.csv", schema="water.supply").column("period") == ["2024-06", "2024-01/2024-06"]


def test_codes_in_headers_need_no_words(take: Taker) -> None:
    lines = "绍兴市2024年1月用水量\n地区,居民用水,工业用水\n越城区,100,50\n"
    taken = take(lines, "t.csv", schema="water.supply")
    assert picked(taken.rows, "use", "period", "volume") == [("household", "2024-01", 100), ("industry", "2024-01", 50)]


def test_what_nothing_says_of_the_numbers_is_named(take: Taker) -> None:
    found = take.refused("用水量\n地区,甲,乙\n越城区,100,50\n", "t.csv", schema="water.supply")
    assert (found.code, found.params["fields"]) == ("matrix_unclear", "月份、类别")


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2024年前三季度", "2024-01/2024-09"),
        ("2024年1-3季度", "2024-01/2024-09"),
        ("2024年1—6月份", "2024-01/2024-06"),
        ("2024年第三季度", "2024-Q3"),
    ],
)
def test_quarters_and_months_that_are_counted_from_the_first(text: str, when: str) -> None:
    assert (period(text), find_period(f"样例市{text}主要指标")) == (when, when)
