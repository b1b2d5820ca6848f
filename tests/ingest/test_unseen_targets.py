"""Targets of projects as other provinces print them: signs in their own column, units below their department's line."""

from __future__ import annotations

import pytest

from tests.ingest.taking import Taker, picked, table, workbook

TARGETS = "fiscal_project.targets"
LEVELS = ("一级指标", "二级指标", "三级指标")


@pytest.mark.parametrize(
    ("heads", "cells", "operators"),
    [
        (["指标方向", "指标值"], [["≥", "5"], ["小于等于", "3"]], [">=", "<="]),
        (["指标方向", "指标值"], [["正向指标", "≥5"], ["反向指标", "≤3"]], [">=", "<="]),
        (["指标性质", "指标方向", "指标值"], [["定量", "大于等于", "5"], ["定性", "", "明显"]], [">=", "text"]),
        (["指标性质", "指标值", "指标方向"], [["≥", "5", "正向"], ["＝", "3", "反向"]], [">=", "="]),
    ],
)
def test_the_direction_of_an_indicator_is_its_sign_where_it_names_one(
    take: Taker, heads: list[str], cells: list[list[str]], operators: list[str]
) -> None:
    rows = [
        ["项目支出绩效目标表"],
        ["项目名称", "年度绩效目标", *LEVELS, *heads, "计量单位"],
        ["样例养护", "养护。", "产出指标", "数量指标", "次数", *cells[0], "次"],
        ["", "", "", "质量指标", "差错", *cells[1], "处"],
    ]
    taken = take(workbook(("表", rows)), schema=TARGETS)
    assert picked(table(taken, "indicators"), "level3", "operator") == [("次数", operators[0]), ("差错", operators[1])]


@pytest.mark.parametrize("heading", ["预算单位", "部门（单位）名称"])
@pytest.mark.parametrize(
    ("line", "units", "expected"),
    [
        ("部门：样例局", ("样例所", "样例站"), [("样例局", "样例所"), ("样例局", "样例站")]),
        ("单位名称：404-样例局",
         ("404001-样例局本级", "404002-样例站"), [("样例局", "样例局本级"), ("样例局", "样例站")]),
        ("填报单位：样例市财政局", ("样例厅", "样例委"), [("样例厅", None), ("样例委", None)]),
        ("部门：样例局", ("样例局", "样例局"), [("样例局", None), ("样例局", None)]),
    ],
)  # fmt: skip
def test_a_column_of_departments_or_units_is_of_units_below_their_department(
    take: Taker, heading: str, line: str, units: tuple[str, str], expected: list[tuple[str, str | None]]
) -> None:
    rows = [
        ["项目支出绩效目标表"], [line],
        [heading, "项目名称", "资金总额（元）", "年度绩效目标", *LEVELS, "指标值"],
        [units[0], "样例养护", "3", "养护。", "产出指标", "数量指标", "次数", "≥5次"],
        [units[1], "样例执法", "4", "执法。", "产出指标", "数量指标", "次数", "≥6次"],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=TARGETS)
    assert picked(table(taken, "projects"), "department", "unit_name") == expected


@pytest.mark.parametrize(
    ("title", "units", "expected"),
    [
        ("2021年样例市样例局部门预算项目绩效目标表", ("样例市样例局", "样例站"),
         [("样例市样例局", "样例市样例局"), ("样例市样例局", "样例站")]),
        ("2021年样例市样例局部门预算项目绩效目标表", ("样例厅", "样例站"), [("样例厅", None), ("样例站", None)]),
        ("2021年样例市财政局项目绩效目标表", ("样例市财政局", "样例站"), [("样例市财政局", None), ("样例站", None)]),
        ("2021年市级部门预算项目绩效目标表", ("样例市样例局", "样例站"), [("样例市样例局", None), ("样例站", None)]),
    ],
)  # fmt: skip
def test_a_title_tells_the_department_of_units_among_which_its_own_are(
    take: Taker, title: str, units: tuple[str, str], expected: list[tuple[str, str | None]]
) -> None:
    rows = [
        [title],
        ["项目名称", "预算单位", "预算金额（元）", "绩效目标"],
        ["样例养护", units[0], 3, "养护。"],
        ["样例执法", units[1], 4, "执法。"],
    ]
    taken = take(workbook(("表", rows)), schema=TARGETS)
    assert picked(table(taken, "projects"), "department", "unit_name") == expected


