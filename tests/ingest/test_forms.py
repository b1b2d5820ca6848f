"""Forms of one project a block become tables of projects, money and indicators, and each value knows its cell."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.cells import read_cells
from ingest.findings import Refused
from tests.ingest.taking import Taken, Taker, picked, table, workbook

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


@pytest.fixture
def evaluated(take: Taker) -> Taken:
    second = [list(row) for row in EVALUATION]
    second[2][2] = "样例二项目"
    return take(workbook(("自评", EVALUATION + second)), "自评.xlsx", schema="fiscal_project.self_evaluation")


def test_a_form_gives_one_record_a_block(evaluated: Taken) -> None:
    rows = table(evaluated, "projects")
    names = ("project", "department", "year", "budget_initial", "executed", "execution_rate", "score")
    assert picked(rows, *names) == [
        ("样例一项目", "样例市样例局", "2022", 1_000_000, 450_000, 50, 96),
        ("样例二项目", "样例市样例局", "2022", 1_000_000, 450_000, 50, 96),
    ]
    assert picked(rows, "goal_expected", "goal_actual", "unit_name")[0] == ("修路", "修完", "样例中心")


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


def test_forms_on_several_sheets_are_one_table(take: Taker) -> None:
    second = [list(row) for row in EVALUATION]
    second[2][2] = "样例二项目"
    taken = take(workbook(("甲", EVALUATION), ("乙", second)), "自评.xlsx", schema="fiscal_project.self_evaluation")
    assert [row["project"] for row in table(taken, "projects")] == ["样例一项目", "样例二项目"]
    (cells,) = [one.cells for one in taken.outcome.tables if one.table.name == "projects"]
    assert (read_cells(cells, 2)["score"]["sheet"], read_cells(cells, 2)["score"]["cell"]) == ("乙", "H17")


DONGGUAN = [
    ["样例市财政项目支出绩效目标批复表"], ["（2019年度）"], ["预算单位：样例局"],
    ["项目名称", "样例工程", "", "中期市财政预算（万元）", 2845, "年度资金总额（万元）", 919],
    ["总体目标", "中期滚动目标（2019年—2021年）", "", "", "年度目标"],
    ["", "三年建成", "", "", "今年开工"],
    ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值", "二级指标", "三级指标", "计划指标值（或计划水平）"],
    ["", "产出指标", "数量指标", "完成数量", "≥29个", "数量指标", "完成数量", "≥3个"],
    ["", "", "质量指标", "合格率", "100%", "质量指标", "合格率", "100%"],
]  # fmt: skip


def test_a_target_for_years_and_one_for_the_year_are_told_apart(take: Taker) -> None:
    taken = take(workbook(("目标", DONGGUAN)), "目标.xlsx", schema="fiscal_project.targets")
    names = ("horizon", "level1", "level2", "level3", "target")
    assert picked(table(taken, "indicators"), *names) == [
        ("medium", "产出指标", "数量指标", "完成数量", "≥29个"),
        ("annual", "产出指标", "数量指标", "完成数量", "≥3个"),
        ("medium", "产出指标", "质量指标", "合格率", "100%"),
        ("annual", "产出指标", "质量指标", "合格率", "100%"),
    ]
    assert not taken.findings("key_repeated")
    (cells,) = [one.cells for one in taken.outcome.tables if one.table.name == "indicators"]
    assert (read_cells(cells, 2)["horizon"]["cell"], read_cells(cells, 2)["level3"]["cell"]) == ("E5", "G8")


def test_one_indicator_may_have_a_value_for_each_term(take: Taker) -> None:
    rows = [*DONGGUAN[:6], ["绩效指标", "一级指标", "二级指标", "三级指标", "中期指标值", "年度指标值"]]
    rows += [["", "产出指标", "数量指标", "完成数量", "≥29个", "≥3个"], ["", "", "质量指标", "合格率", "100%", "/"]]
    taken = take(workbook(("目标", rows)), "目标.xlsx", schema="fiscal_project.targets")
    assert picked(table(taken, "indicators"), "horizon", "level3", "target") == [
        ("medium", "完成数量", "≥29个"), ("annual", "完成数量", "≥3个"),
        ("medium", "合格率", "100%"), ("annual", "合格率", None),
    ]  # fmt: skip


def test_goals_under_labels_of_which_only_one_is_known(take: Taker) -> None:
    rows = [
        ["项目名称", "样例项目"],
        ["年度总体目标", "年初拟定的目标", "", "全年实际完成情况"],
        ["", "完成三项", "", "已完成三项"],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值"],
        ["", "产出指标", "数量指标", "任务数", "3", "3"],
    ]
    for label in ("年初拟定的目标", "年初设定目标"):
        rows[1][1] = label
        taken = take(workbook(("自评", rows)), "自评.xlsx", schema="fiscal_project.self_evaluation")
        assert picked(table(taken, "projects"), "goal_expected", "goal_actual") == [("完成三项", "已完成三项")]


def test_goals_under_labels_in_other_words(take: Taker) -> None:
    rows = [
        ["项目名称", "样例绿化"],
        ["年度总体目标", "本年拟达到的目标", "", "年度总体目标完成情况综述"],
        ["", "完成补植", "", "已补植"],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成指标值"],
        ["", "产出指标", "数量指标", "补植面积", "2000平方米", "2100平方米"],
    ]
    taken = take(workbook(("自评", rows)), "自评.xlsx", schema="fiscal_project.self_evaluation")
    assert picked(table(taken, "projects"), "goal_expected", "goal_actual") == [("完成补植", "已补植")]
    assert table(taken, "indicators")[0]["actual"] == "2100平方米"


def test_a_list_of_indicators_without_any_is_refused_in_words(take: Taker) -> None:
    with pytest.raises(Refused) as refused:
        take("项目名称,指标性质,指标值,权重\n".encode(), "目标.csv", schema="fiscal_project.targets")
    assert refused.value.finding.code == "header_only"
