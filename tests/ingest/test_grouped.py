"""Cells that were merged downwards, in formats that have lost it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.ingest.taking import Taker, picked

HEAD = "债券名称,债券编码,债券类型,债券规模（亿元）,发行时间,债券利率(%),债券期限,项目名称,项目总投资（亿元）,备注\n"
BONDS = (
    HEAD + "21样例债01,2105001,专项,1.2,2021年3月5日,3.25,10年,甲项目,3,\n"
    ",,,,,,,乙项目,4,延期\n,,,,,,,丙项目,1,\n"
    "21样例债02,,专项,2,2021年4月,3.2,五年,丁项目,3,\n,,,,,,,戊项目,2,\n"
)


def test_what_a_bond_has_holds_for_its_projects_below(take: Taker) -> None:
    taken = take(BONDS, "债券.csv", schema="gov_debt.bonds")
    assert picked(taken.rows, "bond_name", "bond_code", "amount", "rate", "term_years", "project", "remark") == [
        ("21样例债01", "2105001", 120_000_000, Decimal("3.25"), 10, "甲项目", None),
        ("21样例债01", "2105001", 120_000_000, Decimal("3.25"), 10, "乙项目", "延期"),
        ("21样例债01", "2105001", 120_000_000, Decimal("3.25"), 10, "丙项目", None),
        ("21样例债02", None, 200_000_000, Decimal("3.2"), 5, "丁项目", None),
        ("21样例债02", None, 200_000_000, Decimal("3.2"), 5, "戊项目", None),
    ]
    assert taken.column("issue_date") == [dt.date(2021, 3, 5)] * 3 + [None] * 2
    told = {one.column: one.params["cells"] for one in taken.findings("group_filled_down")}
    assert told["债券名称"] == "A3, A4, A6"
    assert told["债券编码"] == "B3, B4"
    assert taken.finding("date_incomplete").level == "warning"  # a month is no day, and refuses no bond
    assert taken.cells(2)["bond_name"] == {**taken.cells(1)["bond_name"], "cell": "A3"}


def test_a_blank_that_no_other_column_shares_stays_one(take: Taker) -> None:
    text = HEAD + "甲债,1,专项,1,2021-03-05,3.25,10年,甲项目,3,\n乙债,,专项,1,2021-03-06,3.2,10年,乙项目,4,\n"
    taken = take(text, "债券.csv", schema="gov_debt.bonds")
    assert taken.column("bond_code") == ["1", None]
    assert not taken.findings("group_filled_down")


def test_nothing_is_said_below_a_sum_or_above_the_first(take: Taker) -> None:
    first = ",,,,,,,某项目,3,\n"
    one = "甲债,1,专项,1,2021-03-05,3.25,10年,甲项目,3,\n,,,,,,,乙项目,4,\n"
    taken = take(HEAD + one + "小计,,,1,,,,,7,\n,,,,,,,丙项目,1,\n", "债券.csv", schema="gov_debt.bonds")
    assert taken.column("bond_name") == ["甲债", "甲债", None]
    taken = take(HEAD + first + one, "债券.csv", schema="gov_debt.bonds")
    assert taken.column("bond_name") == [None, "甲债", None]


def test_departments_and_their_units_are_merged_each_in_their_own_rows(take: Taker) -> None:
    text = (
        "部门编码,部门名称,单位编码,单位名称,项目名称,预算数（万元）\n101,样例局,101001,样例局本级,项目一,1\n"
        ",,,,项目二,2\n,,101002,样例中心,项目三,3\n,,,,项目四,4\n102,示范局,102001,示范局本级,项目五,5\n"
    )
    taken = take(text, "预算.csv", schema="fiscal_project.budget")
    assert picked(taken.rows, "department_code", "department", "unit_code", "unit_name", "project") == [
        ("101", "样例局", "101001", "样例局本级", "项目一"),
        ("101", "样例局", "101001", "样例局本级", "项目二"),
        ("101", "样例局", "101002", "样例中心", "项目三"),
        ("101", "样例局", "101002", "样例中心", "项目四"),
        ("102", "示范局", "102001", "示范局本级", "项目五"),
    ]


def test_another_name_is_another_bond_though_its_code_and_day_are_blank(take: Taker) -> None:
    rows = (
        "甲债,1,专项,1,2021-03-05,3.25,10年,甲项目,3,\n乙债,,专项,2,,3.10,20年,乙项目,4,\n丙债,,一般,2,,3.10,20年,,4,\n"
    )
    taken = take(HEAD + rows, "债券.csv", schema="gov_debt.bonds")
    assert taken.column("bond_code") == ["1", None, None]
    assert not taken.findings("group_filled_down")