def test_the_year_of_a_list_may_stand_behind_its_label(take: Taker) -> None:
    lines = (
        "项目支出绩效表,,,,,\n预算年度：2023,,,,,金额单位：元\n项目名称,资金总额,一级指标,二级指标,三级指标,指标值\n"
        "样例养护,3,产出指标,数量指标,次数,≥5次\n"
    )
    assert picked(table(take(lines, schema=TARGETS), "projects"), "project", "year") == [("样例养护", "2023")]


def test_values_of_the_whole_cycle_stand_beside_those_of_the_year(take: Taker) -> None:
    rows = [
        ["2023年部门预算项目绩效目标表"], ["编制单位：样例站"],
        ["项目名称", "样例监测"], ["业务主管部门", "样例局"],
        ["绩效指标", *LEVELS, "实施周期指标值", "年度指标值"],
        ["", "产出指标", "数量指标", "断面数", "36个", "12个"],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=TARGETS)
    assert picked(table(taken, "projects"), "department", "unit_name") == [("样例局", "样例站")]
    assert picked(table(taken, "indicators"), "level3", "horizon", "target") == [
        ("断面数", "medium", "36个"),
        ("断面数", "annual", "12个"),
    ]


def test_a_dash_may_join_units_and_projects_in_a_heading(take: Taker) -> None:
    rows = [
        ["部门预算项目绩效目标表（2024年度）"], ["金额单位：元"],
        ["单位-项目名称", "预算数", "年度目标", *LEVELS, "指标性质", "指标值"],
        ["样例厅", "350"],
        ["样例执法", "200", "执法。", "产出指标", "数量指标", "次数", "≥", "100"],
        ["样例培训", "150", "培训。", "产出指标", "数量指标", "人数", "≥", "50"],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=TARGETS)
    assert picked(table(taken, "projects"), "unit_name", "project", "total") == [
        ("样例厅", "样例执法", 200),
        ("样例厅", "样例培训", 150),
    ]
    joined = take.refused(workbook(("表", [*rows[:3], ["样例厅-样例执法", *rows[4][1:]]])), schema=TARGETS)
    assert joined.code == "units_not_told"


@pytest.mark.parametrize("heading", ["项目（单位）名称", "项目名称/单位名称", "项目名称（单位名称）"])
def test_a_heading_may_name_projects_before_their_units(take: Taker, heading: str) -> None:
    head = [["项目支出绩效目标表"], ["金额单位：元"], [heading, "资金总额", "年度绩效目标", *LEVELS, "指标值"]]
    rows = [
        ["样例养护", "3", "养护。", "产出指标", "数量指标", "次数", "≥5次"],
        ["样例执法", "4", "执法。", "产出指标", "数量指标", "次数", "≥6次"],
    ]
    taken = take(workbook(("表", [*head, ["样例局", "7"], *rows])), schema=TARGETS)
    names = ("unit_name", "project", "total")
    assert picked(table(taken, "projects"), *names) == [("样例局", "样例养护", 3), ("样例局", "样例执法", 4)]
    taken = take(workbook(("表", [*head, *rows])), schema=TARGETS)
    assert picked(table(taken, "projects"), *names) == [(None, "样例养护", 3), (None, "样例执法", 4)]
    unsure = take(workbook(("表", [*head, ["样例局", "12"], *rows])), schema=TARGETS)
    assert picked(table(unsure, "projects"), *names) == [(None, "样例养护", 3), (None, "样例执法", 4)]
    assert [one.params["label"] for one in unsure.findings("figure_unplaced")] == ["样例局"]


@pytest.mark.parametrize("label", ["专项业务经费名称", "项目/政策名称", "财政专项资金名称"])
def test_a_form_begins_with_what_the_project_is_called(take: Taker, label: str) -> None:
    rows = [
        ["项目支出绩效目标表"], ["金额单位：元"], [label, "样例养护"], ["年度资金总额", "7"],
        ["年度绩效目标", "养护。"], [*LEVELS, "指标值"], ["产出指标", "数量指标", "次数", "≥5次"],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=TARGETS)
    assert picked(table(taken, "projects"), "project", "total", "goal_annual") == [("样例养护", 7, "养护。")]
