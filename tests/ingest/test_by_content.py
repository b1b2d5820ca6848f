"""What columns hold, where their headers do not say it; what stands below a table; times without their year."""

from __future__ import annotations

from decimal import Decimal

from tests.ingest.taking import Taker, picked


def test_a_column_of_regions_is_one_whatever_its_header(take: Taker) -> None:
    for header in ("供应区域", ""):
        rows = "章贡区,320.1,20\n南康区,210,15\n合计,530.1,35\n"
        text = f"2021年度赣州市国有建设用地供应计划\n单位：公顷,,\n{header},供应总量,商服用地\n{rows}"
        taken = take(text, "计划.csv", schema="land_supply.plan")
        assert picked(taken.rows, "region", "region_name", "total_area") == [
            ("360702", "章贡区", 3_201_000),
            ("360703", "南康区", 2_100_000),
        ]
        assert taken.finding("column_of_regions").cell == "A3"


def test_columns_of_regions_in_a_matrix_are_each_of_their_own(take: Taker) -> None:
    text = (
        "截至2022年末舟山市各区县政府债务限额余额表,,,,\n,,,,单位：亿元\n项目,全市,市本级,定海区,岱山县\n"
        "政府债务限额,560.3,210.1,120.2,90\n政府债务余额,540.5,200,118,88.5\n"
    )
    taken = take(text, "债务.csv", schema="gov_debt.limit_balance")
    assert picked(taken.rows, "region", "scope", "measure", "value")[:4] == [
        ("330900", "whole", "limit", 56_030_000_000),
        ("330900", "own_level", "limit", 21_010_000_000),
        ("330902", "whole", "limit", 12_020_000_000),
        ("330921", "whole", "limit", 9_000_000_000),
    ]
    assert taken.cells(3)["region_name"]["cell"] == "D3"
    assert not taken.findings("key_repeated")


def test_sentences_below_a_table_are_notes(take: Taker) -> None:
    text = (
        "一、出让地块的基本情况：,,\n地块编号,土地面积（㎡）,起始价（万元）\nN-1,6666.67,533.34\nN-2,20000,320\n"
        "二、竞买人资格：境内外的法人均可参加。,,\n三、挂牌时间为十日,,\n"
    )
    taken = take(text, "公告.csv", schema="land_supply.notice")
    assert taken.column("parcel_no") == ["N-1", "N-2"]
    assert len(taken.outcome.notes) == 2
    taken = take(text.replace("二、竞买人资格：境内外的法人均可参加。", "N-3"), "公告.csv", schema="land_supply.notice")
    assert taken.column("parcel_no") == ["N-1", "N-2", "N-3"]  # a row that holds its number only


def test_quarters_without_a_year_are_of_the_titles(take: Taker) -> None:
    text = "威海市城市地价动态监测（2022年）\n单位：元/平方米\n季度,综合,住宅\n第一季度,1850,2750\n三季度,1870,2785\n"
    taken = take(text, "地价.csv", schema="land_price.quarterly")
    assert picked(taken.rows, "period", "use", "value") == [
        ("2022-Q1", "all", 1850), ("2022-Q1", "residential", 2750),
        ("2022-Q3", "all", 1870), ("2022-Q3", "residential", 2785),
    ]  # fmt: skip


def test_a_unit_may_be_a_row_of_the_header_of_its_own(take: Taker) -> None:
    text = "宗地编号,土地面积,,成交价\n,平方米,亩,万元\n甲-1,13333.4,20,4200\n甲-2,26666.8,40,880\n"
    taken = take(text, "成交.csv", schema="land_supply.deal")
    assert picked(taken.rows, "area", "deal_price") == [
        (Decimal("13333.4"), 42_000_000),
        (Decimal("26666.8"), 8_800_000),
    ]


