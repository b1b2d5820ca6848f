"""A schema is a file of data: one that nobody knew before takes a table in, with its values, words and checks."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.families import declarations, find_schema, load_schema
from tests.ingest.taking import Taker

TREES = """
name = "parks.trees"
title = { zh-Hans = "古树名木", en = "Old trees" }
key = ["tree_no"]
like = "land_supply.deal"

[personal]
keeper = ["养护人"]

[[field]]
name = "tree_no"
type = "string"
title = { zh-Hans = "古树编号" }
required = true
headers = ["编号", "树号"]

[[field]]
like = "land_supply.deal.region_name"

[[field]]
name = "height"
type = "decimal"
title = { zh-Hans = "树高" }
unit = "m"

[[field]]
name = "grade"
type = "code"
title = { zh-Hans = "保护级别" }
[field.codes.first]
zh-Hans = "一级"
en = "First"
[field.codes.second]
zh-Hans = "二级"
en = "Second"
spellings = ["贰级"]

[[field]]
name = "cost"
type = "decimal"
title = { zh-Hans = "养护费" }
unit = "CNY"

[[field]]
name = "grant"
type = "decimal"
title = { zh-Hans = "其中：补助" }
unit = "CNY"

[[check]]
rule = "in_order"
fields = ["grant", "cost"]
"""


def test_a_schema_that_nobody_knew_takes_a_table_in(take: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ingest.taking.find_schema", lambda name: load_schema(TREES))
    content = (
        "樹號,行政區,樹高（公尺）,保護級別,養護費（萬元）,其中:補助（元）,养护人\n"
        "001,柯桥区,12.5,贰级,0.3,2000,某某某\n001,柯桥区,9,一级,0.1,2000,某某某\n"
    )
    taken = take(content, schema="parks.trees")
    assert taken.rows[0] == {
        "tree_no": "001",
        "region_name": "柯桥区",
        "height": Decimal("12.5"),
        "grade": "second",
        "cost": Decimal(3000),
        "grant": Decimal(2000),
    }
    assert taken.finding("check_in_order").cell == "F3"
    assert taken.finding("key_repeated").row == 3
    assert taken.finding("column_dropped").count == 2
    assert taken.table.name == "trees"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('name = "parks.trees"', ""), "'name' is not given"),
        (('name = "parks.trees"', "name = parks"), "Invalid value .*line 2"),
        (("land_supply.deal.region_name", "land_supply.deal.nothing"), "no field land_supply.deal.nothing"),
        (('like = "land_supply.deal"\n', 'like = "land_supply.deals"\n'), "no land_supply.deals; do you"),
        (('"grant", "cost"]', '"grant", "costs"]'), "check 1: there is no costs; do you mean cost[?]"),
        (('fields = ["grant", "cost"]', 'fields = ["grant"]'), "in_order is over 2 or more fields, not 1"),
        (('rule = "in_order"', 'rule = "in_ordr"'), "there is no rule in_ordr; do you mean in_order[?]"),
        (('rule = "in_order"', 'rule = "same_start"'), "check 1: 'length' is not given"),
        (('rule = "in_order"', 'rule = "in_order"\nleast = 2'), "check 1: there is no member least"),
        (('rule = "in_order"', 'rule = "in_order"\npattern = "a(?=b)"'), "may not stand in a pattern of a check"),
        (('rule = "in_order"', 'rule = "in_order"\nlevel = "fatal"'), "level: there is no fatal"),
        (('key = ["tree_no"]', 'key = ["tree"]'), "key: there is no tree; do you mean tree_no[?]"),
        (('key = ["tree_no"]', 'key = "tree_no"'), "key is a list of texts, not 'tree_no'"),
        (("required = true", "requird = true"), "field tree_no: there is no member requird; do you mean required[?]"),
        (("required = true", 'required = "yes"'), "required is true or false, not 'yes'"),
        (('unit = "m"', 'unit = "metre"'), "metre is no canonical unit"),
        (('unit = "m"', 'unit = "m"\nassumed = "公顷"'), "公顷 is no unit of m"),
        (('unit = "m"', 'unit = "m"\nworded = "树(高"'), "worded: this is no pattern"),
        (('unit = "m"', 'unit = "m"\nreader = "lest"'), "reader: there is no lest; do you mean least[?]"),
        (('type = "decimal"', 'type = "decimals"'), "type: there is no decimals; do you mean decimal[?]"),
        (('name = "height"', 'name = "Height"'), "field Height: names are of a-z"),
        (("zh-Hans = \"一级\"", "zh_Hans = \"一级\""), "code first: .* zh_Hans; do you mean zh-Hans[?]"),
        (('name = "height"', 'name = "tree_no"'), "no two fields have one"),
        (('zh-Hans = "一级"', 'title = "一级"'), "no member title; do you mean .*[?] known are zh-Hans, .*, unit"),
        (('unit = "m"', 'unit = "m"\nexplode = 1'), "field height: there is no member explode; it stands in the file"),
        (('[field.codes.first]', '[[field.codes]]'), "codes is a table, not a list of tables"),
    ],
)  # fmt: skip
def test_a_declaration_says_what_is_wrong_in_it(change: tuple[str, str], words: str) -> None:
    assert change[0] in TREES
    with pytest.raises(ValueError, match=words):
        load_schema(TREES.replace(*change))


def test_a_broken_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "families" / "parks").mkdir(parents=True)
    (tmp_path / "families" / "parks" / "trees.toml").write_text("name = 3\n", encoding="utf-8")
    monkeypatch.setattr(declarations, "files", lambda package: tmp_path)
    declarations._declarations.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"trees\.toml: name is not given"):
            declarations._declarations()
    finally:
        declarations._declarations.cache_clear()


def test_every_schema_of_the_families_is_declared() -> None:
    names = {
        "land_supply": ("plan", "notice", "deal", "result", "residential_stock"),
        "land_price": ("quarterly",),
        "fiscal_project": ("budget", "targets", "self_evaluation"),
        "gov_debt": ("limit_balance", "flow", "bonds", "economy"),
    }
    assert all(find_schema(f"{family}.{name}") for family, parts in names.items() for name in parts)


def test_what_must_not_be_forked_from_is_not_loaded_with_the_schemas() -> None:
    program = "import sys; from ingest.families import list_schemas; list_schemas(); sys.exit('polars' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_required_field_that_is_blank_is_told_and_may_be_null(take: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ingest.taking.find_schema", lambda name: load_schema(TREES))
    taken = take("古树编号,养护费\n甲1,3\n,5\n乙2,6\n", "t.csv", schema="parks.trees")
    assert taken.column("tree_no") == ["甲1", None, "乙2"]
    assert taken.finding("required_blank").params["first_cells"] == ["A3"]
    assert [one.nullable for one in taken.table.fields if one.name == "tree_no"] == [True]


def test_money_whose_unit_nothing_names_is_taken_with_a_warning(take: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ingest.taking.find_schema", lambda name: load_schema(TREES))
    taken = take("古树编号,养护费\n甲1,3\n", "t.csv", schema="parks.trees")
    told = taken.finding("unit_assumed")
    assert (told.cell, told.params["unit"], told.params["field"]) == ("B1", "元", "养护费")
    assert not take("古树编号,养护费（元）\n甲1,3\n", "t.csv", schema="parks.trees").findings("unit_assumed")
