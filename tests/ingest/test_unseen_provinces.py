"""Layouts of other provinces: types and years that only the title tells, other words for the same, rows after sums."""

from __future__ import annotations

from decimal import Decimal

from tests.ingest.taking import Taker, merged, picked, workbook


def test_a_kind_of_debt_stands_in_the_title_only(take: Taker) -> None:
    text = (
        "安徽省2018年地方政府一般债务分地区余额和限额表,,\n,,单位：万元\n地区,2018年限额,2018年余额\n"
        "全省,61135,58087\n省级,2063,2062\n合肥市,10298,10207\n"
    )
    taken = take(text, "债务.csv")
    assert taken.outcome.proposals[0].schema == "gov_debt.limit_balance"
    taken = take(text, "债务.csv", schema="gov_debt.limit_balance")
    assert picked(taken.rows, "region", "scope", "period", "measure", "debt_type", "value") == [
        ("340000", "whole", "2018", "limit", "general", 611_350_000),
        ("340000", "whole", "2018", "balance", "general", 580_870_000),
        ("340000", "own_level", "2018", "limit", "general", 20_630_000),
        ("340000", "own_level", "2018", "balance", "general", 20_620_000),
        ("340100", "whole", "2018", "limit", "general", 102_980_000),
        ("340100", "whole", "2018", "balance", "general", 102_070_000),
    ]


def test_kinds_in_the_header_go_before_that_of_the_title(take: Taker) -> None:
    text = (
        "安徽省2018年地方政府一般债务和专项债务余额表,,\n,,单位：万元\n地区,2018年一般债务余额,2018年专项债务余额\n"
        "合肥市,10298,10207\n"
    )
    taken = take(text, "债务.csv", schema="gov_debt.limit_balance")
    assert taken.column("debt_type") == ["general", "special"]


SECTIONS = [
    ["2020年江西省地方政府债务发行及还本付息情况表"],
    ["", "", "单位：亿元"],
    ["项目", "本地区", "本级"],
    ["一、2019年末地方政府债务余额", 101.5, 18.5],
    ["其中：一般债务", 61.5, 16.5],
    ["二、2019年地方政府债务限额", 102.5, 19.5],
    ["三、2020年地方政府债务发行决算数", 25.5, 3.5],
    ["     新增一般债券发行额", 4.5, 1.5],
    ["     再融资一般债券发行额", 6.5, 1.25],
    ["     置换专项债券发行额", 2.5, 0.5],
    ["     国际金融组织和外国政府贷款", 3.5, ""],
    ["四、2020年地方政府债务还本决算数", 9.5, 2.5],
    ["六、2020年末地方政府债务余额决算数", 118.5, 19.5],
]


def test_the_balance_of_a_year_before_is_that_of_the_start(take: Taker) -> None:
    taken = take(merged(SECTIONS, "A1:C1"), schema="gov_debt.flow")
    rows = [row for row in taken.rows if row["scope"] == "whole"]
    assert picked(rows, "item", "debt_type", "period") == [
        ("balance_start", "total", "2019-12-31"),
        ("balance_start", "general", "2019-12-31"),
        ("limit_start", "total", "2019"),
        ("issue", "total", "2020"),
        ("issue_new", "general", "2020"),
        ("issue_refinancing", "general", "2020"),
        ("issue_swap", "special", "2020"),
        ("issue_external", "total", "2020"),
        ("repay_principal", "total", "2020"),
        ("balance_end", "total", "2020-12-31"),
    ]
    assert not taken.findings("key_repeated")


def test_a_balance_alone_is_that_of_the_end(take: Taker) -> None:
    rows = [["2020年赣州市地方政府债务情况表"], ["", "单位：亿元"], ["项目", "本地区"], ["2020年末债务余额", 11.5]]
    assert take(workbook(("表", rows)), schema="gov_debt.flow").column("item") == ["balance_end"]


LISTED = [
    ["来宾市2019年度部门预算项目绩效自评结果汇总表"],
    ["", "", "", "", "", "", "", "", "单位：万元"],
    [
        "序号",
        "主管部门",
        "项目实施单位",
        "项目名称",
        "年初预算数",
        "全年预算数",
        "全年执行数",
        "预算执行率",
        "自评得分",
    ],
    ["", "", "", "合计", 695, 730, 698.86, "", ""],
    [1, "来宾市公安局", "来宾市公安局交警支队", "信号灯维护", 180, 180, 171.36, "95.2%", 95.5],
    [2, "", "来宾市公安局", "视频监控租赁", 420, 460, 460, "100%", 98],
    ["", "", "", "小计", 600, 640, 631.36, "", ""],
    [3, "来宾市林业局", "来宾市国有林场", "病虫害防治", 95, 90, 67.5, "75%", 86.5],
    ["林业小计", "", "", "", 95, 90, 67.5, "", ""],
    ["", "", "", "本表由市财政局汇总", "", "", "", "", ""],
]


def test_records_go_on_after_sums_and_end_with_words(take: Taker) -> None:
    taken = take(merged(LISTED, "A1:I1", "B5:B7"), schema="fiscal_project.self_evaluation")
    assert picked(taken.rows, "project", "department", "executed", "execution_rate") == [
        ("信号灯维护", "来宾市公安局", 1_713_600, Decimal("95.2")),
        ("视频监控租赁", "来宾市公安局", 4_600_000, 100),
        ("病虫害防治", "来宾市林业局", 675_000, 75),
    ]
