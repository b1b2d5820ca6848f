"""Declarations are whole, or say where not; a plain table needs nothing else; headers are compared."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingest.families import find_schema, list_schemas
from ingest.families.declarations import read_schema
from ingest.families.declared import DeclaredSchema
from ingest.headers import fold, split_unit
from tests.ingest.taking import Taker


def test_every_declared_schema_is_whole() -> None:
    names = [schema.name for schema in list_schemas()]
    assert {"land_supply.deal", "land_supply.result"} <= set(names)
    assert find_schema("land_supply.nothing") is None
    for schema in list_schemas():
        assert schema.family == schema.name.split(".")[0]
        assert all({"zh-Hans", "zh-Hant", "en"} == set(field.titles) for field in schema.fields)
        fields = {name for field in schema.fields for name in (field.ends or (field.name,))}
        assert set(schema.key) <= fields
        assert all(set(check.fields) <= fields for check in schema.checks)


def minimal(**field: object) -> DeclaredSchema:
    one = {"name": "a", "type": "string", "title": {"zh-Hans": "甲"}} | field
    return read_schema({"name": "x.y", "title": {"zh-Hans": "表"}, "field": [one], "check": []})


@pytest.mark.parametrize(
    "field", [{"type": "money"}, {"reader": "magic"}, {"title": {"en": "A"}}, {"source": ["b"]}, {"type": "code"}]
)
def test_a_declaration_that_is_wrong_is_refused_by_name(field: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"x\.y: field a"):
        minimal(**field)


def test_a_check_of_an_unknown_rule_is_refused() -> None:
    data = {
        "name": "x.y",
        "title": {"zh-Hans": "表"},
        "field": [{"name": "a", "type": "string", "title": {"zh-Hans": "甲"}}],
        "check": [{"rule": "magic", "fields": ["a"]}],
    }
    with pytest.raises(ValueError, match="no rule magic"):
        read_schema(data)


def test_a_table_without_one_declared_column_does_not_fit(take: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ingest.taking.find_schema", lambda name: minimal())
    assert take.refused("b\n1\n", schema="x.y").code == "schema_misfit"


@pytest.mark.parametrize(
    ("header", "stem", "unit"),
    [
        ("成交价（万元）", "成交价", "万元"),
        ("規劃用地面積〔m2)", "规划用地面积", "平方米"),
        ("面积,公顷", "面积", "公顷"),
        ("建筑密度(%)：", "建筑密度", "%"),
        ("债务余额(单位:亿元)", "债务余额", "亿元"),
        ("名称(全称)", "名称(全称)", None),
    ],
)
def test_a_header_is_split_into_name_and_unit(header: str, stem: str, unit: str | None) -> None:
    found = split_unit(header)
    assert (found[0], found[1].name if found[1] else None) == (stem, unit)


def test_headers_are_the_same_without_their_accidents() -> None:
    assert fold(" 宗地 编号：") == fold("宗地編號") == fold("宗地\n编号")
    assert fold("出让年限") == fold("岀让年限")


@pytest.mark.parametrize(
    ("schema", "content", "rows"),
    [
        (
            "land_price.quarterly",
            "地区,季度,用途,指标,数值,单位\n绍兴市,2014年第1季度,居住,环比,4.69,%\n",
            [
                {
                    "region": "330600",
                    "period": "2014-Q1",
                    "use": "residential",
                    "measure": "growth_qoq",
                    "unit": "percent",
                }
            ],
        ),
        (
            "gov_debt.limit_balance",
            "地区,口径,年度,指标,债务类型,金额（亿元）\n绍兴市,市本级,2018,债务限额,专项债务,12.5\n",
            [
                {
                    "scope": "own_level",
                    "period": "2018",
                    "measure": "limit",
                    "debt_type": "special",
                    "value": 1_250_000_000,
                }
            ],
        ),
        (
            "gov_debt.bonds",
            "债券名称,债券编码,债券规模(亿元),发行时间,债券利率(%),债券期限\n样例债01,0170001,1.5,2018/3/5,3.25,10年\n",
            [{"bond_code": "0170001", "amount": 150_000_000, "rate": Decimal("3.25"), "term_years": 10}],
        ),
        (
            "fiscal_project.budget",
            "主管部门,项目名称,项目编码,年度,年度资金总额（万元）,财政拨款（万元）\n样例局,样例项目,007,2019年度,20.5,20\n",
            [{"project_code": "007", "year": "2019", "total": 205_000, "appropriation": 200_000}],
        ),
    ],
)
def test_plain_tables_of_the_other_families_need_a_declaration_only(
    take: Taker, schema: str, content: str, rows: list[dict[str, object]]
) -> None:
    taken = take(content, schema=schema)
    assert [{name: row[name] for name in wanted} for row, wanted in zip(taken.rows, rows, strict=True)] == rows
    assert taken.table.name == schema.partition(".")[2]
