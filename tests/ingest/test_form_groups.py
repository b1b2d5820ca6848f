"""Lists of projects in which units stand over their projects in one column, and what proves that a row is a unit's."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.ingest.taking import Taker, picked, table, workbook

TARGETS, EVALUATION = (f"fiscal_project.{name}" for name in ("targets", "self_evaluation"))


def summary(*rows: list[str]) -> str:
    head = [
        ["样例市2020年度项目支出绩效自评情况汇总表"], ["单位：元"],
        ["序号", "部门/项目名称", "项目实施单位", "资金情况", "", "", "自评情况", ""],
        ["", "", "", "年初预算数", "调整后预算数", "实际支出数", "得分", "等次"],
        ["", "合计", "", "80", "70", "60", "", ""],
    ]  # fmt: skip
    return "".join(",".join(row) + "\n" for row in (*head, *rows))


def test_departments_with_sums_stand_over_their_projects(take: Taker) -> None:
    lines = summary(
        ["一", "样例市样例局", "", "50", "40", "35", "", ""],
        ["1", "样例养护", "样例中心", "30", "30", "25", "95.7", "优"],
        ["2", "样例评价", "", "20", "10", "10", "", ""],
        ["二", "样例市样例委", "", "30", "30", "25", "", ""],
        ["1", "样例宣传", "样例血站", "30", "30", "25", "88", "良"],
    )
    taken = take(lines, schema=EVALUATION)
    assert picked(table(taken, "projects"), "department", "project", "unit_name", "budget_total", "score") == [
        ("样例市样例局", "样例养护", "样例中心", 30, Decimal("95.7")),
        ("样例市样例局", "样例评价", None, 10, None),
        ("样例市样例委", "样例宣传", "样例血站", 30, 88),
    ]


def test_departments_are_told_by_their_sums_where_nothing_counts_them(take: Taker) -> None:
    lines = summary(
        ["", "样例市样例局", "", "50", "40", "35", "", ""],
        ["", "样例养护", "样例中心", "30", "30", "25", "95.7", "优"],
        ["", "样例评价", "样例中心", "20", "10", "10", "90", "优"],
        ["", "样例市样例委", "", "31", "30", "25", "", ""],
        ["", "样例宣传", "样例血站", "30", "30", "25", "88", "良"],
    )
    taken = take(lines, schema=EVALUATION)
    names = ("department", "project", "budget_initial")
    assert picked(table(taken, "projects"), *names) == [
        ("样例市样例局", "样例养护", 30),
        ("样例市样例局", "样例评价", 20),
        (None, "样例宣传", 30),  # its sums are not those of the row above: a department, or a project without a score
    ]
    assert [one.params["label"] for one in taken.outcome.findings if one.code == "figure_unplaced"] == 3 * [
        "样例市样例委"
    ]


def test_units_have_shorter_codes_than_their_projects(take: Taker) -> None:
    pairs = ["三级指标", "指标值"]
    rows = [
        ["2023年部门预算项目绩效目标表"], ["部门（单位）名称：样例市样例局", *[""] * 6, "单位：万元"],
        ["单位编码\n（项目编码）", "项目单位\n（项目名称）", "项目金额", "", "绩效目标", "", "", ""],
        ["", "", "资金总额", "单位资金", "成本指标", "", "产出指标", ""],
        ["", "", "", "", *pairs, *pairs],
        ["116", "样例市样例局", 1150, 30, "", "", "", ""],
        ["116001", "样例市样例局本级", 1120, "", "", "", "", ""],
        ["410400230000000123456", "样例管护", 850, "", "管护成本", "≤850万元", "管护面积", "≥35万亩"],
        ["", "", "", "", "", "", "设施完好率", "≥95%"],
        ["410400230000000123499", "涉密项目", 270, "", "", "", "", ""],
        ["116004", "样例推广站", 30, 30, "", "", "", ""],
        ["410400230000000124001", "样例推广", 30, 30, "示范成本", "≤30万元", "", ""],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=TARGETS)
    assert picked(table(taken, "projects"), "department", "unit_name", "project_code", "project", "total") == [
        ("样例市样例局", "样例市样例局本级", "410400230000000123456", "样例管护", 8_500_000),
        ("样例市样例局", "样例市样例局本级", "410400230000000123499", "涉密项目", 2_700_000),
        ("样例市样例局", "样例推广站", "410400230000000124001", "样例推广", 300_000),
    ]
    assert picked(table(taken, "indicators"), "project", "level1", "level3", "target") == [
        ("样例管护", "成本指标", "管护成本", "≤850万元"),
        ("样例管护", "产出指标", "管护面积", "≥35万亩"),
        ("样例管护", "产出指标", "设施完好率", "≥95%"),
        ("样例推广", "成本指标", "示范成本", "≤30万元"),
    ]


def test_a_line_over_units_of_a_list_names_their_department(take: Taker) -> None:
    rows = [
        ["2022年部门项目支出绩效目标表"], ["单位名称：样例市林业局"],
        ["单位名称、项目名称", "项目年度绩效目标", "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "单位"],
        ["样例市林业局"], ["样例市林业局本级"],
        ["样例补助", "完成造林。", "", "", "", "", "", ""],
        ["", "", "产出指标", "数量指标", "造林面积", ">=", "2", "万亩"],
    ]  # fmt: skip
    names = ("department", "unit_name", "project", "goal_annual")
    taken = take(workbook(("表", rows)), schema=TARGETS)
    assert picked(table(taken, "projects"), *names) == [("样例市林业局", "样例市林业局本级", "样例补助", "完成造林。")]
    taken = take(workbook(("表", [row for row in rows if row != ["样例市林业局本级"]])), schema=TARGETS)
    assert picked(table(taken, "projects"), *names) == [(None, "样例市林业局", "样例补助", "完成造林。")]


def test_departments_with_scores_of_their_own_are_told_by_sums_of_every_row_or_not_at_all(take: Taker) -> None:
    lines = (
        "2023年项目支出绩效自评情况汇总表\n单位：元\n部门/项目名称,全年预算数,全年执行数,自评得分\n"
        "样例局,100,90,93\n样例养护,60,50,90\n样例评价,40,40,95\n样例委,5,4,90\n样例宣传,5,4,90\n"
    )
    taken = take(lines, schema=EVALUATION)
    assert picked(table(taken, "projects"), "department", "project", "executed") == [
        ("样例局", "样例养护", 50),
        ("样例局", "样例评价", 40),
        ("样例委", "样例宣传", 4),
    ]
    refused = take.refused(lines.replace("样例局,100", "样例局,130"), schema=EVALUATION)
    assert (refused.code, refused.params["header"]) == ("units_not_told", "部门/项目名称")


def test_a_unit_goes_on_under_the_same_head_on_the_next_page(take: Taker) -> None:
    head = [["2023年项目绩效自评汇总表"], ["单位/项目名称", "全年预算数", "全年执行数", "自评得分"]]
    first = [["合计", 100, 90, ""], ["样例所", "", "", ""], ["样例养护", 60, 50, 90]]
    second = [["样例评价", 40, 40, 95]]
    taken = take(workbook(("表", [*head, *first, [], *head, *second])), schema=EVALUATION)
    expected = [("样例所", "样例养护"), ("样例所", "样例评价")]
    assert picked(table(taken, "projects"), "unit_name", "project") == expected
    apart = take(workbook(("一", [*head, *first]), ("二", [*head, *second])), schema=EVALUATION)
    assert picked(table(apart, "projects"), "unit_name", "project") == expected[:1]
    assert [one.sheet for one in apart.findings("units_not_told")] == ["二"]


def test_a_unit_with_its_sum_may_stand_over_its_projects_in_a_column_of_its_own(take: Taker) -> None:
    rows = [
        ["2023年项目支出绩效目标表"], ["单位：元"],
        ["单位名称", "项目名称", "资金总额", "一级指标", "二级指标", "三级指标", "指标值"],
        ["样例所", "", 100, "", "", "", ""],
        ["", "样例养护", 60, "产出指标", "数量指标", "里程", "≥3公里"],
        ["", "", "", "", "质量指标", "合格率", "100%"],
        ["", "样例评价", 40, "产出指标", "数量指标", "份数", "5份"],
        ["样例站", "", 30, "", "", "", ""],
        ["", "样例宣传", 30, "产出指标", "数量指标", "场次", "5场"],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=TARGETS)
    assert picked(table(taken, "projects"), "unit_name", "project", "total") == [
        ("样例所", "样例养护", 60),
        ("样例所", "样例评价", 40),
        ("样例站", "样例宣传", 30),
    ]
    assert [row["project"] for row in table(taken, "indicators")] == ["样例养护", "样例养护", "样例评价", "样例宣传"]


@pytest.mark.parametrize("heading", ["单位(专项)名称", "单位名称（专项名称）", "单位/专项名称", "专项（单位）名称"])
def test_units_may_stand_over_their_special_funds(take: Taker, heading: str) -> None:
    levels = ["一级指标", "二级指标", "三级指标", "指标值", "评（扣）分标准", "度量单位"]
    rows = [
        ["部门公开表23"], ["2023年度项目支出绩效目标表"], ["部门：302_样例市样例局", *[""] * 8, "金额单位：万元"],
        ["单位编码", heading, "资金总额", "绩效目标", "绩效指标"],
        ["", "", "", "", *levels],
        ["302", "样例市样例局", 450],
        ["302001", "样例市样例局本级", 386.5],
        ["302001", "送戏专项", 120, "演出。", "产出指标", "数量指标", "场次", "≥200", "少1场扣1分", "场"],
        ["", "", "", "", "满意度指标", "服务对象满意度指标", "满意度", "≥90", "", "%"],
        ["302001", "修缮专项", 266.5, "修缮。", "成本指标", "经济成本指标", "成本", "≤266.5", "", "万元"],
        ["302002", "样例馆", 63.5],
        ["302002", "布展专项", 63.5, "布展。", "产出指标", "数量指标", "展览", "3", "", "个"],
        ["注：文字描述的为定性指标。"],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=TARGETS)
    names = ("department", "unit_name", "project", "total", "goal_annual")
    assert picked(table(taken, "projects"), *names) == [
        ("样例市样例局", "样例市样例局本级", "送戏专项", 1_200_000, "演出。"),
        ("样例市样例局", "样例市样例局本级", "修缮专项", 2_665_000, "修缮。"),
        ("样例市样例局", "样例馆", "布展专项", 635_000, "布展。"),
    ]
    assert picked(table(taken, "indicators"), "project", "level1", "target", "measure_unit") == [
        ("送戏专项", "产出指标", "≥200", "场"),
        ("送戏专项", "满意度指标", "≥90", "%"),
        ("修缮专项", "成本指标", "≤266.5", "万元"),
        ("布展专项", "产出指标", "3", "个"),
    ]
