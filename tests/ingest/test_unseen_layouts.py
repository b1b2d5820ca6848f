"""Layouts that the next province may choose: quarters over years, parts across the whole, codes in pieces."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq

from tests.ingest.taking import Taken, Taker, merged, picked, workbook


def rows_of(taken: Taken, name: str) -> list[dict[str, Any]]:
    (path,) = [one.parquet for one in taken.outcome.tables if one.table.name == name]
    return pq.read_table(path).to_pylist()


def test_quarters_stand_over_the_figures_and_their_year_in_the_title(take: Taker) -> None:
    rows = [
        ["2022年各市商服用地地价环比增长率"],
        ["城市", "一季度", "第二季度"],
        ["合肥市", 0.1, 0.2],
        ["芜湖市", 0.1, 0.1],
    ]
    taken = take(workbook(("Sheet1", rows)), schema="land_price.quarterly")
    assert picked(taken.rows, "region_name", "period", "use", "measure", "value") == [
        (city, period, "commercial", "growth_qoq", Decimal(value))
        for city, period, value in [
            ("合肥市", "2022-Q1", "0.1"),
            ("合肥市", "2022-Q2", "0.2"),
            ("芜湖市", "2022-Q1", "0.1"),
            ("芜湖市", "2022-Q2", "0.1"),
        ]
    ]


def test_years_stand_before_the_figures_and_their_quarters_over_them(take: Taker) -> None:
    rows = [
        ["宿州市住宅用地地价水平值（元/平方米）"],
        ["年度", "第一季度", "第二季度"],
        ["2019年", 1480, 1480],
        ["2020", 1500, 1510],
    ]
    taken = take(workbook(("Sheet1", rows)), schema="land_price.quarterly")
    assert picked(taken.rows, "period", "value") == [
        ("2019-Q1", 1480),
        ("2019-Q2", 1480),
        ("2020-Q1", 1500),
        ("2020-Q2", 1510),
    ]


def test_a_plan_with_the_whole_and_its_parts_as_columns_is_one_row(take: Taker) -> None:
    rows = [
        ["宜春市2023年度国有建设用地供应计划表"],
        ["", "", "", "单位：公顷"],
        ["用途", "计划供应总量", "其中：增量", "其中：存量"],
        ["商服用地", 50, 20, 30],
        ["住宅用地", 120, 70, 50],
        ["工矿仓储用地", 200, 150, 50],
        ["总计", 370, 240, 130],
    ]
    taken = take(merged(rows, "A1:D1"), schema="land_supply.plan")
    names = ("total_area", "new_area", "stock_area", "commercial_area", "residential_area", "industrial_area")
    assert picked(taken.rows, *names) == [(3_700_000, 2_400_000, 1_300_000, 500_000, 1_200_000, 2_000_000)]
    assert taken.cells(1)["new_area"]["cell"] == "C7"


def test_a_code_in_three_columns_is_one(take: Taker) -> None:
    rows = [
        ["功能分类科目编码", "", "", "功能分类科目名称", "项目名称", "资金总额（元）"],
        ["类", "款", "项", "", "", ""],
        ["213", "03", "05", "水利工程建设", "河道整治", 100],
        ["213", "21303", "2130306", "水利工程运行", "水库维护", 50],
        ["", "", "", "", "其他", 1],
    ]
    taken = take(merged(rows, "A1:C1", "D1:D2", "E1:E2", "F1:F2"), schema="fiscal_project.budget")
    assert taken.column("function_code") == ["2130305", "2130306", None]


def test_codes_in_brackets_or_glued_to_names(take: Taker) -> None:
    text = "主管部门,项目编码及名称,单位名称,预算数（元）\n[125]样例局,33000024Y000000012345-改造,125001样例馆,5\n"
    taken = take(text + "110指挥中心,设备,120急救中心,6\n", schema="fiscal_project.budget")
    names = ("department_code", "department", "unit_code", "unit_name", "project_code", "project")
    assert picked(taken.rows, *names) == [
        ("125", "样例局", "125001", "样例馆", "33000024Y000000012345", "改造"),
        (None, "110指挥中心", None, "120急救中心", None, "设备"),
    ]


def test_a_form_whose_labels_share_a_cell_with_their_values(take: Taker) -> None:
    rows = [
        ["项目支出绩效目标表（2023年度）"],
        ["主管部门：样例县交通局"],
        ["项目名称：道路养护", "", "", "项目负责人：王某某"],
        ["预算金额（万元）", "", 120, ""],
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["产出指标", "数量指标", "养护里程", "80公里以上"],
        ["项目名称：桥梁加固", "", "", "实施单位：县公路所"],
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["产出指标", "质量指标", "合格率", "100%"],
    ]
    taken = take(merged(rows, "A1:D1", "A2:D2", "A3:C3", "A7:C7"), schema="fiscal_project.targets")
    assert picked(rows_of(taken, "projects"), "project", "department", "unit_name", "total") == [
        ("道路养护", "样例县交通局", None, 1_200_000),
        ("桥梁加固", None, "县公路所", None),
    ]
    assert picked(rows_of(taken, "indicators"), "project", "operator") == [("道路养护", ">="), ("桥梁加固", "=")]
    assert [one.params["count"] for one in taken.findings("column_dropped")] == [1]


def test_parts_under_lines_without_numbers(take: Taker) -> None:
    head = "项目,一般债券（万元）,专项债券（万元）\n"
    text = f"{head}2022年债券发行额,25,80\n其中：新增债券,10,70\n再融资债券,15,10\n2022年债券还本额,16,11\n"
    taken = take(text, "蒙城县.csv", schema="gov_debt.flow")
    assert taken.column("item") == [
        *("issue", "issue"),
        *("issue_new", "issue_new"),
        *("issue_refinancing", "issue_refinancing"),
        *("repay_principal", "repay_principal"),
    ]
    named, set_in = "其中：一般债务,26\n专项债务,16\n", "　　一般债务,25\n　　专项债务,16\n"
    text = f"项目,金额（亿元）\n债务限额,42\n{named}债务余额,41\n{set_in}"
    taken = take(text, "某县2022年.csv", schema="gov_debt.limit_balance")
    assert picked(taken.rows, "measure", "debt_type") == [
        (measure, kind) for measure in ("limit", "balance") for kind in ("total", "general", "special")
    ]


def test_a_title_says_what_limits_by_place_are(take: Taker) -> None:
    rows = [
        ["玉溪市提前下达2024年新增地方政府债务限额情况表"],
        ["地区", "新增债务限额", ""],
        ["", "一般债务", "专项债务"],
        ["红塔区", 2, 8],
    ]
    taken = take(merged(rows, "A1:C1", "A2:A3", "B2:C2"), schema="gov_debt.flow")
    assert picked(taken.rows, "item", "debt_type") == [("limit_advance", "general"), ("limit_advance", "special")]


def test_the_end_of_a_title_is_its_unit_where_no_corner_says_it(take: Taker) -> None:
    head = "某县2022年政府债务限额情况表（万元）,,\n"
    body = "地区,一般债务限额,专项债务限额\n甲区,100,200\n乙区,1,2\n"
    taken = take(head + body, schema="gov_debt.limit_balance")
    assert taken.column("value")[:2] == [1_000_000, 2_000_000]
    taken = take(head + "单位：亿元,,\n" + body, schema="gov_debt.limit_balance")
    assert taken.column("value")[0] == 10_000_000_000


def test_parts_that_come_of_bonds_are_told_by_what_stands_over_them(take: Taker) -> None:
    rows = [
        ["债券名称", "债券规模（亿元）", "项目总投资", "", "已实现投资", ""],
        ["", "", "合计", "其中：债券", "合计", "其中：债券"],
        ["22样例债04", 0.5, 2, 0.8, 1.2, 0.5],
    ]
    taken = take(merged(rows, "A1:A2", "B1:B2", "C1:D1", "E1:F1"), schema="gov_debt.bonds")
    names = ("total_investment", "total_from_bonds", "invested", "invested_from_bonds")
    assert picked(taken.rows, *names) == [(200_000_000, 80_000_000, 120_000_000, 50_000_000)]


def test_the_number_of_a_notice_begins_after_the_title(take: Taker) -> None:
    rows = "宗地编号,土地坐落,出让面积（平方米）\nA-1,磁湖路,500\n"
    for title, number in [
        ("黄石市国有建设用地使用权网上挂牌出让公告（黄土网挂〔2023〕12号）", "黄土网挂〔2023〕12号"),
        ("黄石市挂牌出让公告黄自然告(工)字[2024]49号", "黄自然告(工)字〔2024〕49号"),
    ]:
        taken = take(f"{title},,\n{rows}", schema="land_supply.notice")
        assert taken.column("notice_no") == [number]


def test_arrays_of_arrays_with_their_names_before_or_beside_them(take: Taker) -> None:
    told = ["001", "002"]
    apart = '{"code":0,"result":{"columns":["编号","数量"],"data":[["001",3],["002",null]]}}'
    ahead = '[["编号","数量"],["001",3],["002",null]]'
    for text in (apart, ahead):
        taken = take(text, "表.json")
        assert (taken.column("bian_hao"), taken.column("shu_liang")) == (told, [3, None])
    assert take.refused('[["编号","数量"],["001"]]', "表.json").code == "json_not_records"
    assert take.refused("[[1,2],[3,4]]", "表.json").code == "json_not_records"


def test_what_is_owed_stands_in_brackets_among_other_numbers(take: Taker) -> None:
    taken = take('科目,本年,上年,序\n收入,"1,200",20.5,(1)\n费用,(300),(2.5),(2)\n合并,"(1,000)",-,(3)\n')
    assert taken.column("ben_nian") == [1200, -300, -1000]
    assert taken.column("shang_nian") == [Decimal("20.5"), Decimal("-2.5"), None]
    assert taken.column("xu") == ["(1)", "(2)", "(3)"]


def test_a_row_of_units_may_count_things(take: Taker) -> None:
    taken = take('区域,户数,人口,占比\n,（户）,（人）,（%）\n全市,"1,000","2,500",50.1\n甲区,600,"1,500",50.2\n')
    assert [field.title for field in taken.table.fields] == ["区域", "户数（户）", "人口（人）", "占比（%）"]
    assert taken.column("qu_yu") == ["全市", "甲区"]


def test_the_name_of_a_bond_says_of_which_kind_it_is(take: Taker) -> None:
    rows = "债券名称,发行额（亿元）\n2021年样例省政府专项债券（一期）,1\n2021年样例省政府一般债券,2\n样例省政府债券,3\n"
    taken = take(rows, schema="gov_debt.bonds")
    assert taken.column("debt_type") == ["special", "general", None]
    assert not [one for one in taken.outcome.findings if one.level == "error"]


def test_measures_and_uses_in_other_words_are_codes(take: Taker) -> None:
    rows = "城市,年份,季度,用途,指标,数值,单位\n绍兴市,2021,1,综合用地平均,地面地价,5210,元/平方米\n"
    rows += "绍兴市,2021,2,商业服务业,住宅地价环比增幅,0.3,%\n"
    taken = take(rows, schema="land_price.quarterly")
    assert picked(taken.rows, "period", "use", "measure") == [
        ("2021-Q1", "all", "level"),
        ("2021-Q2", "commercial", "growth_qoq"),
    ]


EVALUATED = [
    ["2023年度项目支出绩效自评表"],
    ["填报日期：2024年3月1日"],
    ["项目名称", "水库加固", "项目主管部门", "样例市水务局"],
    ["项目资金（元）", "", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    ["", "年度资金总额", "900", "855", 10, 0.95, 9.5],
    ["年度绩效目标", "年初设定目标", "", "年度实际完成情况", "", "", ""],
    ["", "加固3座。", "", "完成3座。", "", "", ""],
    ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "偏差原因及改进措施"],
    ["产出指标", "数量指标", "加固水库", "3座", "3座", 90, "雨季"],
]


def test_an_evaluation_in_other_words_with_a_share_for_its_rate(take: Taker) -> None:
    taken = take(
        merged(EVALUATED, "A6:A7", "B6:C6", "D6:G6", "B7:C7", "D7:G7"), schema="fiscal_project.self_evaluation"
    )
    names = ("department", "year", "execution_rate", "goal_expected", "goal_actual")
    told = [("样例市水务局", "2023", 95, "加固3座。", "完成3座。")]
    assert picked(rows_of(taken, "projects"), *names) == told
    assert picked(rows_of(taken, "indicators"), "level3", "reason") == [("加固水库", "雨季")]
    assert not taken.findings("check_ratio")


def test_a_rate_that_no_share_proves_stays_as_it_is(take: Taker) -> None:
    text = "项目名称,主管部门,全年预算数（元）,全年执行数（元）,执行率\n甲,局,100,50,50\n乙,局,1000,5,0.5\n"
    taken = take(text, schema="fiscal_project.self_evaluation")
    assert taken.column("execution_rate") == [50, Decimal("0.5")]


def test_the_name_of_a_sheet_tells_place_and_time(take: Taker) -> None:
    rows = [["地区", "一般债务限额（亿元）", "专项债务限额（亿元）"], ["市本级", 1, 2], ["越城区", 4, 6]]
    taken = take(workbook(("绍兴市2021年债务限额", rows)), "附件.xlsx", schema="gov_debt.limit_balance")
    assert picked(taken.rows, "region", "period")[::2] == [("330600", "2021"), ("330602", "2021")]


def test_numbers_of_pages_are_no_rows(take: Taker) -> None:
    taken = take("名称,数量\n甲,1\n第1页 共2页,\n名称,数量\n乙,3\n第 2 页,\n")
    assert taken.column("ming_cheng") == ["甲", "乙"]


def test_of_two_years_the_table_is_of_its_own(take: Taker) -> None:
    text = "样例区财政局2023年项目预算,,\n项目名称,2022年预算数（元）,2023年预算数（元）\n信息化,100,120\n"
    taken = take(text, schema="fiscal_project.budget")
    assert picked(taken.rows, "year", "total") == [("2023", 120)]
