"""A form that nobody knew before: units by label and heading, sums and notes under its tables."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from ingest.families import load_schema
from tests.ingest.taking import Taker, picked, table, workbook

HOUSING = """
name = "housing.project"
title = { zh-Hans = "住房项目", en = "Housing" }
key = ["project_no"]

[personal]
contact_person = ["联系人"]

[form]
start = ["项目编号"]
record = "project"
link = "project_no"

[[form.table]]
name = "units"
least = 3
"""
FIELDS = {
    "project": (
        "project_no:string:项目编号",
        "name:string:项目名称",
        "total:decimal:总投资:CNY",
        "central:decimal:中央补助:CNY",
        "site:decimal:用地面积:m2",
    ),
    "units": (
        "project_no:string:项目编号",
        "layout:string:户型",
        "flats:integer:套数",
        "floor:decimal:建筑面积:m2",
        "cost:decimal:造价:CNY",
    ),
}


@pytest.fixture(autouse=True)
def housing(monkeypatch: pytest.MonkeyPatch) -> None:
    text = HOUSING
    for name, fields in FIELDS.items():
        text += f'[[table]]\nname = "{name}"\ntitle = {{ zh-Hans = "{name}" }}\n'
        for one in fields:
            field, kind, title, *unit = one.split(":")
            text += f'[[table.field]]\nname = "{field}"\ntype = "{kind}"\ntitle = {{ zh-Hans = "{title}" }}\n'
            text += f'unit = "{unit[0]}"\n' if unit else ""
            text += "required = true\n" if field == "layout" else ""
    schema = load_schema(text)
    monkeypatch.setattr("tests.ingest.taking.find_schema", lambda name: schema)


def form(number: str, labels: Sequence[Any], heads: Sequence[str], *rows: Sequence[Any]) -> list[Sequence[Any]]:
    return [["项目编号", number, "项目名称", "样例公寓"], labels, heads, *rows]


HEADS = ["户型", "套数", "建筑面积（㎡）", "造价"]


def test_a_label_and_a_heading_name_their_own_units(take: Taker) -> None:
    labels = ["总投资（亿元）", 1.2, "中央补助（万元）", 3000, "用地面积（公顷）", 2.35]
    heads = ["户型", "套数", "建筑面积（万㎡）", "造价（万元）"]
    taken = take(workbook(("表", form("X1", labels, heads, ["甲", 3, 0.5, 60]))), schema="housing.project")
    assert picked(table(taken, "project"), "total", "central", "site") == [(120_000_000, 30_000_000, 23_500)]
    assert picked(table(taken, "units"), "floor", "cost") == [(5_000, 600_000)]


def test_the_unit_of_a_heading_is_before_that_of_the_title(take: Taker) -> None:
    rows = [["住房项目表（单位：万元、公顷）"], *form("X1", ["总投资", 120, "用地面积", 2], HEADS, ["甲", 3, 50, 6])]
    taken = take(workbook(("表", rows)), schema="housing.project")
    assert picked(table(taken, "project"), "total", "site") == [(1_200_000, 20_000)]
    assert picked(table(taken, "units"), "floor", "cost") == [(50, 60_000)]


def test_a_number_that_may_be_a_year_takes_its_unit_too(take: Taker) -> None:
    one = form("X1", ["总投资（亿元）", 1.2, "中央补助（万元）", 2000], HEADS, ["甲", 3, 50, 6])
    other = form("X2", ["总投资（万元）", 2020, "用地面积（亩）", 30], HEADS, ["乙", 3, 50, 6])
    taken = take(workbook(("一", one), ("二", other)), schema="housing.project")
    assert picked(table(taken, "project"), "total", "central", "site") == [
        (120_000_000, 20_000_000, None),
        (20_200_000, None, Decimal(20_000)),
    ]


def test_units_that_labels_name_leave_the_raw_text_as_it_is(take: Taker) -> None:
    taken = take(
        workbook(("表", form("X1", ["用地面积（公顷）", 2.35], HEADS, ["甲", 3, 50, 6]))), schema="housing.project"
    )
    assert [one.params["field"] for one in taken.findings("unit_assumed")] == ["造价"]
    assert table(taken, "project")[0]["site"] == 23_500
    assert taken.cells(1)["site"]["raw"] == "2.35"


def test_sums_notes_and_blank_rows_below_a_table_are_no_rows(take: Taker) -> None:
    rest = [["合计", 7, 90, 12], ["备注：以实际为准"], ["公示期：2023年6月1日至6月7日"], ["", "", "", ""]]
    rows = form("X1", ["总投资（万元）", 3], HEADS, ["甲", 3, 50, 6], ["乙", 4, 40, 6], *rest)
    taken = take(workbook(("表", rows)), schema="housing.project")
    assert picked(table(taken, "units"), "layout", "flats") == [("甲", 3), ("乙", 4)]
    assert [one["values"] for one in taken.outcome.totals] == [
        {"户型": "合计", "套数": "7", "建筑面积": "90", "造价": "12"}
    ]
    assert taken.outcome.notes == ["备注：以实际为准", "公示期：2023年6月1日至6月7日"]


def test_sums_of_several_sheets_name_theirs(take: Taker) -> None:
    one = [*form("X1", ["总投资（万元）", 3], HEADS, ["甲", 3, 50, 6]), ["合计", 3, 50, 6]]
    taken = take(
        workbook(("一", one), ("二", [["项目编号", "X2", "项目名称", "乙"], *one[1:]])), schema="housing.project"
    )
    assert [(total["sheet"], total["row"]) for total in taken.outcome.totals] == [("一", 5), ("二", 5)]


def test_a_part_of_a_sum_goes_by_its_name(take: Taker) -> None:
    rows = form("X1", ["总投资（万元）", 10, "其中：中央补助", 6], HEADS, ["甲", 3, 50, 6])
    taken = take(workbook(("表", rows)), schema="housing.project")
    assert picked(table(taken, "project"), "total", "central") == [(100_000, 60_000)]


def test_labels_of_figures_that_no_field_goes_by_are_named_but_not_those_of_persons(take: Taker) -> None:
    rows = form("X1", ["总投资（万元）", 3, "绿化率", 35], HEADS, ["甲", 3, 50, 6])
    rows[2:2] = [["联系人", "张三", 13800000000, ""], ["层数", 12, "栋数", 4]]
    taken = take(workbook(("表", rows)), schema="housing.project")
    told = taken.finding("labels_not_in_schema")
    assert (told.params["count"], told.params["labels"]) == (3, "绿化率 D2、层数 B4、栋数 D4")
