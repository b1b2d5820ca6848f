"""What the numbers of economic measures are in: by their names, headings, headers, the corner or the steward."""

from __future__ import annotations

import pytest

from ingest.findings import Refused
from tests.ingest.taking import Taker, merged, picked

ECONOMY = "gov_debt.economy"


def test_a_heading_tells_the_unit_of_the_lines_below(take: Taker) -> None:
    rows = [
        ["样例省2018—2019年经济、财政和债务有关数据"], ["项    目", "2018年", "2019年"],
        ["一、地方经济状况", "", ""], ["地区生产总值（亿元）", "8,104.1", "8,718.3"],
        ["二、财政收支状况（亿元）", "", ""], ["（一）近三年一般公共预算收支", "", ""],
        ["一般公共预算收入", 871.05, 850.49], ["（二）近三年政府性基金收支", "", ""],
        ["政府性基金收入", 367.4, 471.85], ["三、人口状况（万人）", "", ""], ["常住人口", 2637.26, 2647.43],
    ]  # fmt: skip
    taken = take(merged(rows, "A1:C1", "A3:C3", "A5:C5", "A6:C6", "A8:C8", "A10:C10"), schema=ECONOMY)
    assert picked(taken.rows, "period", "measure", "value", "unit") == [
        ("2018", "gdp", 810_410_000_000, "CNY"),
        ("2019", "gdp", 871_830_000_000, "CNY"),
        ("2018", "general_revenue", 87_105_000_000, "CNY"),
        ("2019", "general_revenue", 85_049_000_000, "CNY"),
        ("2018", "fund_revenue", 36_740_000_000, "CNY"),
        ("2019", "fund_revenue", 47_185_000_000, "CNY"),
        ("2018", "population", 26_372_600, "person"),
        ("2019", "population", 26_474_300, "person"),
    ]
    assert not taken.findings("figure_without_unit")


def test_a_heading_without_a_number_holds_down_to_the_next(take: Taker) -> None:
    text = (
        "指标,2019年\n经济,\n地区生产总值（亿元）,1.5\n财政收支（万元）,\n一般公共预算收入,300\n政府性基金支出,4\n"
        "社会消费品零售总额（亿元）,\n财政支出,5\n二、其他,\n财政收入,7\n"
    )
    taken = take(text, "绍兴市.csv", schema=ECONOMY)
    assert picked(taken.rows, "measure", "value") == [
        ("gdp", 150_000_000), ("general_revenue", 3_000_000), ("fund_expenditure", 40_000),
    ]  # fmt: skip
    assert taken.finding("figure_without_unit").count == 2


def test_a_corner_is_the_unit_only_of_what_it_fits(take: Taker) -> None:
    text = "单位：亿元,\n指标,2019年\n地区生产总值,1.5\n债务率,3\n常住人口,30\n人均可支配收入,30000\n"
    taken = take(text, "绍兴市.csv", schema=ECONOMY)
    assert picked(taken.rows, "measure", "value", "unit") == [("gdp", 150_000_000, "CNY"), ("debt_ratio", 3, None)]
    told = taken.finding("figure_without_unit")
    assert (told.count, told.cell, told.params["label"]) == (2, "B5", "常住人口")
    both = take(text.replace("单位：亿元", "单位：亿元、万人"), "绍兴市.csv", schema=ECONOMY)
    assert picked(both.rows, "measure", "value", "unit")[2] == ("population", 300_000, "person")


def test_measures_over_their_columns_keep_the_units_of_their_headers(take: Taker) -> None:
    text = "县区,居民人均可支配收入（元）,常住人口（万人）\n越城区,60000,98.2\n"
    taken = take(text, "绍兴市2023年.csv", schema=ECONOMY)
    assert picked(taken.rows, "measure", "value", "unit") == [
        ("income", 60000, "CNY"),
        ("population", 982_000, "person"),
    ]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("地区,年度,指标,数值（亿元）\n成都,2019,地区生产总值,1.5\n", None),
        ("地区,年度,指标,数值\n成都,2019,地区生产总值（亿元）,1.5\n", None),
        ("地区,年度,指标,数值\n成都,2019,地区生产总值,1.5亿元\n", None),
        ("成都市经济（单位：亿元）\n地区,年度,指标,数值\n成都,2019,地区生产总值,1.5\n", None),
        ("地区,年度,指标,数值\n成都,2019,地区生产总值,1.5\n", "亿元"),
        ("地区,年度,指标,数值,单位\n成都,2019,地区生产总值,1.5,\n", "公顷,亿元"),
        ("指标,2019年\n地区生产总值,1.5\n", "亿元"),
    ],
)
def test_a_list_or_matrix_of_measures_takes_its_unit_from_wherever_it_stands(
    take: Taker, text: str, stated: str | None
) -> None:
    taken = take(text, "成都市.csv", schema=ECONOMY, unit=stated)
    assert picked(taken.rows, "measure", "value", "unit") == [("gdp", 150_000_000, "CNY")]


def test_a_number_of_which_nothing_tells_the_unit_is_left_out(take: Taker) -> None:
    text = "地区,年度,指标,数值\n成都,2019,地区生产总值,1.5\n成都,2019,债务率,3\n成都,2019,常住人口,2万人\n"
    taken = take(text, schema=ECONOMY)
    assert picked(taken.rows, "measure", "value", "unit") == [("debt_ratio", 3, None), ("population", 20_000, "person")]
    assert taken.finding("figure_without_unit").cell == "D2"


@pytest.mark.parametrize("text", ["指标,年度,数值\n政府性基金支出,2019,4\n", "指标,2019年\n政府性基金支出,4\n"])
def test_a_table_of_which_no_number_has_a_unit_is_refused(take: Taker, text: str) -> None:
    with pytest.raises(Refused) as refused:
        take(text, "成都市.csv", schema=ECONOMY)
    assert refused.value.finding.code == "figure_without_unit"


@pytest.mark.parametrize("long", [False, True])
def test_a_unit_that_is_merged_over_rows_or_repeated_by_a_sign_is_that_of_each(take: Taker, long: bool) -> None:
    rows = [
        ["指标", "单位", "数值" if long else "2019年"],
        ["地区生产总值", "亿元", 5], ["一般公共预算收入", "", 3], ["常住人口", "万人", 7],
        ["政府性基金收入", "万元", 2], ["政府性基金支出", "〃", 4], ["财政支出", "", 4],
    ]  # fmt: skip
    taken = take(merged(rows, "B2:B3"), "绍兴市2019年.xlsx", schema=ECONOMY)
    assert picked(taken.rows, "measure", "value", "unit") == [
        ("gdp", 500_000_000, "CNY"),
        ("general_revenue", 300_000_000, "CNY"),
        ("population", 70_000, "person"),
        ("fund_revenue", 20_000, "CNY"),
        ("fund_expenditure", 40_000, "CNY"),
    ]
    assert taken.finding("figure_without_unit").cell == "C7"
