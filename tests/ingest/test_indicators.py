"""Bounds of planning that one cell tells together."""

from __future__ import annotations

from decimal import Decimal

from tests.ingest.taking import Taker, picked

_HEAD = "地块编号,土地位置,出让年限,规划设计主要指标,竞买保证金(万元)\n"
_NAMES = ("far_min", "far_max", "density_min", "density_max", "green_min", "green_max", "height_max")


def read(take: Taker, *texts: str) -> list[tuple[object, ...]]:
    rows = "".join(f'样-{at},样例路,50年,"{text}",93\n' for at, text in enumerate(texts))
    return picked(take(_HEAD + rows, schema="land_supply.notice").rows, *_NAMES)


def test_each_bound_has_what_stands_behind_its_name(take: Taker) -> None:
    text = "容积率: ≥0.6且满足《样例标准》的控制要求;建筑密度: ≥40%;绿地率:≥10%且≤20%;建筑高度:≤24米(局部可超过)。"
    other = "容积率1.0-2.5，建筑系数不小于40%，绿化率不大于20%"
    assert read(take, text, other, "按规划条件") == [
        (Decimal("0.6"), None, 40, None, 10, 20, 24),
        (1, Decimal("2.5"), 40, None, None, 20, None),
        (None,) * 7,
    ]
    taken = take(_HEAD + f'样-1,样例路,50年,"{text}",93\n', schema="land_supply.notice")
    assert taken.finding("bounds_in_text").cell == "D1"
    assert "建筑密度: ≥40%" in taken.cells(1)["density_min"]["raw"]


def test_only_in_a_column_of_planning(take: Taker) -> None:
    taken = take("地块编号,备注\n样-1,容积率≥1\n", schema="land_supply.notice")
    assert "far_min" not in taken.types