def test_a_place_may_stand_in_brackets_at_the_end_of_a_title(take: Taker) -> None:
    text = (
        "2023年地方政府债务限额提前下达情况表（永嘉县）,,\n,,单位：亿元\n项目,公式,本地区\n"
        "一：2022年地方政府债务限额,A=B+C,86.2\n其中： 一般债务限额,B,40.1\n专项债务限额,C,46.1\n"
        "二：提前下达的2023年地方政府债务限额,D=E+F,9.3\n其中： 一般债务限额,E,1.3\n专项债务限额,F,8\n"
    )
    taken = take(text, "限额.csv", schema="gov_debt.flow")
    assert picked(taken.rows, "region", "item", "debt_type", "value")[3:] == [
        ("330324", "limit_advance", "total", 930_000_000),
        ("330324", "limit_advance", "general", 130_000_000),
        ("330324", "limit_advance", "special", 800_000_000),
    ]


def test_a_row_that_only_a_crawler_wrote_is_none(take: Taker) -> None:
    text = "宗地编号,面积（公顷）,成交价（万元）,爬取地址url\nA,1,10,http://a.example\n,,,http://b.example\nB,2,,http://c.example\n"
    taken = take(text, "成交.csv", schema="land_supply.deal")
    assert taken.column("parcel_no") == ["A", "B"]
    assert taken.finding("rows_blank").count == 1
    nothing = "宗地编号,面积（公顷）,成交价（万元）,爬取地址url\n,,,http://b.example\n"
    assert take.refused(nothing, "成交.csv", schema="land_supply.deal").code == "header_only"


def test_uses_that_name_no_years_make_no_column_of_terms(take: Taker) -> None:
    text = "宗地编号,面积（公顷）,土地用途,成交价（万元）\nA,1,工业用地,10\n"
    assert "term_years" not in take(text, "成交.csv", schema="land_supply.deal").rows[0]
    taken = take(text.replace("工业用地", "住宅用地70年"), "成交.csv", schema="land_supply.deal")
    assert taken.column("term_years") == [70]


def test_a_line_over_some_of_the_rows_is_a_heading(take: Taker) -> None:
    rows = "一、住宅用地,,,\nHJ-1,甲街道,20000,5600\n（二）工业用地,,,\nHJ-2,乙镇,33333,900\n"
    text = f"地块编号,位置,面积（平方米）,起始价（万元）\n{rows}"
    taken = take(text, "公告.csv", schema="land_supply.notice")
    assert taken.column("parcel_no") == ["HJ-1", "HJ-2"]
    assert taken.finding("headings_left_out").count == 2
    assert taken.table.origin["left_out"] == [{"row": 2, "why": "heading"}, {"row": 4, "why": "heading"}]
    assert len(take(text, "公告.csv").rows) == 4  # without a schema nobody knows what they are


def test_a_long_table_takes_its_period_from_the_title(take: Taker) -> None:
    rows = "地区生产总值,亿元,1210.5\n政府性基金收入,万元,1850000\n"
    text = f"2022年瑞安市经济财政主要指标,,\n指标名称,计量单位,数值\n{rows}"
    taken = take(text, "经济.csv", schema="gov_debt.economy")
    assert picked(taken.rows, "region", "period", "measure", "value") == [
        ("330381", "2022", "gdp", 121_050_000_000),
        ("330381", "2022", "fund_revenue", 18_500_000_000),
    ]


def test_names_with_a_unit_under_a_group_are_names_whatever_stands_below(take: Taker) -> None:
    text = (
        "地块编号,土地面积（亩）,成交情况,,\n,,成交总价（万元）,竞得人,成交日期\n"
        "六土-5,60,30000,样例公司,2022年5月6日\n六土-6,30,流拍,,\n"
    )
    taken = take(text, "成交.csv", schema="land_supply.deal")
    assert picked(taken.rows, "parcel_no", "deal_price", "grantee", "outcome") == [
        ("六土-5", 300_000_000, "样例公司", "sold"),
        ("六土-6", None, None, "unsold"),
    ]


def test_areas_with_their_shares_stand_under_each_use(take: Taker) -> None:
    text = (
        "2020年度贵港市国有建设用地供应计划情况表,,,,,\n单位：公顷,,,,,\n区域,计划供应总量,商服用地,,住宅用地,工矿仓储用地\n"
        ",,面积,占比（%）,面积,面积\n港北区,120.5,20.5,17.01,60,40\n港南区,88,8,9.09,30,50\n"
    )
    taken = take(text, "计划.csv", schema="land_supply.plan")
    assert picked(taken.rows, "region", "commercial_area", "residential_area", "industrial_area") == [
        ("450802", 205_000, 600_000, 400_000),
        ("450803", 80_000, 300_000, 500_000),
    ]


