"""Debt tables of other cities in other shapes, every cell of them checked by hand."""

from __future__ import annotations

from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from tests.ingest.taking import Taker, merged, picked, workbook

LUZHOU = [
    ["附件2"],
    ["2022年度泸州市地方政府债务限额及余额决算情况表"],
    ["", "", "", "", "", "", "单位：亿元"],
    ["地   区", "2022年债务限额", "", "", "2022年债务余额（决算数）", "", ""],
    ["", "小计", "一般债务", "专项债务", "小计", "一般债务", "专项债务"],
    ["公  式", "A=B+C", "B", "C", "D=E+F", "E", "F"],
    ["栏次", "1", "2", "3", "4", "5", "6"],
    ["泸州市", "700.31", "275.31", "425.00", "683.72", "262.22", "421.50"],
    ["  市本级", "160.20", "60.10", "100.10", "158.70", "58.90", "99.80"],
    ["  古蔺县", "85.00", "45.00", "40.00", "86.00", "46.00", "40.00"],
    ["注：1.本表反映上一年度限额及余额决算数。"],
]


def test_limits_and_balances_of_a_city_its_own_level_and_its_counties(take: Taker) -> None:
    taken = take(merged(LUZHOU, "B4:D4", "E4:G4", "A4:A5"), "债务.xlsx", schema="gov_debt.limit_balance")
    assert taken.table.title == "2022年度泸州市地方政府债务限额及余额决算情况表"
    names = ("region", "region_name", "scope", "period", "measure", "status", "debt_type", "value")
    rows = picked(taken.rows, *names)
    assert rows[0] == ("510500", "泸州市", "whole", "2022", "limit", "quota", "total", 70_031_000_000)
    assert rows[7] == ("510500", "市本级", "own_level", "2022", "limit", "quota", "general", 6_010_000_000)
    assert rows[17] == ("510525", "古蔺县", "whole", "2022", "balance", "final", "special", 4_000_000_000)
    assert [one.cell for one in taken.findings("check_within")] == ["E10", "F10"]


SUINING = [
    ["地方政府债券发行及还本付息情况表"],
    ["", "", "", "单位：亿元"],
    ["项目", "公式", "本地区", "本级"],
    ["四、2022年还本支出预算数", "L=M+O", "41.00", "12.00"],
    ["（一）一般债券", "M", "25.00", "7.00"],
    ["   其中：再融资", "", "22.00", "6.00"],
    ["      财政预算安排", "N", "3.00", "1.00"],
    ["（二）专项债券", "O", "16.00", "5.00"],
    ["   其中：再融资", "", "14.00", "4.5"],
]


def test_what_a_row_stands_under_says_what_is_repaid(take: Taker) -> None:
    taken = take(merged(SUINING, "A1:D1"), "遂宁市2021年.xlsx", schema="gov_debt.flow")
    assert picked(taken.rows, "region_name", "scope", "debt_type", "item", "value")[::2] == [
        ("遂宁市", "whole", "total", "repay_principal", 4_100_000_000),
        ("遂宁市", "whole", "general", "repay_principal", 2_500_000_000),
        ("遂宁市", "whole", "general", "repay_refinancing", 2_200_000_000),
        ("遂宁市", "whole", "general", "repay_from_budget", 300_000_000),
        ("遂宁市", "whole", "special", "repay_principal", 1_600_000_000),
        ("遂宁市", "whole", "special", "repay_refinancing", 1_400_000_000),
    ]


