"""Official forms and lists of projects as other provinces print them: other headings, heads of two rows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.ingest.taking import Taker, picked, table, workbook

INDICATORS = ("一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位")
TARGETS, EVALUATION, BUDGET = (f"fiscal_project.{name}" for name in ("targets", "self_evaluation", "budget"))


def test_a_list_may_count_its_columns_and_has_its_indicators_content_beside(take: Taker) -> None:
    rows = [
        ["2023年项目支出绩效目标表（本级下达）"],
        ["项目名称", "项目年度绩效目标", *INDICATORS, "指标内容"],
        ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
        ["样例监测", "完成监测", "产出指标", "数量指标", "断面数", "=", "12", "个", "全覆盖"],
        ["", "", "", "质量指标", "有效率", ">=", "98", "%", "有效数据"],
        ["样例执法", "保障运行", "产出指标", "数量指标", "检查企业", ">=", "300", "家次", "全年累计"],
    ]
    taken = take(workbook(("表", rows)), schema=TARGETS)
    assert picked(table(taken, "projects"), "project", "goal_annual") == [
        ("样例监测", "完成监测"),
        ("样例执法", "保障运行"),
    ]
    names = ("project", "level1", "level2", "level3", "operator", "target", "measure_unit")
    assert picked(table(taken, "indicators"), *names) == [
        ("样例监测", "产出指标", "数量指标", "断面数", "=", "12", "个"),
        ("样例监测", "产出指标", "质量指标", "有效率", ">=", "98", "%"),
        ("样例执法", "产出指标", "数量指标", "检查企业", ">=", "300", "家次"),
    ]


def block(number: int, project: str, total: str, goals: list[str]) -> list[list[str]]:
    rest = ["", "", ""]
    return [
        [f"{number}.{project}绩效目标表"],
        ["单位：万元"],
        ["项目编码", f"1309292{number}P004123100061", "", "项目名称", project],
        ["预算规模及资金用途", "预算数", total, "其中：财政    资金", total],
        ["", "用于样例用途。", *rest],
        *[["绩效目标" if at == 0 else "", f"{at + 1}.{goal}", *rest] for at, goal in enumerate(goals)],
        ["一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值"],
        ["产出指标", "数量指标", "养护里程", "年度内完成的里程", "≥412公里"],
        ["", "质量指标", "验收合格率", "合格的比例", "100%"],
    ]


def test_a_block_may_begin_with_its_code_and_have_a_goal_a_line(take: Taker) -> None:
    rows = [["样例县2023年部门预算项目绩效目标"], *block(1, "样例养护", "860.00", ["养护道路。", "提高路况。"])]
    rows += [[], *block(2, "样例治超", "128.40", ["保障运行。"])]
    taken = take(workbook(("表", rows)), schema=TARGETS)
    names = ("project", "project_code", "unit_name", "year", "total", "goal_annual")
    assert picked(table(taken, "projects"), *names) == [
        ("样例养护", "13092921P004123100061", None, "2023", 8_600_000, "1.养护道路。\n2.提高路况。"),
        ("样例治超", "13092922P004123100061", None, "2023", 1_284_000, "1.保障运行。"),
    ]
    assert picked(table(taken, "indicators"), "level1", "level3", "operator")[2:] == [
        ("产出指标", "养护里程", ">="),
        ("产出指标", "验收合格率", "="),
    ]


@pytest.mark.parametrize(
    ("line", "department", "unit"),
    [
        ("211001样例县交通局本级", None, "样例县交通局本级"),
        ("211-样例县交通局", "样例县交通局", None),
        ("2023年样例县交通局", None, None),
        ("211001项目绩效目标", None, None),
    ],
)
def test_a_line_over_a_block_may_name_its_unit_by_code_alone(
    take: Taker, line: str, department: str | None, unit: str | None
) -> None:
    rows = [["样例县2023年部门预算项目绩效目标"], *block(1, "样例养护", "860.00", ["养护道路。"])]
    rows[2] = [line, "", "", "", "单位：万元"]
    taken = take(workbook(("表", rows)), schema=TARGETS)
    names = ("department", "unit_name", "total")
    assert picked(table(taken, "projects"), *names) == [(department, unit, 8_600_000)]


@pytest.mark.parametrize("medium", ["项目总目标", "实施期绩效目标", "中长期目标", "项目全周期绩效目标"])
def test_goals_and_values_are_told_by_their_words(take: Taker, medium: str) -> None:
    rows = [
        ["财政项目支出绩效目标申报表"], ["（2022年）"], ["申报单位名称：", "样例管理所", "", "金额单位：元"],
        ["项目名称", "样例绿化"], ["项目总预算（元）", "9,000", "项目当年预算（元）", "3,000"],
        [medium, "建立机制。"], ["全年绩效目标", "完成养护。"],
        ["一级目标", "二级目标", "三级目标", "指标目标值"], ["产出目标", "数量", "养护面积", ">=186万平方米"],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=TARGETS)
    names = ("unit_name", "year", "total", "goal_medium", "goal_annual")
    assert picked(table(taken, "projects"), *names) == [("样例管理所", "2022", 3_000, "建立机制。", "完成养护。")]
    assert picked(table(taken, "indicators"), "level1", "level3", "operator", "target") == [
        ("产出目标", "养护面积", ">=", ">=186万平方米")
    ]


def test_a_department_has_its_own_column_beside_that_of_the_unit(take: Taker) -> None:
    lines = (
        "年度,部门名称,预算单位,项目名称,年度绩效目标,一级指标,二级指标,三级指标,计算符号,目标值,权重(%)\n"
        "2024,样例厅,样例中心,样例项目,做完,产出指标,数量指标,人数,大于等于,2000,60\n"
        "2024,样例厅,样例中心,样例项目,做完,效益指标,社会效益指标,效果,定性,明显,40\n"
    )
    taken = take(lines, schema=TARGETS)
    assert picked(table(taken, "projects"), "department", "unit_name", "year") == [("样例厅", "样例中心", "2024")]
    assert picked(table(taken, "indicators"), "operator", "weight") == [(">=", 60), ("text", 40)]
    listed = take("主管部门,预算单位,项目名称,预算数（元）\n104-样例局,104001-样例所,样例项目,5\n", schema=BUDGET)
    names = ("department", "department_code", "unit_name", "unit_code", "total")
    assert picked(listed.rows, *names) == [("样例局", "104", "样例所", "104001", 5)]
    alone = take("预算单位,项目名称,预算数（元）\n样例局,样例项目,5\n", schema=BUDGET)
    assert alone.column("department") == ["样例局"]


def test_the_head_of_a_list_may_take_two_rows(take: Taker) -> None:
    rows = [
        ["2022年项目支出绩效目标表"], ["部门：404_样例局", *[""] * 9, "单位：万元"],
        ["单位编码", "单位名称", "专项（项目）名称", "资金总额", "绩效目标", "", "绩效指标", "", "", "", "备注"],
        ["", "", "", "", "实施期绩效目标", "年度绩效目标", "一级指标", "二级指标", "三级指标", "指标值", ""],
        ["404001", "样例本级", "样例考试", 420, "零事故", "完成组织", "产出指标", "数量指标", "人数", "5.6", ""],
        ["", "", "", "", "", "", "", "质量指标", "差错", "0", ""],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=TARGETS)
    names = ("project", "department", "unit_name", "total", "goal_medium", "goal_annual")
    assert picked(table(taken, "projects"), *names) == [
        ("样例考试", "样例局", "样例本级", 4_200_000, "零事故", "完成组织")
    ]
    assert len(table(taken, "indicators")) == 2


def test_sums_under_a_common_heading_are_those_of_each_project(take: Taker) -> None:
    rows = [
        ["2024年度项目支出绩效自评结果汇总表"], ["金额单位：元"],
        ["序号", "项目名称", "项目实施单位", "资金安排及使用", "", "", "自评情况", "", "备注"],
        ["", "", "", "年初预算数", "全年预算数", "全年执行数", "执行率（%）", "自评得分", ""],
        ["合计", "", "", "300.00", "200.00", "100.00", "50", "", ""],
        [1, "样例展厅", "样例中心", "300.00", "200.00", "100.00", "50", "86.5", ""],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=EVALUATION)
    names = ("project", "unit_name", "budget_initial", "budget_total", "executed", "execution_rate", "score")
    assert picked(table(taken, "projects"), *names) == [("样例展厅", "样例中心", 300, 200, 100, 50, Decimal("86.5"))]


@pytest.mark.parametrize("reason", ["未完成原因及拟采取的改进措施", "说明"])
def test_a_form_of_one_level_with_weights_in_its_own_words(take: Taker, reason: str) -> None:
    rows = [
        ["2022年度项目支出绩效自评表"],
        ["项目名称", "样例改造", "", "", "自评总分（分）", 97.8],
        ["项目资金（万元）", "", "年初预算数", "全年（调整）预算数", "全年执行数",
         "执行率（%）", "执行率权重（分）", "执行率得分（分）"],
        ["", "年度总金额", 2000, 2380, 2261, 95, 10, 9.5],
        ["", "其中：财政拨款", 2000, 2380, 2261, "", "", ""],
        ["", "上年结转", "", "", "", "", "", ""],
        ["当年绩效目标", "年初绩效目标", "", "全年（调整）绩效目标", "", "全年目标实际完成情况"],
        ["", "改造24公里", "", "改造27公里", "", "完成26.4公里"],
        ["绩效指标", "指标名称", "年初指标值", "调整指标值", "全年完成值",
         "指标权重（分）", "指标得分（分）", reason],
        ["", "改造里程", "24", "27", "26.4", 30, 29.3, "延期"],
        ["说明", "按实际完成情况填写"],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=EVALUATION)
    names = ("budget_total", "execution_rate", "score", "goal_expected", "goal_actual")
    assert picked(table(taken, "projects"), *names) == [(23_800_000, 95, Decimal("97.8"), "改造24公里", "完成26.4公里")]
    assert picked(table(taken, "funding"), "source", "executed", "weight", "score") == [
        ("total", 22_610_000, 10, Decimal("9.5")),
        ("appropriation", 22_610_000, None, None),
    ]
    names = ("level3", "target", "actual", "weight", "score", "reason")
    assert picked(table(taken, "indicators"), *names) == [("改造里程", "24", "26.4", 30, Decimal("29.3"), "延期")]


def test_a_budget_is_proposed_by_what_stands_beside_its_fields(take: Taker) -> None:
    rows = [
        ["类型", "项目名称", "项目单位", "合计", "本年拨款", "", "", "财政专户管理资金", "单位资金"],
        ["", "", "", "", "一般公共预算", "政府性基金预算", "国有资本经营预算", "", ""],
        ["运转类", "样例维护", "样例大队", 86.5, 86.5, 0, 0, 0, 0],
        ["特定类", "样例养护", "样例中心", 1317.5, 1317.5, 0, 0, 0, 0],
    ]
    taken = take(workbook(("表", rows)), "公开表.xlsx")
    assert taken.outcome.proposals[0].schema == BUDGET
    assert take("设备,数量,合计\n泵,2,3\n").outcome.proposals == ()


def test_the_head_of_a_table_in_a_form_may_take_two_rows(take: Taker) -> None:
    rows = [
        ["项目支出绩效自评表"], ["（2023年度）"],
        ["项目名称", "", "样例养护", "", "", "", "", ""],
        ["项目资金（元）", "", "", "年初预算数", "全年预算数", "全年执行数", "执行率", "得分"],
        ["", "", "年度资金总额", 500, 480, 360, "75%", 7.5],
        ["", "", "非财政拨款", 0, 0, 0, "", ""],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "", "", "实际完成值"],
        ["", "", "", "", "指标性质", "指标值", "度量单位", ""],
        ["", "产出指标", "数量指标", "养护里程", ">=", "300", "公里", "280"],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=EVALUATION)
    names = ("level1", "level3", "operator", "target", "measure_unit", "actual")
    assert picked(table(taken, "indicators"), *names) == [("产出指标", "养护里程", ">=", "300", "公里", "280")]
    assert [row["source"] for row in table(taken, "funding")] == ["total", "other"]


def test_the_values_of_former_years_are_no_targets(take: Taker) -> None:
    rows = [
        ["项目名称", "样例健身", "", "", "项目编码", "42100024T000000101234", ""],
        ["项目年度绩效目标", "举办赛事。", "", "", "", "", ""],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值", "", ""],
        ["", "", "", "", "前年", "上年", "预计当年实现"],
        ["", "产出指标", "数量指标", "赛事场次", "15场", "18场", "≥20场"],
    ]
    for upper, lower in (("指标值", "预计当年实现"), ("半年（程）指标值", "全年（程）指标值")):
        if upper != "指标值":
            rows[2][4:], rows[3] = [upper, "", lower], []
        taken = take(workbook(("表", rows)), schema=TARGETS)
        assert picked(table(taken, "indicators"), "level3", "target", "operator") == [("赛事场次", "≥20场", ">=")]


@pytest.mark.parametrize(
    ("over", "half", "full"),
    [
        ("指标值", "半年（计划）值", "全年（计划）值"),
        ("目标值", "半年", "全年"),
        ("", "指标值（半年）", "指标值（全年）"),
    ],
)
def test_of_values_for_half_a_year_and_for_all_of_it_the_latter_is_the_target(
    take: Taker, over: str, half: str, full: str
) -> None:
    levels = ["绩效指标", "一级指标", "二级指标", "三级指标"]
    rows = [
        ["项目名称", "样例健身", "", "", "项目编码", "42100024T000000101234", ""],
        ["项目年度绩效目标", "举办赛事。", "", "", "", "", ""],
        *([[*levels, over, "", ""], ["", "", "", "", half, full, "备注"]] if over else [[*levels, half, full, "备注"]]),
        ["", "产出指标", "数量指标", "赛事场次", "10场", "≥20场", ""],
        ["", "", "", "赛事结束时间", "/", "10月底前", ""],
    ]
    taken = take(workbook(("表", rows)), schema=TARGETS)
    assert picked(table(taken, "indicators"), "level3", "target") == [
        ("赛事场次", "≥20场"),
        ("赛事结束时间", "10月底前"),
    ]


def test_indicators_side_by_side_are_of_the_kind_above_them(take: Taker) -> None:
    rows = [
        ["2023年部门预算项目绩效目标汇总表"], ["部门：样例局", *[""] * 6, "单位：万元"],
        ["项目编码", "项目名称", "项目金额", "绩效目标", "", "", "", ""],
        ["", "", "", "年度目标", "成本指标", "", "产出指标", ""],
        ["", "", "", "", "三级指标", "指标值", "三级指标", "指标值"],
        ["410500230000000012345", "样例低保", 1200, "应保尽保。", "低保标准", "≥630元/月", "保障人数", "≥1.2万人"],
        ["", "", "", "", "", "", "发放及时率", "100%"],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema=TARGETS)
    names = ("project", "department", "total", "goal_annual")
    assert picked(table(taken, "projects"), *names) == [("样例低保", "样例局", 12_000_000, "应保尽保。")]
    assert picked(table(taken, "indicators"), "project", "level1", "level3", "target") == [
        ("样例低保", "成本指标", "低保标准", "≥630元/月"),
        ("样例低保", "产出指标", "保障人数", "≥1.2万人"),
        ("样例低保", "产出指标", "发放及时率", "100%"),
    ]


def test_indicators_of_two_levels_keep_them(take: Taker) -> None:
    lines = (
        "专项资金名称,样例旅游,\n主管部门,样例局,\n年度,2020年,\n绩效目标,打造示范点。,\n"
        "一级指标,二级指标,绩效目标值\n产出,示范点数量,≥6个\n,验收合格率,100%\n"
    )
    taken = take(lines, schema=TARGETS)
    assert picked(table(taken, "indicators"), "level1", "level2", "level3", "target") == [
        ("产出", "示范点数量", None, "≥6个"),
        ("产出", "验收合格率", None, "100%"),
    ]
    assert table(taken, "projects")[0]["year"] == "2020"


def test_units_may_stand_over_their_projects_in_one_column(take: Taker) -> None:
    rows = [
        ["预算05-2表 项目支出绩效目标表"],
        ["单位名称、项目名称", "项目年度绩效目标", *INDICATORS],
        ["样例县交通运输局"],
        ["  样例公路段"],
        ["    公路养护", "养护到位", "产出指标", "数量指标", "养护里程", ">=", "1860", "公里"],
        ["", "", "", "质量指标", "优良率", ">=", "75", "%"],
        ["  样例执法队"],
        ["    路面治超", "超限减少", "产出指标", "数量指标", "治超天数", ">=", "240", "天"],
    ]
    taken = take(workbook(("目标", rows)), "目标.xlsx", schema=TARGETS)
    assert picked(table(taken, "projects"), "unit_name", "project", "goal_annual") == [
        ("样例公路段", "公路养护", "养护到位"),
        ("样例执法队", "路面治超", "超限减少"),
    ]
    assert [row["project"] for row in table(taken, "indicators")] == ["公路养护", "公路养护", "路面治超"]
