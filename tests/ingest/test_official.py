"""Files in official layouts, built as people build them; every value was worked out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ingest import regions
from ingest.evidence import shape_of
from ingest.periods import in_year
from ingest.values import Unreadable
from tests.ingest.taking import Taker, merged, picked, table, workbook


def parcel(number: int, area: str, price: str) -> list[list[str]]:
    return [
        ["宗地编号：", f"G2023-0{number}", "宗地总面积：", area, "宗地坐落：", f"样例路{number}号"],
        ["出让年限：", "40年", "容积率：", "大于1并且小于或等于2.5", "建筑密度(%)：", "小于或等于40"],
        ["主要用途：", "其他商服用地", "起始价：", price, "挂牌开始时间：", "2023年05月10日09时00分"],
        ["联系人：", "某某某", "保证金账户：", "样例", "", ""],
        ["建筑限高：", "下限：", "12", "上限：", "60", ""],
    ]


def test_a_notice_of_labels_with_values_beside_them_is_a_row_a_parcel(take: Taker) -> None:
    head = [["国有建设用地使用权挂牌出让公告"], ["鄂州告字[2023]3号"]]
    book = workbook(
        ("一", [*head, *parcel(1, "23456.7平方米", "6000万元"), [], *parcel(2, "1.5公顷", "480万元")]),
        ("二", [*head, *parcel(3, "30亩", "900万元")]),
    )
    taken = take(book, "公告.xlsx", schema="land_supply.notice")
    names = (
        "notice_no",
        "parcel_no",
        "location",
        "area",
        "far_min",
        "far_max",
        "density_max",
        "start_price",
        "height_max",
    )
    number, density = "鄂州告字〔2023〕3号", Decimal(40)
    assert picked(taken.rows, *names) == [
        (number, "G2023-01", "样例路1号", Decimal("23456.7"), 1, Decimal("2.5"), density, 60_000_000, 60),
        (number, "G2023-02", "样例路2号", 15_000, 1, Decimal("2.5"), density, 4_800_000, 60),
        (number, "G2023-03", "样例路3号", 20_000, 1, Decimal("2.5"), density, 9_000_000, 60),
    ]
    assert taken.cells(2)["area"] | {"raw": "1.5公顷", "cell": "D9"} == taken.cells(2)["area"]
    assert taken.finding("records_read").count == 3
    assert {one.params["kind"] for one in taken.findings("column_dropped")} == {"contact_person"}
    assert take(book, "公告.xlsx").outcome.proposals[0].schema == "land_supply.notice"


def test_labels_may_differ_in_their_unit_and_be_left_out_by_the_steward(take: Taker) -> None:
    rows = [["地块编号：", "A1"], ["土地面积(公顷)：", "1.5"], ["成交价(万元)：", "100"], ["受让人：", "样例公司"]]
    other = [["地块编号：", "A2"], ["土地面积(平方米)：", "900"], ["成交价(万元)：", "80"], ["受让人：", "流拍"]]
    book = workbook(("一", [*rows, *other]))
    taken = take(book, schema="land_supply.deal", mapping={"受让人": None, "土地面积": "area"})
    assert picked(taken.rows, "parcel_no", "area", "deal_price") == [("A1", 15_000, 1_000_000), ("A2", 900, 800_000)]
    assert "grantee" not in taken.types


PLAN = [
    ["宜都市2023年度国有建设用地供应计划表"],
    ["序号", "用地类型", "供应面积（公顷）", "占比（%）"],
    [1, "商服用地", 25.5, 10.2],
    [2, "工矿仓储用地", 120, 48],
    [3, "住宅用地", 50, 20],
    ["", "其中：保障性安居工程用地", 5, 2],
    [4, "交通运输用地", 54.5, 21.8],
    ["合计", "", 250, 100],
]


def test_a_plan_that_goes_down_the_page_is_one_row(take: Taker) -> None:
    taken = take(merged(PLAN, "A1:D1"), "计划.xlsx", schema="land_supply.plan")
    names = ("region", "plan_year", "total_area", "commercial_area", "residential_area", "transport_area")
    assert picked(taken.rows, *names) == [("420581", "2023", 2_500_000, 255_000, 500_000, 545_000)]


def test_a_report_of_nothing_is_a_release_with_its_zeros(take: Taker) -> None:
    head = ["序号", "项目名称", "土地面积", "建设状态"]
    rows = [["2024年第三季度存量住宅用地项目清单"], ["", "", "", "单位：公顷"], head, ["合计", "", 0, ""]]
    taken = take(workbook(("新洲区", rows)), "存量.xlsx", schema="land_supply.residential_stock")
    assert (taken.rows, len(taken.outcome.totals), taken.outcome.period) == ([], 1, "2024-Q3")
    assert taken.finding("report_of_nothing").level == "info"
    noted = take("科目,金额\n注：本部门2024年无政府性基金预算支出。\n")
    assert (noted.rows, len(noted.outcome.notes)) == ([], 1)
    assert take.refused("科目,金额\n注：如无说明，单位为万元。\n").code == "header_only"


TARGETS = [
    ["2023年部门预算项目支出绩效目标表"],
    ["部门：样例市文旅局", *[""] * 6, "单位：万元"],
    ["单位名称", "项目名称", "预算金额", "年度绩效目标", "一级指标", "二级指标", "三级指标", "指标值"],
    ["样例馆", "42010023R000000012345-图书购置", 120.5, "购置图书", "产出指标", "数量指标", "购置图书", "≥2万册"],
    ["", "", "", "", "", "质量指标", "合格率", "100%"],
    ["", "陈列改造", 80, "完成改造", "产出指标", "数量指标", "改造展厅", "2个"],
    ["合计", "", 200.5, "", "", "", "", ""],
]


@pytest.mark.parametrize("two_rows", [False, True])
def test_targets_of_many_projects_in_a_list_keep_their_projects(take: Taker, two_rows: bool) -> None:
    upper = [[*TARGETS[2][:4], "绩效指标", "", "", ""], [*[""] * 4, *TARGETS[2][4:]]]
    rows = [*TARGETS[:2], *upper, *TARGETS[3:]] if two_rows else TARGETS
    taken = take(workbook(("表", rows)), "目标.xlsx", schema="fiscal_project.targets")
    assert picked(table(taken, "projects"), "project", "project_code", "unit_name", "year", "total", "goal_annual") == [
        ("图书购置", "42010023R000000012345", "样例馆", "2023", 1_205_000, "购置图书"),
        ("陈列改造", None, "样例馆", "2023", 800_000, "完成改造"),
    ]
    assert picked(table(taken, "indicators"), "project", "level1", "level2", "level3", "operator") == [
        ("图书购置", "产出指标", "数量指标", "购置图书", ">="),
        ("图书购置", "产出指标", "质量指标", "合格率", "="),
        ("陈列改造", "产出指标", "数量指标", "改造展厅", "="),
    ]


def test_scores_of_many_projects_in_a_list_are_a_record_each(take: Taker) -> None:
    rows = [
        ["2022年项目支出绩效自评结果汇总表（单位：万元）"],
        ["序号", "项目名称", "主管部门", "年初预算数", "全年预算数", "全年执行数", "执行率", "自评得分"],
        [1, "校舍维修", "样例教育局", 50, 40, 30, "75%", 92.5],
        [2, "食堂改造", "样例教育局", 20, 20, 20, "100%", 98],
    ]
    taken = take(workbook(("表", rows)), "自评.xlsx", schema="fiscal_project.self_evaluation")
    assert picked(table(taken, "projects"), "project", "budget_total", "executed", "execution_rate", "score") == [
        ("校舍维修", 400_000, 300_000, 75, Decimal("92.5")),
        ("食堂改造", 200_000, 200_000, 100, 98),
    ]


def test_a_form_says_its_goal_beside_its_label_and_what_it_has_no_word_for(take: Taker) -> None:
    rows = [
        ["项目支出绩效自评表（2022年度）"],
        ["项目名称", "", "51000021R000000019951-工资性支出"],
        ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["", "年度资金总额", 100, 90, 45, 10, "50%", 5],
        ["", "彩票公益金", 100, 90, 45, "", "", ""],
        ["年度总体目标", "", "维护道路。", "", "", "", "", ""],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
        ["", "产出指标", "数量指标", "里程", "≥50公里", 50, 90, 40],
    ]
    taken = take(workbook(("表", rows)), "自评.xlsx", schema="fiscal_project.self_evaluation")
    assert picked(table(taken, "projects"), "project", "project_code", "goal_expected") == [
        ("工资性支出", "51000021R000000019951", "维护道路。")
    ]
    assert [row["source"] for row in table(taken, "funding")] == ["total"]
    assert {one.params["label"] for one in taken.findings("figure_unplaced")} == {"彩票公益金"}


REPAID = [
    ["2023年黄冈市地方政府债券还本付息情况表"],
    [*[""] * 6, "单位：亿元"],
    ["地区", "还本额", "", "", "付息额", "", ""],
    ["", "小计", "一般债券", "专项债券", "小计", "一般债券", "专项债券"],
    ["黄冈市本级", 5, 3, 2, 1.2, 0.7, 0.5],
]


def test_repayments_by_county_and_kind_are_told_by_their_headers(take: Taker) -> None:
    book = merged(REPAID, "A1:G1", "A3:A4", "B3:D3", "E3:G3")
    taken = take(book, "还本付息.xlsx", schema="gov_debt.flow")
    rows = picked(taken.rows, "region", "scope", "period", "item", "debt_type", "value")
    own = ("421100", "own_level", "2023")
    assert rows[:2] == [
        (*own, "repay_principal", "total", 500_000_000),
        (*own, "repay_principal", "general", 300_000_000),
    ]
    assert rows[-1] == (*own, "pay_interest", "special", 50_000_000)
    assert take(book, "还本付息.xlsx").outcome.proposals[0].schema == "gov_debt.flow"


def test_a_row_of_column_numbers_may_begin_after_the_names(take: Taker) -> None:
    rows = [
        ["债券简称", "项目名称", "债券规模", "项目总投资", "已实现投资"],
        ["", "", "1", "2", "4"],
        ["24样例债01", "样例医院", 0.35, 3.23, 1.15],
    ]
    taken = take(workbook(("表", rows)), schema="gov_debt.bonds", unit="亿元")
    assert taken.column("amount") == [35_000_000]
    assert taken.findings("row_of_numbers")


def test_words_below_the_figures_of_a_form_are_told_and_are_no_figures(take: Taker) -> None:
    rows = [
        ["样例市2016年第4季度地价动态监测指标调查表"],
        ["序号", "指标类别", "综合", "商业用途"],
        [1, "（1）地面地价水平值", 5010, 7800],
        [5, "本季度土地供应的变化情况", "", ""],
        ["", "", "居住", ""],
        ["", "", "工业", ""],
        ["", "", "持平", ""],
    ]
    taken = take(workbook(("表", rows)), "地价.xlsx", schema="land_price.quarterly")
    assert picked(taken.rows, "use", "value") == [("all", 5010), ("commercial", 7800)]
    assert taken.finding("figure_unplaced").params["first_cells"] == ["C5", "C6", "C7"]


def test_a_quarter_may_have_its_year_in_a_column_of_its_own(take: Taker) -> None:
    head = "行政区,年份,季度,用途,指标,数值"
    lines = f"{head}\n黄石市,2021,三季度,商服,地面地价水平值,4500\n黄石市,2021年,4,住宅,环比,-0.35\n"
    assert take(lines, schema="land_price.quarterly").column("period") == ["2021-Q3", "2021-Q4"]
    assert in_year("2021\x1f2022-Q1", "季度") == "2022-Q1"
    assert in_year("2021\x1f", "季度") == "2021"
    with pytest.raises(Unreadable):
        in_year("2021\x1f七", "季度")


def test_periods_that_are_spoken_are_a_type_of_their_own_in_any_table(take: Taker) -> None:
    taken = take("季度,年份,月份,数\n2019年第三季度,2019,2019年3月,1\n2020-Q1,2020,2019年4月,2\n")
    assert taken.types == {"ji_du": "period", "nian_fen": "integer", "yue_fen": "period", "shu": "integer"}
    assert taken.column("ji_du") == ["2019-Q3", "2020-Q1"]
    assert {shape_of(text) for text in ("2019年某项目", "第三季度", "三年")} == {"text"}


def test_incomes_and_spendings_have_sums_of_their_own(take: Taker) -> None:
    taken = take(
        "收入项目,预算数,支出项目,预算\n拨款收入,500,公共服务,500\n本年收入合计,500,本年支出合计,500\n收入总计,520,支出总计,520\n"
    )
    assert (len(taken.rows), len(taken.outcome.totals)) == (1, 2)


def test_parcels_of_an_exploded_list_are_in_the_region_of_the_title(take: Taker) -> None:
    lines = "2023年襄阳市土地成交公示,,\n宗地编号,土地面积(公顷),成交价(万元)\n|A1|A2,|1|2,|10|20\nA3,3,30\n"
    taken = take(lines, schema="land_supply.deal")
    assert picked(taken.rows, "parcel_no", "region", "area") == [
        ("A1", "420600", 10_000), ("A2", "420600", 20_000), ("A3", "420600", 30_000),
    ]  # fmt: skip
    assert [taken.cells(row)["parcel_no"]["cell"] for row in (1, 2, 3)] == ["A3", "A3", "A4"]


def test_one_value_among_the_marks_of_a_list_is_that_of_its_place(take: Taker) -> None:
    lines = (
        "宗地编号,土地位置,绿地率,建筑限高(米)\n|A1|A2|A3,样例路,|||20,|40\n"
        "|B1|B2,样例路,|35|,24|\n|C1|C2|,样例路,|30|,||\n"
    )
    taken = take(lines, schema="land_supply.notice")
    assert picked(taken.rows, "parcel_no", "green_min", "height_max") == [
        ("A1", None, 40), ("A2", None, 40), ("A3", 20, 40),
        ("B1", 35, 24), ("B2", None, None), ("C1", 30, None), ("C2", 30, None),
    ]  # fmt: skip
    refused = take("宗地编号,绿地率\n|A1|A2|A3,|35|\n|B1|B2,|30|25\n", schema="land_supply.notice")
    assert refused.column("parcel_no") == ["B1", "B2"]
    assert refused.finding("lists_differ").cell == "B2"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("恩施州", "422800"),
        ("内蒙古", "150000"),
        ("恩施州合计", "422800"),
        ("西双版纳州", "532800"),
        ("长阳县", "420528"),
    ],
)
def test_autonomous_regions_are_known_without_their_peoples(name: str, code: str) -> None:
    assert regions.code_of(name) == code


def test_a_span_of_one_cell_gives_both_ends_of_a_listing(take: Taker) -> None:
    taken = take(
        "苏地网挂〔2024〕6号,\n地块编号,挂牌报价期限\nWG-18号,2024年3月1日9时至2024年3月11日15时\n",
        schema="land_supply.notice",
    )
    (row,) = taken.rows
    assert row["notice_no"] == "苏地网挂〔2024〕6号"
    assert (row["listing_start"].date(), row["listing_end"].date()) == (dt.date(2024, 3, 1), dt.date(2024, 3, 11))