def test_a_limit_in_advance_keeps_its_kind_in_the_rows_below(take: Taker) -> None:
    rows = [
        ["2023年攀枝花市地方政府债务限额提前下达情况表"],
        ["单位：亿元"],
        ["项目", "公式", "本地区", "本级"],
        ["一、2022年地方政府债务限额", "A=B+C", "210", "110"],
        ["其中：一般债务限额", "B", "90", "50"],
        ["二、提前下达的2023年新增地方政府债务限额", "D=E+F", "20", "8"],
        ["其中：一般债务限额", "E", "6", "2"],
    ]
    taken = take(workbook(("表", rows)), schema="gov_debt.flow")
    assert picked(taken.rows, "period", "debt_type", "item")[::2] == [
        ("2022", "total", "limit_start"),
        ("2022", "general", "limit_start"),
        ("2023", "total", "limit_advance"),
        ("2023", "general", "limit_advance"),
    ]


def test_a_row_of_sums_that_means_a_kind_of_debt_is_a_value(take: Taker) -> None:
    rows = [
        ["2023年丽江市地方政府债务限额和余额表"],
        ["单位：万元"],
        ["项目", "2022年限额", "2022年余额（决算数）"],
        ["一般债务", "1,230,000", "1,180,000"],
        ["专项债务", "2,000,500", "1,990,000"],
        ["合计", "3,230,500", "3,170,000"],
    ]
    taken = take(workbook(("表", rows)), schema="gov_debt.limit_balance")
    assert taken.column("debt_type") == ["general", "general", "special", "special", "total", "total"]
    assert taken.column("value")[4] == 32_305_000_000
    assert taken.outcome.totals == []


def test_sums_of_a_matrix_stand_in_the_totals(take: Taker) -> None:
    rows = [
        ["地区", "2022年一般债务限额（亿元）", "2022年专项债务限额（亿元）"],
        ["镇海区", 1, 2],
        ["余姚市", 3, 4],
        ["合计", 4, 6],
    ]
    taken = take(workbook(("表", rows)), schema="gov_debt.limit_balance")
    assert len(taken.rows) == 4
    (total,) = taken.outcome.totals
    assert total["values"] == {"地区": "合计", "2022年一般债务限额（亿元）": "4", "2022年专项债务限额（亿元）": "6"}


def test_measures_of_the_economy_are_in_their_canonical_units(take: Taker) -> None:
    rows = [
        ["2022年雅安市经济财政主要指标"],
        ["指标", "单位", "2022年", "比上年增长（%）"],
        ["地区生产总值", "亿元", "902.50", "3.6"],
        ["进出口总额", "亿美元", "1.95", "20.4"],
        ["一般公共预算收入", "万元", "650,231", "7.95"],
        ["年末常住人口", "万人", "143.46", "-0.1"],
        ["债务率", "%", "88.5", ""],
    ]
    taken = take(workbook(("表", rows)), schema="gov_debt.economy")
    assert picked(taken.rows, "region", "measure", "value", "unit") == [
        ("511800", "gdp", 90_250_000_000, "CNY"),
        ("511800", "trade", 195_000_000, "USD"),
        ("511800", "general_revenue", 6_502_310_000, "CNY"),
        ("511800", "population", 1_434_600, "person"),
        ("511800", "debt_ratio", Decimal("88.5"), "percent"),
    ]
    assert taken.finding("figures_left_out").cell == "D2"


def test_a_long_table_of_the_economy_takes_the_unit_of_the_column_beside(take: Taker) -> None:
    head = "城市,年度,指标,数值,单位\n"
    lines = "成都,2019,地区生产总值,1.5,亿元\n成都,2019,债务率,90%,\n成都,2019,常住人口,—,万人\n"
    taken = take(head + lines, schema="gov_debt.economy")
    assert picked(taken.rows, "region", "value", "unit") == [
        ("510100", 150_000_000, "CNY"),
        ("510100", Decimal(90), None),
        ("510100", None, "person"),
    ]
    told = taken.cells(1)["value"]
    assert (told["raw"], told["unit"]) == ("1.5 | 亿元", "亿元")