def test_who_fills_a_form_in_and_its_time_stand_above_the_table(take: Taker) -> None:
    text = (
        "地价动态监测指标（季度）调查表,,,,\n填报单位：日照市,,2016年第2季度,,\n指标,本季度,,上季度,\n,综合,商业,综合,商业\n"
        "地面地价水平值（元/平方米）,1500,3000,1490,2985\n"
    )
    taken = take(text, "地价.csv", schema="land_price.quarterly")
    assert picked(taken.rows, "region", "period", "block", "use", "value") == [
        ("371100", "2016-Q2", "current", "all", 1500),
        ("371100", "2016-Q2", "current", "commercial", 3000),
        ("371100", "2016-Q1", "previous", "all", 1490),
        ("371100", "2016-Q1", "previous", "commercial", 2985),
    ]


def test_lines_counted_in_chinese_over_lines_counted_in_digits_are_sums(take: Taker) -> None:
    text = (
        "序号,项目名称,主管部门,安排金额（万元）\n一,教育,,5000\n1,样例小学,样例局,3000\n2,示范幼儿园,样例局,2000\n"
        "二,交通,,1500\n3,样例公路,示范局,1500\n合计,,,6500\n"
    )
    taken = take(text, "债券.csv", schema="gov_debt.bonds")
    assert taken.column("project") == ["样例小学", "示范幼儿园", "样例公路"]
    assert [one["row"] for one in taken.outcome.totals] == [7, 2, 5]
    other = text.replace("5000", "4000").replace("二,交通,,1500", "3,交通,样例局,1500")
    kept = take(other, "债券.csv", schema="gov_debt.bonds")
    assert kept.column("project")[0] == "教育"  # what does not sum up is no sum


def test_a_city_itself_is_a_region_among_its_parts(take: Taker) -> None:
    text = (
        "2023年12月末鄂尔多斯市各旗区政府债务余额,\n单位：亿元,\n旗区,债务余额\n鄂尔多斯市本级,300.5\n准格尔旗,220.25\n"
    )
    taken = take(text, "债务.csv", schema="gov_debt.limit_balance")
    assert picked(taken.rows, "region", "value") == [("150600", 30_050_000_000), ("150622", 22_025_000_000)]


def test_much_the_same_header_begins_a_further_table(take: Taker) -> None:
    text = (
        "2023年建德市出让结果,,,,\n一、住宅类,,,,\n地块编号,位置,面积（㎡）,成交价（万元）,楼面价（元/㎡）\nA-5,甲街道,22000,26400,8000\n"
        "二、工业类,,,,\n地块编号,位置,面积（㎡）,成交价（万元）,竞得人\nB-8,乙镇,13334,640,样例公司\n"
    )
    for content in (text, text.replace("二、工业类,,,,\n", "")):
        taken = take(content, "成交.csv", schema="land_supply.deal")
        assert picked(taken.rows, "parcel_no", "floor_price", "grantee") == [
            ("A-5", 8000, None),
            ("B-8", None, "样例公司"),
        ]
        assert not [one for one in taken.outcome.findings if one.level == "error"]


def test_a_plan_by_towns_and_a_city_behind_its_label(take: Taker) -> None:
    rows = "双塔街道,30,5\n虎山街道,25.5,2.5\n"
    text = f"江山市2022年国有建设用地供应计划,,\n单位：公顷,,\n乡镇（街道）,供应总量,商服用地\n{rows}"
    assert take(text, "计划.csv", schema="land_supply.plan").column("region_name") == ["双塔街道", "虎山街道"]
    form = "地价动态监测\n城市名称：马鞍山市,,2015年第四季度\n指标,综合,商业\n地面地价水平值（元/平方米）,1850,3600\n"
    taken = take(form, "地价.csv", schema="land_price.quarterly")
    assert picked(taken.rows, "region", "period") == [("340500", "2015-Q4"), ("340500", "2015-Q4")]
