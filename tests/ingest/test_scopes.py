"""Whose debt a figure is: the whole of a region, a level's own, that of the levels below; told or by the plain name."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.changes import compare
from ingest.regions import names_region
from tests.ingest.taking import Taken, Taker, picked, workbook
from tests.ingest.test_past import beside

SCHEMA = "gov_debt.limit_balance"
HEAD = "{}2022年地方政府债务限额及余额情况表,,\n,,单位：亿元\n地区,2022年债务限额,2022年债务余额\n"


def scopes(taken: Taken) -> dict[str, str | None]:
    return {row["region_name"]: row["scope"] for row in taken.rows}


def test_the_plain_name_of_a_region_is_the_whole_of_it(take: Taker) -> None:
    text = HEAD.format("青海省") + "青海省,300,280\n省本级,100,90\n西宁市,200,190\n城东区,20,10\n柴达木新区,3,2\n"
    taken = take(text, schema=SCHEMA)
    assert scopes(taken) == {
        "青海省": "whole",
        "省本级": "own_level",
        "西宁市": "whole",
        "城东区": "whole",
        "柴达木新区": "whole",
    }
    note = taken.cells(1)["scope"]
    assert (note["raw"], note["cell"]) == ("青海省", "A4")


def test_a_number_before_a_name_is_no_part_of_it(take: Taker) -> None:
    text = HEAD.format("晋城市") + "一、市本级,151,147\n二、县（市、区）,79,76\n（一）泽州县,33,31\n2.高平市,46,45\n"
    taken = take(text, schema=SCHEMA)
    assert scopes(taken) == {
        "一、市本级": "own_level",
        "二、县（市、区）": "lower_level",
        "（一）泽州县": "whole",
        "2.高平市": "whole",
    }
    assert [row["region"] for row in taken.rows[::2]] == ["140500", None, "140525", "140581"]


def test_a_title_of_one_level_is_that_of_all_its_rows(take: Taker) -> None:
    taken = take(HEAD.format("泸州市本级") + "泸州市,30,28\n", schema=SCHEMA)
    assert scopes(taken) == {"泸州市": "own_level"}


def test_a_sheet_of_one_level_is_that_of_its_plain_names(take: Taker) -> None:
    rows = [["2022年泸州市政府债务"], ["地区", "2022年债务限额（亿元）"], ["泸州市", 30]]
    taken = take(workbook(("全市", rows), ("市本级", [*rows[:2], ["泸州市", 20]])), schema=SCHEMA)
    told = [row for one in taken.outcome.tables for row in pq.read_table(one.parquet).to_pylist()]
    assert picked(told, "scope", "value") == [("whole", 3_000_000_000), ("own_level", 2_000_000_000)]


def test_a_title_of_several_levels_is_of_none(take: Taker) -> None:
    text = HEAD.format("泸州市及市本级") + "泸州市,30,28\n市本级,20,18\n"
    assert scopes(take(text, schema=SCHEMA)) == {"泸州市": "whole", "市本级": "own_level"}


@pytest.mark.parametrize(
    ("place", "name", "scope", "code"),
    [
        ("浙江省", "省级", "own_level", "330000"),
        ("浙江省", "全省", "whole", "330000"),
        ("浙江省", "市级", "lower_level", None),
        ("浙江省", "各市县", "lower_level", None),
        ("杭州市", "市直", "own_level", "330100"),
        ("杭州市", "区级", "lower_level", None),
        ("北京市", "市级", "own_level", "110000"),
        ("北京市", "区级", "lower_level", None),
        ("广西壮族自治区", "全区", "whole", "450000"),
        ("广西壮族自治区", "自治区本级", "own_level", "450000"),
        ("黄南藏族自治州", "全州", "whole", "632300"),
        ("浙江省", "浙江省（不含宁波）", None, None),
    ],
)
def test_levels_are_those_of_the_place_of_the_title(
    take: Taker, place: str, name: str, scope: str | None, code: str | None
) -> None:
    (row,) = take(
        HEAD.format(place).replace(",2022年债务余额", "").replace(",,", ",") + f"{name},30\n",
        schema=SCHEMA,
    ).rows
    assert (row["scope"], row["region"]) == (scope, code)


def test_the_place_of_a_title_alone_is_whole_too(take: Taker) -> None:
    text = "宝鸡市2022年政府一般债务余额情况表,\n,单位：亿元\n项目,执行数\n一、2021年末一般债务余额实际数,5\n"
    taken = take(text, schema="gov_debt.flow")
    assert picked(taken.rows, "region", "scope") == [("610300", "whole")]


LONG = "地区,年度,指标,债务类型,金额（亿元）\n长沙市,2020,限额,一般,{}\n长沙市本级,2020,限额,一般,{}\n"


def test_a_long_table_tells_the_scope_by_its_names(take: Taker) -> None:
    taken = take(LONG.format(655.58, 276.97), schema=SCHEMA)
    assert scopes(taken) == {"长沙市": "whole", "长沙市本级": "own_level"}
    assert taken.cells(2)["scope"]["raw"] == "长沙市本级"


def test_a_column_of_scopes_is_believed(take: Taker) -> None:
    text = "地区,级次,年度,指标,债务类型,金额（亿元）\n长沙市,市级,2020,限额,一般,5\n长沙市,全市,2020,限额,一般,9\n"
    taken = take("长沙市政府债务,,,,,\n" + text, schema=SCHEMA)
    assert taken.column("scope") == ["own_level", "whole"]


@pytest.mark.parametrize("text", ["合计", "市区", "市辖区", "一般债务", "浙江省(不含宁波)", "2018"])
def test_other_words_are_no_regions(text: str) -> None:
    assert not names_region(text)


NOW = "地区,范围,年度,指标,债务类型,金额（亿元）\n长沙市,全市,2020,限额,一般,{}\n长沙市本级,本级,2020,限额,一般,276\n"
OLD = (
    "长沙市,,2020,限额,一般,655\n长沙市本级,本级,2020,限额,一般,276\n",
    "长沙市,2020,限额,一般,655\n长沙市本级,2020,限额,一般,276\n",
)


@pytest.mark.parametrize("old", OLD)
def test_a_release_without_scopes_is_compared_by_the_rest_of_the_key(take: Taker, old: str) -> None:
    has_column = ",," in old
    head = NOW.splitlines()[0] if has_column else NOW.splitlines()[0].replace(",范围", "")
    before = _without_scopes(take(f"{head}\n{old}", schema=SCHEMA), column=has_column)
    after = take(NOW.format(65500), schema=SCHEMA)
    one, now = after.outcome.tables[0], before.outcome.tables[0]
    found = compare((now.parquet, now.table), (one.parquet, one.table), one.table.origin["key"], 10)
    assert (found.counts["added"], found.counts["removed"]) == (0, 0)
    assert found.changed[0]["fields"]["scope"] == {"from": None, "to": "whole"}
    told = [one.code for one in beside(before, after, SCHEMA)]
    assert "value_moved" in told
    assert not {"rows_all_others", "row_vanished"} & set(told)


def _without_scopes(taken: Taken, *, column: bool) -> Taken:
    """The file as a release was before plain names told a scope."""
    (one,) = taken.outcome.tables
    rows = pq.read_table(one.parquet)
    at = rows.column_names.index("scope")
    plain = [scope if scope == "own_level" and column else None for scope in rows["scope"].to_pylist()]
    kept = rows.set_column(at, "scope", pa.array(plain, pa.string())) if column else rows.drop_columns(["scope"])
    pq.write_table(kept, one.parquet)
    fields = tuple(field for field in one.table.fields if column or field.name != "scope")
    other = replace(one, table=replace(one.table, fields=fields))
    return Taken(replace(taken.outcome, tables=(other,)))


def test_a_level_in_the_title_is_that_of_its_own_region_alone(take: Taker) -> None:
    taken = take(HEAD.format("舒城县本级") + "安徽省,300,280\n六安市,80,70\n舒城县本级,30,28\n", schema=SCHEMA)
    assert scopes(taken) == {"安徽省": "whole", "六安市": "whole", "舒城县本级": "own_level"}
    assert taken.column("region")[::2] == ["340000", "341500", "341523"]
    across = "泸州市本级2022年政府债务,,\n,,单位：亿元\n项目,泸州市,古蔺县\n2022年一般债务限额,30,28\n"
    assert scopes(take(across, schema=SCHEMA)) == {"泸州市": "own_level", "古蔺县": "whole"}
