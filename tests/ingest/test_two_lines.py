"""Tables as bureaux lay them out: records of two rows, lines broken in narrow cells, names of places in titles."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.ingest.taking import Taker, merged, picked, workbook

HEADS = ["宗地\n编号", "宗地位置", "出让\n面积", "土地\n用途", "起始价", "加价幅度（万元）"]
ROWS = [
    ["样2025-1地块", "样例镇东坪村", "118.36\n平方米", "工业\n用地", "3\n万元", "10或10的整数倍"],
    ["", "", "约合\n0.18\n亩", "", "", ""],
    ["样2025-2地块", "样例镇西坪村", "724.50\n平方米", "商业用地 40年", "18\n万元", 1],
    ["", "", "（约合1.09亩）", "", "", ""],
]
TITLE = ["甘肃省成县国有建设用地使用权\n公开出让公告"]


@pytest.mark.parametrize(
    "ranges", [tuple(f"{column}{row}:{column}{row + 1}" for column in "ABDEF" for row in (3, 5)), ()]
)
def test_a_number_and_the_same_in_another_unit_below_it_are_one_record(take: Taker, ranges: tuple[str, ...]) -> None:
    taken = take(merged([TITLE, HEADS, *ROWS], *ranges), schema="land_supply.notice")
    assert picked(taken.rows, "region", "region_name", "parcel_no", "area", "use", "use_code", "start_price") == [
        ("621221", "成县", "样2025-1地块", Decimal("118.36"), "工业用地", "0601", 30_000),
        ("621221", "成县", "样2025-2地块", Decimal("724.50"), "商业用地", "05", 180_000),
    ]
    assert taken.column("increment") == [100_000, 10_000]


def test_rows_of_their_own_stay_apart(take: Taker) -> None:
    rows = [["宗地编号", "土地面积（亩）", "备注"], ["样1", 3, "约合2000平方米"], ["样2", 4, ""]]
    assert take(workbook(("表", rows)), schema="land_supply.notice").column("area") == [2_000, Decimal("2666.67")]


def test_places_of_several_sheets_keep_what_tells_them_apart(take: Taker) -> None:
    sheets = (
        (name, [[f"南京市{name}成交公示"], ["宗地编号", "土地面积（亩）"], ["样1", 3]]) for name in ("鼓楼区", "玄武区")
    )
    assert take(workbook(*sheets), schema="land_supply.deal").column("region") == ["320106", "320102"]


def test_a_sale_that_was_hung_up_failed(take: Taker) -> None:
    lines = "宗地编号,成交价（万元）\n样1,流挂\n样2,300\n"
    assert picked(take(lines, schema="land_supply.deal").rows, "outcome", "deal_price") == [
        ("unsold", None),
        ("sold", 3_000_000),
    ]


def test_quarters_over_the_columns_say_which_is_the_current_one(take: Taker) -> None:
    rows = [
        ["样例市2020年第三季度城市地价动态监测情况表"],
        ["指标", "2020年第三季度", "", "2020年第二季度", ""],
        ["", "综合", "住宅", "综合", "住宅"],
        ["地价水平（元/平方米）", 3642, 5205, 3606, 5138],
    ]
    taken = take(merged(rows, "A2:A3", "B2:C2", "D2:E2"), schema="land_price.quarterly")
    assert picked(taken.rows, "period", "use", "block") == [
        ("2020-Q3", "all", "current"),
        ("2020-Q3", "residential", "current"),
        ("2020-Q2", "all", "previous"),
        ("2020-Q2", "residential", "previous"),
    ]