def test_the_corner_is_the_unit_of_sums_and_never_of_rates(take: Taker) -> None:
    rows = [["2022年雅安市主要指标"], ["单位：亿元"], ["指标", "2022年"], ["地区生产总值", 902.5], ["债务率", 88.5]]
    taken = take(workbook(("表", rows)), schema="gov_debt.economy")
    assert picked(taken.rows, "measure", "value", "unit") == [
        ("gdp", 90_250_000_000, "CNY"),
        ("debt_ratio", Decimal("88.5"), None),
    ]


def test_measures_across_and_counties_down_each_keep_the_unit_of_their_header(take: Taker) -> None:
    lines = "县区,地区生产总值（亿元）,一般公共预算收入（亿元）\n越城区,1200.5,98.2\n诸暨市,1800,110.5\n"
    taken = take(lines, "绍兴市2023年.csv", schema="gov_debt.economy")
    assert picked(taken.rows, "region", "measure", "value")[1:3] == [
        ("330602", "general_revenue", 9_820_000_000),
        ("330681", "gdp", 180_000_000_000),
    ]


BONDS = [
    ["2021年--2022年末自贡市发行的新增地方政府一般债券情况表"],
    ["", "", "", "", "", "", "单位：亿元"],
    ["债券名称", "债券编码", "债券规模", "债券利率（%）", "债券项目总投资", "", "债券项目已实现投资", ""],
    ["", "", "", "", "", "其中：债券资金安排", "", "其中：债券资金安排"],
    ["2021年四川省政府一般债券（一期）", "2105110", "1.50", "3.52", "12.80", "1.50", "10.00", "1.20"],
    ["2022年四川省政府一般债券（三期）", "198234", "8000万元", "0.0282", "3.2", "0.8", "1.1", "0.8"],
]


@pytest.mark.parametrize("also", [(), ("E3:E4", "G3:G4"), ("E3:F3", "G3:H3")])
def test_a_part_without_a_heading_above_it_belongs_to_its_left(take: Taker, also: tuple[str, ...]) -> None:
    ranges = ("A3:A4", "B3:B4", "C3:C4", "D3:D4", *also)
    taken = take(merged(BONDS, *ranges), schema="gov_debt.bonds")
    names = ("amount", "total_investment", "total_from_bonds", "invested", "invested_from_bonds")
    assert picked(taken.rows, *names) == [
        (150_000_000, 1_280_000_000, 150_000_000, 1_000_000_000, 120_000_000),
        (80_000_000, 320_000_000, 80_000_000, 110_000_000, 80_000_000),
    ]
    assert taken.finding("value_too_small").cell == "D6"


ISSUED = [
    ["地方政府债券发行及还本付息情况表"],
    ["", "", "单位：亿元"],
    ["项目", "本地区", "本级"],
    ["一、2023年发行预计执行数", "42.00", "13.00"],
    ["二、2023年发行执行数", "41.00", "12.00"],
    ["三、2024年还本支出预算数", "9.00", "3.00"],
]


def test_a_row_says_itself_whether_it_was_executed(take: Taker) -> None:
    taken = take(workbook(("表", ISSUED)), schema="gov_debt.flow")
    assert picked(taken.rows, "item", "status", "value")[::2] == [
        ("issue", "forecast", 4_200_000_000),
        ("issue", "executed", 4_100_000_000),
        ("repay_principal", "budget", 900_000_000),
    ]


STACKED = (
    "附表1-1,,,,,,\n新昌县2022年地方政府债务限额及余额预算情况表,,,,,,\n,,,,,,单位：亿元\n"
    "地区,2022年债务限额,,,2022年债务余额预计执行数,,\n,,一般债务,专项债务,,一般债务,专项债务\n公式,A=B+C,B,C,D=E+F,E,F\n"
    "新昌县,100,60,40,90,55,35\n"
    "附表1-2,,,,,,\n新昌县2022年地方政府一般债务余额情况表,,,,,,\n,,单位：亿元,,,,\n项目,预算数,执行数,,,,\n"
    "一、2021年末地方政府一般债务余额实际数,,50,,,,\n二、2022年末地方政府一般债务余额限额,60,,,,,\n"
    "三、2022年地方政府一般债务发行额,,8,,,,\n中央转贷地方的国际金融组织和外国政府贷款,,1,,,,\n"
    "其中：2022年地方政府一般债券发行额,,7,,,,\n四、2022年地方政府一般债务还本支出,,3,,,,\n"
    "五、2022年末地方政府一般债务余额预计执行数,,55,,,,\n"
)


