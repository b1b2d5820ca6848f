"""The order of a column is the same whether it is made in memory or by a sort that goes to the disk."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from catalog.rows import ranking, thresholds
from catalog.rows.pieces import Pieces
from catalog.rows.serving import open_serving
from catalog.schema import Field
from tests.catalog.rows.releases import make_release

PERIODS = ["2018", "2018-H1", "2018-Q4", "2018-01", "2018-12-31", "2017-11/2018-02"]
FIELDS = (
    Field("name", "名称", "string"),
    Field("word", "词", "string"),
    Field("area", "面积", "decimal", precision=18, scale=2),
    Field("wide", "大数", "decimal", precision=38, scale=2),
    Field("period", "时期", "period"),
    Field("day", "日期", "date"),
    Field("moment", "时间", "datetime"),
    Field("n", "数", "integer"),
    Field("ok", "是否", "boolean"),
    Field("nothing", "无", "string"),
)
ROWS = 9000  # more than one vector of DuckDB
KEYS = [*(("c", place) for place in range(len(FIELDS))), ("f", 4), ("l", 4)]


def a_row(dice: random.Random) -> tuple[Any, ...]:
    number = dice.randrange(-3000, 3000)
    values = [
        f"地块{number}号",
        dice.choice(["", "a", "A", "é", "越城", "\U00020000"]),
        Decimal(number) / 100,
        Decimal(10**30 + number) / 100,
        dice.choice(PERIODS),
        date(2018, 1, 1) + timedelta(days=number),
        datetime(2018, 1, 1) + timedelta(seconds=number),  # noqa: DTZ001 - civil time, as releases keep it
        number * (1 << 50),
        number > 0,
    ]
    return (*(None if dice.random() < 0.1 else value for value in values), None)


@pytest.mark.parametrize("rows", [ROWS, 1, 0])
def test_both_ways_give_the_same_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    dice = random.Random(7)
    files = make_release(tmp_path, FIELDS, [a_row(dice) for _ in range(rows)], group=2500)
    serving = open_serving(tmp_path / "release.rows", files.table)
    monkeypatch.setattr(ranking, "_BATCH", 700)
    for kind, column in KEYS:
        monkeypatch.setattr(thresholds, "IN_MEMORY", rows)
        here = ranking.ranked(serving, files.parquet, column, kind)
        monkeypatch.setattr(thresholds, "IN_MEMORY", -1)
        there = ranking.ranked(serving, files.parquet, column, kind)
        for name in ("ranks", "order", "values"):
            one, other = getattr(here, name), getattr(there, name)
            other.validate(full=True)
            assert (one.type, one.to_pylist()) == (other.type, other.to_pylist()), (kind, FIELDS[column].name, name)


@pytest.mark.parametrize("values", [["a", "越城", ""], [""], []], ids=["texts", "an empty text", "nothing"])
def test_pieces_are_one_column_again(tmp_path: Path, values: list[str]) -> None:
    with Pieces(tmp_path, pa.large_string()) as pieces:
        pieces.add(pa.array(["not this", *values], pa.large_string()).slice(1))
        pieces.add(pa.array(values, pa.large_string()))
        whole = pieces.whole()
    assert whole.to_pylist() == [*values, *values]
    assert list(tmp_path.iterdir()) == []
