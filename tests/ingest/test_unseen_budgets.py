"""Lists of budget projects as other cities print them: departments that only titles name, rows that count columns."""

from __future__ import annotations

import pytest

from tests.ingest.taking import Taker, picked, workbook

BUDGET = "fiscal_project.budget"


@pytest.mark.parametrize(
    ("title", "name", "unit", "told"),
    [
        ("样例市林业局2024年项目支出表", "表", "样例市林业局", "样例市林业局"),
        ("项目支出预算表", "附件2：2024年样例市林业局", "样例市林业局（机关）", "样例市林业局"),
        ("样例市林业局部门预算", "2024年样例市民政局", "样例市林业局", None),  # which?
        ("样例市林业局2024年项目支出表", "表", "样例市档案馆", None),  # it lists others
        ("样例市财政局2024年项目支出表", "表", "样例市财政局", None),
        ("样例市发改委2024年市级项目预算", "表", "样例市发改委", None),
        ("样例市林业局和民政局2024年项目支出表", "表", "样例市林业局", None),
    ],
)
def test_a_department_is_that_of_title_or_file_where_its_units_are_there(
    take: Taker, title: str, name: str, unit: str, told: str | None
) -> None:
    rows = [[title], ["项目名称", "实施项目单位", "预算金额（元）"], ["样例防火", unit, 5], ["样例监测", "样例站", 6]]
    taken = take(workbook(("Sheet1", rows)), f"{name}.xlsx", schema=BUDGET)
    found = [row.get("department") for row in taken.rows]
    assert found == [told, told]
    assert taken.column("unit_name") == [unit, "样例站"]


def test_stars_under_columns_without_a_number_count_them_too(take: Taker) -> None:
    lines = (
        "单位名称,项目名称,总计（万元）,财政拨款,项目内容\n**,**,1,2,**\n"
        "样例小学,样例维修,3,3,修墙\n样例中学,样例购置,5,4,买设备\n"
    )
    taken = take(lines, schema=BUDGET)
    assert picked(taken.rows, "unit_name", "total") == [("样例小学", 30_000), ("样例中学", 50_000)]
    assert taken.finding("row_of_numbers").row == 2
    kept = take(lines.replace("**,**,1,2,**", "样例园,**,2,1,**"), schema=BUDGET)
    assert kept.column("unit_name") == ["样例园", "样例小学", "样例中学"]


KINDS = [
    ["类型", "项目名称", "项目单位", "合计", "本年拨款", "", "财政拨款结转结余", "", "单位资金"],
    ["", "", "", "", "一般公共预算", "政府性基金预算", "一般公共预算", "政府性基金预算", ""],
    ["合计", "", "", 21.5, 12, 3, 2.5, "", 4],
    ["运转类", "样例防火", "样例局", 8, 7, 1, "", "", ""],
    ["", "样例监测", "样例站", 9.5, 5, 2, 2.5, "", ""],
    ["目标类", "样例养护", "样例场", 4, "", "", "", "", 4],
]


def test_a_sum_without_a_column_is_that_of_the_kinds_under_its_heading(take: Taker) -> None:
    taken = take(workbook(("表", [["2024年项目支出表（万元）"], *KINDS])), schema=BUDGET)
    assert picked(taken.rows, "project", "total", "appropriation", "carried_over", "other") == [
        ("样例防火", 80_000, 80_000, None, None),
        ("样例监测", 95_000, 70_000, 25_000, None),
        ("样例养护", 40_000, None, None, 40_000),
    ]
    first, last = (taken.cells(row)["appropriation"] for row in (1, 3))
    assert (first["raw"], first["cell"], first["unit"]) == ("7 | 1", "E5", "万元")
    assert (last["null"], last["unit"]) == ("missing", None)
    assert [one.params["field"] for one in taken.findings("field_is_sum")] == ["财政拨款", "上年结转", "其他资金"]