def test_parts_under_a_whole_without_merged_cells_are_of_its_measure(take: Taker) -> None:
    taken = take(STACKED, "债务.csv", schema="gov_debt.limit_balance")
    assert picked(taken.rows, "measure", "debt_type", "status", "value") == [
        ("limit", "total", "quota", 10_000_000_000),
        ("limit", "general", "quota", 6_000_000_000),
        ("limit", "special", "quota", 4_000_000_000),
        ("balance", "total", "forecast", 9_000_000_000),
        ("balance", "general", "forecast", 5_500_000_000),
        ("balance", "special", "forecast", 3_500_000_000),
    ]
    second = pq.read_table(taken.outcome.tables[1].parquet).to_pylist()
    assert picked(second, "period", "measure", "value") == [
        ("2021", "balance", 5_000_000_000),
        ("2022", "limit", 6_000_000_000),
        ("2022", "balance", 5_500_000_000),
    ]
    told = [one for one in taken.findings("figure_unplaced") if one.column == "执行数"]
    assert told[0].params["cells"] == "C14, C15, C16, C17"  # what moves a debt is neither limit nor balance


def test_a_stacked_file_of_debts_is_proposed_by_its_first_table(take: Taker) -> None:
    taken = take(STACKED, "债务.csv")
    assert taken.outcome.proposals[0].schema == "gov_debt.limit_balance"
    assert len(taken.outcome.tables) == 2


def test_bonds_are_a_part_of_the_debt_that_was_issued(take: Taker) -> None:
    taken = take(STACKED, "债务.csv", schema="gov_debt.flow")
    assert picked(taken.rows, "item", "value") == [
        ("balance_start", 5_000_000_000),
        ("limit_start", 6_000_000_000),
        ("issue", 800_000_000),
        ("issue_external", 100_000_000),
        ("issue_bonds", 700_000_000),
        ("repay_principal", 300_000_000),
        ("balance_end", 5_500_000_000),
    ]


def test_new_bonds_are_a_part_of_those_that_were_issued(take: Taker) -> None:
    text = (
        "德清县2021年地方政府债券发行及还本付息情况表,,\n,,单位：亿元\n项目,公式,本地区\n一、2021年发行决算数,A=B+C,30.2\n"
        "（一）一般债券,B,10.1\n其中：新增一般债券,,4.1\n再融资一般债券,,6\n（二）专项债券,C,20.1\n其中：新增专项债券,,20.1\n"
    )
    taken = take(text, "债券.csv", schema="gov_debt.flow")
    assert picked(taken.rows, "item", "debt_type", "value") == [
        ("issue", "total", 3_020_000_000),
        ("issue", "general", 1_010_000_000),
        ("issue_new", "general", 410_000_000),
        ("issue_refinancing", "general", 600_000_000),
        ("issue", "special", 2_010_000_000),
        ("issue_new", "special", 2_010_000_000),
    ]
    assert not taken.findings("key_repeated")


def test_a_share_of_the_product_is_not_the_product(take: Taker) -> None:
    text = "region,year,debt_to_gdp_pct,gdp(元)\n浙江省,2015,19.4,42886\n福建省,2015,17.9,25980\n"
    taken = take(text, "表.csv", schema="gov_debt.economy")
    assert picked(taken.rows, "period", "measure", "value") == [
        ("2015", "debt_to_gdp", Decimal("19.4")),
        ("2015", "gdp", 42886),
        ("2015", "debt_to_gdp", Decimal("17.9")),
        ("2015", "gdp", 25980),
    ]
