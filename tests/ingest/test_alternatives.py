"""Lists gathered from pages of several layouts: a field has several columns, of which each row fills one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.ingest.taking import Taker, picked

HEADS = "地块编号,宗地编号,土地面积(公顷),出让面积(平方米),成交价(万元),成交总价,受让单位,竞得人\n"
LINES = (
    "样-1,,1.2,,10,,样例公司,\n,样-2,,33333.33,,5 200万元,,样例商行\n样-3,,0.6903,6903,流 拍,,/,\n"
    "样-4,,,100,,陆万元整,,张样例\n"
)


def test_a_field_takes_what_its_columns_say_row_by_row(take: Taker) -> None:
    taken = take(HEADS + LINES, schema="land_supply.deal")
    assert picked(taken.rows, "parcel_no", "area", "deal_price", "grantee", "outcome") == [
        ("样-1", 12_000, 100_000, "样例公司", "sold"),
        ("样-2", Decimal("33333.33"), 52_000_000, "样例商行", "sold"),
        ("样-3", 6903, None, None, "unsold"),
        ("样-4", 100, 60_000, "张**", "sold"),
    ]
    assert not taken.findings("column_left")
    told = {one.params["field"]: one.params["count"] for one in taken.findings("columns_alternate")}
    assert told == {"宗地编号": 3, "土地面积": 1, "成交价": 2, "受让人": 2}


def test_each_cell_is_told_where_it_stood(take: Taker) -> None:
    taken = take(HEADS + LINES, schema="land_supply.deal")
    assert [taken.cells(row)["area"]["cell"] for row in (1, 2)] == ["C2", "D3"]


@pytest.mark.parametrize(
    "lines",
    [
        "宗地编号,面积(公顷),出让面积(公顷)\n样-1,1,\n样-2,3,2\n",  # they differ: one is the whole, one is granted
        "宗地编号,面积,出让面积(公顷)\n样-1,1,\n样-2,,2\n",  # what the first is in nothing tells
    ],
)
def test_columns_of_which_rows_say_two_things_stay_apart(take: Taker, lines: str) -> None:
    taken = take(lines, schema="land_supply.deal")
    assert picked(taken.rows, "parcel_no", "area") == [("样-1", None), ("样-2", 20_000)]
    assert taken.findings("column_left")
    assert not taken.findings("columns_alternate")


def test_the_column_that_the_steward_names_is_taken_alone(take: Taker) -> None:
    lines = "地块编号,宗地编号,成交价(元)\n样-1,,10\n,样-2,20\n样-3,样-3,30\n"
    taken = take(lines, schema="land_supply.deal", mapping={"宗地编号": "parcel_no"})
    assert taken.column("parcel_no") == [None, "样-2", "样-3"]


SPANS = (
    "宗地编号,公示期,公示期开始时间,公示期结束时间\n样-1,2017年3月9日至2017年3月18日,,\n样-2,,2017-04-20,2017-05-03\n"
)


def test_a_span_is_told_whole_or_by_its_ends(take: Taker) -> None:
    taken = take(SPANS, schema="land_supply.deal")
    spans = [tuple(map(str, row)) for row in picked(taken.rows, "notice_from", "notice_to")]
    assert spans == [("2017-03-09", "2017-03-18"), ("2017-04-20", "2017-05-03")]
    assert taken.finding("columns_alternate").params["count"] == 1
    assert [taken.cells(row)["notice_to"]["cell"] for row in (1, 2)] == ["B2", "D3"]


def test_a_span_that_is_told_twice_in_a_row_keeps_its_ends_and_the_other_column_is_named(take: Taker) -> None:
    taken = take(SPANS + "样-3,2017年6月1日至2017年6月9日,2017-06-02,2017-06-09\n", schema="land_supply.deal")
    assert [str(day) for day in taken.column("notice_from")] == ["None", "2017-04-20", "2017-06-02"]
    assert taken.finding("column_left").cell == "B1"


def test_an_amount_with_its_unit_needs_none_in_its_header(take: Taker) -> None:
    taken = take("宗地编号,成交价(万元),成交价\n样-1,10,\n样-2,,20万元\n样-3,,300000元\n", schema="land_supply.deal")
    assert taken.column("deal_price") == [100_000, 200_000, 300_000]


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("本次出让地块起始总价(万元)", "header_worded"),
        ("土地出让起始价要求(万元)", "header_taken_as"),
        ("最终起始价(万元)", ""),
    ],
)
def test_words_that_change_no_meaning_stand_round_a_fields_own(take: Taker, header: str, taken: str) -> None:
    found = take(f"宗地编号,{header}\n样-1,10\n样-2,20\n", schema="land_supply.notice")
    assert (found.rows[0].get("start_price") == 100_000) is bool(taken)
    assert {one.code for one in found.outcome.findings if one.code.startswith("header_")} == set(filter(None, [taken]))


def test_bounds_may_be_said_by_the_header(take: Taker) -> None:
    taken = take("宗地编号,容积率不低于,建筑密度不超过(%)\n样-1,1.2,40\n样-2,0.8,\n", schema="land_supply.notice")
    assert picked(taken.rows, "far_min", "density_max") == [(Decimal("1.2"), 40), (Decimal("0.8"), None)]
    assert "far_max" not in taken.rows[0]
