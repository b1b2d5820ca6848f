"""Pages whose tables say little without what stands round them: headings, lines above, sentences below."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pytest

from tests.ingest.taking import Taker, picked

PRICES = [
    ["指标", "综合地价", "商服用地", "住宅用地", "工业用地"],
    ["地价水平值（元/平方米）", "2130", "3985", "2456", "498"],
    ["环比增长率", "0.57%", "0.33%", "0.82%", "—0.20%"],
]
STOCK = [
    ["序号", "县（市、区）", "项目名称", "位置", "住宅类型", "土地面积", "建设状态", "未销售房屋的土地面积"],
    ["（1）", "（2）", "（3）", "（4）", "（5）", "（6）", "（7）", "（8）"],
    ["1", "姚安县", "金碧花园", "栋川镇", "普通商品房", "2.4412", "已动工未竣工", "1.0563"],
]
PARCEL = [
    ["宗地编号：", "姚2020—60号", "宗地总面积：", "698.38平方米", "宗地坐落：", "栋川镇太平路"],
    ["出让年限：", "40年", "容积率：", "小于或等于3.5", "保证金：", "200万元"],
    ["起始价：", "300万元", "加价幅度：", "1万及1万的整数倍", "土地用途明细：", "商服用地"],
    ["宗地编号：", "姚2020—4号", "宗地总面积：", "2008平方米", "宗地坐落：", "城北"],
    ["出让年限：", "70年", "容积率：", "大于1并且小于或等于5.2", "保证金：", "300万元"],
    ["起始价：", "335万元", "加价幅度：", "1万元或1万元整数倍", "土地用途明细：", "住宅用地"],
]


def table(rows: Sequence[Sequence[str]]) -> str:
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def page(*parts: str) -> str:
    return f"<html><head><title>首页</title></head><body>{''.join(parts)}</body></html>"


def test_place_and_time_stand_in_a_heading_over_the_table(take: Taker) -> None:
    above = "<h2>2015年第三季度洛阳市城市地价动态监测报告</h2><p>表1 各用途地价</p>"
    taken = take(
        page(above, table(PRICES), "<p>注：环比指与上季度相比。</p>"), "地价.htm", schema="land_price.quarterly"
    )
    assert {(row["region"], row["period"]) for row in taken.rows} == {("410300", "2015-Q3")}
    assert [row["value"] for row in taken.rows if row["measure"] == "growth_qoq"][-1] == Decimal("-0.20")
    assert taken.outcome.notes == ["注：环比指与上季度相比。"]


def test_a_heading_holds_for_all_tables_below_it_and_a_line_for_the_next(take: Taker) -> None:
    body = page("<h1>2023年一季度姚安县存量住宅用地</h1>", "<p>第一批</p>", table(STOCK), "<p>第二批</p>", table(STOCK))
    assert [one.table.origin["banners"] for one in take(body, "清单.html").outcome.tables] == [
        ["2023年一季度姚安县存量住宅用地", "第一批"],
        ["2023年一季度姚安县存量住宅用地", "第二批"],
    ]
    taken = take(body, "清单.html", schema="land_supply.residential_stock")
    assert taken.table.origin["banners"] == ["2023年一季度姚安县存量住宅用地", "第一批", "第二批"]
    assert picked(taken.rows, "period", "district", "area") == [("2023-Q1", "姚安县", 24412)] * 2


def test_links_scripts_and_forms_of_a_page_are_no_lines_of_a_table(take: Taker) -> None:
    body = page(
        "<script>var a=1</script><a href=/>首页</a><p>价目<b>表</b></p><select><option>甲</select>", table(PRICES[:2])
    )
    assert take(body, "价.html").table.origin["banners"] == ["价目表"]


def test_cells_of_a_page_are_counted_with_the_lines_above(take: Taker) -> None:
    taken = take(page("<p>价目表</p>", table(PRICES)), "价.html")
    assert taken.table.header_rows == (2,)
    assert taken.cells(1)["zong_he_di_jia"]["cell"] == "B3"


def test_the_number_of_a_notice_stands_over_its_records(take: Taker) -> None:
    above = "<p>姚安县国有土地使用权挂牌出让公告</p><p>姚国土挂字〔2020〕9号</p>"
    taken = take(page(above, table(PARCEL)), "公告.xls", schema="land_supply.notice")
    assert picked(taken.rows, "region", "notice_no", "parcel_no", "increment", "far_max") == [
        ("532325", "姚国土挂字〔2020〕9号", "姚2020—60号", 10_000, Decimal("3.5")),
        ("532325", "姚国土挂字〔2020〕9号", "姚2020—4号", 10_000, Decimal("5.2")),
    ]


def test_a_sentence_below_the_table_tells_when_it_was_published(take: Taker) -> None:
    rows = [["宗地编号", "土地坐落", "成交价（万元）", "受让人"], ["A-1", "太平路", "300", "样例有限公司"]]
    body = page("<p>成交公示</p>", table(rows), "<p>二、公示期：2024年11月12日至2024年11月17日。</p>")
    taken = take(body, "成交.html", schema="land_supply.deal")
    assert picked(taken.rows, "notice_from", "notice_to") == [(dt.date(2024, 11, 12), dt.date(2024, 11, 17))]


TARGETS = [
    ["项目名称", "经费安排", "年度绩效目标", "一级指标", "二级指标", "三级指标", "指标值"],
    ["免费开放", "200000", "全年开放。", "产出指标", "数量指标", "开放天数", "≥300天"],
    ["文艺辅导", "80000", "辅导50场。", "产出指标", "数量指标", "辅导场次", "50场"],
]


def test_a_list_of_targets_with_all_names_in_one_row_under_its_department(take: Taker) -> None:

    lines = "<h3>2023年度部门预算项目绩效目标表</h3><p>预算单位：样例区文化馆</p><p>金额单位：元</p>"
    taken = take(page(lines, table(TARGETS)), "目标.html", schema="fiscal_project.targets")
    names = ("project", "department", "goal_annual", "year")
    assert picked(taken.rows, *names) == [
        ("免费开放", "样例区文化馆", "全年开放。", "2023"),
        ("文艺辅导", "样例区文化馆", "辅导50场。", "2023"),
    ]
    assert take(page(lines, table(TARGETS)), "目标.html").outcome.proposals[0].schema == "fiscal_project.targets"


def test_the_number_of_a_page_is_that_of_its_further_tables_below_the_pages_title(take: Taker) -> None:
    title, number = "姚安县国有建设用地使用权挂牌出让公告", "姚自然资告字〔2020〕6号"
    parts = (f"<h3>{title}</h3><p>{number}</p>", table(PARCEL[:3]), table(PARCEL[3:]))
    text = page(*parts).replace("首页", title)
    taken = take(text, "公告.xls", schema="land_supply.notice")
    assert picked(taken.rows, "parcel_no", "notice_no") == [("姚2020—60号", number), ("姚2020—4号", number)]


@pytest.mark.parametrize(
    ("way", "code"),
    [
        ("网上挂牌出让", "listing"),
        ("拍卖出让", "auction"),
        ("招标拍卖挂牌出让", None),
        ("拍卖、挂牌出让", None),
        ("公开出让", None),
    ],
)
def test_the_way_of_supply_is_told_by_a_title_that_names_one_alone(take: Taker, way: str, code: str | None) -> None:
    lines = (
        f"样例县国有建设用地使用权{way}成交公示,,,\n宗地编号,土地位置,土地面积（平方米）,成交价（万元）\n"
        "样2021-1号,样例路,1000,200\n样2021-2号,样例二路,2000,300\n"
    )
    taken = take(lines, schema="land_supply.deal")
    assert [row.get("supply_method") for row in taken.rows] == [code, code]
