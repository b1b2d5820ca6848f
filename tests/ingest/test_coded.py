"""Columns that repeat travel as dictionaries, and nothing in what comes out tells of it."""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ahead import ahead
from ingest.coded import CODED, Cells, coded_as, each, filtered, plain, plain_batch
from ingest.evidence import Evidence
from ingest.readers import DateReader, DecimalReader, Reader, TextReader
from tests.ingest.taking import Taken, Taker

CELLS = ["", "甲", " 甲", "乙", "-", "1", "2.50", "1,234", "x", "2020-01-02", "2020年1月3日", "007"]
TEXTS = st.lists(st.sampled_from(CELLS), min_size=1)
HEADER = (
    *("行政区", "电子监管号", "项目名称", "面积(公顷)", "土地用途", "供地方式"),
    *("土地使用年限", "成交价格(万元)", "合同签订日期", "受让人", "联系电话"),
)
COLUMNS = (
    ("越城区", " 柯桥区", "不知道区"),
    ("3306022010B00001", "3306022011A00002", "x", "3306022012B00003"),
    ("张三住宅", "样例地块", "一号地块"),
    ("1.5", "—", "15亩", "2.250000"),
    ("工业用地", "工业用地、商务金融用地", "奇怪用地", ""),
    ("挂牌出让", "划拨", "挂牌出让", "乱来", "挂牌出让"),
    ("50", "住宅70年、商业40年", ""),
    ("1,234.5", "流拍", "300", "3亿元"),
    ("2010-03-04", "2010年3月4日", "1900-01-01", "2011-02-30"),
    ("李四", "样例集团", "张三丰"),
    ("13800000000", ""),
)


def coded(texts: list[str]) -> Any:
    return pa.array(texts, pa.string()).dictionary_encode().cast(CODED)


def messy() -> str:
    """A table with rows that are none: a title, totals, a blank row, its header again, a note, a signature."""
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(["土地供应结果", *[""] * 10])
    writer.writerow(HEADER)
    for number, row in enumerate(itertools.islice(zip(*map(itertools.cycle, COLUMNS), strict=True), 120)):
        writer.writerow(row)
        if number == 60:
            writer.writerows([["合计", "", "", "999999999999.123456789", *[""] * 7], HEADER])
    writer.writerows([["注：样例", *[""] * 10], ["制表人：王五", *[""] * 10]])
    return sink.getvalue()


def told(taken: Taken) -> list[Any]:
    """Everything that a file gave, but for the size of its files."""
    outcome = taken.outcome
    tables = [replace(one.table, bytes=0) for one in outcome.tables]
    cells = [taken.cells(row) for row in range(1, taken.table.rows + 1)]
    return [tables, taken.rows, cells, outcome.findings, outcome.totals, outcome.notes, outcome.rows_rejected]


@pytest.mark.parametrize("schema", [None, "land_supply.result"])
def test_a_file_gives_the_same_whether_its_columns_are_coded_or_not(
    take: Taker, monkeypatch: pytest.MonkeyPatch, schema: str | None
) -> None:
    found = []
    for places in (frozenset[int](), frozenset(range(len(HEADER)))):
        monkeypatch.setattr("ingest.formats.delimited._repeating", lambda *_, places=places, **__: places)
        found.append(told(take(messy(), schema=schema)))
    assert found[0] == found[1]
    assert len(found[0][1]) > 50


def test_the_same_file_gives_the_same_bytes(take: Taker) -> None:
    files = [take(messy(), schema="land_supply.result").outcome.tables[0] for _ in range(2)]
    assert files[0].parquet.read_bytes() == files[1].parquet.read_bytes()
    assert files[0].cells.read_bytes() == files[1].cells.read_bytes()


@pytest.mark.parametrize("make", [TextReader, DateReader, DecimalReader])
@given(texts=TEXTS)
def test_a_coded_column_is_read_as_a_plain_one(make: type[Reader], texts: list[str]) -> None:
    results = []
    for column in (pa.array(texts, pa.string()), coded(texts)):
        reader = make()
        if isinstance(reader, DecimalReader):
            reader.measure_digits(column)
            reader.settle()
        found = reader.read_column(column)
        results.append(
            (plain(found.values).to_pylist(), {at: why.code for at, why in found.faults.items()}, reader.arrow)
        )
    assert results[0] == results[1]


@given(texts=TEXTS)
def test_a_coded_column_is_evidence_as_a_plain_one(texts: list[str]) -> None:
    rows = pa.array(range(2, len(texts) + 2), pa.int64())
    seen = []
    for column in (pa.array(texts, pa.string()), coded(texts)):
        evidence = Evidence()
        evidence.see(rows, column)
        evidence.see(rows, column)
        seen.append((evidence.counts, evidence.places, evidence.kind(), evidence.whole, evidence.scale, evidence.odd))
    assert seen[0] == seen[1]


@given(texts=TEXTS, chance=st.randoms())
def test_what_is_filtered_keeps_no_text_that_is_not_there(texts: list[str], chance: Any) -> None:
    keep = [chance.random() < 0.5 for _ in texts]
    batch = filtered(pa.record_batch([coded(texts)], names=["a"]), pa.array(keep))
    left = [text for text, kept in zip(texts, keep, strict=True) if kept]
    assert plain_batch(batch).column(0).to_pylist() == left
    assert sorted(batch.column(0).dictionary.to_pylist()) == sorted(set(left))


def test_a_question_is_asked_once_of_each_different_text() -> None:
    asked: list[int] = []

    def ask(texts: Any) -> Any:
        asked.append(len(texts))
        return texts == "甲"

    assert each(coded(["甲", "乙", "甲"]), ask).to_list() == [True, False, True]
    assert asked == [2]


def test_other_texts_in_place_of_a_dictionary_are_different_and_nulls_are_none_of_them() -> None:
    column = coded(["a", " a", "-", "b"])
    made = coded_as(pa.array(["a", "a", None, "b"], pa.string()), column)
    assert made.to_pylist() == ["a", "a", None, "b"]
    assert made.dictionary.to_pylist() == ["a", "b"]


def test_counted_cells_know_how_often_each_text_stands() -> None:
    assert Cells.of((), coded(["b", "a", "b"])).by_text() == [("b", 2), ("a", 1)]


def test_what_is_made_ahead_comes_in_order_and_a_fault_comes_out() -> None:
    assert list(ahead(lambda number: number * 2, range(50))) == list(range(0, 100, 2))
    seen: list[int] = []
    assert list(ahead(seen.append, range(9), workers=1)) == [None] * 9
    assert seen == list(range(9))
    with pytest.raises(ZeroDivisionError):
        list(ahead(lambda number: 1 // number, range(3)))
