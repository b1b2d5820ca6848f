"""Delimited text: the fast reader and the exact one agree, ragged rows are named, delimiters are found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.formats import delimited
from ingest.formats.delimited import Layout, find_layout, read_exactly
from ingest.raw import RawSheet, first_rows, iter_batches
from tests.ingest.taking import Taker

CELL = st.text(st.sampled_from("ab7 \"',;|\t\r\n中。\u3000"), max_size=6)


def rows_of(sheet: RawSheet) -> list[tuple[int, list[str]]]:
    return first_rows(sheet, 1_000_000)


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=8)
    ),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
)
def test_both_readers_give_back_every_cell_of_a_quoted_table(
    tmp_path: Path, table: list[list[str]], end: str, last: bool
) -> None:
    source = tmp_path / "t.csv"
    text = end.join(",".join(map(quoted, row)) for row in table) + (end if last else "")
    source.write_bytes(text.encode())
    layout = Layout(",", len(table[0]))
    fast = delimited._read_fast(source, tmp_path / "fast", layout, lambda _: None)
    exact = read_exactly(source, tmp_path / "exact", layout, lambda _: None)
    wanted = list(enumerate(table, start=1))
    assert rows_of(exact) == wanted
    assert fast is None or rows_of(fast) == wanted


@settings(max_examples=600, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.sampled_from('ab1, ",\n\r中\ufeff'), min_size=1, max_size=40),
    width=st.integers(1, 3),
    block=st.sampled_from([3, 8, 1 << 20]),
)
def test_where_the_fast_reader_reads_at_all_it_reads_what_the_exact_one_reads(
    tmp_path: Path, text: str, width: int, block: int
) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes(text.encode())
    layout = Layout(",", width)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_BLOCK", block)
        fast = delimited._read_fast(source, tmp_path / "fast", layout, lambda _: None)
    if fast is None:
        return
    exact = read_exactly(source, tmp_path / "exact", layout, lambda _: None)
    assert [row for row in rows_of(fast) if any(row[1])] == [row for row in rows_of(exact) if any(row[1])]


def test_a_line_end_in_a_cell_stays_whole_where_a_block_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes(b'1\r\n"2\r\n3"\r\n')
    for block in range(3, 16):
        monkeypatch.setattr(delimited, "_BLOCK", block)
        fast = delimited._read_fast(source, tmp_path / "fast", Layout(",", 1), lambda _: None)
        assert fast is None or rows_of(fast) == [(1, ["1"]), (2, ["2\r\n3"])]


@pytest.mark.parametrize(
    ("text", "delimiter", "width"),
    [
        ("a,b,c\n1,2,3\n", ",", 3),
        ("a\tb\n1,5\t2,5\n", "\t", 2),
        ("a;b;c\n1,5;2,5;3\n", ";", 3),
        ("a|b\n1|2\n", "|", 2),
        ("编号,地块\n1,|甲|乙\n2,|丙|丁\n", ",", 2),
        ("只有一列\n甲\n乙\n", ",", 1),
        ('a,b\n"x;y;z",1\n"u;v;w",2\n', ",", 2),
        ("标题\na,b,c\n1,2,3\n", ",", 3),
        ("a,b,c,\n1,2,3,\n4,5,6,\n", ",", 4),
        ("a,b,c\n1,2,3,4\n1,2\n", ",", 3),
    ],
)
def test_the_delimiter_is_what_cuts_the_lines_alike(text: str, delimiter: str, width: int) -> None:
    assert find_layout(text) == Layout(delimiter, width)


def test_too_long_a_row_is_refused_and_named_and_the_others_stay(take: Taker) -> None:
    taken = take("a,b,c\n1,2,3\n4,5,6,7\n8,9\n10,11,12\n")
    long = taken.finding("row_long")
    assert (long.level, long.row, long.raw) == ("error", 3, "4,5,6,7")
    assert taken.finding("row_short").row == 4
    assert taken.column("a") == [1, 8, 10]
    assert (taken.outcome.rows_read, taken.outcome.rows_accepted, taken.outcome.rows_rejected) == (4, 3, 1)


def test_a_file_of_nothing_but_long_rows_is_refused_for_the_first(take: Taker) -> None:
    assert take.refused("a,b\n1,2,3\n").code == "row_long"


LINES = [f"{number},地块{number},2020-01-{number:02d},{number}.5," for number in range(1, 29)]


def test_two_rows_without_a_line_end_between_are_parted_where_that_is_certain(take: Taker) -> None:
    glued = [*LINES[:9], LINES[9] + LINES[10], *LINES[11:]]
    taken = take("号,名,日,额,\n" + "\n".join(glued) + "\n")
    assert taken.column("hao") == list(range(1, 29))
    assert taken.finding("row_glued").row == 11


def test_a_comma_without_quotes_is_put_back_only_where_one_place_fits(take: Taker) -> None:
    plain = "\n".join(LINES)
    taken = take(f"号,名,日,额,\n{plain}\n29,甲,乙,2020-02-01,1.5,\n")
    assert taken.column("ming")[-1] == "甲,乙"
    assert taken.finding("row_mended").row == 30
    doubtful = "\n".join(f"{number},甲,乙,丙" for number in range(30))
    assert take(f"号,名,地,注\n{doubtful}\n31,甲,乙,丙,丁\n").finding("row_long").row == 32


def test_a_header_may_have_a_blank_cell_more_than_the_rows(take: Taker) -> None:
    taken = take("号,名,日,额,, \n" + "\n".join(LINES) + "\n")
    assert taken.column("hao") == list(range(1, 29))
    assert not taken.findings("row_long")


def test_a_short_row_whose_cells_stand_wrong_is_refused(take: Taker) -> None:
    taken = take("号,名,日,额,\n" + "\n".join(LINES) + "\n29,2020-02-01,1.5,\n")
    shifted = taken.finding("row_shifted")
    assert (shifted.level, shifted.row) == ("error", 30)
    assert taken.outcome.rows_rejected == 1


def test_too_short_a_row_is_filled_with_a_warning(take: Taker) -> None:
    taken = take("a,b,c\n1,2,3\n8,9\n10,11,12\n")
    assert [list(row.values()) for row in taken.rows] == [[1, 2, 3], [8, 9, None], [10, 11, 12]]
    short = taken.finding("row_short")
    assert (short.level, short.row) == ("warning", 3)
    assert taken.cells(3)["a"]["cell"] == "A4"


def test_blank_cells_beyond_the_table_are_no_fault(take: Taker) -> None:
    taken = take("a,b\n1,2\n3,4,,\n")
    assert taken.outcome.rows_accepted == 2
    assert not taken.findings("row_long")


def test_a_quoted_cell_may_hold_delimiters_and_line_ends(take: Taker) -> None:
    taken = take('名称,额\n"甲,\n乙",1\n丙,2\n')
    assert taken.column("ming_cheng") == ["甲,\n乙", "丙"]
    assert taken.cells(2)["e"]["cell"] == "B3"


def test_a_row_wider_than_the_fast_readers_block_is_read_all_the_same(take: Taker) -> None:
    long = "长" * 4_000_000
    assert take(f"a,b\n{long},1\n").column("a") == [long]


def test_batches_stay_small_whatever_the_cells_hold(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("a,b\n" + f"{'x' * 3_000_000},1\n" * 12)
    sheet = read_exactly(source, tmp_path / "raw", Layout(",", 2), lambda _: None)
    assert max(batch.nbytes for batch in iter_batches(sheet.path)) < 16 << 20


def test_a_sum_that_is_glued_to_a_row_leaves_the_row(take: Taker) -> None:
    lines = [f"地块{number},2020-01-{number:02d},{number},{number}.5," for number in range(1, 29)]
    lines[9] += "合计,2020-01-31,406,420,"
    taken = take("名,日,号,额,\n" + "\n".join(lines) + "\n")
    assert taken.column("hao") == list(range(1, 29))
    assert len(taken.outcome.totals) == 1
