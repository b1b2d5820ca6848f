"""Lines of published tables that say less, or more, than they seem to: parts of a measure, serial numbers, offices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.ingest.taking import Taker, merged, picked, table, workbook


def test_a_part_of_a_measure_is_not_the_measure(take: Taker) -> None:
    rows = [
        ["样例州2020—2021年主要经济财政指标情况表"],
        ["", "", "单位：亿元"],
        ["指标", "2020年", "2021年"],
        ["一、经济指标", "", ""],
        ["地区生产总值", 1372.16, 1563.05],
        ["    其中：第一产业增加值", 277.92, 296.1],
        ["财政总收入", "", ""],
        ["    其中：一般公共预算收入", 85.42, 89.07],
        ["    税收收入", 50.88, 53.14],
    ]
    taken = take(workbook(("表", rows)), schema="gov_debt.economy")
    assert picked(taken.rows, "period", "measure", "value") == [
        ("2020", "gdp", 137_216_000_000),
        ("2021", "gdp", 156_305_000_000),
        ("2020", "general_revenue", 8_542_000_000),
        ("2021", "general_revenue", 8_907_000_000),
    ]
    assert taken.findings("figure_unplaced")[0].params["label"] == "其中：第一产业增加值"


def test_a_scope_has_the_measure_of_the_line_above(take: Taker) -> None:
    text = "指标,2021年\n一、地区生产总值（亿元）,\n其中：市本级,20\n二、进出口,\n1.总额（万元）,30\n"
    taken = take(text, "样例市2021年经济财政状况.csv", schema="gov_debt.economy")
    assert picked(taken.rows, "measure", "value") == [("gdp", 2_000_000_000), ("trade", 300_000)]


def test_balances_of_final_accounts_are_final(take: Taker) -> None:
    text = "样例市2021年政府债务限额及余额决算情况表\n,单位：亿元\n项目,全市\n一般债务限额,3\n一般债务余额,2\n"
    taken = take(text, schema="gov_debt.limit_balance")
    assert picked(taken.rows, "measure", "status") == [("limit", "quota"), ("balance", "final")]


def test_a_serial_number_is_no_label_of_its_line(take: Taker) -> None:
    lines = [f"{at},石家庄市,2019年,第{quarter}季度,综合,42{at}0" for at, quarter in ((4, "三"), (5, "四"))]
    head = "序号,监测城市,年度,季度,用途,地价水平值（元/平方米）"
    taken = take("\n".join([head, *lines, "6,唐山市,2019年,第四季度,综合,2118"]), schema="land_price.quarterly")
    assert taken.column("value") == [4240, 4250, 2118]


def test_what_is_alone_under_a_heading_has_the_field_of_the_heading(take: Taker) -> None:
    rows = [
        ["债券简称", "项目名称", "本期债券使用额度", "已实现收益情况", "", "预期收益"],
        ["", "", "", "合计", "其中：当年实现收益", "2025年起至项目全周期结束"],
        ["22样例31", "样例水库", 0.3, 0.06, 0.02, 6.32],
        ["23样例62", "样例医院", 0.35, 0, 0, 5.45],
    ]
    taken = take(merged(rows, "A1:A2", "B1:B2", "C1:C2", "D1:E1"), schema="gov_debt.bonds")
    assert picked(taken.rows, "revenue", "revenue_expected") == [
        (6_000_000, 632_000_000),
        (0, 545_000_000),
    ]


def test_the_office_below_a_table_is_no_row_of_it(take: Taker) -> None:
    text = (
        "公告文号,地块编号,土地坐落,出让面积（亩）,成交总价（元）\n样自资告字[2023]8号,DEA1,样例路北侧,3,60000\n"
        "样自资告字[2023]8号,DEA2,样例路南侧,6,90000\n合计,,,9,150000\n样例县自然资源局,,,,\n"
    )
    taken = take(text, schema="land_supply.deal")
    assert picked(taken.rows, "parcel_no", "notice_no", "area") == [
        ("DEA1", "样自资告字〔2023〕8号", Decimal("2000.00")),
        ("DEA2", "样自资告字〔2023〕8号", Decimal("4000.00")),
    ]
    assert taken.outcome.notes == ["样例县自然资源局"]


def test_the_times_of_a_listing_stand_under_one_heading(take: Taker) -> None:
    rows = [
        ["宗地编号", "土地面积（平方米）", "挂牌时间", ""],
        ["", "", "开始时间", "截止时间"],
        ["2023-G11号", 41260, "2023年4月12日9时00分", "2023年4月24日10时20分"],
        ["2023-G12号", 66667, "2023年4月12日9时00分", "2023年4月24日10时40分"],
    ]
    taken = take(merged(rows, "A1:A2", "B1:B2", "C1:D1"), schema="land_supply.notice")
    assert [one.isoformat()[:16] for one in taken.column("listing_end")] == ["2023-04-24T10:20", "2023-04-24T10:40"]


def test_what_a_target_is_compared_by_may_be_called_its_kind(take: Taker) -> None:
    text = (
        "单位编码,项目名称,资金总额,年度绩效目标,一级指标,二级指标,三级指标,指标值类型,指标值,度量单位\n"
        "406001,样例救援,260,建强队伍,产出指标,数量指标,救援队伍数量,=,4,支\n,,,,,,组织演练次数,≥,6,次\n"
    )
    taken = take(text, schema="fiscal_project.targets")
    assert picked(table(taken, "indicators"), "level3", "operator", "target") == [
        ("救援队伍数量", "=", "4"),
        ("组织演练次数", ">=", "6"),
    ]


def test_an_unknown_city_has_no_urban_districts(take: Taker) -> None:
    text = "行政区,年度,国内生产总值（亿元）\n没有的市辖区,2021,20\n绍兴市,2021,6795\n"
    taken = take(text, schema="gov_debt.economy")
    assert taken.column("region") == [None, "330600"]


def test_sections_of_a_sheet_lie_where_its_first_table_does_and_are_one(take: Taker) -> None:
    rows = [
        ["青海省经济、财政和债务有关数据"],
        ["一、地方经济状况"],
        ["项目", "2020年", "2021年"],
        ["地区生产总值（亿元）", 3009.82, 3385.06],
        ["人均地区生产总值（元）", 50845, 56965],
        ["二、财政收支状况（亿元）"],
        ["项目", "2020年", "2021年"],
        ["一般公共预算收入", 298.03, 328.76],
        ["政府性基金收入", 251.64, 208.1],
    ]
    taken = take(workbook(("表", rows)), schema="gov_debt.economy")
    assert len(taken.outcome.tables) == 1
    assert picked(taken.rows, "region", "period", "measure", "value") == [
        ("630000", "2020", "gdp", 300_982_000_000),
        ("630000", "2021", "gdp", 338_506_000_000),
        ("630000", "2020", "general_revenue", 29_803_000_000),
        ("630000", "2021", "general_revenue", 32_876_000_000),
        ("630000", "2020", "fund_revenue", 25_164_000_000),
        ("630000", "2021", "fund_revenue", 20_810_000_000),
    ]


def test_a_sum_of_all_regions_by_kinds_of_debt_is_a_sum(take: Taker) -> None:
    rows = [
        ["样例市2019年地方政府债务限额和余额情况表"], ["", "", "", "", "单位：万元"],
        ["序号", "县（区）", "债务类别", "债务限额", "债务余额"],
        [1, "市本级", "一般债务", 300, 200], ["", "", "专项债务", 100, 90],
        ["合计", "", "一般债务", 300, 200], ["", "", "专项债务", 100, 90],
    ]  # fmt: skip
    taken = take(merged(rows, "A4:A5", "B4:B5", "A6:B7"), schema="gov_debt.limit_balance")
    assert [one["row"] for one in taken.outcome.totals] == [6, 7]
    assert picked(taken.rows, "region_name", "measure", "debt_type", "value") == [
        ("市本级", "limit", "general", 3_000_000),
        ("市本级", "balance", "general", 2_000_000),
        ("市本级", "limit", "special", 1_000_000),
        ("市本级", "balance", "special", 900_000),
    ]


def test_a_sum_of_kinds_of_debt_is_a_figure_of_its_region(take: Taker) -> None:
    rows = [["样例市2019年地方政府债务限额和余额情况表"], ["单位：万元"]]
    rows += [["县（区）", "债务类别", "债务限额", "债务余额"]]
    rows += [["市本级", "一般债务", 300, 200], ["市本级", "专项债务", 100, 90]]
    rows += [["市本级", "合计", 400, 290], ["合计", "合计", 400, 290]]
    taken = take(workbook(("Sheet1", rows)), schema="gov_debt.limit_balance")
    assert picked(taken.rows, "region_name", "debt_type", "value")[4:] == [
        ("市本级", "total", 4_000_000),
        ("市本级", "total", 2_900_000),
    ]
    assert [one["row"] for one in taken.outcome.totals] == [7]


def test_the_number_of_a_notice_may_stand_in_small_brackets(take: Taker) -> None:
    rows = [["样例区国有建设用地使用权网上挂牌出让公告附表", ""], ["公告编号：样自然资告字﹝2023﹞8号", ""]]
    rows += [["宗地编号", "土地面积（㎡）"], ["样2023037", 100], ["样2023038", 200]]
    taken = take(merged(rows, "A1:B1", "A2:B2"), schema="land_supply.notice")
    assert {row["notice_no"] for row in taken.rows} == {"样自然资告字〔2023〕8号"}


def test_crawled_lists_say_how_a_sale_stands_and_when_it_is_shown(take: Taker) -> None:
    lines = "宗地编号,成交价(元),成交状态,公示开始日期,公示结束日期\n样-1,100,成交,2022/7/6,2022/7/15\n样-2,,中止,,\n"
    taken = take(lines, schema="land_supply.deal")
    assert picked(taken.rows, "parcel_no", "outcome", "notice_from", "notice_to") == [
        ("样-1", "sold", dt.date(2022, 7, 6), dt.date(2022, 7, 15)),
        ("样-2", "withdrawn", None, None),
    ]
    lines = "宗地编号,起始价,行业类型,网上挂牌时间\n样-1,125万元,纺织业,2022年11月18日9时至2022年11月28日15时30分\n"
    taken = take(lines, schema="land_supply.notice")
    row = taken.rows[0]
    assert [row["industry"], *(row[name].isoformat() for name in ("listing_start", "listing_end"))] == [
        "纺织业",
        "2022-11-18T09:00:00",
        "2022-11-28T15:30:00",
    ]


def test_a_unit_price_under_the_deal_is_the_lands(take: Taker) -> None:
    rows = [["宗地编号", "出让面积（平方米）", "起始价", "", "成交结果", "", ""]]
    rows += [["", "", "总价（万元）", "单价（万元/亩）", "成交总价（万元）", "单价（万元/亩）", "楼面地价（元/㎡）"]]
    rows += [["样-1", 40000, 780, 13, 840, 14, 105], ["样-2", 15000, 4500, 200, "流拍", "—", "—"]]
    taken = take(merged(rows, "A1:A2", "B1:B2", "C1:D1", "E1:G1"), schema="land_supply.deal")
    assert picked(taken.rows, "deal_price", "unit_price", "floor_price") == [
        (8_400_000, 210, 105),
        (None, None, None),
    ]
