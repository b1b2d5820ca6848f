"""Workbooks, sources, codes and goals in official forms of projects, as other provinces print them."""

from __future__ import annotations

from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from ingest.findings import Refused
from tests.ingest.taking import Taker, picked, table, workbook

TARGETS, EVALUATION, BUDGET = (f"fiscal_project.{name}" for name in ("targets", "self_evaluation", "budget"))


def test_of_a_workbook_of_public_tables_only_those_of_the_schema_are_read(take: Taker) -> None:
    listed = [
        ["单位名称", "项目名称", "合计", "一般公共预算"],
        ["样例所", "样例保洁", 300, 300],
        ["合计", "", 300, 300],
    ]
    targets = [["单位名称", "项目名称", "预算金额", "绩效目标", "一级指标", "二级指标", "三级指标", "指标值"]]
    targets += [["样例所", "样例保洁", 300, "保洁", "产出指标", "数量指标", "河道", "52条"]]
    sums = [["收入", "", "支出", ""], ["项目", "预算数", "项目", "预算数"], ["拨款收入", 900, "农林水", 900]]
    sums += [["政府性基金", 500, "城乡社区", 500]]
    head = [["2024年样例表"], ["单位：万元"]]
    pages = [["序号", "项目名称", "页码"], [1, "样例保洁", 2]]
    sheets = (("目录", pages), ("总表", head + sums), ("项目", head + listed), ("目标", head + targets))
    taken = take(workbook(*sheets), "公开.xlsx", schema=TARGETS)
    assert picked(table(taken, "projects"), "project", "total", "goal_annual") == [("样例保洁", 3_000_000, "保洁")]
    taken = take(workbook(*sheets[1:]), "公开.xlsx", schema=BUDGET)
    assert [picked(pq.read_table(one.parquet).to_pylist(), "project", "total") for one in taken.outcome.tables] == [
        [("样例保洁", 3_000_000)]
    ]
    assert {one.sheet for one in taken.findings("sheet_is_no_table")} == {"总表", "目标"}


def test_a_code_may_stand_before_a_unit_with_only_a_gap(take: Taker) -> None:
    lines = "主管部门,部门（单位）名称,项目名称,合计（元）\n(205)样例局,205014 样例中学,样例修缮,5\n"
    taken = take(lines, schema=BUDGET)
    assert picked(taken.rows, "department", "unit_name", "unit_code") == [("样例局", "样例中学", "205014")]


def test_forms_of_other_kinds_are_left_and_not_proposed(take: Taker) -> None:
    whole = [
        ["部门整体支出绩效目标表"], ["部门名称", "样例局"],
        ["年度主要任务", "项目名称", "主要内容", "预算资金（万元）"],
        ["", "样例援助", "办案", "120"], ["年度总体目标", "建设法治。"],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值"], ["", "产出指标", "数量指标", "办案数", "≥300件"],
    ]  # fmt: skip
    form = [["项目支出绩效目标表"], ["项目名称", "样例援助"], *whole[4:]]
    taken = take(workbook(("整体", whole), ("项目", form)), schema=TARGETS)
    assert picked(table(taken, "projects"), "project") == [("样例援助",)]
    assert len(table(taken, "indicators")) == 1
    assert taken.finding("sheet_is_no_table").sheet == "整体"
    stacked = take(workbook(("表", [*whole, *form])), schema=TARGETS)
    assert picked(table(stacked, "projects"), "project") == [("样例援助",)]
    assert stacked.finding("form_of_other").row == 1
    with pytest.raises(Refused) as refused:
        take(workbook(("整体", whole)), schema=TARGETS)
    assert refused.value.finding.code == "form_of_other"
    watched = [["项目支出绩效目标执行监控表"], *form[1:3], ["主管部门", "样例局", "实施单位", "样例所"], *form[3:]]
    assert take(workbook(("监控", watched)), "监控.xlsx").outcome.proposals == ()
    watched[0] = ["项目支出绩效目标表"]
    assert take(workbook(("监控", watched)), "目标.xlsx").outcome.proposals[0].schema == TARGETS


