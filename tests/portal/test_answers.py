"""The answer card: one cell, its sentence and source, or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.portal.conftest import Api, publish

PRICES = (
    "行政区,时期,用途,指标,数值,单位\n绍兴市,2019-Q3,住宅,地价水平值,20563,元/平方米\n绍兴市,2019-Q3,综合,地价水平值,9871,元/平方米\n"
    "绍兴市,2019-Q3,住宅,环比,1.25,%\n绍兴市,2019-Q2,住宅,地价水平值,20309,元/平方米\n"
).encode()
DEBTS = (
    "行政区,时期,指标,数据状态,债务类型,金额(亿元)\n柯桥区,2019,余额,决算数,合计,245.5\n柯桥区,2019,余额,决算数,专项,140.5\n"
    "柯桥区,2018,余额,决算数,合计,221\n上虞区,2019,余额,预计执行数,合计,200\n上虞区,2019,余额,决算数,合计,198.5\n"
).encode()
PLAN = (
    "行政区,供应计划年度,供应总量（公顷）,商服用地（公顷）,住宅用地（公顷）\n越城区,2019,120.5,20.25,60\n柯桥区,2019,90,10,50\n"
).encode()
ECONOMY = "行政区,时期,指标,数值,单位\n绍兴市,2019,地区生产总值,5781,亿元\n绍兴市,2019,常住人口,505.7,万人\n".encode()
FLOW = (
    "行政区,时期,项目,数据状态,债务类型,金额(亿元)\n绍兴市,2019,发行额,执行数,合计,180\n绍兴市,2019,付息额,执行数,合计,21.5\n"
).encode()
BONDS = (
    "债券名称,债券简称,债券编码,债务类型,债券规模（亿元）,债券利率（%）,债券期限（年）,行政区,项目名称\n"
    "2019年某省棚改专项债券（一期）,19某省债05,1905123,专项,12.5,3.41,5,越城区,甲片改造\n"
).encode()
BUDGET = (
    "主管部门,项目名称,项目代码,年度,年度资金总额（万元）,财政拨款（万元）\n某局,甲水库维修养护,P001,2019,320,300\n"
    "某局,甲水库维修养护,P001,2020,350,350\n"
).encode()
DEALS = (
    "行政区,地块编号,土地面积（平方米）,成交价（万元）,成交日期\n"
    "柯桥区,齐贤街道2019-01地块,12000,5000,2019-03-05\n柯桥区,安昌街道2020-1-11地块,8000,3000,2020-04-01\n"
    "柯桥区,安昌街道2020-11-1地块,9000,4000,2020-05-01\n上虞区,曹娥街道2019-02地块,7000,2500,2019-06-01\n"
    "上虞区,百官街道2019-03地块,6000,,\n"
).encode()
OF_LATE = "行政区,时期,指标,数据状态,债务类型,金额(亿元)\n新昌县,{0},余额,决算数,合计,{0}\n"
TABLES = (
    ("prices", "绍兴市城市地价动态监测数据", "land_price.quarterly", PRICES),
    ("debts", "绍兴市地方政府债务余额", "gov_debt.limit_balance", DEBTS),
    ("debts-of-old", "新昌县债务2021", "gov_debt.limit_balance", OF_LATE.format(2021).encode()),  # older, and the first
    ("debts-of-late", "新昌县债务2022", "gov_debt.limit_balance", OF_LATE.format(2022).encode()),
    ("deals", "国有建设用地使用权成交公示", "land_supply.deal", DEALS),
    ("plan", "绍兴市国有建设用地供应计划", "land_supply.plan", PLAN),
    ("economy", "绍兴市经济财政状况主要指标", "gov_debt.economy", ECONOMY),
    ("flow", "绍兴市政府债务发行及还本付息", "gov_debt.flow", FLOW),
    ("bonds", "绍兴市政府债券发行情况", "gov_debt.bonds", BONDS),
    ("budget", "绍兴市部门预算项目", "fiscal_project.budget", BUDGET),
)


@pytest.fixture(scope="module")
def published(shared: dict[str, Api]) -> None:
    """A table of each schema that answers."""
    for slug, title, schema, content in TABLES:
        shared["steward"].register(slug=slug, title=title, schema=schema)
        job = shared["steward"].ingest(slug, content)
        assert job["state"] == "succeeded", (slug, job)
        publish(shared, slug)


@pytest.fixture
def api(shared: dict[str, Api], published: None, unchanged: None) -> dict[str, Api]:
    """Nothing here changes the portal, so that all share one."""
    return shared


def answers(api: dict[str, Api], q: str, **more: Any) -> list[dict[str, Any]]:
    """The answers to a question."""
    found: list[dict[str, Any]] = api["public"].get("/datasets", query_string={"q": q, **more}).json["answers"]
    return found


ASKED = {
    "绍兴 2019年三季度 住宅地价": (20563, "2019-Q3", "prices", None),
    "绍兴市二〇一九年第三季度地价": (9871, "2019-Q3", "prices", None),
    "绍兴 2019q3 住宅地价 环比": (1.25, "2019-Q3", "prices", None),
    "柯桥区 债务余额 2019": (24_550_000_000, "2019", "debts", None),
    "绍兴市柯桥区 债务余额 2019": (24_550_000_000, "2019", "debts", None),
    "绍兴县 2019年 专项债务余额": (14_050_000_000, "2019", "debts", None),
    "上虞 2019年 债务余额 决算": (19_850_000_000, "2019", "debts", None),
    "绍兴 2019年四季度 住宅地价": (20563, "2019-Q3", "prices", "2019-Q4 还没有发布，这是最近的 2019-Q3。"),
}


@pytest.mark.parametrize(("q", "wanted"), ASKED.items())
def test_one_measure_place_and_period_are_answered(api: dict[str, Api], q: str, wanted: tuple[Any, ...]) -> None:
    [one] = answers(api, q)
    assert (float(one["value"]), one["period"], one["dataset"], one["caveat"]) == wanted
    row = api["public"].get(f"/datasets/{one['dataset']}/rows/{one['row']}").json["row"]
    assert float(row["value"]) == float(one["value"])


def test_the_sentence_names_place_period_value_and_source(api: dict[str, Api]) -> None:
    [one] = answers(api, "柯桥区 债务余额 2019")
    assert one["sentence"] == "柯桥区2019决算数政府债务余额是 245.5 亿元（来源：绍兴市地方政府债务余额）。"
    assert "source" in answers(api, "柯桥区 债务余额 2019", lang="en")[0]["sentence"]


def test_where_several_cells_are_meant_they_are_named_without_a_number(api: dict[str, Api]) -> None:
    found = answers(api, "上虞区 2019年 债务余额")
    assert [one["value"] for one in found] == [None, None]
    assert all("198" not in one["sentence"] and "200" not in one["sentence"] for one in found)


NEVER = [
    "住宅地价 2019年三季度",
    "绍兴 住宅地价",
    "绍兴 2019年三季度",
    "绍兴 2017年三季度 住宅地价",
    "柯桥 上虞 债务 2019",
    "诸暨 2019 债务余额",
]


@pytest.mark.parametrize("q", NEVER)
def test_nothing_is_guessed(api: dict[str, Api], q: str) -> None:
    assert answers(api, q) == []


def test_the_nearest_period_is_the_last_that_any_dataset_has(api: dict[str, Api]) -> None:
    [one] = answers(api, "新昌 2024 债务余额")
    assert (one["period"], one["dataset"]) == ("2022", "debts-of-late")


ASKED_OF_OTHERS = {
    "越城区 2019年 供应计划 住宅用地": (600_000, "2019", "plan"),
    "柯桥区2019年供地计划总量": (900_000, "2019", "plan"),
    "绍兴 2019年 常住人口": (5_057_000, "2019", "economy"),
    "绍兴市 2019 债务利息": (2_150_000_000, "2019", "flow"),
    "1905123 利率": (3.41, None, "bonds"),
    "19某省债05的期限": (5, None, "bonds"),
    "甲水库维修养护 2020年 预算": (3_500_000, "2020", "budget"),
    "甲水库维修养护 2019年 财政拨款": (3_000_000, "2019", "budget"),
}


def test_the_other_schemas_answer_too(api: dict[str, Api]) -> None:
    for q, (value, period, dataset) in ASKED_OF_OTHERS.items():
        found = answers(api, q)
        assert [(one["value"] and float(one["value"]), one["period"], one["dataset"]) for one in found] == [
            (value, period, dataset)
        ], (q, found)


def test_a_name_is_taken_as_a_whole_and_a_period_is_needed_where_there_are_some(api: dict[str, Api]) -> None:
    for q in (
        "190512 利率",
        "水库维修养护 2020年 预算",
        "甲水库维修养护 预算",
        "甲水库维修养护 2018年 财政拨款",
        "越城区 2019年 住宅用地",
    ):
        assert answers(api, q) == [], q
    [one] = answers(api, "1905123 利率")
    assert one["sentence"] == "1905123的债券利率是 3.41 %（来源：绍兴市政府债券发行情况）。"


PARCELS = {
    "齐贤街道2019-01地块 成交价": 50_000_000,
    "齐贤街道 2019-01 地块 成交价": 50_000_000,
    "齊賢街道（2019-01）地塊的成交價是多少": 50_000_000,
    "安昌街道2020-1-11地块 土地面积": 8_000,
    "柯桥区 2019年 土地出让 成交价": 50_000_000,
    "柯桥区2019年3月 地块 成交价": 50_000_000,
}


@pytest.mark.parametrize(("q", "value"), PARCELS.items())
def test_a_parcel_is_answered_by_its_name_however_it_is_written_or_by_place_and_time(
    api: dict[str, Api], q: str, value: float
) -> None:
    [one] = answers(api, q)
    assert (float(one["value"]), one["dataset"]) == (value, "deals")


NO_PARCEL = [
    "安昌街道2020-111地块 成交价",  # 1-11 is not 11-1, and neither is 111
    "柯桥区 2020年 住宅 成交价",  # what is housing, the table does not say here
    "柯桥区 2018年 土地出让 成交价",
    "上虞区 2019年 土地出让 成交价",  # a row has no date: it may be of 2019 too
    "柯桥区 土地出让 成交价",
    "诸暨市 2019年 土地出让 成交价",
]


@pytest.mark.parametrize("q", NO_PARCEL)
def test_no_parcel_is_guessed(api: dict[str, Api], q: str) -> None:
    assert answers(api, q) == []


def test_two_deals_of_a_year_are_named_without_a_price(api: dict[str, Api]) -> None:
    found = answers(api, "柯桥区 2020年 土地出让 成交价")
    assert [one["value"] for one in found] == [None, None]
    assert {one["sentence"] for one in found} == {
        "柯桥区安昌街道2020-1-11地块的成交价，见《国有建设用地使用权成交公示》。",
        "柯桥区安昌街道2020-11-1地块的成交价，见《国有建设用地使用权成交公示》。",
    }


def test_the_debt_of_a_budget_is_the_debt_of_its_kind(api: dict[str, Api]) -> None:
    [one] = answers(api, "柯桥区 2019 政府性基金 债务余额")
    assert float(one["value"]) == 14_050_000_000
    assert answers(api, "柯桥区 2019 一般公共预算 债务余额") == []
