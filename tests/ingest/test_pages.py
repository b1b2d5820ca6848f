"""Pages that were copied as text: a cell a line, a cell a stroke, or rows whose headers lost what they spanned."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.ingest.taking import Taker, picked

STOCK = """2025年第一季度样例区存量住宅用地项目清单
填报单位:样例局
单位:公顷
序号
项目名称
开发企业
所在区和街道(乡镇)
具体位置
住宅类型
土地面积
供地时间
约定开工时间
约定竣工时间
建设状态
未销售房屋的土地面积
(1)
(2)
(3)
(4)
(5)
(6)
(7)
(8)
(9)
(10)
(11)
(12)
1
样例小区
样例城市建设有限公司
样例市样例区
样例路28号
普通商品房
3.506705
2013.3.7
2015.3.7
2018.3.7
已动工未竣工
1.7673
2
样例片区改造项目
样例置业有限公司
样例市样例区
样例路3-2号地块
普通商品房
2.778797
2019.9.13
2020.9.12
2023.9.11
已动工未竣工
1.8643
填表说明:
1、关于(2)项目名称:填写楼盘名称或小区名称。
"""
PRICES = """绍兴市2014年第1季度地价动态监测指标调查表 |
|||||||||
序号 |
指标类别 |
本季度 |
上季度 |
||||||
综 合 |
商业用途 |
居住用途 |
工业用途 |
综 合 |
商业用途 |
居住用途 |
工业用途 |
||
1 |
(1)地面地价水平值 |
3193 |
9234 |
4894 |
783 |
3050 |
8642 |
4681 |
783 |
2 |
(2)楼面地价水平值 |
|
4286 |
2869 |
|
|
4023 |
2750 |
|
3 |
(3)地价增长率(环比) |
4.69% |
6.85% |
4.55% |
0.00% |
|
|
|
|
4 |
(4)地价增长率(同比) |
10.71% |
13.33% |
11.71% |
1.03% |
|
|
|
|
5 |
本季度土地供应的变化情况 |
1、土地供应量增长情况: |
|||||||
"""
LIMITS = """附表1 |
|
|
绍兴市柯桥区2020年地方政府债务限额及余额情况表 |
|
|
单位:亿元 |
地 区 |
2020年债务限额 |
2020年债务余额预计执行数 |
|
一般债务 |
专项债务 |
|
一般债务 |
专项债务 |
公 式 |
A=B+C |
B |
C |
D=E+F |
E |
F |
柯桥区 |
152.50 |
89.00 |
63.50 |
84.44 |
51.97 |
32.47 |
注:1.本表反映上一年度本级政府债务限额及余额预计执行数。 |
"""
HEAD = """地块 编号 | 位置 | 面积 (㎡) | 规划 用途 | 出让 年限 | 规划指标要求 | 挂牌起始价(万元) | 保证金(万元) | |||
最大容积率 | 建筑 密度 | 最小绿地率 | 建筑限高 | |||||||
"""
ROWS = """样(2024)043 | 样例镇 | 32917.91平方米(合49.38亩) | 住宅用地 | 70年 | 1.5 | ≤45% | 25% | ≤16m | 1897 | 380 |
样(2024)044 | 样例镇另一村 | 5479.97平方米(合8.22亩) | 城镇住宅用地 | 70年 | ≤1.5 | ≤45% | ≥25% | ≤16m | 305 | 61 |
备注:上述宗地现状出售。 |
"""
LINES = """| 地块 编号 |
宗地 位置 |
出让面积(m2) |
土地用途 |
主要规划指标 |
出让起始价 (万元) |
|
| 容积率 |
建筑密度 |
||||
| 样2026-1 |
样例开发区105号路西侧 |
11744.5 |
工业用地 |
R≥1.2 |
≥40% |
149 |
"""
BONDS = """债券简称 | 债券全称 | 项目名称 | 债券利率(%) | 本期债券使用额度 | 项目全周期总投资 | 跟踪期 | 预期收益 | ||
已实现投资 | |||||||||
合计 | 其中:债券资金 | 合计 | 其中:债券资金 | |||||||
22样例债04 | 2022年样例专项债券 | 样例项目 | 3.21 | 0.3 | 10.36 | 7.50 | 1.46 | 0.30 | 17.94 |
22样例债05 | 2022年样例专项债券 | 另一项目 | 3.21 | 0.3 | 10.36 | 7.50 | 1.46 | 0.30 | 17.94 |
"""


def test_a_cell_a_line_is_a_table_by_its_header(take: Taker) -> None:
    taken = take(STOCK, "t.txt", schema="land_supply.residential_stock")
    assert picked(taken.rows, "project_name", "area", "build_state", "unsold_area") == [
        ("样例小区", Decimal("35067.05"), "under_construction", 17_673),
        ("样例片区改造项目", Decimal("27787.97"), "under_construction", 18_643),
    ]
    assert taken.finding("page_read").params == {"count": 4, "tables": 1}
    assert {one["period"] for one in taken.rows} == {"2025-Q1"}


@pytest.mark.parametrize("lost", ["样例城市建设有限公司\n", "样例置业有限公司\n", "2.778797\n"])
def test_a_cell_a_line_without_one_cell_is_no_table(take: Taker, lost: str) -> None:
    text = STOCK.replace(lost, "")
    assert take.refused(text, "t.txt", schema="land_supply.residential_stock").code == "required_missing"


def test_strokes_close_the_cells_of_a_form(take: Taker) -> None:
    taken = take(PRICES, "t.txt", schema="land_price.quarterly")
    assert len(taken.rows) == 20
    told = {(one["measure"], one["use"], one["period"]): one["value"] for one in taken.rows}
    assert told["level", "industrial", "2013-Q4"] == 783
    assert told["floor_level", "residential", "2014-Q1"] == 2869


def test_a_row_that_has_lost_a_figure_is_no_table(take: Taker) -> None:
    text = LIMITS.replace("32.47 |\n", "32.47 |\n越城区 |\n1 |\n2 |\n3 |\n4 |\n5 |\n")
    assert take.refused(text, "t.txt", schema="gov_debt.limit_balance").code in ("matrix_unclear", "row_long")


def test_headers_of_two_rows_lie_over_the_columns_that_are_there(take: Taker) -> None:
    taken = take(LIMITS, "t.txt", schema="gov_debt.limit_balance")
    assert picked(taken.rows, "measure", "debt_type", "value") == [
        ("limit", "total", 15_250_000_000),
        ("limit", "general", 8_900_000_000),
        ("limit", "special", 6_350_000_000),
        ("balance", "total", 8_444_000_000),
        ("balance", "general", 5_197_000_000),
        ("balance", "special", 3_247_000_000),
    ]


def test_a_year_that_the_form_counts_from_another_is_written_out(take: Taker) -> None:
    lines = ["一、2019-1年地方政府债务限额,3", "其中:一般债务限额,2", "专项债务限额,1", "三、2019年地方政府债务限额,5"]
    text = "柯桥区2019年地方政府债务限额调整情况表\n单位:亿元\n项目,本级\n" + "\n".join(lines) + "\n"
    taken = take(text, schema="gov_debt.flow")
    assert picked(taken.rows, "period", "debt_type", "item") == [
        ("2018", "total", "limit_start"),
        ("2018", "general", "limit_start"),
        ("2018", "special", "limit_start"),
        ("2019", "total", "limit_end"),
    ]


def test_rows_on_lines_have_their_lost_spans_again(take: Taker) -> None:
    taken = take("样例县挂牌出让公告\n一、地块简介\n" + HEAD + ROWS, "t.txt", schema="land_supply.notice")
    names = ("far_min", "far_max", "density_max", "green_min", "green_max", "height_max", "start_price", "deposit")
    assert picked(taken.rows, *names) == [
        (None, Decimal("1.5"), 45, 25, None, 16, 18_970_000, 3_800_000),
        (None, Decimal("1.5"), 45, 25, None, 16, 3_050_000, 610_000),
    ]


def test_rows_begin_with_a_stroke_where_each_cell_has_a_line(take: Taker) -> None:
    taken = take("样例县挂牌出让公告\n" + LINES, "t.txt", schema="land_supply.notice")
    assert picked(taken.rows, "parcel_no", "use", "density_min", "start_price") == [
        ("样2026-1", "工业用地", 40, 1_490_000)
    ]


def test_spans_that_nothing_tells_are_refused(take: Taker) -> None:
    found = take.refused("样例债券情况表\n" + BONDS, "t.txt", schema="gov_debt.bonds")
    assert (found.code, found.params["count"], found.params["columns"]) == ("header_spans_lost", 8, 10)


@pytest.mark.parametrize(
    "text", ["a|b|c\n1|2|\n3|4|\n5|6|7\n", "编号,面积\n甲,1\n乙,2\n丙,3\n", "名称\n甲\n乙\n丙\n丁\n戊\n己\n庚\n"]
)
def test_other_texts_are_read_as_before(take: Taker, text: str) -> None:
    assert take(text, "t.txt").findings("page_read") == []
