"""Rows that go on only with columns outside the schema, beside cells merged with the row above."""

from __future__ import annotations

from tests.ingest.taking import Taker, merged, picked

HEAD = ["电子监管号", "项目名称", "面积（公顷）", "成交价格（万元）", "支付期号", "约定支付金额（万元）"]
FIRST, SECOND = "3209812021B00486", "3209812021B00491"


def test_instalments_beside_merged_cells_are_one_row(take: Taker) -> None:
    rows = [["样例市土地供应结果"], HEAD, [FIRST, "甲", 2, 900, 1, 900], [SECOND, "乙", 3, 800, 1, 400]]
    rows += [["", "", "", "", 2, 400], ["合计", "", 5, 1700]]
    taken = take(merged(rows, "A4:A5", "B4:B5", "C4:C5", "D4:D5"), schema="land_supply.result")
    assert picked(taken.rows, "supervision_no", "deal_price") == [(FIRST, 9_000_000), (SECOND, 8_000_000)]
    assert taken.finding("instalments_joined").count == 1
    assert taken.table.origin["left_out"] == [{"row": 6, "why": "total"}, {"row": 5, "why": "instalment"}]


def test_a_row_with_a_sum_of_its_own_stays_one(take: Taker) -> None:
    rows = [["样例市土地供应结果"], HEAD, [FIRST, "甲", 2, 900, 1, 900], [SECOND, "乙", 3, 400, 1, 400]]
    rows += [["", "", "", 400, 2, 400]]
    taken = take(merged(rows, "A4:A5", "B4:B5", "C4:C5"), schema="land_supply.result")
    assert picked(taken.rows, "supervision_no", "deal_price") == [
        (FIRST, 9_000_000),
        (SECOND, 4_000_000),
        (SECOND, 4_000_000),
    ]
    assert not taken.findings("instalments_joined")
