"""A plain table with one header row comes out right: names, types, exact values, and what is said of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.cells import read_cells
from tests.ingest.taking import Taker


def moment(hour: int = 0, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(dt.date(2017, 1, 3), dt.time(hour, minute))


def test_an_ascii_header_keeps_its_name_and_a_chinese_one_goes_into_pinyin(take: Taker) -> None:
    taken = take("id,项目名称,成交价(万元)\n1,甲,2.5\n")
    assert [field.name for field in taken.table.fields] == ["id", "xiang_mu_ming_cheng", "cheng_jiao_jia_wan_yuan"]
    assert [field.title for field in taken.table.fields] == ["id", "项目名称", "成交价(万元)"]
    assert taken.field("cheng_jiao_jia_wan_yuan").unit == "万元"
    assert taken.column("cheng_jiao_jia_wan_yuan") == [Decimal("2.5")]


def test_traditional_and_simplified_headers_get_the_same_name(take: Taker) -> None:
    assert take("項目名稱\n甲\n").types == take("项目名称\n甲\n").types


def test_a_duplicate_header_is_numbered_and_both_cells_are_named(take: Taker) -> None:
    taken = take("用途,面积,用途\n住宅,1,商业\n")
    assert [field.name for field in taken.table.fields] == ["yong_tu", "mian_ji", "yong_tu_2"]
    finding = taken.finding("header_twice")
    assert (finding.level, finding.cell, finding.params["first"]) == ("warning", "C1", "A1")
    assert "A1" in finding.message()


def test_a_blank_header_over_values_is_named_by_its_place_and_a_blank_column_is_left_out(take: Taker) -> None:
    taken = take("a,,c,\n1,2,3,\n4,5,6,\n")
    assert [field.name for field in taken.table.fields] == ["a", "column_2", "c"]
    assert taken.finding("header_blank").cell == "B1"


@pytest.mark.parametrize(
    ("cells", "type_", "values"),
    [
        (["1", "2", ""], "integer", [1, 2, None]),
        (["1", "-2.50", "+3"], "decimal", [Decimal("1.00"), Decimal("-2.50"), Decimal("3.00")]),
        (["007", "12", "13"], "string", ["007", "12", "13"]),
        (["1" * 19, "2" * 19], "string", ["1" * 19, "2" * 19]),
        (['"1,234"', '"12"', '"2,345,678"'], "integer", [1234, 12, 2345678]),
        (['"1,234.5"', "0.25"], "decimal", [Decimal("1234.50"), Decimal("0.25")]),
        (['"1,234"', "5678"], "string", ["1,234", "5678"]),
        (["5.5%", "10 %"], "decimal", [Decimal("5.5"), Decimal("10.0")]),
        (["１２", "3"], "integer", [12, 3]),
        (["2017-01-03", "2017/1/4"], "date", [dt.date(2017, 1, 3), dt.date(2017, 1, 4)]),
        (["2013.3.7", "2017年01月03日"], "date", [dt.date(2013, 3, 7), dt.date(2017, 1, 3)]),
        (["2017-01-03 09:30:00"], "datetime", [moment(9, 30)]),
        (["2017-01-03", "2017-01-03 9:30"], "datetime", [moment(), moment(9, 30)]),
        (["2017-01-03T01:30:00Z"], "datetime", [moment(9, 30)]),
        (["是", "否"], "boolean", [True, False]),
        (["true", "FALSE"], "boolean", [True, False]),
        (["true", "否"], "string", ["true", "否"]),
        (["", "/"], "string", [None, None]),
        (["  甲 ", "乙\u3000"], "string", ["甲", "乙"]),
        (["—0.28", "1.5"], "decimal", [Decimal("-0.28"), Decimal("1.50")]),
        (["44523万元", "12"], "string", ["44523万元", "12"]),
    ],
)
def test_the_type_comes_from_all_cells_and_no_value_is_lost(
    take: Taker, cells: list[str], type_: str, values: list[object]
) -> None:
    taken = take("k,v\n" + "".join(f"k{place},{cell}\n" for place, cell in enumerate(cells)))
    assert taken.types["v"] == type_
    assert taken.column("v") == values


def test_a_percent_column_has_the_unit_percent(take: Taker) -> None:
    assert take("k,率\na,5.5%\n").field("lv").unit == "percent"


def test_one_odd_cell_in_ten_thousand_makes_the_column_text_and_is_named(take: Taker) -> None:
    cells = [str(number) for number in range(10_000)]
    cells[7_000] = "约七千"
    taken = take("k,v\n" + "".join(f"a,{cell}\n" for cell in cells))
    assert taken.types["v"] == "string"
    assert taken.column("v") == cells
    finding = taken.finding("column_became_text")
    assert (finding.level, finding.row, finding.cell, finding.raw) == ("warning", 7_002, "B7002", "约七千")


def test_odd_cells_are_counted_in_one_finding_with_the_first_of_them(take: Taker) -> None:
    cells = ["约数" if number % 40 == 0 else str(number) for number in range(1_000)]
    finding = take("k,v\n" + "".join(f"a,{cell}\n" for cell in cells)).finding("column_became_text")
    assert finding.count == 25
    assert len(finding.params["first_cells"]) == 20
    assert finding.params["cells"].endswith("B162 …")


def test_a_column_of_many_texts_is_text_without_a_word(take: Taker) -> None:
    taken = take("k,v\n" + "".join(f"a,文{number}\n" for number in range(3_000)))
    assert taken.types["v"] == "string"
    assert not taken.findings("column_became_text")


def test_a_date_that_does_not_exist_makes_the_column_text_and_is_named(take: Taker) -> None:
    rows = "".join(f"a,2023-01-{day:02d}\n" for day in range(1, 29))
    taken = take("k,日期\n" + rows + "a,2023-02-30\n")
    assert taken.types["ri_qi"] == "string"
    assert taken.finding("date_impossible_text").cell == "B30"


def test_the_precision_is_18_digits_until_more_are_needed(take: Taker) -> None:
    field = take("k,v\na,12.345\nb,1\n").field("v")
    assert (field.precision, field.scale) == (18, 3)
    wide = take("k,v\na,123456789012345678.5\nb,0.25\n")
    assert (wide.field("v").precision, wide.field("v").scale) == (38, 2)
    assert wide.column("v") == [Decimal("123456789012345678.50"), Decimal("0.25")]


def test_blank_rows_totals_and_notes_are_no_rows(take: Taker) -> None:
    taken = take("\n名称,面积\n\n甲,1\n\n乙,2\n合 计,3\n注：面积为公顷\n其中数据为初步数\n,,\n")
    assert taken.rows == [{"ming_cheng": "甲", "mian_ji": 1}, {"ming_cheng": "乙", "mian_ji": 2}]
    assert taken.table.header_rows == (2,)
    assert taken.outcome.totals == [
        {"table": "data", "sheet": None, "row": 7, "values": {"ming_cheng": "合 计", "mian_ji": "3"}}
    ]
    assert taken.outcome.notes == ["注：面积为公顷", "其中数据为初步数"]
    assert taken.cells(2)["mian_ji"]["cell"] == "B6"


def test_titles_and_a_unit_above_the_header_are_kept_apart(take: Taker) -> None:
    taken = take("2018年债务情况表,,\n,,单位：亿元\n地区,限额,余额\n甲,2.5,1\n乙,3,2\n")
    assert taken.table.title == "2018年债务情况表"
    assert taken.table.unit == "亿元"
    assert taken.table.header_rows == (3,)
    assert taken.field("xian_e").unit == "亿元"
    assert taken.outcome.period == "2018"


def test_a_sparse_first_column_loses_no_row(take: Taker) -> None:
    taken = take("组,值\n甲,1\n,2\n,3\n,\n乙,4\n")
    assert taken.column("zhi") == [1, 2, 3, 4]


def test_a_header_of_numbers_is_doubted(take: Taker) -> None:
    assert take("11,12,x\n13,14,y\n").finding("header_is_data").level == "warning"


def test_a_hyphen_among_numbers_is_missing_and_that_is_said(take: Taker) -> None:
    taken = take("k,v\na,1\nb,-\nc,/\nd,——\n")
    assert taken.column("v") == [1, None, None, None]
    assert taken.finding("dash_is_missing").params["count"] == 1
    assert [taken.cells(row)["v"]["null"] for row in (1, 2, 3, 4)] == [
        None,
        "missing",
        "not_applicable",
        "not_disclosed",
    ]


def test_a_sentinel_date_is_missing(take: Taker) -> None:
    taken = take("k,v\na,1900-01-01\nb,2017-01-03\nc,1901年01月02日\n")
    assert taken.column("v") == [None, dt.date(2017, 1, 3), None]
    assert taken.cells(1)["v"]["null"] == "missing"


def test_personal_columns_of_open_tables_are_pointed_out(take: Taker) -> None:
    finding = take("名称,联系电话\n甲,000\n").finding("column_personal")
    assert (finding.cell, finding.params["values"]) == ("B1", 1)


def test_the_raw_cell_stands_beside_each_value(take: Taker) -> None:
    taken = take("k,v\n a ,１２\nb,3\n")
    assert taken.cells(1)["v"] == {"raw": "１２", "sheet": None, "cell": "B2", "unit": None, "null": None, "note": None}
    assert taken.cells(1)["k"]["raw"] == " a "


def test_every_row_of_a_long_file_finds_its_cells(take: Taker) -> None:
    taken = take("k,v\n" + "".join(f"{number},x{number}\n" for number in range(40_000)))
    path = taken.outcome.tables[0].cells
    for row in (1, 16_384, 16_385, 40_000):
        assert read_cells(path, row)["v"]["raw"] == f"x{row - 1}"
    with pytest.raises(LookupError):
        read_cells(path, 40_001)


def test_the_same_file_gives_the_same_bytes(take: Taker) -> None:
    content = "k,v\n" + "".join(f"文{number % 7},{number}.5\n" for number in range(1_000))
    first, second = take(content), take(content)
    for name in ("parquet", "cells"):
        one, two = (getattr(taken.outcome.tables[0], name) for taken in (first, second))
        assert Path(one).read_bytes() == Path(two).read_bytes()


def test_progress_rises_to_one_and_counts_the_rows(take: Taker) -> None:
    taken = take("k,v\n" + "".join(f"{number},x\n" for number in range(200_000)))
    fractions = [one.fraction for one in take.told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert take.told[-1].rows_accepted == taken.outcome.rows_accepted == 200_000


def test_the_period_is_the_stewards_or_the_titles_or_the_file_names(take: Taker) -> None:
    assert take("a\nx\n", period="2018年第3季度").outcome.period == "2018-Q3"
    found = take("a\nx\n", "绍兴市2018年12月供应结果.csv")
    assert found.outcome.period == "2018-12"
    assert found.finding("period_found").level == "info"
    assert take("a\nx\n", "2017年至2018年.csv").outcome.period is None
    assert take.refused("a\nx\n", period="去年").code == "period_unreadable"


def test_a_mapping_renames_columns_and_leaves_some_out(take: Taker) -> None:
    taken = take("项目名称,联系人,额\n甲,某,1\n", mapping={"项目名称": "project", "联系人": None})
    assert [field.name for field in taken.table.fields] == ["project", "e"]


def test_a_later_release_keeps_names_and_types(take: Taker) -> None:
    first = take("名称,额\n甲,1.50\n", mapping={"名称": "name"})
    later = take("额,名称\n2,乙\n", previous=(first.table,))
    assert later.types == {"e": "decimal", "name": "string"}
    assert later.column("e") == [Decimal(2)]


def test_whole_numbers_may_become_decimals_later(take: Taker) -> None:
    first = take("k,v\na,1\n")
    assert take("k,v\na,1.5\n", previous=(first.table,)).types["v"] == "decimal"


def test_a_column_without_values_keeps_its_type(take: Taker) -> None:
    first = take("k,v\na,2017-01-03\n")
    assert take("k,v\na,\n", previous=(first.table,)).types["v"] == "date"


def test_a_release_that_lacks_a_field_is_refused_with_its_name(take: Taker) -> None:
    first = take("名称,额\n甲,1\n")
    finding = take.refused("名称\n甲\n", previous=(first.table,))
    assert finding.code == "fields_gone"
    assert "额" in finding.message()


def test_a_release_that_changes_a_type_is_refused_with_the_difference(take: Taker) -> None:
    first = take("名称,额\n甲,1\n")
    finding = take.refused("名称,额\n甲,很多\n", previous=(first.table,))
    assert finding.code == "types_changed"
    assert "integer → string" in finding.message()


def test_a_new_field_is_allowed_and_noted(take: Taker) -> None:
    first = take("名称\n甲\n")
    later = take("名称,额\n甲,1\n", previous=(first.table,))
    assert "额" in later.finding("fields_new").message()


def test_numbers_with_exponents_stay_text(take: Taker) -> None:
    assert take("k,v\na,4.20107E+17\nb,4.2E+3\n").column("v") == ["4.20107E+17", "4.2E+3"]


def test_many_distinct_odd_numbers_are_each_looked_at(take: Taker) -> None:
    cells = [f'"{number:,}"' for number in range(1_000, 4_500)]
    assert take("k,v\n" + "".join(f"a,{cell}\n" for cell in cells)).column("v") == list(range(1_000, 4_500))


def test_separators_that_are_not_throughout_are_pointed_out(take: Taker) -> None:
    cells = [f'"{number:,}"' for number in range(1_000, 4_500)]
    cells[7] = "1007"
    taken = take("k,v\n" + "".join(f"a,{cell}\n" for cell in cells))
    assert taken.types["v"] == "string"
    assert taken.finding("column_became_text").count == 3_499


def test_dates_go_on_being_dates_from_batch_to_batch(take: Taker) -> None:
    days = [dt.date(1950, 1, 1) + dt.timedelta(days=number) for number in range(20_000)] * 30
    taken = take("k,v\n" + "".join(f"{'长' * 6},{day}\n" for day in days))
    assert taken.types["v"] == "date"
    assert taken.column("v") == days


def test_every_column_may_be_left_out_but_not_all(take: Taker) -> None:
    assert take.refused("甲,乙\n1,2\n", mapping={"甲": None, "乙": None}).code == "file_empty"


def test_a_name_that_is_taken_is_not_given_twice(take: Taker) -> None:
    taken = take("甲,乙,yi\n1,2,3\n", mapping={"甲": "yi"})
    assert [field.name for field in taken.table.fields] == ["yi", "yi_2", "yi_3"]


def test_very_long_headers_get_names_of_bounded_length(take: Taker) -> None:
    taken = take(f"{'项目名称' * 20},{'x' * 80}\n1,2\n")
    assert all(len(field.name) <= 60 for field in taken.table.fields)


def test_a_reader_of_messages_sees_a_refusal_as_a_sentence(take: Taker) -> None:
    assert "空" in str(take.refused("").message())
