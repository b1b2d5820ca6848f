"""Finding the table: heads of several rows, rows that are no data, several tables on a sheet, cells in their places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ingest.findings import Refused
from ingest.headings import find_heading, find_unit_words, is_unit, tidy
from ingest.signatures import without_persons
from tests.ingest.taking import Taken, Taker, workbook

LIMITS = [
    ["附件1"],
    ["某市2020年地方政府债务限额及余额情况表"],
    [None, None, None, None, None, None, "单位：亿元"],
    ["地区", "债务限额", None, None, "债务余额", None, None],
    [None, None, "一般债务", "专项债务", None, "一般债务", "专项债务"],
    ["公式", "A=B+C", "B", "C", "D=E+F", "E", "F"],
    ["全市", 300, 100, 200, 280, 90, 190],
    ["市本级", 100, 50, 50, 90, 40, 50],
    ["其中：甲县", 200, 50, 150, 190, 50, 140],
    ["合  计", 600, 200, 400, 560, 180, 380],
    ["注：1.本表反映上一年度。"],
    ["2.由财政部门公开。"],
    ["填表人：张某某", None, "审核人：李某某"],
]


def merged(*ranges: str) -> Callable[[Any], None]:
    """Merges these ranges of the first sheet."""

    def change(book: Any) -> None:
        for one in ranges:
            book.worksheets[0].merge_cells(one)

    return change


def titles(taken: Taken, place: int = 0) -> list[str]:
    return [field.title for field in taken.outcome.tables[place].table.fields]


def test_a_head_of_merged_cells_is_joined_and_all_round_the_table_is_known(take: Taker) -> None:
    change = merged("A2:G2", "A4:A5", "B4:D4", "E4:G4")
    taken = take(workbook(("表", LIMITS), change=change), "表.xlsx")
    assert titles(taken) == [
        "地区",
        "债务限额",
        "债务限额 / 一般债务",
        "债务限额 / 专项债务",
        "债务余额",
        "债务余额 / 一般债务",
        "债务余额 / 专项债务",
    ]
    assert taken.column("di_qu") == ["全市", "市本级", "其中：甲县"]
    table = taken.table
    assert (table.title, table.unit, table.header_rows) == (LIMITS[1][0], "亿元", (4, 5))
    assert {field.unit for field in table.fields[1:]} == {"亿元"}
    assert taken.outcome.period == "2020"
    assert [total["row"] for total in taken.outcome.totals] == [10]
    assert taken.outcome.notes == ["注：1.本表反映上一年度。", "2.由财政部门公开。"]
    assert table.origin["extent"] == "A4:G9"
    assert table.origin["between"] == {"formulas": 6}
    assert table.origin["formulas"]["债务余额"] == "D=E+F"
    assert [(one["row"], one["why"]) for one in table.origin["left_out"]] == [
        (10, "total"),
        (11, "note"),
        (12, "note"),
        (13, "footer"),
    ]
    assert taken.cells(1)["zhai_wu_yu_e_zhuan_xiang_zhai_wu"]["cell"] == "G7"
    assert "张某某" not in str(taken.outcome)


def test_without_merged_cells_a_blank_belongs_to_the_group_on_its_left(take: Taker) -> None:
    rows = "".join(f"{name},3,1,2,6,2,4\n" for name in "甲乙丙")
    taken = take(f"地区,债务限额,,,债务余额,,\n,小计,一般,专项,小计,一般,专项\n{rows}")
    assert titles(taken)[1:5] == ["债务限额 / 小计", "债务限额 / 一般", "债务限额 / 专项", "债务余额 / 小计"]
    assert taken.column("di_qu") == ["甲", "乙", "丙"]


def test_three_header_rows_are_joined(take: Taker) -> None:
    rows = [
        ["地区", "债务", None, None, None],
        [None, "一般", None, "专项", None],
        [None, "限额", "余额", "限额", "余额"],
        ["甲", 1, 2, 3, 4],
        ["乙", 5, 6, 7, 8],
    ]
    change = merged("A1:A3", "B1:E1", "B2:C2", "D2:E2")
    taken = take(workbook(("表", rows), change=change))
    assert titles(taken)[1:] == ["债务 / 一般 / 限额", "债务 / 一般 / 余额", "债务 / 专项 / 限额", "债务 / 专项 / 余额"]


def test_a_first_row_of_data_under_a_blank_header_is_no_second_header(take: Taker) -> None:
    taken = take("所在地,行业,,级别\n甲县,50,食品制造业,四级\n乙县,40,零售业,三级\n")
    assert taken.table.header_rows == (1,)
    assert titles(taken) == ["所在地", "行业", "column_3", "级别"]
    assert len(taken.rows) == 2


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("(1),(2),(3),(4)", "numbers"),
        ("甲,乙,1,2", "numbers"),
        ("栏次,1,2,3", "numbers"),
        ("1,2,3,4", "numbers"),
        ("(1),(2),(3),(4)=(2)+(3)", "numbers"),
        ("公式,A,B,C=A+B", "formulas"),
        (",,公顷,万元", "units"),
        ("number,project name,land area,deal price", "english"),
    ],
)
def test_rows_between_header_and_data_are_no_data(take: Taker, row: str, kind: str) -> None:
    taken = take(f"序号,项目名称,面积,价款\n{row}\n11,甲园,1.5,20\n12,乙园,2.5,30\n")
    assert taken.column("xiang_mu_ming_cheng") == ["甲园", "乙园"]
    assert taken.table.origin["between"] == {kind: 2}
    assert taken.finding(f"row_of_{kind}").row == 2


def test_a_unit_row_gives_the_columns_their_units(take: Taker) -> None:
    taken = take("宗地,面积,价款\n,公顷,万元\n甲,1.5,20\n乙,2.5,30\n")
    assert [field.unit for field in taken.table.fields] == [None, "公顷", "万元"]


def test_a_column_that_holds_units_is_data(take: Taker) -> None:
    assert take("指标,计量单位\n,元\n甲,亩\n乙,吨\n").column("ji_liang_dan_wei") == ["元", "亩", "吨"]


def test_small_whole_numbers_are_data_where_only_numbers_stand_below(take: Taker) -> None:
    assert len(take("a,b,c\n1,2,3\n4,5,6\n").rows) == 2


def test_a_header_that_comes_again_is_no_data(take: Taker) -> None:
    taken = take("名,额\n甲,1\n名,额\n乙,2\n")
    assert taken.column("e") == [1, 2]
    assert taken.finding("headers_again").count == 1


def test_tables_under_each_other_are_tables_of_their_own(take: Taker) -> None:
    rows = [
        ["表1 甲类项目"],
        ["单位：万元"],
        ["项目", "金额"],
        ["a", 1],
        ["b", 2],
        ["合计", 3],
        [],
        ["表2 乙类项目"],
        ["单位：亿元"],
        ["名称", "年份", "额"],
        ["c", 2020, 5],
        ["d", 2021, 6],
    ]
    taken = take(workbook(("一", rows)), "t.xlsx")
    first, second = (one.table for one in taken.outcome.tables)
    assert (first.name, first.title, first.unit, first.origin["extent"]) == ("data", "表1 甲类项目", "万元", "A3:B5")
    assert (second.name, second.title, second.unit, second.origin["extent"]) == (
        "data_2",
        "表2 乙类项目",
        "亿元",
        "A10:C12",
    )
    assert [(total["table"], total["row"]) for total in taken.outcome.totals] == [("data", 6)]
    shares = [now.fraction for now in take.told]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    assert taken.outcome.rows_accepted == 4


@pytest.mark.parametrize("gap", [[None], []], ids=["a blank column between", "none between"])
def test_tables_side_by_side_are_tables_of_their_own(take: Taker, gap: list[None]) -> None:
    rows = [
        ["序号", "项目", "金额", *gap, "序号", "项目", "金额"],
        [1, "a", 10, *gap, 3, "c", 30],
        [2, "b", 20, *gap, 4, "d", 40],
    ]
    taken = take(workbook(("一", rows)))
    assert [one.table.rows for one in taken.outcome.tables] == [2, 2]
    assert taken.outcome.tables[1].table.origin["extent"] == ("E1:G3" if gap else "D1:F3")


def test_a_blank_column_within_a_table_does_not_part_it(take: Taker) -> None:
    taken = take(
        workbook(("一", [["项目", "金额", None, "备注", "年"], ["a", 1, None, "x", 2020], ["b", 2, None, None, 2021]]))
    )
    assert titles(taken) == ["项目", "金额", "备注", "年"]


def test_blank_rows_and_refused_rows_do_not_part_a_table(take: Taker) -> None:
    taken = take("号,名,注\n1,甲,x\n\n2,乙,y\n3,丙,z,多\n4,丁,w\n")
    assert [one.table.rows for one in taken.outcome.tables] == [3]


def test_a_category_merged_downwards_stands_in_all_its_rows(take: Taker) -> None:
    rows = [["类别", "项目", "金额"], ["甲", "a", 1], [None, "b", 2], ["乙", "c", 3], [None, "d", 4]]
    taken = take(workbook(("一", rows), change=merged("A2:A3", "A4:A5")))
    assert taken.column("lei_bie") == ["甲", "甲", "乙", "乙"]
    assert taken.cells(2)["jin_e"]["cell"] == "C3"


def test_covers_and_notes_are_no_tables_and_named(take: Taker) -> None:
    cover, notes = [["某市财政局"], ["2020年预算公开"]], [["一、本表为预算。"], ["二、编制依据。"]]
    taken = take(workbook(("封面", cover), ("表一", [["项目", "金额"], ["a", 1]]), ("说明", notes)))
    assert [one.table.sheet for one in taken.outcome.tables] == ["表一"]
    assert {one.sheet for one in taken.findings("sheet_is_no_table")} == {"封面", "说明"}


def test_a_table_keeps_its_name_when_a_sheet_is_put_before_it(take: Taker) -> None:
    first = take(workbook(("甲", [["a", "b"], [1, 2]]), ("乙", [["c", "d"], [3, 4]])))
    previous = tuple(one.table for one in first.outcome.tables)
    later = take(workbook(("乙", [["c", "d"], [5, 6]]), ("甲", [["a", "b"], [7, 8]])), previous=previous)
    assert {one.table.sheet: one.table.name for one in later.outcome.tables} == {"甲": "data", "乙": "data_2"}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("单位：亿元", "亿元"),
        ("（单位：万元、公顷）", "万元、公顷"),
        ("單位：新臺幣千元；％", "新臺幣千元；％"),
        ("金额单位: 万元/亩", "万元/亩"),
        ("填报单位：某市自然资源局", None),
        ("单位：某市财政局", None),
    ],
)
def test_a_unit_is_told_from_an_office(text: str, unit: str | None) -> None:
    assert (find_unit_words(text), is_unit(text)) == (unit, unit is not None)


@pytest.mark.parametrize(
    ("text", "short"), [("科      目", "科目"), ("项\u3000目", "项目"), ("Sale Price", "Sale Price")]
)
def test_spaces_that_stretch_a_header_go(text: str, short: str) -> None:
    assert tidy(text) == short


def test_a_corner_of_two_units_tells_money_from_shares(take: Taker) -> None:
    taken = take("汇总表,,\n单位：千元；％,,\n项目,金额,百分比\n甲,10,50.5\n乙,20,49.5\n")
    assert [field.unit for field in taken.table.fields] == [None, "千元", "percent"]


def test_names_and_telephones_above_a_table_are_not_kept(take: Taker) -> None:
    taken = take("清单,,\n填报单位：某局 填报人：张某某 电话：0000,,\n项目,金额,年\n甲,10,2020\n")
    assert taken.table.origin["banners"] == ["清单", "填报单位：某局"]
    assert without_persons("联系人：张某某") == ""


def test_a_heading_of_numbers_alone_is_the_first_row() -> None:
    assert find_heading([(1, ["1", "2"]), (2, ["3", "4"])]).header_rows == (1,)


def test_a_sheet_of_too_many_tables_is_refused_not_read_in_part(take: Taker) -> None:
    tables = [
        f"表{number} 样例批次成交表,,\n地块编号,面积（亩）,成交价（万元）\nA-{number},60,9000\n,,\n"
        for number in range(101)
    ]
    with pytest.raises(Refused) as refused:
        take("".join(tables), "成交.csv")
    assert refused.value.finding.code == "tables_too_many"
    assert (refused.value.finding.params["count"], refused.value.finding.params["most"]) == (101, 100)
