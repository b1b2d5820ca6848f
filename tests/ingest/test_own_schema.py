"""A schema is a file of data: one that nobody knew before takes a table in, with its values, words and checks."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingest.families import find_schema, load_schema
from tests.ingest.taking import Taker

TREES = """
name = "parks.trees"
title = { zh-Hans = "古树名木", en = "Old trees" }
key = ["tree_no"]

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
        (("land_supply.deal.region_name", "land_supply.deal.nothing"), "no field land_supply.deal.nothing"),
        (('fields = ["grant", "cost"]', 'fields = ["grant", "price"]'), "names a field that there is not"),
        (('key = ["tree_no"]', 'key = ["tree"]'), "the key names a field"),
    ],
)
def test_a_declaration_says_what_is_wrong_in_it(change: tuple[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        load_schema(TREES.replace(*change))


def test_every_schema_of_the_families_is_declared() -> None:
    names = {
        "land_supply": ("plan", "notice", "deal", "result", "residential_stock"),
        "land_price": ("quarterly",),
        "fiscal_project": ("budget", "targets", "self_evaluation"),
        "gov_debt": ("limit_balance", "flow", "bonds", "economy"),
    }
    assert all(find_schema(f"{family}.{name}") for family, parts in names.items() for name in parts)
