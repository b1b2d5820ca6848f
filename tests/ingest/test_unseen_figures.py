"""Figures that stand beside others of another kind: contingent debts, growth among levels, a year's limit; counts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.ingest.taking import Taker, merged, picked, workbook

DUE, WARRANTED, RESCUED = "政府负有偿还责任的债务", "政府负有担保责任的债务", "政府可能承担一定救助责任的债务"
OBLIGATIONS = [
    ["样例市政府性债务余额情况表"],
    ["（截至2015年12月31日）"],
    ["", "", "", "", "", "单位：万元"],
    ["地区", DUE, "", "", WARRANTED, RESCUED],
    ["", "小计", "一般债务", "专项债务", "", ""],
    ["城东区", 312, 290, 22, 7, 5],
    ["城中区", 448, 301, 147, 0, 3],
]


def test_debts_that_others_owe_are_no_government_debt(take: Taker) -> None:
    sheet = merged(OBLIGATIONS, "A1:F1", "A2:F2", "A4:A5", "B4:D4", "E4:E5", "F4:F5")
    taken = take(sheet, "西宁.xlsx", schema="gov_debt.limit_balance")
    assert picked(taken.rows[:3], "region_name", "period", "measure", "debt_type", "value") == [
        ("城东区", "2015-12-31", "balance", "total", 3_120_000),
        ("城东区", "2015-12-31", "balance", "general", 2_900_000),
        ("城东区", "2015-12-31", "balance", "special", 220_000),
    ]
    assert len(taken.rows) == 6
    assert [one.cell for one in taken.findings("figures_left_out")] == ["E5", "F5"]


def test_growth_is_no_level_and_of_the_quarter_beside_that_of_the_year(take: Taker) -> None:
    head = "2012年三季度长沙市地价水平值及变化状况,,\n用途,商业用地,居住用地\n地价水平值(元/平方米),6398,3464\n"
    growth, yearly = "增长率,1.69%,0.95%\n", "同比增长率,5.91%,4.14%\n"
    taken = take(head + growth + yearly, schema="land_price.quarterly")
    assert picked(taken.rows, "use", "measure", "value", "unit") == [
        ("commercial", "level", 6398, "CNY/m2"),
        ("residential", "level", 3464, "CNY/m2"),
        ("commercial", "growth_qoq", Decimal("1.69"), "percent"),
        ("residential", "growth_qoq", Decimal("0.95"), "percent"),
        ("commercial", "growth_yoy", Decimal("5.91"), "percent"),
        ("residential", "growth_yoy", Decimal("4.14"), "percent"),
    ]
    alone = take(head + growth, schema="land_price.quarterly")
    assert alone.column("measure") == ["level", "level"]
    assert [one.cell for one in alone.findings("figure_unplaced")] == ["B4", "C4"]


def test_a_limit_beside_the_new_one_of_its_year_is_that_at_the_end(take: Taker) -> None:
    lines = (
        "廊坊市2022年政府债务情况表,,\n项目,一般债务,专项债务\n2021年末政府债务余额（万元）,12145,36487\n"
        "2022年新增债务限额（万元）,700,5000\n2022年政府债务限额（万元）,14130,42160\n"
    )
    taken = take(lines, schema="gov_debt.flow")
    assert picked(taken.rows[2:], "period", "item", "debt_type", "value") == [
        ("2022", "limit_new", "general", 7_000_000),
        ("2022", "limit_new", "special", 50_000_000),
        ("2022", "limit_end", "general", 141_300_000),
        ("2022", "limit_end", "special", 421_600_000),
    ]


def test_a_count_of_columns_that_leaves_numbers_out_is_no_row(take: Taker) -> None:
    rows = [
        ["债券简称", "债券全称", "发行期限（年）", "项目名称", "本期债券使用额度（万元）", "预期收益（万元）"],
        ["1", "2", "3", "4", "", "6"],
        ["23样例债62", "2023年样例省政府专项债券（五十五期）", 20, "样例医院改扩建", 4500, 57500],
        ["24样例债33", "2024年样例省政府专项债券（二十六期）", 20, "样例中学扩建", 2500, 9200],
    ]
    taken = take(workbook(("Sheet1", rows)), schema="gov_debt.bonds")
    assert taken.column("bond_short_name") == ["23样例债62", "24样例债33"]
    assert len(taken.findings("row_of_numbers")) == 1


def test_headers_may_say_how_their_characters_are_pronounced(take: Taker) -> None:
    head = "債券名稱,債券編碼,債券規(guī)模（萬元）,發(fā)行時間(年/月/日)\n"
    text = head + "2017年樣例省政府一般債券(三期),1705364,3710,2017-7-27\n"
    (row,) = take(text, schema="gov_debt.bonds").rows
    assert (row["amount"], str(row["issue_date"])) == (37_100_000, "2017-07-27")


def test_a_header_of_words_over_numbers_is_that_of_the_words_beside_them(take: Taker) -> None:
    head = ["电子监管号", "项目名称", "供地方式", "行业分类", None, "面积（公顷）"]
    rows = [
        head,
        ["4307252007B00352", "样例食品厂", "挂牌出让", "50", "食品制造业", 0.5],
        ["4307252007B00417", "样例仓库", "挂牌出让", "50", "租赁业", 0.5],
        ["4307252007A00021", "样例卫生院", "划拨", "Nah", "卫生", 0.2],
    ]
    taken = take(workbook(("Sheet1", rows)), schema="land_supply.result")
    assert picked(taken.rows, "industry", "term", "area") == [
        ("食品制造业", "50", 5_000), ("租赁业", "50", 5_000), ("卫生", None, 2_000),
    ]  # fmt: skip
    assert taken.finding("header_moved").cell == "D1"
    codes = [head, *([*row[:3], code, *row[4:]] for row, code in zip(rows[1:], ("14", "71", "84"), strict=True))]
    taken = take(workbook(("Sheet1", codes)), schema="land_supply.result")
    assert taken.column("industry") == ["食品制造业", "租赁业", "卫生"]
    assert "term" not in taken.types or taken.column("term") == [None] * 3


def test_the_sum_under_a_heading_may_be_called_what_has_added_up(take: Taker) -> None:
    lines = (
        "项目名称,债券编码,安排债券规模,已实现投资,,项目收益,\n,,,累计,其中：债券资金安排,已取得收益,预期收益\n"
        "样例医院,2105512,1.2,7.85,1.2,0.12,9.8\n样例管网,2271288,2.5,3.1,2.35,0,5.6\n"
    )
    taken = take(f"单位：亿元,,,,,,\n{lines}", schema="gov_debt.bonds")
    assert picked(taken.rows, "amount", "invested", "invested_from_bonds", "revenue", "revenue_expected") == [
        (120_000_000, 785_000_000, 120_000_000, 12_000_000, 980_000_000),
        (250_000_000, 310_000_000, 235_000_000, 0, 560_000_000),
    ]


@pytest.mark.parametrize(
    ("note", "factor"),
    [("注：本表单位为亿元。", 10**8), ("说明：以上数据单位均为万元。", 10**4), ("注：1.数据以千元为单位", 1000)],
)
def test_a_unit_that_only_a_note_says_is_the_tables(take: Taker, note: str, factor: int) -> None:
    lines = f"样例县2022年政府债务限额余额表,,\n地区,限额,余额\n样例县,30,28\n{note},,\n"
    taken = take(lines, schema="gov_debt.limit_balance")
    assert taken.column("value") == [30 * factor, 28 * factor]
    assert not taken.findings("unit_assumed")


def test_other_money_that_only_a_note_says_is_not_taken_for_yuan(take: Taker) -> None:
    lines = "样例县2022年政府债务限额余额表,,\n地区,限额,余额\n样例县,30,28\n注：金额单位：万美元。,,\n"
    assert take.refused(lines, schema="gov_debt.limit_balance")


def test_what_a_total_is_made_of_is_no_data(take: Taker) -> None:
    lines = (
        "序号,项目名称,债券性质,债券规模(万元)\n1,样例路,一般债券,30\n2,样例园,专项债券,20\n"
        ",合计,,50\n,其中：一般债券,,30\n,专项债券,,20\n"
    )
    taken = take(lines, schema="gov_debt.bonds")
    assert taken.column("project") == ["样例路", "样例园"]
    assert len(taken.outcome.totals) == 3