def test_money_may_stand_behind_labels_in_one_row(take: Taker) -> None:
    rows = [
        ["项目支出绩效自评表"], ["（二〇二二年度）"], ["项目名称：样例改造", "", "主管部门：样例局"],
        ["预算数（万元）", "1,000", "执行数（万元）", "900", "执行率", "90%"],
        ["年度绩效目标", "改造10个", "", "实际完成", "改造9个"],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "完成值", "评分"],
        ["产出", "数量", "小区数", "10个", "9个", "45"],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=EVALUATION)
    names = ("department", "year", "budget_total", "executed", "execution_rate", "goal_expected", "goal_actual")
    assert picked(table(taken, "projects"), *names) == [
        ("样例局", "2022", 10_000_000, 9_000_000, 90, "改造10个", "改造9个")
    ]
    assert picked(table(taken, "indicators"), "level3", "score") == [("小区数", 45)]


@pytest.mark.parametrize(("second", "told"), [("其中：中央财政资金", 0), ("其他资金", 2)])
def test_sources_that_mean_the_same_add_up_together_or_one_by_one(take: Taker, second: str, told: int) -> None:
    rows = [
        ["项目名称", "样例航道"], ["资金情况（万元）", "", "全年预算", "全年执行", "执行率"],
        ["", "合计", 100, 90, "90%"], ["", "其中：财政资金", 60, 54, "90%"], ["", second, 60, 54, "90%"],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=EVALUATION)
    assert len(taken.findings("check_adds_up")) == 2
    rows[2][2:4] = [60, 54]
    assert len(take(workbook(("表", rows)), schema=EVALUATION).findings("check_adds_up")) == told
    rows[2][2:4] = [120, 108]
    assert not take(workbook(("表", rows)), schema=EVALUATION).findings("check_adds_up")


def test_a_form_may_stand_apart_from_the_edge_with_points_and_codes_behind_names(take: Taker) -> None:
    rows = [
        ["项目支出绩效自评表"],
        ["项目名称", "", "样例维修[440100220000001]", "", "主管部门", "样例局（318）"],
        ["项目资金（万元）", "", "资金来源", "年初预算数", "全年预算数", "全年执行数", "分值（10分）", "得分"],
        ["", "", "年度资金总额", 1200, 1100, 990, "10分", "9分"],
        ["", "", "上年结余资金", 200, 200, 100, "/", "/"],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
        ["", "产出指标（50分）", "数量指标", "指标1：渠道", "≥12公里", "11公里", "30分", "27.5分"],
        ["", "", "质量指标", "……", "", "", "", ""],
        ["总分", "", "", "", "", "", "100分", "94.5分"],
    ]
    taken = take(workbook(("表", [[""] * 4 + row for row in rows])), schema=EVALUATION)
    names = ("project", "project_code", "department", "score")
    assert picked(table(taken, "projects"), *names) == [("样例维修", "440100220000001", "样例局", Decimal("94.5"))]
    assert picked(table(taken, "funding"), "source", "weight", "score") == [
        ("total", 10, 9),
        ("carried_over", None, None),
    ]
    assert picked(table(taken, "indicators"), "level3", "weight", "score") == [("渠道", 30, Decimal("27.5"))]


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("样例局（318）", "318", "样例局"),
        ("样例工程（2023）", None, "样例工程（2023）"),
        ("样例工程（202306）", None, "样例工程（202306）"),
        ("样例工程[330100220001]", "330100220001", "样例工程"),
        ("205014 样例中学", "205014", "样例中学"),
    ],
)
def test_codes_behind_and_before_names(take: Taker, text: str, code: str | None, name: str) -> None:
    taken = take(f"主管部门,项目名称,合计（元）\n样例局,{text},5\n", schema=BUDGET)
    assert picked(taken.rows, "project_code", "project") == [(code, name)]


def test_a_value_may_end_the_name_of_its_indicator(take: Taker) -> None:
    rows = [
        ["专项名称", "样例改厕", "主管部门", "样例局"], ["申请资金（万元）", "800", "", ""],
        ["一级指标", "二级指标", "三级指标", "备注"], ["产出指标", "数量指标", "改厕户数≥10000户", ""],
        ["", "质量指标", "验收合格率100%", ""], ["", "时效指标", "按时完成", ""],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=TARGETS)
    assert table(taken, "projects")[0]["total"] == 8_000_000
    assert picked(table(taken, "indicators"), "level3", "target", "operator") == [
        ("改厕户数≥10000户", "≥10000户", ">="),
        ("验收合格率100%", "100%", "="),
        ("按时完成", None, None),
    ]


