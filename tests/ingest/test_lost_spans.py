"""Sheets that were pasted cell by cell: headers of two rows without what their cells spanned."""

from __future__ import annotations

from decimal import Decimal

from tests.ingest.taking import Taker, merged, picked, workbook

UPPER = [
    "宗地编号",
    "土地位置",
    "土地面积（平方米）",
    "土地用途",
    "规划指标",
    "出让年限",
    "起始价（万元）",
    "保证金（万元）",
]
LOWER = ["容积率", "建筑密度（%）", "绿地率（%）"]
ROWS = [
    ["样2021-1号", "样例路东侧", 12000, "住宅用地", "1.2-2.0", "≤30", "≥35", 70, 3000, 600],
    ["样2021-2号", "样例路西侧", 8000, "商服用地", "1.0-1.5", "≤40", "≥20", 40, 2000, 400],
]
NAMES = ("far_min", "far_max", "density_max", "green_min", "term_years", "start_price", "deposit")
FIGURES = [
    (Decimal("1.2"), 2, 30, 35, 70, 30_000_000, 6_000_000),
    (1, Decimal("1.5"), 40, 20, 40, 20_000_000, 4_000_000),
]


def test_a_header_without_its_spans_lies_over_the_columns_again(take: Taker) -> None:
    taken = take(workbook(("表", [["样例县挂牌出让公告"], UPPER, LOWER, *ROWS])), schema="land_supply.notice")
    assert picked(taken.rows, *NAMES) == FIGURES
    assert (taken.finding("header_spans_found").row, taken.cells(1)["deposit"]["cell"]) == (2, "J4")


def test_one_that_may_lie_in_several_ways_is_refused(take: Taker) -> None:
    upper = ["宗地编号", "土地位置", "规划条件", "其他条件", "土地面积（平方米）", "起始价（万元）"]
    rows = [[f"样2021-{at}号", "样例路", "≥1.2", "≤30", "≥35", 12000, 3000] for at in range(1, 4)]
    found = take.refused(workbook(("表", [upper, LOWER, *rows])), schema="land_supply.notice")
    assert (found.code, found.params["count"], found.params["columns"]) == ("header_spans_lost", 6, 7)


def test_merged_cells_and_a_header_over_all_columns_stay_as_they_are(take: Taker) -> None:
    upper = [*UPPER[:5], "", "", *UPPER[5:]]
    lower = ["", "", "", "", *LOWER, "", "", ""]
    for data in (workbook(("表", [upper, lower, *ROWS])), merged([upper, lower, *ROWS], "E1:G1")):
        taken = take(data, schema="land_supply.notice")
        assert picked(taken.rows, *NAMES) == FIGURES
        assert not taken.findings("header_spans_found")
