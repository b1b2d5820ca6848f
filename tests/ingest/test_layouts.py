"""Layouts that schemas declare: matrices and lists in cells become rows, and each value knows its own cell."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.ingest.taking import Taker, picked, workbook

PRICE_HEAD = (
    "序号,指标类别,本季度 / 综合,本季度 / 商业用途,本季度 / 居住用途,本季度 / 工业用途,"
    "上季度 / 综合,上季度 / 商业用途,上季度 / 居住用途,上季度 / 工业用途\n"
)
PRICES = (
    PRICE_HEAD
    + "1,(1)地面地价水平值,3193,9234,4894,783,3050,8642,4681,783\n"
    + "2,(2)楼面地价水平值,,4286,2869,,,4023,2750,\n"
    + "3,(3)地价增长率(环比),4.69%,6.85%,4.55%,0.00%,,,,\n"
    + "4,(4)地价增长率(同比),10.71%,—0.28%,11.71%,1.03%,,,,\n"
    + "5,本季度土地供应的变化情况,1、土地供应量增长情况,,,,,,,\n"
)


def test_the_quarterly_form_of_land_prices_becomes_one_row_a_number(take: Taker) -> None:
    taken = take(PRICES, "青岛市2014年第1季度地价.csv", schema="land_price.quarterly")
    rows = picked(taken.rows, "period", "use", "measure", "block", "unit", "value")
    assert len(rows) == 20
    assert ("2014-Q1", "commercial", "level", "current", "CNY/m2", Decimal(9234)) in rows
    assert ("2013-Q4", "all", "level", "previous", "CNY/m2", Decimal(3050)) in rows
    assert ("2014-Q1", "residential", "floor_level", "current", "CNY/m2", Decimal(2869)) in rows
    assert ("2014-Q1", "commercial", "growth_yoy", "current", "percent", Decimal("-0.28")) in rows
    assert not taken.findings("check_growth")


def test_a_melted_value_knows_the_cell_where_it_stood(take: Taker) -> None:
    taken = take(PRICES, "2014年第1季度.csv", schema="land_price.quarterly")
    row = next(
        number
        for number, one in enumerate(taken.rows, start=1)
        if one["use"] == "industrial" and one["block"] == "previous"
    )
    cells = taken.cells(row)
    assert (cells["value"]["raw"], cells["value"]["cell"]) == ("783", "J2")
    assert (cells["use"]["raw"], cells["use"]["cell"]) == ("上季度 / 工业用途", "J1")
    assert (cells["measure"]["raw"], cells["measure"]["cell"]) == ("(1)地面地价水平值", "B2")


def test_a_printed_growth_that_the_levels_do_not_give_is_told(take: Taker) -> None:
    taken = take(PRICES.replace("6.85%", "7.85%"), "2014年第1季度.csv", schema="land_price.quarterly")
    found = taken.finding("check_growth")
    assert (found.cell, found.params["expected"]) == ("D4", "6.85")


def test_a_header_that_lost_a_use_is_refused_and_not_read_by_position(take: Taker) -> None:
    found = take.refused("指标,商业,居住,工业,\n地面地价水平值,3193,9234,4894,783\n", schema="land_price.quarterly")
    assert (found.code, found.cell, found.params["count"]) == ("matrix_header_lost", "E1", 4)


LIMITS = (
    "地区,2020年债务限额,2020年债务限额 / 一般债务,2020年债务限额 / 专项债务,"
    "2020年债务余额预计执行数,2020年债务余额预计执行数 / 一般债务,2020年债务余额预计执行数 / 专项债务\n"
    "公 式,A=B+C,B,C,D=E+F,E,F\n綦江区,152.50,89.00,63.50,84.44,51.97,32.47\n"
)


def test_the_table_of_limits_and_balances_becomes_one_row_a_number(take: Taker) -> None:
    taken = take(LIMITS, schema="gov_debt.limit_balance", unit="亿元")
    rows = picked(taken.rows, "region", "period", "measure", "status", "debt_type", "value")
    assert rows[0] == ("500110", "2020", "limit", "quota", "total", Decimal(15_250_000_000))
    assert rows[5] == ("500110", "2020", "balance", "forecast", "special", Decimal(3_247_000_000))
    assert len(rows) == 6
    assert not [one for one in taken.outcome.findings if one.code.startswith("check_")]


def test_a_total_that_is_not_its_parts_and_a_balance_above_its_limit_are_told(take: Taker) -> None:
    taken = take(
        LIMITS.replace("152.50", "162.50").replace("51.97", "91.97"), schema="gov_debt.limit_balance", unit="亿元"
    )
    assert [one.cell for one in taken.findings("check_adds_up")] == ["B3", "E3"]
    assert taken.finding("check_within").cell == "F3"
    assert taken.finding("check_within").level == "warning"


def test_yuan_headed_as_hundreds_of_millions_are_doubted(take: Taker) -> None:
    taken = take(
        "地区,年度,指标,债务类型,金额（亿元）\n大英县,2020,限额,合计,502325\n", schema="gov_debt.limit_balance"
    )
    assert taken.finding("value_implausible").params["unit"] == "万元"


FLOW = (
    "项目,预算数,执行数\n一、2019年末地方政府一般债务余额实际数,48.99,48.99\n二、2020年末地方政府一般债务限额,89.00,89.00\n"
    "三、2020年地方政府一般债务发行额,14.39,14.39\n四、2020年地方政府一般债务还本支出,11.41,11.41\n"
    "五、2020年末地方政府一般债务余额预计执行数,51.97,51.97\n"
)


def test_the_table_of_a_years_debt_becomes_items(take: Taker) -> None:
    taken = take(FLOW, schema="gov_debt.flow", unit="亿元")
    rows = picked(taken.rows, "period", "item", "debt_type", "status", "value")
    assert ("2019-12-31", "balance_start", "general", "budget", Decimal(4_899_000_000)) in rows
    assert ("2020", "issue", "general", "executed", Decimal(1_439_000_000)) in rows
    assert ("2020", "repay_principal", "general", "budget", Decimal(1_141_000_000)) in rows
    assert ("2020", "limit_start", "general", "quota", Decimal(8_900_000_000)) in rows
    assert not taken.findings("check_adds_up")


def test_a_balance_that_issue_and_repayment_do_not_give_is_told(take: Taker) -> None:
    taken = take(FLOW.replace("51.97,51.97", "52.97,51.97"), schema="gov_debt.flow", unit="亿元")
    assert taken.finding("check_adds_up").cell == "B6"


PARCELS = (
    "公告号,宗地编号,土地面积,土地用途,起始价（万元）,容积率,备注\n"
    "样告字[2021]1号,|P1|P2,|1779平方米|2亩,|工业用地|商服用地,|20|30,|≥0.8|1.0-2.5,甲|乙|丙\n"
    "样告字[2021]2号,P3,50平方米,工业用地,7,不限,\n"
    "样告字[2021]3号,|P4|P5,|1平方米|2平方米|3平方米,工业用地,7,1,\n"
)


def test_lists_of_parcels_are_taken_apart_by_position(take: Taker) -> None:
    taken = take(PARCELS, schema="land_supply.notice")
    rows = picked(taken.rows, "notice_no", "parcel_no", "area", "start_price", "far_min", "far_max")
    assert rows == [
        ("样告字〔2021〕1号", "P1", Decimal(1779), 200_000, Decimal("0.8"), None),
        ("样告字〔2021〕1号", "P2", Decimal("1333.33"), 300_000, 1, Decimal("2.5")),
        ("样告字〔2021〕2号", "P3", Decimal(50), 70_000, None, None),
    ]
    assert taken.column("remark")[0] == "甲|乙|丙"
    assert (taken.cells(2)["area"]["raw"], taken.cells(2)["area"]["cell"]) == ("2亩", "C2")
    fault = taken.finding("lists_differ")
    assert (fault.cell, fault.params["parcels"], fault.params["values"]) == ("C4", 2, 3)
    assert taken.outcome.rows_rejected == 1


REPAYMENT: list[list[Any]] = [
    ["重庆市綦江区2020年地方政府债券发行及还本付息情况表"],
    [None, None, None, "单位：亿元"],
    ["项  目", "公式", "本地区", "本级"],
    ["一、2020年发行预计执行数", "A=B+D", 10, 4],
    ["（一）一般债券", "B", 6, 2],
    ["其中：再融资债券", "C", 1, 0.5],
    ["（二）专项债券", "D", 4, 2],
    ["四、2021年还本预算数", "L=M+O", 3, 2],
]


def test_a_row_says_what_the_rows_above_it_say(take: Taker) -> None:
    taken = take(workbook(("表1-4", REPAYMENT)), "表.xlsx", schema="gov_debt.flow")
    rows = picked(taken.rows, "region", "scope", "period", "debt_type", "item", "status", "value")
    assert ("500110", "whole", "2020", "total", "issue", "forecast", Decimal(1_000_000_000)) in rows
    assert ("500110", "own_level", "2020", "special", "issue", "forecast", Decimal(200_000_000)) in rows
    assert ("500110", "whole", "2020", "general", "issue_refinancing", "forecast", Decimal(100_000_000)) in rows
    assert ("500110", "own_level", "2021", "total", "repay_principal", "budget", Decimal(200_000_000)) in rows
    assert len(rows) == 10


def test_what_only_the_title_tells_fills_its_field(take: Taker) -> None:
    rows = [
        ["2025年第一季度样例区存量住宅用地项目清单", None, None],
        [None, None, "单位：公顷"],
        ["项目名称", "具体位置", "土地面积"],
        ["金样小区", "样例路28号", 3.506705],
    ]
    taken = take(workbook(("表", rows)), "表.xlsx", schema="land_supply.residential_stock")
    assert picked(taken.rows, "period", "area") == [("2025-Q1", Decimal("35067.05"))]
    assert (taken.cells(1)["period"]["cell"], taken.cells(1)["area"]["cell"]) == (None, "C4")


def test_bonds_are_told_by_headings_of_two_rows(take: Taker) -> None:
    head = (
        "债券名称,债券规模,债券基本信息 / 债券编码,债券基本信息 / 发行时间（年/月/日）,债券项目总投资,"
        "债券项目总投资 / 其中：债券资金安排,债券项目已实现投资,债券项目已实现投资 / 其中：债券资金安排\n"
    )
    taken = take(head + "样例债,1,2271017,2022-06-13,6.5,6,5,1\n", schema="gov_debt.bonds", unit="亿元")
    names = ("bond_code", "total_investment", "total_from_bonds", "invested", "invested_from_bonds")
    assert picked(taken.rows, *names) == [("2271017", 650_000_000, 600_000_000, 500_000_000, 100_000_000)]
