"""Land prices and land on offer as other places print them: long lists, quarters across, remarks, words by the unit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingest.headers import split_unit, unit_label
from ingest.periods import find_period
from ingest.ranges import span
from ingest.values import amount
from tests.ingest.taking import Taker, merged, picked, workbook

PRICES = "land_price.quarterly"


@pytest.mark.parametrize(
    "header",
    [
        "城市,监测季度,土地用途,指标,数值,计量单位",
        "监测城市,统计时间,用地类型,监测指标,监测数值,指标单位",
        "city,quarter,landUse,indicator,value,unit",
    ],
)
def test_a_long_list_of_prices_is_known_whoever_looked(take: Taker, header: str) -> None:
    when = "无锡市,2019年第三季度"
    text = f"{header}\n{when},商服,楼面地价水平值,4410,元/平方米\n{when},综合,地价增长率（环比）,1.05,%\n"
    assert take(text).outcome.proposals[0].schema == PRICES
    assert picked(take(text, schema=PRICES).rows, "region", "period", "use", "measure", "value", "unit") == [
        ("320200", "2019-Q3", "commercial", "floor_level", 4410, "CNY/m2"),
        ("320200", "2019-Q3", "all", "growth_qoq", Decimal("1.05"), "percent"),
    ]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("大连市2018年城市地价指数（2008年第四季度=100）", "2018"),
        ("2018年第二季度地价指数（以2000年为基期）", "2018-Q2"),
        ("地价指数（基期：2005年1月1日）2020年三季度", "2020-Q3"),
        ("2019年价格指数（2015年为100）", "2019"),
        ("2019年与2015年为100人", None),
    ],
)
def test_the_base_of_an_index_is_not_what_a_title_is_about(text: str, period: str | None) -> None:
    assert find_period(text) == period


def test_quarters_across_take_the_year_of_a_title_that_names_a_base(take: Taker) -> None:
    rows = [
        ["大连市2018年城市地价指数（2008年第四季度=100）"],
        ["用途", "指标", "一季度", "二季度"],
        ["商服", "地价指数", 139.5, 140.11],
        ["", "环比（%）", 0.35, 0.44],
        ["住宅", "地价指数", 176.02, 178.8],
        ["", "环比（%）", 1.22, 1.58],
    ]
    taken = take(merged(rows, "A3:A4", "A5:A6"), schema=PRICES)
    assert picked(taken.rows, "period", "use", "measure", "value")[1:4] == [
        ("2018-Q2", "commercial", "index", Decimal("140.11")),
        ("2018-Q1", "commercial", "growth_qoq", Decimal("0.35")),
        ("2018-Q2", "commercial", "growth_qoq", Decimal("0.44")),
    ]


def test_growth_beside_this_quarter_and_the_last_is_of_this_one(take: Taker) -> None:
    rows = [
        ["兴化市2022年二季度城区地价监测情况表"],
        ["用途", "本季度地价水平值(元/㎡)", "上季度地价水平值(元/㎡)", "较上季度增长率", "同比增长率"],
        ["商业用途", "4,386", "4,391", "-0.11%", "0.62%"],
        ["居住用途", "3,352", "3,330", "0.66%", "2.73%"],
    ]
    taken = take(workbook(("表", rows)), schema=PRICES)
    assert picked(taken.rows, "period", "measure", "block", "value")[:4] == [
        ("2022-Q2", "level", "current", 4386),
        ("2022-Q1", "level", "previous", 4391),
        ("2022-Q2", "growth_qoq", "current", Decimal("-0.11")),
        ("2022-Q2", "growth_yoy", "current", Decimal("0.62")),
    ]


def test_a_table_of_one_quarter_is_of_its_own_block(take: Taker) -> None:
    rows = [["2022年二季度兴化市地价"], ["用途", "地价水平值", "环比(%)"], ["商业", 4386, 0.1], ["住宅", 3352, 0.2]]
    assert take(workbook(("表", rows)), schema=PRICES).column("block") == ["current"] * 4


def test_remarks_beside_figures_and_lines_below_them_say_nothing_of_them(take: Taker) -> None:
    rows = [
        ["芜湖市城市地价动态监测2021年1季度季报"],
        ["监测指标", "计量单位", "综合", "商服", "备注"],
        ["楼面地价水平值", "元/平方米", "", 2490, "综合、工业不统计"],
        ["地价指数", "", 216.3, 189.02, "2006年=100"],
        ["填报单位：芜湖市自然资源局", "", "", "填报日期：2021年4月6日"],
    ]
    taken = take(workbook(("表", rows)), schema=PRICES)
    assert picked(taken.rows, "period", "use", "measure", "value") == [
        ("2021-Q1", "commercial", "floor_level", 2490),
        ("2021-Q1", "all", "index", Decimal("216.3")),
        ("2021-Q1", "commercial", "index", Decimal("189.02")),
    ]
    assert not [one for one in taken.outcome.findings if one.level == "error"]
    assert taken.finding("footers_left_out").count == 1


@pytest.mark.parametrize(
    ("header", "stem", "unit"),
    [
        ("保证金(万元，可用银行保函)", "保证金", "万元"),
        ("起始价（万元）（不含税）", "起始价", "万元"),
        ("出让面积（平方米）（以实测为准）", "出让面积", "平方米"),
        ("增价幅度(万元/次)", "增价幅度", "万元"),
        ("面积（平方米、亩）", "面积(平方米、亩)", None),
        ("成交价(万元)(楼面价)", "成交价(万元)(楼面价)", None),
    ],
)
def test_what_is_said_behind_a_unit_does_not_hide_it(header: str, stem: str, unit: str | None) -> None:
    found, of = split_unit(header)
    assert (found, of.name if of else None) == (stem, unit)


def test_a_fee_each_time_is_no_plain_sum_in_a_table_without_schema() -> None:
    assert unit_label("收费标准(元/次)") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("28063(地下空间出让28239㎡)", 28063),
        ("12,000.5（另代征道路300平方米）", Decimal("12000.5")),
        ("33000平方米（净用地面积30000平方米）", 33000),
        ("2万元/次", 2),
        ("合1.2公顷", Decimal("1.2")),
    ],
)
def test_what_is_said_of_another_area_leaves_the_number(text: str, value: object) -> None:
    assert amount(text).value == value


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("≥ 1.5,且≤ 1.8", "[1.5, 1.8]"),
        ("1.0（含）以上，2.0（不含）以下", "[1.0, 2.0)"),
        ("1.5及以下", "(-∞, 1.5]"),
        ("上限24米", "(-∞, 24]"),
        ("介于1.0和1.5之间", "[1.0, 1.5]"),
        ("不小于1.0并不大于1.5", "[1.0, 1.5]"),
    ],
)
def test_ranges_in_more_words(text: str, note: str) -> None:
    assert span(text).note() == note


def test_a_notice_in_other_words_loses_no_column(take: Taker) -> None:
    rows = [
        ["宗地编号", "土地座落", "建筑容积率", "建筑控高", "竞拍保证金（万元/宗）", "每次加价幅度（万元/轮）"],
        ["冶G2023-11", "大冶市金湖街道", "1≤容积率≤2.2", "60米以下", "1200", "20"],
        ["冶G2023-12", "大冶市罗桥街道", "≥1.2", "上限24米", "60", "5万元/次"],
    ]
    taken = take(workbook(("表", rows)), schema="land_supply.notice")
    names = ("location", "far_min", "far_max", "height_max", "deposit", "increment")
    assert picked(taken.rows, *names) == [
        ("大冶市金湖街道", 1, Decimal("2.2"), 60, 12_000_000, 200_000),
        ("大冶市罗桥街道", Decimal("1.2"), None, 24, 600_000, 50_000),
    ]
    assert not taken.findings("columns_not_in_schema")


@pytest.mark.parametrize("header", ["行政辖区", "供应区域", ""])
def test_zones_stand_among_the_regions_of_a_plan(take: Taker, header: str) -> None:
    rows = [
        ["聊城市2023年度国有建设用地供应计划表"],
        ["单位：公顷"],
        [header, "合计", "商服用地", "住宅用地"],
        ["东昌府区(含储备中心)", 557.75, 45.31, 178.35],
        ["茌平区", 315.25, 18.22, 86.13],
        ["经济开发区", 244.38, 10.04, 59.2],
        ["度假区", 76.01, 5, 33.8],
    ]
    taken = take(workbook(("表", rows)), schema="land_supply.plan")
    assert taken.column("region_name") == ["东昌府区(含储备中心)", "茌平区", "经济开发区", "度假区"]
    assert taken.column("region")[1] == "371503"


def test_a_quarter_over_a_column_goes_before_that_of_the_title(take: Taker) -> None:
    rows = [
        ["泉州市2021年第一季度地价"],
        ["用途", "第四季度地价", "第一季度地价"],
        ["商服", 6100, 6120],
        ["住宅", 9800, 9810],
    ]
    taken = take(workbook(("表", rows)), schema=PRICES)
    assert taken.column("period") == ["2020-Q4", "2021-Q1"] * 2


def test_an_average_in_a_row_is_of_the_use_over_its_column(take: Taker) -> None:
    rows = [
        ["2022年第1季度保山市地价"],
        ["指标", "商服用地", "住宅用地"],
        ["平均地面地价", 3200, 1850],
        ["环比涨幅（%）", 0.1, -0.05],
    ]
    assert take(workbook(("表", rows)), schema=PRICES).column("use") == ["commercial", "residential"] * 2
    rows = [["2022年第1季度保山市住宅地价"], ["用途", "地价水平值", "环比（%）"], ["平均", 3200, 0.1], ["工业", 310, 0]]
    assert take(workbook(("表", rows)), schema=PRICES).column("use") == ["all", "all", "industrial", "industrial"]


STACKED = """样例市自然资源局,,
太原市2013年第三季度城市地价动态监测结果,,
,,
表一  地价水平值,,单位：元/平方米
用途,本季度,上季度
综合,3052,3001
商业,5638,5529
居住,3370,3306
,,
表二  {title},,单位：%
用途,环比,同比
综合,1.70,5.93
商业,1.97,6.80
居住,1.94,6.51
"""


def test_the_tables_below_one_title_are_all_of_its_quarter(take: Taker) -> None:
    rows = take(STACKED.format(title="地价增长率"), schema=PRICES).rows
    assert picked([row for row in rows if row["use"] == "all"], "measure", "block", "period", "value") == [
        ("level", "current", "2013-Q3", Decimal(3052)),
        ("level", "previous", "2013-Q2", Decimal(3001)),
        ("growth_qoq", "current", "2013-Q3", Decimal("1.70")),
        ("growth_yoy", "current", "2013-Q3", Decimal("5.93")),
    ]


def test_the_base_of_an_index_is_no_other_time(take: Taker) -> None:
    rows = take(STACKED.format(title="地价增长率（2000年=100）"), schema=PRICES).rows
    assert {row["period"] for row in rows if row["measure"] == "growth_yoy"} == {"2013-Q3"}


@pytest.mark.parametrize("title", ["上年地价增长率", "2010年、2011年地价增长率"])
def test_a_table_that_speaks_of_another_time_is_not_of_the_quarter_of_the_title(take: Taker, title: str) -> None:
    rows = take(STACKED.format(title=title), schema=PRICES).rows
    assert {row["period"] for row in rows if row["measure"] == "growth_yoy"} == {None}


PRICED = "样例市2013年第三季度地价水平值监测结果,,单位：{corner}\n用途,{head},上季度\n综合,30,28\n商业,52,51\n"


@pytest.mark.parametrize(
    ("corner", "head", "values"),
    [
        ("万元/亩", "本季度", [450, 420]),
        ("元/平方米", "本季度", [30, 28]),
        ("元/平方米", "地价水平（港元/平方米）", [28]),
    ],
)
def test_prices_are_in_the_unit_of_the_corner_and_none_in_other_money(
    take: Taker, corner: str, head: str, values: list[int]
) -> None:
    taken = take(PRICED.format(corner=corner, head=head), schema=PRICES)
    assert [row["value"] for row in taken.rows if row["use"] == "all"] == values
    assert bool(taken.findings("figure_unplaced")) == (len(values) < 2)


def test_prices_that_are_all_in_other_money_are_refused(take: Taker) -> None:
    assert take.refused(PRICED.format(corner="港元/平方米", head="本季度"), schema=PRICES).code == "matrix_unclear"


def test_what_speaks_of_its_time_itself_is_of_no_block(take: Taker) -> None:
    head = "用途,2021年第四季度地价水平（元/平方米）,2022年第一季度地价水平（元/平方米）\n"
    lines = f"样例市地价监测结果,,\n{head}综合,30,28\n"
    assert {row["block"] for row in take(lines, schema=PRICES).rows} == {None}
