"""Every rule of sense, shown on what was really published: the row that keeps it, and the row that breaks it."""

from __future__ import annotations

import polars as pl
import pytest

from ingest.checks import find_breach
from ingest.families import Check
from ingest.typed_columns import TypedColumns
from tests.ingest.taking import Taken, Taker

RESULT = "行政区,电子监管号,面积(公顷),供地方式,合同签订日期\n"
# Of the national land market's file of January 2007, and of the register of Wangcheng County in it.
SHANGHAI = "上海市本级,3101002007B12743,2.2898,协议出让,2007-01-04\n"
WANGCHENG = "430122,4301222007A00603,14.3955,划拨,2007-01-04\n"
# The plan of Liannan for 2018, as the province of Guangdong lists it.
PLAN = (
    "行政区,供应计划年度,总供应面积合计（公顷）,工矿仓储用地,商服用地,公共管理与公共服务用地,交通运输用地,水域及水利设施用地,"
    "特殊用地,住宅用地\n"
)
LIANNAN = "连南瑶族自治县,2018年,86.9783,3.641,38.1944,13.6343,28.8851,0,0,2.6235\n"


def codes(taken: Taken) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in taken.outcome.findings if one.code.startswith("check_")]


def test_a_number_that_begins_with_another_region_than_the_row_names_is_told(take: Taker) -> None:
    taken = take(RESULT + SHANGHAI + WANGCHENG, schema="land_supply.result")
    assert taken.column("region") == ["310000", "430122"]
    assert codes(taken) == [("check_same_start", "B2")]


def test_a_number_of_another_year_than_its_contract_is_told(take: Taker) -> None:
    taken = take(RESULT + WANGCHENG.replace("2007-01-04", "2008-01-04"), schema="land_supply.result")
    assert codes(taken) == [("check_same_start", "B2")]


def test_the_letter_of_a_number_says_how_the_land_was_supplied(take: Taker) -> None:
    assert codes(take(RESULT + WANGCHENG, schema="land_supply.result")) == []
    granted = WANGCHENG.replace("划拨", "挂牌出让")
    assert codes(take(RESULT + granted, schema="land_supply.result")) == [("check_code_letter", "B2")]


def test_a_number_of_another_letter_than_a_and_b_is_told(take: Taker) -> None:
    taken = take(RESULT + "420607,4206072007C00217,1.2,租赁,2007-01-04\n", schema="land_supply.result")
    assert codes(taken) == [("check_pattern", "B2")]


def test_the_uses_of_a_plan_sum_to_the_whole(take: Taker) -> None:
    mapping = {"总供应面积合计（公顷）": "total_area"}
    head = PLAN + LIANNAN
    unit = {"schema": "land_supply.plan", "unit": "公顷"}
    assert codes(take(head, mapping=mapping, **unit)) == []
    wrong = take(head.replace("38.1944", "83.1944"), mapping=mapping, **unit)
    assert codes(wrong) == [("check_sum", "C2")]


def test_a_price_that_is_not_its_unit_price_times_the_area_is_told(take: Taker) -> None:
    # A price of 3000元/平方米 stands in the column of whole prices of Lasa; here beside the area that it belongs to.
    head = "宗地编号,土地面积（平方米）,成交价（元）,地面单价（元/平方米）\n"
    taken = take(head + "L1,1000,3000000,3000\nL2,1000,3000,3000\n", schema="land_supply.deal")
    assert codes(taken) == [("check_product", "C3")]


def test_a_rate_is_what_the_sums_give_within_the_rounding_of_print(take: Taker) -> None:
    rows = pl.DataFrame({"execution_rate": [60.0, 59.58, 0.6], "executed": [171.0] * 3, "budget_total": [287.0] * 3})
    check = Check("ratio", ("execution_rate", "executed", "budget_total"), tolerance=0.6)
    breach = find_breach(check, rows.columns)
    assert breach is not None
    (batch,) = rows.to_arrow().to_batches()
    assert breach(TypedColumns(batch)).to_list() == [False, False, True]


@pytest.mark.parametrize(("when", "told"), [("2012-03-01", False), ("2013-09-30", False), ("2016-03-01", True)])
def test_a_county_of_2012_keeps_its_code_and_is_doubted_when_it_is_no_more(take: Taker, when: str, told: bool) -> None:
    row = f"浙江省绍兴市绍兴县,330621{when[:4]}A00045,0.01,划拨,{when}\n"
    taken = take(RESULT + row, schema="land_supply.result")
    assert taken.column("region") == ["330621"]
    assert codes(taken) == ([("check_held", "A2")] if told else [])


def test_a_district_before_it_was_founded_is_doubted(take: Taker) -> None:
    taken = take(RESULT + "柯桥区,3306032012A00045,0.01,划拨,2012-03-01\n", schema="land_supply.result")
    assert codes(taken) == [("check_held", "A2")]


def test_a_name_that_kept_its_place_and_changed_its_code_has_the_code_of_its_time(take: Taker) -> None:
    head = "行政区,宗地编号,成交日期,成交价（万元）\n"  # Shou County went from Lu'an to Huainan
    taken = take(head + "寿县,A,2012-03-01,1\n寿县,B,2020-03-01,1\n寿县,C,,1\n", schema="land_supply.deal")
    assert taken.column("region") == ["341521", "340422", "340422"]
    assert not codes(taken)
