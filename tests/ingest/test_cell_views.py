"""Raw cells from the view that is made of them are those of the release's own file, row by row."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rows import kept
from catalog.rows.serving import Serving, build
from ingest import cells as packed
from ingest.cell_texts import WHOLE, CellTexts
from ingest.cell_views import find_view, make_view
from ingest.nulls import KINDS, is_unsold
from tests.ingest.taking import Taken, Taker

LONG = "k,v,d\n" + "".join(f"{number},x{number},2019-01-{1 + number % 28:02}\n" for number in range(40_000))
RESHAPED = "城市,2018年,2019年\n甲市,1.5万元,—\n乙市,2,/\n丙市,,3\n"
SHAPES = """区,面积（公顷）,日期,数
甲,1.5,2019-02-30,1
乙,１２亩,1900-01-01,-3.50
丙,—,20170103,4万
丁,7平方米,2019-03-01 10:20,
"""
ODD = (
    "12",
    "-3.5",
    "4万元",
    "１２",
    "1,234.5",
    "",
    "—",
    "abc",
    "12%",
    "3.5公顷",
    "1900-01-01",
    "2019-02-30",
    "2019-3-1",
    "43000",
)
ODD += (
    "1901-01-02 00:00:00",
    "20170103",
    "2019-03-01T10:20",
    "12.",
    ".5",
    "٣",
    "2019-03-01 25:00",
    "108年1月1日",
    "-0",
)

MORE = (
    "流拍",
    "中止",
    "甲公司（流拍）",
    '引"号',
    "反\\斜",
    "行\n二",
    "|甲|",
    "甲|",
    "　甲",
    "甲　",
    "甲\u200b",
    "é",
    "甲é",
    "😀甲",
    "甲😀甲",
)
MORE += ("甲\x1f乙", "暂无。", "N/A!", "null", "nulls", "甲\x7f乙", "a", "1" * 60, "12" + chr(0x660))


def serving_of(taken: Taken, folder: Path) -> Serving:
    (one, *_) = taken.outcome.tables
    build(one.parquet, one.table, folder / "t.rows")
    return Serving(folder / "t.rows", one.table)


@pytest.mark.parametrize("content", [LONG, RESHAPED, SHAPES])
def test_the_view_tells_what_the_file_tells(take: Taker, tmp_path: Path, content: str) -> None:
    taken = take(content)
    serving, cells = serving_of(taken, tmp_path), taken.outcome.tables[0].cells
    assert find_view(serving) is None
    make_view(serving, cells)
    view = find_view(serving)
    assert view is not None
    rows = taken.table.rows
    for row in {1, 2, 3, 16_384, 16_385, rows - 1, rows} & set(range(1, rows + 1)):
        assert orjson.loads(view.read(row)) == packed.read_cells(cells, row)
    for row in (0, -1, rows + 1):
        with pytest.raises(LookupError):
            view.read(row)


def test_a_broken_view_is_made_anew(take: Taker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "LATELY", 0.0)
    taken = take(SHAPES)
    serving, cells = serving_of(taken, tmp_path), taken.outcome.tables[0].cells
    make_view(serving, cells)
    os.truncate(tmp_path / "t.rcells", 100)
    assert find_view(serving) is None
    make_view(serving, cells)
    view = find_view(serving)
    assert view is not None
    assert orjson.loads(view.read(1)) == packed.read_cells(cells, 1)


@pytest.mark.parametrize("raw", ODD)
@pytest.mark.parametrize("kind", ["decimal", "integer", "date", "datetime", "string"])
def test_what_is_plain_is_told_the_short_way_as_the_long(kind: str, raw: str, monkeypatch: pytest.MonkeyPatch) -> None:
    about: dict[str, Any] = {
        "sheet": None,
        "grid": True,
        "fields": {"v": {"columns": [2], "type": kind, "unit": "万元"}},
    }
    texts = {"row": 3, "c2": raw}
    short = packed.explain(about, texts)
    for name in ("_BARE", "_ISO"):
        monkeypatch.setattr(packed, name, packed.re.compile("(?!)"))
    assert packed.explain(about, texts) == short


@pytest.mark.parametrize("unsold", [False, True])
@pytest.mark.parametrize("grid", [False, True])
@pytest.mark.parametrize("kind", ["decimal", "integer", "date", "datetime", "string", "code"])
def test_cells_are_written_as_they_are_explained(kind: str, grid: bool, unsold: bool) -> None:
    field = {"columns": [2], "type": kind, "unit": "万元", "measure": "CNY", "unsold": unsold}
    about: dict[str, Any] = {
        "sheet": '表"1"',
        "grid": grid,
        "fields": {"v": field, "文": {"columns": [30], "type": "string"}},
    }
    raws = [*ODD, *KINDS, *(f" {one}" for one in KINDS), *MORE]
    rows = [{"row": number, "c2": raw, "c30": raw} for number, raw in enumerate(raws, 7)]
    marks = written_as_explained(about, rows)
    assert {3, 0} <= set(marks)
    for row, mark in zip(rows, marks, strict=True):
        assert (mark == WHOLE) == ((unsold and is_unsold(row["c2"])) or "\x1f" in row["c2"]), row


@given(st.text(max_size=8), st.sampled_from(["string", "decimal", "date"]))
def test_any_text_is_written_as_it_is_explained(raw: str, kind: str) -> None:
    about: dict[str, Any] = {"sheet": None, "grid": True, "fields": {"v": {"columns": [0], "type": kind}}}
    written_as_explained(about, [{"row": 1, "c0": raw.encode("utf-8", "replace").decode()}])


def test_what_is_not_one_cell_a_field_is_explained_as_a_whole() -> None:
    single: dict[str, Any] = {"columns": [0], "type": "string"}
    row = {"row": 1, "c0": "1", "c1": "2"}
    about = {"grid": True, "sheet": None, "fields": {"v": single}}
    assert written_as_explained(about, [row, {**row, "c1": None}]) == [WHOLE, WHOLE]
    assert written_as_explained(about, [{**row, "sheet": "表2", "a0": "B7"}]) == [WHOLE]
    for other in ({"columns": [0, 1], "type": "string"}, {"columns": [0], "type": "range"}):
        assert written_as_explained({**about, "fields": {"v": single, "w": other}}, [row]) == [WHOLE]
    many = {f"v{number}": single for number in range(63)}
    assert written_as_explained({**about, "fields": many}, [row]) == [WHOLE]


def written_as_explained(about: dict[str, Any], rows: list[dict[str, Any]]) -> list[int]:
    """The marks of these rows, each of which is told as it is explained."""
    names = list(rows[0])
    columns = [[row[name] for row in rows] for name in names]
    types = [pa.int64() if name == "row" else pa.string() for name in names]
    batch = pa.record_batch([pa.array(*one) for one in zip(columns, types, strict=True)], names=names)
    texts = CellTexts(about, names)
    marks, kept_texts = (column.to_pylist() for column in texts.keep(batch))
    for row, mark, text in zip(rows, marks, kept_texts, strict=True):
        assert texts.write(mark, text) == orjson.dumps(packed.explain(about, row)), row
    return list(marks)
