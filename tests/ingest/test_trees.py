"""Lists in which departments, units and projects stand below each other in one column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from openpyxl.styles import Alignment

from ingest.sum_trees import parents_by_sums
from ingest.values import amount
from tests.ingest.taking import Taker, picked, workbook

BUDGET = "fiscal_project.budget"
NAMES = ("department", "department_code", "unit_name", "unit_code", "project", "project_code", "total")
TITLE = [["2022年部门综合预算专项业务经费支出表"], ["", "", "单位：万元"]]
CODED = [
    ["单位编码", "单位（项目）名称", "项目金额"],
    ["", "合计", "186.5"],
    ["316", "样例市农业局", "186.5"],
    ["316001", "\u3000\u3000样例市农业局（机关）", "156"],
    ["", "\u3000\u3000\u3000\u3000专用项目", "156"],
    ["", "\u3000\u3000\u3000\u3000\u3000\u3000样例农田管护", "120"],
    ["", "\u3000\u3000\u3000\u3000\u3000\u3000样例监测", "36"],
    ["316005", "\u3000\u3000样例市农技中心", "30.5"],
    ["", "\u3000\u3000\u3000\u3000专用项目", "30.5"],
    ["", "\u3000\u3000\u3000\u3000\u3000\u3000样例试验", "30.5"],
]
FLUSH = [
    ["支出项目（资金使用单位）", "总计", "财政拨款", "上年结转"],
    ["合计", "16.75", "13", "3.75"],
    ["样例市文化局", "16.75", "13", "3.75"],
    ["样例市文化局本级", "11", "9", "2"],
    ["样例文化服务", "6", "6", ""],
    ["样例健身活动", "5", "3", "2"],
    ["样例市图书馆", "5.75", "4", "1.75"],
    ["样例图书购置", "5.75", "4", "1.75"],
]


SORTED = [  # the name of a function over projects, its code beside each of these
    ["2023年一般公共预算项目支出预算表"],
    ["科目编码", "", "", "单位代码", "单位名称（科目）", "金额（万元）"],
    ["类", "款", "项", "", "", ""],
    ["", "", "", "", "合计", "1278.4"],
    ["", "", "", "", "样例市水务局部门", "1278.4"],
    ["", "", "", "", "  样例市水务局", "913.9"],
    ["", "", "", "", "    一般行政管理事务", "213.9"],
    ["213", "03", "02", "335301", "      样例防汛", "150"],
    ["213", "03", "02", "335301", "      样例执法", "63.9"],
    ["", "", "", "", "    水利工程建设", "700"],
    ["213", "03", "05", "335301", "      样例水库加固", "700"],
    ["", "", "", "", "  样例水土保持站", "364.5"],
    ["", "", "", "", "    图书馆", "364.5"],
    ["213", "03", "10", "335602", "      样例治理", "364.5"],
]


def lines(rows: Sequence[Sequence[str]]) -> str:
    return "".join(",".join(row) + "\n" for row in rows)


def changed(rows: Sequence[Sequence[str]], row: int, *cells: str) -> list[Sequence[str]]:
    return [*rows[:row], list(cells), *rows[row + 1 :]]


def test_projects_have_what_they_are_set_in_under(take: Taker) -> None:
    taken = take(workbook(("表", [*TITLE, *CODED])), schema=BUDGET)
    assert picked(taken.rows, *NAMES) == [
        ("样例市农业局", "316", "样例市农业局（机关）", "316001", "样例农田管护", None, 1_200_000),
        ("样例市农业局", "316", "样例市农业局（机关）", "316001", "样例监测", None, 360_000),
        ("样例市农业局", "316", "样例市农技中心", "316005", "样例试验", None, 305_000),
    ]
    cells = taken.cells(3)
    assert {name: cells[name]["cell"] for name in NAMES if name != "project_code"} == {
        "department": "B5",
        "department_code": "A5",
        "unit_name": "B10",
        "unit_code": "A10",
        "project": "B12",
        "total": "C12",
    }
    assert cells["project"]["raw"] == "\u3000" * 6 + "样例试验"
    assert [one["row"] for one in taken.outcome.totals] == [4, 5, 6, 7, 10, 11]
    assert taken.outcome.totals[1]["values"] == {
        "单位编码": "316", "单位（项目）名称": "样例市农业局", "项目金额": "186.5"
    }  # fmt: skip
    told = taken.finding("tree_unfolded").params
    assert (told["count"], told["sums"]) == (3, 5)


def test_sums_tell_the_tree_where_all_names_stand_flush(take: Taker) -> None:
    taken = take(lines(FLUSH), "2023年项目支出表.csv", schema=BUDGET, unit="万元")
    assert picked(taken.rows, "department", "unit_name", "project", "total", "carried_over") == [
        ("样例市文化局", "样例市文化局本级", "样例文化服务", 60_000, None),
        ("样例市文化局", "样例市文化局本级", "样例健身活动", 50_000, 20_000),
        ("样例市文化局", "样例市图书馆", "样例图书购置", 57_500, 17_500),
    ]
    assert taken.cells(3)["unit_name"]["cell"] == "A7"


def set_in(book: Any, *steps: int) -> None:
    for cell, step in zip(book.active["A"][1:], steps, strict=True):
        cell.alignment = Alignment(indent=step)


def test_cells_may_be_set_in_by_their_style(take: Taker) -> None:
    rows = [*FLUSH[:5], ["样例零项目", "0", "", ""], *FLUSH[5:]]
    sheet = ("2023年项目支出表（万元）", [[one or None for one in row] for row in rows])
    taken = take(workbook(sheet, change=lambda book: set_in(book, 0, 0, 2, 4, 4, 4, 2, 4)), schema=BUDGET)
    assert picked(taken.rows, "unit_name", "project", "total")[1:3] == [
        ("样例市文化局本级", "样例零项目", 0),
        ("样例市文化局本级", "样例健身活动", 50_000),
    ]
    flush = ("表", [*rows[:5], *rows[6:]])
    taken = take(workbook(flush, change=lambda book: set_in(book, 0, 0, 0, 2, 2, 0, 2)), schema=BUDGET)
    assert [row["department"] for row in taken.rows] == ["样例市文化局"] * 3
    contrary = workbook(flush, change=lambda book: set_in(book, 2, 2, 0, 2, 2, 0, 2))
    assert take.refused(contrary, schema=BUDGET).code == "required_missing"


def test_units_alone_have_their_department_from_above(take: Taker) -> None:
    rows = [["2023年项目支出表"], ["部门名称：样例市文化局", "", "单位：万元"], *FLUSH[:2], *FLUSH[3:]]
    taken = take(workbook(("表", rows)), schema=BUDGET)
    assert set(picked(taken.rows, "department", "unit_name")) == {
        ("样例市文化局", "样例市文化局本级"), ("样例市文化局", "样例市图书馆")
    }  # fmt: skip


@pytest.mark.parametrize("flush", [False, True])
def test_lines_over_projects_of_one_code_are_its_name(take: Taker, *, flush: bool) -> None:
    rows = [[cell.strip() if flush else cell for cell in row] for row in SORTED]
    taken = take(lines(rows), schema=BUDGET)
    names = ("department", "unit_name", "unit_code", "function_code", "function_name", "project")
    assert picked(taken.rows, *names) == [
        ("样例市水务局", "样例市水务局", "335301", "2130302", "一般行政管理事务", "样例防汛"),
        ("样例市水务局", "样例市水务局", "335301", "2130302", "一般行政管理事务", "样例执法"),
        ("样例市水务局", "样例市水务局", "335301", "2130305", "水利工程建设", "样例水库加固"),
        ("样例市水务局", "样例水土保持站", "335602", "2130310", "图书馆", "样例治理"),
    ]


def test_the_code_of_a_unit_beside_a_function_is_not_that_of_the_function(take: Taker) -> None:
    units = {4: "335", 5: "335301", 6: "335301", 9: "335301", 11: "335602", 12: "335602"}
    rows = [[*row[:3], units[at], *row[4:]] if at in units else row for at, row in enumerate(SORTED)]
    taken = take(lines(rows), schema=BUDGET)
    assert picked(taken.rows, "unit_code", "function_code", "function_name")[0] == (
        "335301", "2130302", "一般行政管理事务"
    )  # fmt: skip


def test_units_over_projects_of_one_code_are_no_function(take: Taker) -> None:
    sums = {3: "578.4", 4: "578.4", 5: "213.9"}
    told = [[*row[:5], sums[at]] if at in sums else row for at, row in enumerate(SORTED)]
    rows = [*told[:6], *told[7:9], told[11], told[13]]
    taken = take(lines(rows), schema=BUDGET)
    assert picked(taken.rows, "unit_name", "project") == [
        ("样例市水务局", "样例防汛"), ("样例市水务局", "样例执法"), ("样例水土保持站", "样例治理")
    ]  # fmt: skip
    assert "function_name" not in taken.types or set(taken.column("function_name")) == {None}


def test_the_column_may_be_headed_as_that_of_projects_and_have_their_codes(take: Taker) -> None:
    rows = [
        ["编码", "项目名称", "预算数（元）"], ["316", "样例局", "7"], ["316001", "  样例中心", "7"],
        ["61000022P1", "    项目一", "3"], ["61000022P2", "    项目二", "4"],
    ]  # fmt: skip
    taken = take(lines(rows), schema=BUDGET)
    assert picked(taken.rows, *NAMES) == [
        ("样例局", "316", "样例中心", "316001", "项目一", "61000022P1", 3),
        ("样例局", "316", "样例中心", "316001", "项目二", "61000022P2", 4),
    ]


def test_units_may_stand_over_their_projects_without_a_sum(take: Taker) -> None:
    rows = [
        ["单位名称/项目名称", "预算数（元）"], ["合计", "10"], ["样例局", ""], ["  样例局本级", ""],
        ["    项目一", "4"], ["  样例站", "6"], ["    项目二", "6"],
    ]  # fmt: skip
    taken = take(lines(rows), schema=BUDGET)
    assert picked(taken.rows, "department", "unit_name", "project", "total") == [
        ("样例局", "样例局本级", "项目一", 4), ("样例局", "样例站", "项目二", 6)
    ]  # fmt: skip
    assert take.refused(lines([rows[0], *rows[2:5]]), schema=BUDGET).code == "required_missing"


@pytest.mark.parametrize(
    "rows",
    [
        changed(CODED, 6, "", "\u3000\u3000\u3000\u3000\u3000\u3000样例监测", "35"),  # no sum
        changed(CODED, 1, "", "合计", "200"),
        changed(CODED, 7, "417005", "\u3000\u3000样例市农技中心", "30.5"),  # a unit of another department
        changed(CODED, 9, "316006", "\u3000\u3000\u3000\u3000\u3000\u3000样例试验", "30.5"),  # a unit without projects
        [*FLUSH, ["样例零项目", "0", "", ""]],  # under which unit?
        changed(FLUSH, 3, "样例文化经济", "11", "9", "2"),  # what is this?
        [FLUSH[0], ["样例局", "5", "", ""], ["经费", "5", "", ""], ["样例馆", "2", "", ""], ["样例团", "3", "", ""]],
        [FLUSH[0], ["样例一", "5", "5", ""], ["样例二", "4", "4", ""]],
    ],
)  # fmt: skip
def test_a_tree_that_is_not_certain_is_refused(take: Taker, rows: list[list[str]]) -> None:
    assert take.refused(lines(rows), schema=BUDGET).code == "required_missing"


def test_a_tree_by_sums_must_be_the_only_one() -> None:
    def parents(*numbers: str, whole: str | None = None) -> list[int | None] | None:
        return parents_by_sums([(amount(one).value,) for one in numbers], (amount(whole).value,) if whole else None)

    assert parents("9", "5", "5", "4", "3", "1") == [None, 0, 1, 0, 3, 3]
    assert parents("5", "2", "3", "4", "4", whole="9") == [None, 0, 0, None, 3]
    assert parents("4", "2", "2", "2", whole="6") is None
    assert parents("3", "3", "3", whole="6") is None
    assert parents("5", "2", "2") is None
    assert parents("5", "6", "-1") is None
    assert parents() is None


def test_a_project_may_stand_with_the_code_of_its_unit(take: Taker) -> None:
    rows = [
        ["单位编码", "单位（专项）名称", "总计"],
        ["406", "样例市住建局", "213.5"],
        ["406001", "  样例市住建局本级", "120"],
        ["406001", "    样例鉴定", "70"],
        ["406001", "    样例保护", "50"],
        ["406002", "  样例市质监站", "93.5"],
        ["406002", "    样例抽检", "93.5"],
    ]
    taken = take(workbook(("表", [*TITLE, *rows])), schema=BUDGET)
    assert picked(taken.rows, *NAMES) == [
        ("样例市住建局", "406", "样例市住建局本级", "406001", "样例鉴定", None, 700_000),
        ("样例市住建局", "406", "样例市住建局本级", "406001", "样例保护", None, 500_000),
        ("样例市住建局", "406", "样例市质监站", "406002", "样例抽检", None, 935_000),
    ]
