"""Layouts that schemas declare: matrices, lists in cells and forms become rows, and each value knows its own cell."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingest.cells import read_cells
from tests.ingest.taking import Taken, Taker, workbook

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


def picked(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row.get(name) for name in names) for row in rows]


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
    assert ("2020-12-31", "limit_start", "general", "quota", Decimal(8_900_000_000)) in rows
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


EVALUATION: list[list[Any]] = [
    ["项目支出绩效自评表"],
    ["（2022年度）"],
    ["项目名称", None, "样例一项目"],
    ["主管部门", None, "219-样例市样例局", None, None, "实施单位", "219001-样例中心"],
    ["项目负责人", None, "某某某"],
    ["项目资金（万元）", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    [None, "年度资金总额", 100, 90, 45, 10, "50%", 5],
    [None, "其中：当年财政拨款", 80, 70, 25, None, None, None],
    [None, "上年结转资金", 20, 20, 20, None, None, None],
    [None, "其他资金", None, None, None, None, None, None],
    ["年度总体目标", "预期目标", None, None, "实际完成情况"],
    [None, "修路", None, None, "修完"],
    [
        "绩效指标",
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "实际完成值",
        "分值",
        "得分",
        "偏差原因分析及改进措施",
    ],
    [None, "产出指标", "数量指标", "指标1：里程", "≥50公里", 50, 40, 40, None],
    [None, None, "质量指标", "合格率", "100%", "100%", 30, 31, None],
    [None, "满意度指标", "服务对象满意度", "满意度", "≥90%", "/", 20, 20, "对照年度目标,说明"],
    ["总分", None, None, None, None, None, 100, 96],
]


def table(taken: Taken, name: str) -> list[dict[str, Any]]:
    (path,) = [one.parquet for one in taken.outcome.tables if one.table.name == name]
    return pq.read_table(path).to_pylist()


@pytest.fixture
def evaluated(take: Taker) -> Taken:
    second = [list(row) for row in EVALUATION]
    second[2][2] = "样例二项目"
    return take(workbook(("自评", EVALUATION + second)), "自评.xlsx", schema="fiscal_project.self_evaluation")


def test_a_form_gives_one_record_a_block(evaluated: Taken) -> None:
    rows = table(evaluated, "projects")
    names = ("project", "department", "year", "budget_initial", "executed", "execution_rate", "score")
    assert picked(rows, *names) == [
        ("样例一项目", "219-样例市样例局", "2022", 1_000_000, 450_000, 50, 96),
        ("样例二项目", "219-样例市样例局", "2022", 1_000_000, 450_000, 50, 96),
    ]
    assert picked(rows, "goal_expected", "goal_actual", "unit_name")[0] == ("修路", "修完", "219001-样例中心")


def test_a_form_gives_its_money_and_its_indicators_as_tables(evaluated: Taken) -> None:
    money = picked(table(evaluated, "funding"), "project", "source", "budget_total")
    assert money[:3] == [
        ("样例一项目", "total", 900_000),
        ("样例一项目", "appropriation", 700_000),
        ("样例一项目", "carried_over", 200_000),
    ]
    indicators = picked(table(evaluated, "indicators"), "project", "level1", "level2", "level3", "target", "weight")
    assert indicators[:2] == [
        ("样例一项目", "产出指标", "数量指标", "里程", "≥50公里", 40),
        ("样例一项目", "产出指标", "质量指标", "合格率", "100%", 30),
    ]
    assert len(indicators) == 6


def test_a_form_tells_its_cells_its_faults_and_its_persons(evaluated: Taken) -> None:
    (cells,) = [one.cells for one in evaluated.outcome.tables if one.table.name == "indicators"]
    told = read_cells(cells, 2)
    assert (told["level1"]["cell"], told["level3"]["cell"], told["weight"]["cell"]) == ("B14", "D15", "G15")
    assert evaluated.finding("form_instruction_left").cell == "I16"
    assert evaluated.findings("check_in_order")[0].cell == "H15"
    assert [one.count for one in evaluated.findings("column_dropped")] == [2]
    assert "某某某" not in repr([table(evaluated, one.table.name) for one in evaluated.outcome.tables])


def test_a_form_without_its_label_is_refused(take: Taker) -> None:
    book = workbook(("表", [["甲", "乙"], ["1", "2"]]))
    assert take.refused(book, "表.xlsx", schema="fiscal_project.targets").code == "form_without_block"


def test_targets_tell_code_name_and_operator(take: Taker) -> None:
    book = workbook(
        (
            "目标",
            [
                ["部门预算项目绩效目标表", None, None, None, None, None, None],
                ["2023年度", None, None, None, None, None, None],
                ["项目名称", "51000021R000000019951-样例支出", None, None, "年度资金总额（万元）", 12.5],
                ["主管部门", "样例局", None, None, "实施单位", "样例中心"],
                ["总体目标", "中期目标", None, None, "年度目标"],
                [None, "三年建成", None, None, "今年开工"],
                ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值", "度量单位", "权重"],
                [None, "产出指标", "数量指标", "完成数量", "≥3", "个", 50],
                [None, None, "时效指标", "及时性", "及时", None, 40],
            ],
        )
    )
    taken = take(book, "目标.xlsx", schema="fiscal_project.targets")
    names = ("project", "project_code", "year", "total", "goal_medium", "goal_annual")
    assert picked(table(taken, "projects"), *names) == [
        ("样例支出", "51000021R000000019951", "2023", 125_000, "三年建成", "今年开工")
    ]
    indicators = picked(table(taken, "indicators"), "level3", "operator", "target", "measure_unit", "weight")
    assert indicators == [("完成数量", ">=", "≥3", "个", 50), ("及时性", "text", "及时", None, 40)]
