"""Forms that came from a text document: the lines of one cell as rows of the sheet."""

from __future__ import annotations

import pytest

from tests.ingest.taking import Taker, picked, table, workbook

EVALUATION = "fiscal_project.self_evaluation"


@pytest.fixture
def rows() -> list[list[str]]:
    return [
        ["项目支出绩效自评表"], ["（2021年度）"],
        ["项目名称", "", "样例示范", "", "", "", "", "", ""],
        ["项目资金", "", "", "年初", "全年", "全年", "分值", "执行率", "得分"],
        ["（元）", "", "", "预算数", "预算数", "执行数", "", "", ""],
        ["", "", "年度资金总额", "260", "280", "266", "10", "95%", "9.5"],
        ["", "", "上年结转资金", "0", "20", "20", "—", "100%", "—"],
        ["年度", "预期目标", "", "", "实际完成情况", "", "", "", ""],
        ["总体目标", "建基地6个；", "", "", "建基地5个；", "", "", "", ""],
        ["", "培训800人。", "", "", "培训760人。", "", "", "", ""],
        ["绩效", "一级", "二级", "三级指标", "年度", "实际", "分值", "得分", "偏差原因分析"],
        ["指标", "指标", "指标", "", "指标值", "完成值", "", "", "及改进措施"],
        ["", "产出指标", "数量指标", "基地数量", "6个", "5个", "50", "40", "延期"],
        ["", "效益指标", "社会效益", "带动增收", "明显", "明显", "30", "28", ""],
        ["", "", "指标", "", "", "", "", "", ""],
        ["", "满意度指标", "服务对象", "示范户满意度", "≥90%", "95%", "10", "10", ""],
        ["", "", "满意度指标", "", "", "", "", "", ""],
    ]  # fmt: skip


def test_headings_in_two_lines_are_one(take: Taker, rows: list[list[str]]) -> None:
    taken = take(workbook(("表", rows)), schema=EVALUATION)
    names = ("budget_initial", "budget_total", "executed", "goal_expected", "goal_actual")
    assert picked(table(taken, "projects"), *names) == [
        (260, 280, 266, "建基地6个；\n培训800人。", "建基地5个；\n培训760人。")
    ]
    assert picked(table(taken, "funding"), "source", *names[:3]) == [
        ("total", 260, 280, 266),
        ("carried_over", 0, 20, 20),
    ]


def test_a_level_in_two_lines_is_one_and_no_row_of_its_own(take: Taker, rows: list[list[str]]) -> None:
    names = ("level1", "level2", "level3", "target", "actual", "weight", "score", "reason")
    expected = [
        ("产出指标", "数量指标", "基地数量", "6个", "5个", 50, 40, "延期"),
        ("效益指标", "社会效益指标", "带动增收", "明显", "明显", 30, 28, None),
        ("满意度指标", "服务对象满意度指标", "示范户满意度", "≥90%", "95%", 10, 10, None),
    ]
    taken = take(workbook(("表", rows)), schema=EVALUATION)
    assert picked(table(taken, "indicators"), *names) == expected
    rows.insert(-2, ["", "", "生态效益指标", "", "", "", "", "", ""])  # of which the form has no indicator
    taken = take(workbook(("表", rows)), schema=EVALUATION)
    assert picked(table(taken, "indicators"), *names) == expected


def test_a_goal_alone_below_its_label_ends_the_table_of_money(take: Taker, rows: list[list[str]]) -> None:
    taken = take(workbook(("表", [row for row in rows if "培训800人。" not in row])), schema=EVALUATION)
    assert picked(table(taken, "projects"), "goal_expected", "goal_actual") == [("建基地6个；", "建基地5个；")]
