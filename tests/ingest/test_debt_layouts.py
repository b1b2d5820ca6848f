"""Tables of debts and bonds whose headers say again what stands over them, ask for something, or count parts."""

from __future__ import annotations

import pytest

from tests.ingest.taking import Taker, merged, picked

FLOW, BONDS = "gov_debt.flow", "gov_debt.bonds"


@pytest.mark.parametrize("words", ["财政资金还本", "财政性资金偿还", "财政预算安排还本"])
def test_final_accounts_are_executed_and_what_the_budget_repays_is_a_part(take: Taker, words: str) -> None:
    rows = [
        ["样例县2020年度地方政府债务还本付息决算表"], ["", "", "", "金额单位：万元"],
        ["项目", "合计", "其中", ""], ["", "", "一般债务", "专项债务"],
        ["一、2020年政府债务还本额", 30, 20, 10], ["    其中：再融资债券还本", 26, 17, 9],
        [f"          {words}", 4, 3, 1],
        ["二、2020年政府债务付息额", 11, 6, 5],
    ]  # fmt: skip
    taken = take(merged(rows, "A1:D1", "A3:A4", "B3:B4", "C3:D3"), schema=FLOW)
    assert picked(taken.rows, "item", "debt_type", "status", "value")[::3] == [
        ("repay_principal", "total", "executed", 300_000),
        ("repay_refinancing", "total", "executed", 260_000),
        ("repay_from_budget", "total", "executed", 40_000),
        ("pay_interest", "total", "executed", 110_000),
    ]


def test_a_title_of_accounts_and_a_budget_says_nothing_of_the_status(take: Taker) -> None:
    text = "样例县2020年决算和2021年预算安排情况表\n,单位：万元\n项目,金额\n2020年政府债务付息额,11\n"
    assert take(text, schema=FLOW).column("status") == [None]


@pytest.mark.parametrize("title", ["决算情况表", "执行情况表"])
def test_a_line_says_its_status_before_the_title_does(take: Taker, title: str) -> None:
    rows = "2021年还本预计执行数,6\n2021年付息预算数,2\n2021年债务发行额,3\n"
    taken = take(f"样例县2021年政府债务{title}\n,单位：万元\n项目,金额\n{rows}", schema=FLOW)
    assert taken.column("status") == ["forecast", "budget", "executed"]


def test_a_part_that_means_what_its_whole_does_is_not_the_whole(take: Taker) -> None:
    head = "样例县2020年政府债务情况表\n,单位：万元\n项目,金额\n"
    text = head + "一、政府债务还本额,30\n其中：土地收入还本,4\n二、付息额,5\n"
    taken = take(text, schema=FLOW)
    assert picked(taken.rows, "item", "value") == [("repay_principal", 300_000), ("pay_interest", 50_000)]
    assert taken.finding("figure_unplaced").params["label"] == "其中：土地收入还本"


def test_a_last_level_may_say_again_what_stands_over_it(take: Taker) -> None:
    rows = [
        ["债券基本信息", "", "项目名称", "债券项目总投资", "", "债券项目已实现投资", "", "项目建设进度、运营情况",
         "备注（如与发行时差异较大，请说明）"],
        ["债券名称", "债券规模", "", "总投资", "其中：债券资金安排", "已实现总投资", "其中：债券资金安排", "", ""],
        ["样例省政府专项债券（一期）", "14,000", "厂房", "38,620.45", "30,000", "27,115.2", "6,500", "在建", "有变"],
        ["样例省政府专项债券（二期）", "9,800", "样例医院", "9,860", "7,500", "8,024.71", "7,500", "完工", "—"],
    ]  # fmt: skip
    ranges = ("A1:B1", "C1:C2", "D1:E1", "F1:G1", "H1:H2", "I1:I2")
    taken = take(merged(rows, *ranges), schema=BONDS, unit="万元")
    names = ("total_investment", "total_from_bonds", "invested", "invested_from_bonds", "progress", "remark")
    assert picked(taken.rows, *names) == [
        (386_204_500, 300_000_000, 271_152_000, 65_000_000, "在建", "有变"),
        (98_600_000, 75_000_000, 80_247_100, 75_000_000, "完工", None),
    ]


@pytest.mark.parametrize(
    ("total", "invested"),
    [("总投资（亿元）|合计", "已实现投资（亿元）|合计"), ("项目总投资额|总投资额", "项目已完成投资|已完成总投资")],
)
def test_sums_of_projects_stand_over_or_beside_their_parts(take: Taker, total: str, invested: str) -> None:
    (over, whole), (done, all_done) = total.split("|"), invested.split("|")
    rows = [
        ["债券名称", "债券规模（亿元）", "项目名称", over, "", done, ""],
        ["", "", "", whole, "其中：债券资金", all_done, "其中：债券资金"],
        ["2021年样例省专项债券（一期）", 3, "样例项目", 10, 5, 6, 2],
    ]
    taken = take(merged(rows, "A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:G1"), schema=BONDS)
    assert picked(taken.rows, "total_investment", "invested") == [(1_000_000_000, 600_000_000)]


@pytest.mark.parametrize("header", ["实际发行规模（亿元）", "实际发行金额（亿元）", "实际发行额（亿元）"])
def test_what_was_issued_is_the_amount(take: Taker, header: str) -> None:
    head = f"债券全称,债券简称,债券代码,计划发行规模（亿元）,{header}\n"
    text = head + "2024年样例省政府一般债券（一期）,24样例01,2405108,160,158.6\n"
    taken = take(text, schema=BONDS)
    assert picked(taken.rows, "debt_type", "amount") == [("general", 15_860_000_000)]
