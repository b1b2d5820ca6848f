"""Columns whose headers no schema spells, but which hold words that only one of its fields has."""

import pytest

from ingest.families import find_schema, load_schema
from ingest.likeness import find_likenesses
from tests.ingest.taking import Taker

_HEAD = "宗地编号,电子监管号,项目所属辖区名称,地上物及用地实际核定面积(公顷)\n"


def test_a_required_column_is_taken_by_its_words_and_said(take: Taker) -> None:
    taken = take(_HEAD + "样例-1,,样例区,1.5\n", schema="land_supply.result")
    told = {found.params["name"]: found.cell for found in taken.findings("header_worded")}
    assert told == {"region_name": "C1", "area": "D1"}
    assert taken.column("area") == [15_000]
    assert "area" in taken.findings("header_worded")[1].remedy()


def test_two_columns_with_the_words_are_a_choice(take: Taker) -> None:
    schema = find_schema("land_supply.result")
    assert schema is not None
    heads = ("宗地编号", "甲方核定用地面积", "乙方核定用地面积")
    assert [one for one in find_likenesses(heads, schema, {}) if one.taken] == []
    found = take.refused(",".join(heads) + "\nA1,1,2\n", schema="land_supply.result")
    assert found.code == "required_missing"


@pytest.mark.parametrize("header", ["总建筑面积", "容积率上限要求值域", "受让方联系电话号", "约定成交价日期"])
def test_words_beside_it_that_make_it_another_thing(header: str) -> None:
    schema = find_schema("land_supply.deal")
    assert schema is not None
    assert [one for one in find_likenesses(("宗地编号", header), schema, {}) if one.taken] == []


def test_a_price_by_the_mu_is_of_land(take: Taker) -> None:
    taken = take("宗地编号,出让面积(平方米),单价(万元/亩)\n样例-1,2000,30\n", schema="land_supply.deal")
    assert taken.column("unit_price") == [450]
    assert taken.finding("header_worded").params["name"] == "unit_price"


def test_the_stewards_answer_goes_before_words(take: Taker) -> None:
    head = "宗地编号,出让面积(平方米),单价(万元/亩)\n样例-1,2000,30\n"
    taken = take(head, schema="land_supply.deal", mapping={"单价(万元/亩)": None})
    assert "unit_price" not in taken.types


def test_a_schema_says_what_its_words_are_and_are_not() -> None:
    schema = load_schema(
        'name = "parks.trees"\ntitle = { zh-Hans = "古树", en = "Trees" }\nkey = ["no"]\n'
        '[[field]]\nname = "no"\ntype = "string"\ntitle = { zh-Hans = "编号", en = "No" }\n'
        '[[field]]\nname = "height"\ntype = "decimal"\nunit = "m"\nworded = "高$"\nunlike = "枝下"\n'
        'title = { zh-Hans = "树高", en = "Height" }\n'
    )
    (found,) = find_likenesses(("编号", "实测株高(米)"), schema, {})
    assert (found.name, found.code) == ("height", "header_worded")
    assert find_likenesses(("编号", "实测枝下高(米)"), schema, {}) == ()
    assert find_likenesses(("编号", "实测株高(公顷)"), schema, {}) == ()


def test_a_blank_year_is_that_of_the_rows_title(take: Taker) -> None:
    rows = ["样例县2019年度国有建设用地供应计划,,1.5", "样例县供应计划,,2", "样例县2018年度供应计划,2017年,3"]
    taken = take("供地计划标题,供应计划年度,供应总量(公顷)\n" + "\n".join(rows) + "\n", schema="land_supply.plan")
    assert taken.column("plan_year") == ["2019", None, "2017"]
    told = taken.finding("period_spoken")
    assert (told.params["count"], told.cell) == (1, "A1")
    assert "样例县2019年度" in taken.cells(1)["plan_year"]["raw"]


def test_a_year_that_only_titles_tell(take: Taker) -> None:
    rows = "样例县2019年度国有建设用地供应计划,1.5\n样例县2020年度国有建设用地供应计划,2\n"
    taken = take("标题,供应总量(公顷)\n" + rows, schema="land_supply.plan")
    assert taken.column("plan_year") == ["2019", "2020"]
