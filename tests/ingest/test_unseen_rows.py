"""Rows, names and values that tables of other provinces brought: each with a small invented witness."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

from ingest import values
from tests.ingest.taking import Taker, merged, picked, workbook

BONDS = [
    ["2018年--2022年末六安市发行的新增地方政府一般债券情况表"],
    ["", "", "", "", "单位：亿元"],
    ["债券名称", "债券编码", "债券规模", "发行时间（年/月/日）", "债券利率（%）"],
    ["2018年小计", "", 3, "", ""],
    ["2018年样例省政府一般债券（一期）", "1805101", 1.5, "2018.5.17", "3.41"],
    ["2018年样例省政府一般债券（三期）", "1805103", 1.5, "18-6-20", "3.82%"],
    ["2020年小计", "", 2, "", ""],
    ["2020年样例省政府一般债券（二期）", "2005102", 2, 43901, 3.2],
]


def test_sums_that_have_a_name_are_no_rows(take: Taker) -> None:
    taken = take(merged(BONDS, "A1:E1"), "债券.xlsx", schema="gov_debt.bonds")
    assert picked(taken.rows, "bond_code", "amount", "issue_date", "rate") == [
        ("1805101", 150_000_000, dt.date(2018, 5, 17), Decimal("3.41")),
        ("1805103", 150_000_000, dt.date(2018, 6, 20), Decimal("3.82")),
        ("2005102", 200_000_000, dt.date(2020, 3, 11), Decimal("3.2")),
    ]
    assert len(taken.outcome.totals) == 2


def test_a_sum_may_be_called_so_in_the_column_of_the_projects(take: Taker) -> None:
    rows = [
        ["单位编码", "单位名称", "项目名称", "年度资金总额（元）"],
        ["101", "样例委", "小计", "300"],
        ["101001", "样例委本级", "机要通信", "100"],
        ["101001", "样例委本级", "档案管理", "200"],
    ]
    taken = take(workbook(("Sheet1", rows)), schema="fiscal_project.budget")
    assert taken.column("project") == ["机要通信", "档案管理"]


def test_a_numbered_line_and_a_table_of_nothing_but_sums_stay(take: Taker) -> None:
    assert take("项目,金额\n一、收入合计,10\n1.税,6\n2.费,4\n").column("xiang_mu")[0] == "一、收入合计"
    assert take("项目,金额\n甲县合计,10\n乙县合计,6\n").column("jin_e") == [10, 6]


def test_a_table_that_goes_on_under_its_title_with_a_mark(take: Taker) -> None:
    head, title = ["宗地编号", "土地位置", "面积（公顷）", "成交价（万元）"], "样例市土地成交情况表"
    rows = [
        [title],
        head,
        ["A-1", "药都路", 2.5, 600],
        ["A-2", "芍花路", 3, 700],
        [f"{title}（续表）"],
        head,
        ["A-3", "魏武大道", 1, 300],
    ]
    taken = take(merged(rows, "A1:D1", "A5:D5"), schema="land_supply.deal")
    assert taken.column("parcel_no") == ["A-1", "A-2", "A-3"]


GROUPS = [
    ["县区", "地块编号", "出让面积", "面积单位", "成交总价(万元)"],
    ["屯溪区", "T-1", "1.5", "公顷", 9000],
    ["", "T-2", "12 000", "平方米", "3,600"],
    ["歙县", "S-1", "30", "亩", 450],
    ["", "S-2", "20", "亩", 300],
]


def test_a_region_that_stands_once_a_group_is_that_of_its_rows_and_units_stand_beside(take: Taker) -> None:
    taken = take(workbook(("Sheet1", GROUPS)), schema="land_supply.deal")
    assert picked(taken.rows, "region", "region_name", "area") == [
        ("341002", "屯溪区", 15_000),
        ("341002", "屯溪区", 12_000),
        ("341021", "歙县", 20_000),
        ("341021", "歙县", Decimal("13333.33")),
    ]
    assert taken.finding("group_filled_down").params["first_cells"] == ["A3", "A5"]
    assert taken.cells(2)["area"]["unit"] == "平方米"


@pytest.mark.parametrize(
    "regions",
    [
        ["屯溪区", "", "歙县", "休宁县"],  # one blank among three names: it may just be missing
        ["", "屯溪区", "", ""],  # nothing stands over the first
        ["屯溪区", "", "", "屯溪区"],  # a name that comes again is no group's
    ],
)
def test_a_region_is_not_filled_down_where_that_is_not_sure(take: Taker, regions: list[str]) -> None:
    rows = [GROUPS[0], *([region, *row[1:]] for region, row in zip(regions, GROUPS[1:], strict=True))]
    taken = take(workbook(("Sheet1", rows)), schema="land_supply.deal")
    assert taken.column("region_name") == [region or None for region in regions]
    assert not taken.findings("group_filled_down")


def test_one_blank_is_enough_where_a_sum_closes_each_group(take: Taker) -> None:
    rows = [
        ["区县", "宗地号", "供地面积(㎡)"],
        ["临渭区", "LW-1", "26666.67"],
        ["", "LW-2", "1000"],
        ["小计", "", "27666.67"],
        ["华州区", "HZ-1", "5000"],
        ["小计", "", "5000"],
    ]
    taken = take(workbook(("Sheet1", rows)), schema="land_supply.result")
    assert taken.column("region") == ["610502", "610502", "610503"]


def test_codes_are_texts_in_tables_without_a_schema(take: Taker) -> None:
    taken = take("类,款,科目编码,行政区划代码,序号,数量\n201,3,20103,340100,1,5\n208,5,20805,340102,2,6\n")
    assert set(taken.types.values()) == {"string", "integer"}
    assert [name for name, type_ in taken.types.items() if type_ == "integer"] == ["xu_hao", "shu_liang"]
    assert taken.column("ke_mu_bian_ma") == ["20103", "20805"]


def test_percentages_with_and_without_their_sign_under_a_header_that_has_it(take: Taker) -> None:
    taken = take("项目,为预算的%,说明\n甲,98.3,9\n乙,98.8%,8%\n丙,…,7\n")
    assert taken.column("wei_yu_suan_de") == [Decimal("98.3"), Decimal("98.8"), None]
    assert taken.field("wei_yu_suan_de").unit == "percent"
    assert taken.types["shuo_ming"] == "string"


def test_an_ellipsis_is_a_figure_that_is_not_disclosed(take: Taker) -> None:
    taken = take("地区,户数\n甲,1\n乙,…\n丙,……\n")
    assert taken.column("hu_shu") == [1, None, None]
    assert taken.cells(2)["hu_shu"]["null"] == "not_disclosed"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("19-1-3", dt.date(2019, 1, 3)),
        ("20.5.6", dt.date(2020, 5, 6)),
        ("99/5/6", dt.date(2010, 5, 6)),
        ("108-1-3", dt.date(2019, 1, 3)),
        ("民国99年5月6日", dt.date(2010, 5, 6)),
        ("2023年6月30日前", dt.date(2023, 6, 30)),
        ("2023.6.30之前", dt.date(2023, 6, 30)),
    ],
)
def test_years_of_two_digits_and_terms(text: str, day: dt.date) -> None:
    assert values.loose_day(text) == day


def test_a_sum_in_words_after_the_name_of_the_money() -> None:
    assert values.amount("人民币陆佰玖拾伍万元整（￥6950000元）").value == 6_950_000


def test_quarters_in_a_column_beside_their_year(take: Taker) -> None:
    rows = [
        ["安庆市2021年度地价水平值（单位：元/平方米）"],
        ["年度", "季度", "综合", "商服", "住宅", "工业"],
        ["2021年", "第一季度", 1500, 3000, 1800, 350],
        ["", "第二季度", 1510, 3010, 1820, 350],
    ]
    taken = take(merged(rows, "A1:F1", "A3:A4"), schema="land_price.quarterly")
    assert picked(taken.rows[::4], "period", "use", "value") == [("2021-Q1", "all", 1500), ("2021-Q2", "all", 1510)]


def test_a_notice_is_told_from_a_deal_by_what_deals_alone_have(take: Taker) -> None:
    made = [
        {"行政区": "石台县", "宗地编号": "S-1", "坐落": "仁里镇", "用途": "工业", "面积": "20亩", "起始价": "240万元"}
    ]
    taken = take(json.dumps(made, ensure_ascii=False).encode("gbk"), "表.json")
    assert taken.outcome.proposals[0].schema == "land_supply.notice"


def test_the_level_of_a_city_among_its_sums(take: Taker) -> None:
    rows = [
        ["淮北市政府债务情况表"],
        ["", "单位：亿元"],
        ["地区", "2019年债务限额", "2019年债务余额"],
        ["淮北市", 300.5, 280.1],
        ["其中：市本级", 200, 190],
    ]
    taken = take(merged(rows, "A1:C1"), schema="gov_debt.limit_balance")
    assert set(taken.column("region")) == {"340600"}
    assert taken.column("scope")[-1] == "own_level"


def test_a_balance_that_is_foreseen_under_a_column_of_what_was_done(take: Taker) -> None:
    rows = [
        ["六安市政府一般债务余额情况表"],
        ["", "", "单位：亿元"],
        ["项目", "预算数", "执行数"],
        ["三、2020年地方政府一般债务发行额", "", 12.5],
        ["五、2020年末地方政府一般债务余额预计执行数", "", 102.6],
    ]
    taken = take(merged(rows, "A1:C1"), schema="gov_debt.flow")
    assert picked(taken.rows, "item", "status") == [("issue", "executed"), ("balance_end", "forecast")]


def test_a_form_may_call_its_project_otherwise(take: Taker) -> None:
    rows = [
        ["2022年度项目支出绩效自评表"],
        ["项目支出名称", "救助补助资金", "", "", "", ""],
        ["主管部门", "样例县民政局", "", "实施单位", "样例县民政局机关", ""],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值"],
        ["产出指标", "数量指标", "救助人数", "2000人", "2130人", 20],
    ]
    taken = take(workbook(("Sheet1", rows)), schema="fiscal_project.self_evaluation")
    assert taken.rows[0]["project"] == "救助补助资金"
