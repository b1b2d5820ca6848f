"""Ends of years over the columns of debt tables: the year, or a balance of start or end."""

from __future__ import annotations

import pytest

from tests.ingest.taking import Taker, picked, workbook


def test_the_end_of_a_year_over_a_column_is_the_year(take: Taker) -> None:
    rows = [
        ["沙洋县地方政府债务"],
        ["单位：亿元"],
        ["地区", "2022年债务限额", "2022年末债务余额", "2023年底债务余额"],
        ["沙洋县", 3, 5, 4],
    ]
    taken = take(workbook(("表", rows)), schema="gov_debt.limit_balance")
    assert taken.column("period") == ["2022", "2022", "2023"]
    assert [one.cell for one in taken.findings("check_within")] == ["C4"]  # the limit and the balance of one year


@pytest.mark.parametrize(
    ("start", "end"), [("2020年末债务余额", "2021年末债务余额"), ("年初余额", "年末余额"), ("上年末余额", "期末余额")]
)
def test_balances_beside_what_moves_them_are_of_start_and_end(take: Taker, start: str, end: str) -> None:
    head = ["地区", start, "新增债券发行", "再融资债券发行", "偿还本金", "支付利息", end]
    rows = [
        ["宝鸡市2021年政府专项债务变动"],
        ["单位：亿元"],
        head,
        ["渭滨区", 10, 5, 1, 3, 0.4, 13],
        ["金台区", 20, 8, 0, 3, 1, 25],
    ]
    taken = take(workbook(("表", rows)), schema="gov_debt.flow")
    assert picked(taken.rows, "region", "item", "value")[:6] == [
        ("610302", "balance_start", 1_000_000_000),
        ("610302", "issue_new", 500_000_000),
        ("610302", "issue_refinancing", 100_000_000),
        ("610302", "repay_principal", 300_000_000),
        ("610302", "pay_interest", 40_000_000),
        ("610302", "balance_end", 1_300_000_000),
    ]
    assert not taken.findings("figure_unplaced")


def test_balances_alone_move_nothing(take: Taker) -> None:
    rows = [
        ["宝鸡市债务"],
        ["单位：亿元"],
        ["地区", "2020年末专项债务余额", "2021年末专项债务余额"],
        ["渭滨区", 10, 5],
        ["金台区", 20, 8],
    ]
    assert [one.schema for one in take(workbook(("表", rows))).outcome.proposals] == ["gov_debt.limit_balance"]
