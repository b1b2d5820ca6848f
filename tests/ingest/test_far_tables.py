"""Several tables on a sheet of very many rows: each is found, and the cells keep their places."""

from __future__ import annotations

import pytest

from tests.ingest.taking import Taker


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.extent._LOOKED", 100)


FIRST = "表1 供应,,\n月份,宗数,面积\n" + "".join(f"{number}月,{number},{number / 4}\n" for number in range(1, 200))
SECOND = "表2 成交,,\n区县,单价,笔数\n" + "".join(f"第{number}区,{number}.5,{number}\n" for number in range(1, 200))


def test_two_tables_far_apart_are_two(take: Taker) -> None:
    taken = take(FIRST + ",,\n" + SECOND)
    assert [(one.table.title, one.table.rows, one.table.header_rows) for one in taken.outcome.tables] == [
        ("表1 供应", 199, (2,)),
        ("表2 成交", 199, (204,)),
    ]
    assert taken.outcome.tables[1].table.origin["extent"] == "A204:C403"


def test_a_gap_in_a_long_table_begins_none(take: Taker) -> None:
    lines = FIRST.splitlines(keepends=True)
    taken = take("".join((*lines[:150], ",,\n", *lines[150:])))
    assert [one.table.rows for one in taken.outcome.tables] == [199]


def test_gaps_everywhere_mean_nothing(take: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.far_tables._MOST", 3)
    lines = (FIRST + SECOND).splitlines(keepends=True)
    assert len(take("".join(line + ",,\n" for line in lines)).outcome.tables) == 1


def test_rows_that_fit_no_table_are_counted_once(take: Taker) -> None:
    taken = take(FIRST.replace("7月,7,1.75", "7月,7,1.75,8,9") + ",,\n" + SECOND)
    assert (taken.outcome.rows_read, taken.outcome.rows_rejected) == (398, 1)


def test_two_long_tables_side_by_side_are_two(take: Taker) -> None:
    left = [line.split(",") for line in FIRST.splitlines()]
    right = [line.split(",") for line in SECOND.splitlines()]
    lines = [",".join([*one, "", *other]) for one, other in zip(left, right, strict=True)]
    taken = take("\n".join(lines))
    assert [(one.table.title, one.table.rows) for one in taken.outcome.tables] == [
        ("表1 供应", 199),
        ("表2 成交", 199),
    ]
    assert taken.outcome.tables[1].table.origin["extent"] == "E2:G201"


def test_the_same_header_twice_is_a_long_table_that_goes_on_beside(take: Taker) -> None:
    rows = "".join(f"甲{number},{number},乙{number},{number}\n" for number in range(1, 200))
    taken = take(f"街道,宗数,街道,宗数\n{rows}")
    assert [one.table.rows for one in taken.outcome.tables] == [199, 199]


def test_a_blank_column_alone_parts_no_long_table(take: Taker) -> None:
    rows = "".join(f"甲{number},,{number}\n" for number in range(1, 200))
    taken = take(f"街道,,宗数\n{rows}")
    assert [one.table.rows for one in taken.outcome.tables] == [199]
