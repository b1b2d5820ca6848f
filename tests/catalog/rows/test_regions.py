"""Groups by province, city and county of a region's code."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.errors import BadParameter
from catalog.rows.engine import read_page
from catalog.rows.query import parse_query
from catalog.rows.regions import LEVELS, level_of
from catalog.schema import Field
from catalog.vocabularies import get_vocabulary
from tests.catalog.rows.releases import make_release

CODES = [
    "330602",
    "330602003",
    "330602003001",
    "330600",
    "330000",
    "320500",
    "33060",
    "３３０６０２",
    "auction",
    "",
    None,
]
AREAS = [term.code for term in get_vocabulary("functional_areas").terms]
FIELD = Field("region", "区域", "code", codes={"330602": {"zh-Hans": "越城区", "zh-Hant": "越城區", "en": "Yuecheng"}})


@pytest.mark.parametrize(
    ("code", "levels"),
    [
        ("330602003001", ["330000", "330600", "330602"]),
        ("330600", ["330000", "330600", None]),
        ("330000", ["330000", None, None]),
        ("auction", [None, None, None]),
        ("", [None, None, None]),
    ],
)
def test_a_region_lies_in_its_wider_ones(code: str, levels: list[str | None]) -> None:
    assert [level_of(code, level) for level in LEVELS] == levels


@pytest.mark.parametrize("level", LEVELS)
def test_sql_and_python_agree_on_every_code(tmp_path: Path, level: str) -> None:
    codes = [*CODES, *AREAS, *(term.code for term in get_vocabulary("regions").terms)][:900]
    files = make_release(tmp_path, [FIELD], [(code,) for code in codes])
    page = read_page(files, parse_query([("select", f"region,{level}(region) as x"), ("limit", "1000")], files.table))
    assert [row[2] for row in page.rows] == [None if code is None else level_of(code, level) for code in codes]


def test_groups_by_city_have_the_citys_name(tmp_path: Path) -> None:
    files = make_release(tmp_path, [FIELD], [("330602",), ("330602003",), ("320500",), (None,)])
    params = [("select", "city(region) as city,count(*) as n"), ("group_by", "city"), ("order_by", "-n,city")]
    query = parse_query(params, files.table)
    assert read_page(files, query).rows == [(None, "330600", 2), (None, "320500", 1), (None, None, 1)]
    assert query.fields(files.table)[0].codes == {
        "330600": {
            "zh-Hans": "绍兴市",
            "zh-Hant": "紹興市",
            "en": get_vocabulary("regions").find_term("330600").label("en"),
        }
    }


def test_only_codes_have_levels(tmp_path: Path) -> None:
    files = make_release(tmp_path, [Field("n", "数", "integer")], [(1,)])
    with pytest.raises(BadParameter) as caught:
        parse_query([("group_by", "city(n)")], files.table)
    assert caught.value.message.code == "function_not_for_type"