def test_columns_that_do_not_give_the_total_are_not_added_up(take: Taker) -> None:
    rows = [["2024年项目支出表（万元）"], *KINDS[:4], ["", "样例监测", "样例站", 9.5, 7, 2, 2.5, "", ""], KINDS[5]]
    taken = take(workbook(("表", rows)), schema=BUDGET)
    assert "appropriation" not in taken.types


@pytest.mark.parametrize(("heading", "figure"), [("政府采购", 4), ("单位资金结转", 4), ("财政专户管理资金", 5)])
def test_the_rest_of_a_total_is_none_where_other_columns_are_left_or_it_does_not_add_up(
    take: Taker, heading: str, figure: int
) -> None:
    rows = [
        ["2024年项目支出表（万元）"], ["项目单位", "项目名称", "合计", "财政拨款", "单位资金", heading],
        ["样例局", "样例防火", 9, 3, 2, 4], ["样例局", "样例监测", 9, 3, 2, figure],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=BUDGET)
    assert "other" not in taken.types
    whole = take(workbook(("表", [*rows[:3], ["样例局", "样例监测", 5, 3, 2, ""]])), schema=BUDGET)
    assert [row.get("other") for row in whole.rows] == ([60_000, 20_000] if figure == 5 else [None, None])


def sheet(title: str, unit: str, project: str, figures: list[object], more: str = "其他资金") -> list[list[object]]:
    return [
        [title],
        ["部门：样例市水务局", *[""] * 6, f"单位：{unit}"],
        ["科目编码", "", "", "科目名称", "项目名称", "资金来源", "", ""],
        ["类", "款", "项", "", "", "总计", "财政拨款", more],
        ["213", "03", "05", "水利工程", project, *figures],
        ["213", "03", "06", "水利工程", f"{project}二", *figures],
    ]


def test_sheets_of_one_list_in_other_units_are_one_and_their_titles_tell_the_funds(take: Taker) -> None:
    general = sheet("2023年一般公共预算项目支出表", "万元", "样例治理", [150.5, 150, 0.5])
    fund = sheet("2023年政府性基金预算项目支出表", "元", "样例改造", [32500, 30000, 2500])
    taken = take(workbook(("表6-1", general), ("表6-2", fund)), schema=BUDGET)
    assert len(taken.outcome.tables) == 1
    names = ("project", "fund_type", "function_code", "total", "appropriation", "other")
    assert picked(taken.rows, *names)[::2] == [
        ("样例治理", "general", "2130305", 1_505_000, 1_500_000, 5_000),
        ("样例改造", "government_fund", "2130305", 32_500, 30_000, 2_500),
    ]
    assert [taken.cells(row)["total"]["cell"] for row in (1, 3)] == ["F5", "F5"]


@pytest.mark.parametrize(
    ("title", "more"),
    [
        ("2023年部门预算项目支出表", "其他资金"),
        ("2023年一般公共预算、政府性基金预算项目支出表", "其他资金"),
        ("2023年一般公共预算项目支出表", "政府性基金"),
        ("2023年一般公共预算项目支出表", "资金性质说明"),
    ],
)
def test_a_title_that_speaks_of_no_or_several_funds_tells_none(take: Taker, title: str, more: str) -> None:
    taken = take(workbook(("表", sheet(title, "万元", "样例治理", [150.5, 150, 0.5], more))), schema=BUDGET)
    assert {row.get("fund_type") for row in taken.rows} == {None}


def test_a_name_that_its_cell_breaks_is_one_and_names_below_each_other_are_not(take: Taker) -> None:
    rows = [
        ["样例县2023年部门项目支出预算表", "", ""],
        ["项目名称", "实施单位", "预算金额（万元）"],
        ["水文监测站点\n更新改造", "样例水文\n中心", 12],
        ["1.样例渠\n2.样例塘", "样例水利局\n样例农业局", 3],
    ]
    taken = take(workbook(("表", rows)), schema="fiscal_project.budget")
    assert picked(taken.rows, "project", "unit_name") == [
        ("水文监测站点更新改造", "样例水文中心"),
        ("样例渠\n2.样例塘", "样例水利局\n样例农业局"),
    ]