def test_sums_without_a_label_are_the_whole(take: Taker) -> None:
    rows = [
        ["项目名称", "", "样例补贴", "", "项目总分", 93.4],
        ["预算执行情况（万元）", "", "年初预算数", "调整后预算数", "预算执行数", "预算执行率"],
        ["", "", "2,000.00", "1,800.00", "1,620.00", "90.00%"],
    ]
    taken = take(workbook(("表", rows)), schema=EVALUATION)
    assert picked(table(taken, "projects"), "budget_initial", "budget_total", "executed", "score") == [
        (20_000_000, 18_000_000, 16_200_000, Decimal("93.4"))
    ]
    assert [row["source"] for row in table(taken, "funding")] == ["total"]


def test_a_list_has_a_score_for_each_project_and_one_for_each_indicator(take: Taker) -> None:
    rows = [
        ["2023年度项目支出绩效自评情况表"], ["主管部门：样例会", *[""] * 8, "单位：元"],
        ["项目名称", "实施单位", "预算数", "执行数", "执行率", "绩效指标", "", "", "", "自评得分"],
        ["", "", "", "", "", "三级指标", "年度指标值", "实际完成值", "得分", ""],
        ["样例救助", "样例中心", "500,000", "450,000", "90%", "人数", "≥120人", "125人", "50", "95"],
        ["", "", "", "", "", "合格率", "100%", "100%", "45", ""],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=EVALUATION)
    names = ("project", "department", "unit_name", "executed", "score")
    assert picked(table(taken, "projects"), *names) == [("样例救助", "样例会", "样例中心", 450_000, 95)]
    assert picked(table(taken, "indicators"), "level3", "actual", "score") == [
        ("人数", "125人", 50),
        ("合格率", "100%", 45),
    ]


def test_goals_side_by_side_may_take_several_lines(take: Taker) -> None:
    rows = [
        ["项目（政策）名称", "样例供暖", "", "", ""],
        ["年度总体目标", "年初设定目标", "", "全年实际完成情况", ""],
        ["", "1.补贴8万户", "", "1.已补贴", ""],
        ["", "2.改造5公里", "", "2.改造4.5公里", ""],
        ["绩效指标", "一级指标", "三级指标", "运算符号", "实际完成值"],
        ["", "效益指标", "取暖", "文字描述", "保障"],
    ]
    taken = take(workbook(("表", rows)), schema=EVALUATION)
    assert picked(table(taken, "projects"), "goal_expected", "goal_actual") == [
        ("1.补贴8万户\n2.改造5公里", "1.已补贴\n2.改造4.5公里")
    ]
    assert picked(table(taken, "indicators"), "operator", "actual") == [("text", "保障")]


def test_lines_below_the_title_of_the_next_form_say_nothing_of_the_one_above(take: Taker) -> None:
    def form(number: int, *lines: str) -> list[list[str]]:
        return [
            [f"2019年度样例{number}项目自评表"], *[[line] for line in lines],
            ["项目名称", f"样例{number}"], ["主管部门", "样例委"],
            ["预算执行情况（20分）", "", "预算数（A）", "执行数（B）", "执行率（B/A）", "得分"],
            ["年度财政资金总额", "", "287", "171", "60%", "12"],
            ["绩效目标", "一级指标", "二级指标", "三级指标", "年初目标值（A）", "实际完成值（B）", "得分"],
            ["", "产出指标", "数量指标", "座数", "32座", "32座", "20"],
            ["总分", "91"], ["改进措施", "加快进度。"],
        ]  # fmt: skip

    rows = [*form(1, "填报单位：样例一处", "单位：元"), [], *form(2, "填报单位：样例二处", "单位：万元"), *form(3)]
    taken = take(workbook(("表", rows)), schema=EVALUATION)
    assert picked(table(taken, "projects"), "project", "unit_name", "budget_total", "score") == [
        ("样例1", "样例一处", 287, 91),
        ("样例2", "样例二处", 2_870_000, 91),
        ("样例3", None, 2_870_000, 91),
    ]


def test_a_label_with_its_value_beside_it_may_be_likelier_than_a_line(take: Taker) -> None:
    rows = [
        ["项目名称", "样例养护"], ["单位名称：样例委"], ["项目实施单位", "样例处"],
        ["一级指标", "二级指标", "三级指标", "指标值"], ["产出指标", "数量指标", "座数", "32座"],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=TARGETS)
    assert picked(table(taken, "projects"), "project", "unit_name") == [("样例养护", "样例处")]
