"""Tables that lie on their side: a row a field, a column a record."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.ingest.taking import Taker, merged, picked, workbook

NUMBER = "绍市自然告字〔2023〕17号"
NOTICE = [
    ["绍兴市国有建设用地使用权挂牌出让公告"],
    [NUMBER],
    ["序号", "项目", "", "地块一", "地块二", "地块三"],
    [1, "宗地编号", "", "越城〔2023〕J3", "越城〔2023〕J4", "越城〔2023〕J5"],
    [2, "土地坐落", "", "样例路以东", "样例路以西", "示范街南侧"],
    [3, "出让土地面积（㎡）", "", 20133.5, 8051, 15000],
    [4, "土地用途", "", "工业用地", None, None],
    [5, "规划指标", "容积率", "1.2≤FAR≤2.0", "≥1.5", "1.0-1.8"],
    [6, "", "建筑密度", "≤50%", "30%-55%", "≥40%"],
    [7, "", "绿地率", "≤15%", "≤20%", "≤20%"],
    [8, "出让年限（年）", "", 50, None, None],
    [9, "起始价（万元）", "", 1812.02, 805.1, 1350],
    [10, "竞买保证金", "", "365万元", "贰佰万元整", "270万元"],
    [11, "联系人", "", "某某某", None, None],
    ["注：以上面积以实测为准。"],
]
MERGED = ("A1:F1", "A2:F2", "B3:C3", *(f"B{row}:C{row}" for row in (4, 5, 6, 7, 11, 12, 13, 14)), "B8:B10", "A15:F15")


def test_parcels_in_columns_are_each_a_row(take: Taker) -> None:
    ranges = (*MERGED, "D7:F7", "D11:F11", "D14:F14")
    taken = take(merged(NOTICE, *ranges), "公告.xlsx", schema="land_supply.notice")
    names = ("parcel_no", "notice_no", "region", "location", "area", "use_code", "far_min", "far_max")
    assert picked(taken.rows, *names) == [
        ("越城〔2023〕J3", NUMBER, "330600", "样例路以东", Decimal("20133.5"), "0601", Decimal("1.2"), 2),
        ("越城〔2023〕J4", NUMBER, "330600", "样例路以西", 8051, "0601", Decimal("1.5"), None),
        ("越城〔2023〕J5", NUMBER, "330600", "示范街南侧", 15000, "0601", 1, Decimal("1.8")),
    ]  # fmt: skip
    assert picked(taken.rows, "density_min", "density_max", "green_max", "term_years", "start_price", "deposit") == [
        (None, 50, 15, 50, 18_120_200, 3_650_000),
        (30, 55, 20, 50, 8_051_000, 2_000_000),
        (40, None, 20, 50, 13_500_000, 2_700_000),
    ]
    assert taken.cells(2)["far_min"]["cell"] == "E8"
    assert taken.cells(3)["term"]["raw"] == "50"
    assert taken.table.origin["extent"] == "A3:F14"
    assert taken.table.title == "绍兴市国有建设用地使用权挂牌出让公告"
    assert taken.outcome.notes == ["注：以上面积以实测为准。"]
    assert taken.finding("column_dropped").count == 3
    assert taken.finding("table_turned").count == 3


BONDS = (
    "单位：亿元\n项目,计量单位,合计,债券1,债券2\n债券名称,,,2021年样例省专项债券（一期）,2021年样例省一般债券（二期）\n"
    "债券编码,,,2105001,2105002\n债券类型,,,专项债券,一般债券\n债券规模,亿元,4.2,1.2,3\n发行日期,,,2021-03-05,2021-05-06\n"
    "债券利率,%,,3.25,3.1\n债券期限,年,,10,7\n项目总投资,亿元,9,3,6\n"
)


def test_bonds_in_columns_with_their_units_and_their_sum_beside(take: Taker) -> None:
    taken = take(BONDS, "债券.csv", schema="gov_debt.bonds")
    assert picked(taken.rows, "bond_code", "debt_type", "amount", "rate", "term_years", "total_investment") == [
        ("2105001", "special", 120_000_000, Decimal("3.25"), 10, 300_000_000),
        ("2105002", "general", 300_000_000, Decimal("3.1"), 7, 600_000_000),
    ]
    (total,) = taken.outcome.totals
    assert total["values"] == {"债券规模（亿元）": "4.2", "项目总投资（亿元）": "9"}
    assert not taken.findings("unit_assumed")


def test_further_parcels_below_when_the_first_label_comes_again(take: Taker) -> None:
    text = (
        "宗地编号,2023-1,2023-2\n宗地位置,甲,乙\n土地面积（公顷）,1,2\n成交价（万元）,100,流拍\n竞得人,样例公司,\n"
        "\n宗地编号,2023-3,2023-4\n宗地位置,丙,丁\n土地面积（公顷）,3,4\n成交价（万元）,300,400\n竞得人,样例公司,示范公司\n"
    )
    taken = take(text, "成交.csv", schema="land_supply.deal")
    assert picked(taken.rows, "parcel_no", "location", "area", "deal_price", "outcome", "grantee") == [
        ("2023-1", "甲", 10_000, 1_000_000, "sold", "样例公司"),
        ("2023-2", "乙", 20_000, None, "unsold", None),
        ("2023-3", "丙", 30_000, 3_000_000, "sold", "样例公司"),
        ("2023-4", "丁", 40_000, 4_000_000, "sold", "示范公司"),
    ]
    assert taken.cells(4)["area"]["cell"] == "C9"


def test_a_plan_by_districts_and_one_by_years(take: Taker) -> None:
    rows = [
        ["绍兴市2023年度国有建设用地供应计划"], ["", "", "单位：公顷"], ["用地类型", "越城区", "柯桥区"],
        ["商服用地", 10, 20.5], ["工矿仓储用地", 30, 40], ["住宅用地", 50, 60], ["供应总量", 90, 120.5],
    ]  # fmt: skip
    rows[2][0] = "项目"
    taken = take(workbook(("计划", rows)), "计划.xlsx", schema="land_supply.plan")
    assert picked(taken.rows, "region", "plan_year", "commercial_area", "total_area") == [
        ("330602", "2023", 100_000, 900_000),
        ("330603", "2023", 205_000, 1_205_000),
    ]
    rows[2][1:] = ["2022年", "2023年"]
    taken = take(workbook(("计划", rows)), "计划.xlsx", schema="land_supply.plan")
    assert picked(taken.rows, "region", "plan_year", "residential_area") == [
        ("330600", "2022", 500_000),
        ("330600", "2023", 600_000),
    ]


def test_measures_of_one_plan_side_by_side_are_no_records(take: Taker) -> None:
    text = "绍兴市2023年供地计划\n用地类型,面积（公顷）,占比（%）\n商服用地,10,20\n工矿仓储用地,30,60\n住宅用地,10,20\n"
    taken = take(text, "计划.csv", schema="land_supply.plan")
    assert picked(taken.rows, "commercial_area", "residential_area") == [(100_000, 100_000)]
    assert not taken.findings("table_turned")


def test_cells_that_are_in_no_record_are_named(take: Taker) -> None:
    text = "宗地编号,1号,2号,\n位置,甲,乙,\n面积（公顷）,1,2,另有代征0.5公顷\n成交价（万元）,1,2,\n竞得人,甲司,乙司,\n"
    taken = take(text, "成交.csv", schema="land_supply.deal")
    assert len(taken.rows) == 2
    assert taken.finding("cell_beside_records").cell == "D3"


def test_lists_in_the_cells_of_a_table_on_its_side_are_taken_apart(take: Taker) -> None:
    text = "宗地编号,|A1|A2,B1\n位置,|甲|乙,丙\n面积（公顷）,|1|2,3\n成交价（万元）,|10|20,30\n"
    taken = take(text, "成交.csv", schema="land_supply.deal")
    assert picked(taken.rows, "parcel_no", "location", "area") == [
        ("A1", "甲", 10_000), ("A2", "乙", 20_000), ("B1", "丙", 30_000),
    ]  # fmt: skip
    assert [taken.cells(row)["area"]["cell"] for row in (1, 2, 3)] == ["B3", "B3", "C3"]


def test_a_table_on_its_side_is_proposed_by_its_labels(take: Taker) -> None:
    taken = take(BONDS, "债券.csv")
    assert taken.outcome.proposals[0].schema == "gov_debt.bonds"
    assert taken.outcome.proposals[0].mapping["债券规模（亿元）"] == "amount"


def test_uses_with_their_terms_in_one_cell_tell_both(take: Taker) -> None:
    text = (
        "简自然资规告字〔2023〕8号\n宗地编号,JY-08,JY-09\n宗地位置,甲街道,乙镇\n净用地面积,\"32655.21平方米，合48.9828亩\",2.5公顷\n"
        "土地用途及使用年限,城镇住宅用地70年、零售商业用地40年,工业用地\n拍卖起叫价,9000万元,1200元/平方米\n"
    )  # fmt: skip
    taken = take(text, "资规告字〔2023〕8号.csv", schema="land_supply.notice")
    assert picked(taken.rows, "notice_no", "area", "term_years", "start_price") == [
        ("简自然资规告字〔2023〕8号", Decimal("32655.21"), 70, 90_000_000),
        ("简自然资规告字〔2023〕8号", 25_000, None, None),
    ]
    assert taken.finding("unit_misfit").cell == "C6"  # a price of a square metre is no price of the whole
    assert not taken.findings("term_unreadable")


def test_a_column_of_sums_is_no_parcel(take: Taker) -> None:
    text = "宗地编号,甲-1,甲-2,合计\n位置,甲,乙,\n面积（公顷）,1,2,3\n成交价（万元）,10,20,30\n"
    taken = take(text, "成交.csv", schema="land_supply.deal")
    assert taken.column("parcel_no") == ["甲-1", "甲-2"]
    assert taken.outcome.totals[0]["values"] == {"宗地编号": "合计", "面积（公顷）": "3", "成交价（万元）": "30"}


def test_a_plan_by_parts_of_a_city_with_their_sum_first(take: Taker) -> None:
    text = (
        "嘉兴市2024年度国有建设用地供应计划,,,\n单位：公顷,,,\n用地类型,合计,市区,海宁市\n"
        "商服用地,70,40,30\n工业用地,450.5,250.5,200\n住宅用地,220,120,100\n总计,740.5,410.5,330\n"
    )
    taken = take(text, "计划.csv", schema="land_supply.plan")
    assert picked(taken.rows, "region_name", "commercial_area", "total_area") == [
        ("市区", 400_000, 4_105_000),
        ("海宁市", 300_000, 3_300_000),
    ]


CAPTIONED = [
    ["样例市2022年度国有建设用地供应计划表"],
    ["单位：公顷"],
    ["用地类型", "行政区域", "", ""],
    ["", "利通区", "青铜峡市", "合计"],
    ["商服用地", 12.35, 6.08, 18.43],
    ["住宅用地", 38.2, 15.33, 53.53],
    ["供应总量", 50.55, 21.41, 71.96],
    ["其中：存量", 10.55, 1.41, 11.96],
    ["      增量", 40, 20, 60],
]


@pytest.mark.parametrize("ranges", [("A3:A4", "B3:D3"), ()])
def test_a_row_over_the_names_of_the_records_only_says_what_they_are(take: Taker, ranges: tuple[str, ...]) -> None:
    taken = take(merged(CAPTIONED, *ranges), schema="land_supply.plan")
    assert picked(taken.rows, "region_name", "commercial_area", "total_area", "stock_area", "new_area") == [
        ("利通区", 123_500, 505_500, 105_500, 400_000),
        ("青铜峡市", 60_800, 214_100, 14_100, 200_000),
    ]
    assert taken.table.title == CAPTIONED[0][0]


@pytest.mark.parametrize(
    ("heads", "factor"),
    [
        ("土地用途,计划供应总量,其中：存量建设用地,其中：新增建设用地,占总量比例（%）", 10_000),
        ("用地类型,计划供应面积（平方米）,存量,新增,占比（%）", 1),
        ("用途,供应面积（平方米）,存量（平方米）,增量（平方米）,比例", 1),
    ],
)
def test_uses_as_rows_with_parts_of_the_whole_and_shares_beside_are_one_plan(
    take: Taker, heads: str, factor: int
) -> None:
    lines = (
        f"样例市2022年度国有建设用地供应计划表,,,,\n{heads}\n商服用地,20,14,6,10\n住宅用地,60,40,20,30\n"
        "其中：保障性住房用地,10,10,0,5\n工矿仓储用地,120,30,90,60\n合计,200,84,116,100\n"
    )
    taken = take(lines, schema="land_supply.plan")
    names = ("commercial_area", "residential_area", "industrial_area", "total_area", "stock_area", "new_area")
    expected = tuple(figure * factor for figure in (20, 60, 120, 200, 84, 116))
    assert picked(taken.rows, "plan_year", *names) == [("2022", *expected)]
    assert not taken.findings("check_sum")
