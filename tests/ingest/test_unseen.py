"""Tables of other cities in other shapes, every cell of them checked by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ingest.families import load_schema
from tests.ingest.taking import Taker, merged, picked, table, workbook

HEFEI = [
    ["合肥市2023年第二批国有建设用地使用权拍卖出让结果公告"],
    ["发布日期：2023年6月28日", *[""] * 8, "单位：亩、万元/亩、亿元"],
    ["序号", "区域", "宗地编号", "宗地位置", "土地面积", "规划指标要求", "", "土地使用年限（年）", "成交情况", "", ""],
    ["", "", "", "", "", "用地性质", "容积率", "", "成交单价（万元/亩）", "成交总价（亿元）", "竞得人"],
    [
        1,
        "滨湖区",
        "BH202304号",
        "方兴大道以北",
        121.23,
        "居住",
        "1.0＜容积率≤1.8",
        "70",
        2060,
        24.97338,
        "样例置业有限公司",
    ],
    [
        2,
        None,
        "BH202305号",
        "徽州大道以西",
        88.5,
        "居住、商业",
        "≤2.0",
        "居住70、商业40",
        1500,
        13.275,
        "样例城建有限公司",
    ],
    ["小计", "", "", "", 209.73, "", "", "", "", 38.24838, ""],
    [3, "包河区", "包河202303号", "繁华大道", "45.06亩", "商务金融", "1.5-2.5", "40", "流拍", "流拍", "/"],
    ["合  计", "", "", "", 254.79, "", "", "", "", 38.24838, ""],
    ["备注：以上结果以成交确认书为准。"],
]


def test_deals_under_a_heading_of_two_rows_with_several_units_in_the_corner(take: Taker) -> None:
    ranges = ("A1:K1", "F3:G3", "I3:K3", "B5:B6", *(f"{column}3:{column}4" for column in "ABCDEH"))
    taken = take(merged(HEFEI, *ranges), "合肥市2023年.xlsx", schema="land_supply.deal")
    names = (
        "region",
        "region_name",
        "area",
        "use_code",
        "far_min",
        "far_max",
        "term_years",
        "unit_price",
        "deal_price",
    )
    assert picked(taken.rows, *names) == [
        (None, "滨湖区", 80_820, "07", Decimal(1), Decimal("1.8"), 70, 30_900, 2_497_338_000),
        (None, "滨湖区", 59_000, None, None, Decimal(2), 70, 22_500, 1_327_500_000),
        ("340111", "包河区", 30_040, "0505", Decimal("1.5"), Decimal("2.5"), 40, None, None),
    ]
    assert taken.column("outcome") == ["sold", "sold", "unsold"]
    assert taken.finding("region_elsewhere").raw == "滨湖区"  # the only one of the country is in Wuxi
    assert len(taken.outcome.totals) == 2
    assert not taken.findings("unit_assumed")


def evaluation(project: str, corner: str, label: str) -> list[list[Any]]:
    return [
        ["项目支出绩效自评表"],
        ["（2022年度）", *[""] * 6, corner],
        ["项目名称", "", project],
        ["主管部门", "", "丽水市教育局", "", "", "实施单位", "丽水样例中学"],
        [label, "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["", "年度资金总额", "120", "115.5", "110.25", "10", "95.45%", "9.5"],
        [
            "绩效指标",
            "一级指标",
            "二级指标",
            "三级指标",
            "指标性质",
            "年度指标值",
            "度量单位",
            "实际完成值",
            "分值",
            "得分",
        ],
        ["", "产\n出\n指\n标\n（60分）", "数量\n指标", "维修\n数量", "≥", "2", "处", "2", "60", "60"],
        ["", "效益指标", "社会效益", "惠及人数", "≥", "1200", "人", "1236", "20", "20"],
    ]


def test_a_form_says_by_itself_what_its_money_is_in(take: Taker) -> None:
    told = {"schema": "fiscal_project.self_evaluation"}
    for corner, label, executed in (("", "项目资金（万元）", 1_102_500), ("单位：元", "项目资金", Decimal("110.25"))):
        taken = take(workbook(("自评", evaluation("校舍维修", corner, label))), **told)
        assert table(taken, "projects")[0]["executed"] == executed
        assert (taken.outcome.period, taken.findings("unit_assumed")) == ("2022", [])
    assert picked(table(taken, "indicators"), "target", "operator", "measure_unit") == [
        ("2", ">=", "处"),
        ("1200", ">=", "人"),
    ]
    assert picked(table(taken, "indicators"), "level1", "level2", "level3")[0] == ("产出指标", "数量指标", "维修数量")
    assert taken.finding("check_sums_to").params["found"] == "80"


def test_forms_of_one_file_may_differ_in_their_unit(take: Taker) -> None:
    first, second = evaluation("甲", "", "项目资金（万元）"), evaluation("乙", "单位：元", "项目资金")
    taken = take(workbook(("一", first), ("二", second)), schema="fiscal_project.self_evaluation")
    assert [row["executed"] for row in table(taken, "projects")] == [1_102_500, Decimal("110.25")]


def test_indicators_name_their_project_as_its_own_table_does(take: Taker) -> None:
    rows = [
        ["项目支出绩效目标表"],
        ["项目名称", "", "33110023T000000001234-义务教育保障"],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值", "分值"],
        ["", "产出指标", "数量指标", "指标1：受益学生数", "≥1500人", "90"],
    ]
    taken = take(workbook(("表", rows)), schema="fiscal_project.targets")
    assert table(taken, "projects")[0]["project"] == table(taken, "indicators")[0]["project"] == "义务教育保障"


def test_codes_glued_to_names_are_fields_of_their_own_and_years_are_no_codes(take: Taker) -> None:
    head = "部门（单位）名称,项目名称,预算数（万元）\n"
    lines = "101-湖州市样例局,2023-2025年运维,1\n样例局,33050024R000000000123-办公,2\n"
    taken = take(head + lines, schema="fiscal_project.budget")
    assert picked(taken.rows, "department", "department_code", "project", "project_code") == [
        ("湖州市样例局", "101", "2023-2025年运维", None),
        ("样例局", None, "办公", "33050024R000000000123"),
    ]


def test_a_line_that_sums_up_its_projects_is_no_project(take: Taker) -> None:
    lines = "部门名称,项目名称,预算数（万元）,财政拨款\n101-甲局,,350,300\n本级,运维,250,200\n本级,购置,100,100\n"
    lines += "102-乙局,,30,30\n中心,修缮,30.00,30\n丙局,,7,7\n"
    taken = take(lines, schema="fiscal_project.budget")
    assert taken.column("project") == ["运维", "购置", "修缮", None]
    assert [total["row"] for total in taken.outcome.totals] == [2, 5]
    assert len(take(lines.replace("本级,购置,100,100\n", ""), schema="fiscal_project.budget").rows) == 5  # no proof


def test_the_quarter_and_the_city_may_stand_in_lines_over_the_form(take: Taker) -> None:
    rows = [
        ["表1-11 地价动态监测指标（季度）调查表"],
        ["城市：淄博市", "", "", "时间：2016年/第4季度"],
        ["指标类别", "本季度", "", "上季度", ""],
        ["", "综合", "商业用途", "综合", "商业用途"],
        ["（1）地面地价水平值（元/平方米）", 1782, 3110, 1765, 3081],
    ]
    taken = take(merged(rows, "A3:A4", "B3:C3", "D3:E3"), schema="land_price.quarterly")
    assert picked(taken.rows, "region", "period", "use", "block", "value") == [
        ("370300", "2016-Q4", "all", "current", 1782),
        ("370300", "2016-Q4", "commercial", "current", 3110),
        ("370300", "2016-Q3", "all", "previous", 1765),
        ("370300", "2016-Q3", "commercial", "previous", 3081),
    ]


def test_a_table_that_goes_on_over_pages_is_one_table(take: Taker) -> None:
    rows = [["表一 项目清单"], ["序号", "项目", "金额（万元）"], [1, "甲", 10], [2, "乙", 20], ["小计", "", 30]]
    rows += [["续表一"], ["序号", "项目", "金额（万元）"], [3, "丙", 30], [4, "丁", 40], ["合计", "", 70]]
    taken = take(workbook(("表", rows)))
    assert [one.table.name for one in taken.outcome.tables] == ["data"]
    assert taken.column("xiang_mu") == ["甲", "乙", "丙", "丁"]
    assert (taken.finding("headers_again").count, len(taken.outcome.totals)) == (2, 2)


def test_days_of_the_republic_without_strokes_are_days_in_a_column_of_days(take: Taker) -> None:
    lines = "鄉鎮市區,總價元,交易年月日\n板橋區,12500000,1080815\n三重區,9800000,1071203\n中和區,1,990228\n"
    taken = take(lines.encode("big5"))
    assert [str(day) for day in taken.column("jiao_yi_nian_yue_ri")] == ["2019-08-15", "2018-12-03", "2010-02-28"]
    assert take(lines.replace("1071203", "1071303")).types["jiao_yi_nian_yue_ri"] == "integer"


SCHEMA = """
name = "environment.permit"
title = { zh-Hans = "排污许可", en = "Discharge permits" }
key = ["permit_no", "pollutant", "period"]

[personal]
legal_person = ["法定代表人"]

[melt]
value = "amount"
period = "period"
needs = ["pollutant"]

[[melt.word]]
field = "pollutant"
value = "cod"
pattern = "化学需氧量|COD"
where = "column"

[[melt.word]]
field = "pollutant"
value = "so2"
pattern = "二氧化硫"
where = "column"

[[field]]
name = "permit_no"
type = "string"
title = { zh-Hans = "许可证编号" }
required = true

[[field]]
name = "valid"
type = "date_range"
title = { zh-Hans = "有效期限" }
lenient = true

[[field]]
name = "period"
type = "period"
filled = "period"
title = { zh-Hans = "年度" }

[[field]]
name = "pollutant"
type = "code"
title = { zh-Hans = "污染物" }
required = true

[field.codes.cod]
zh-Hans = "化学需氧量"

[field.codes.so2]
zh-Hans = "二氧化硫"

[[field]]
name = "amount"
type = "decimal"
title = { zh-Hans = "许可排放量" }
unit = "t/year"
required = true
"""


def test_an_eighteenth_schema_is_a_data_file_only(take: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = load_schema(SCHEMA)
    monkeypatch.setattr("tests.ingest.taking.find_schema", lambda name: declared)
    rows = [
        ["2023年度宁波市镇海区排污许可证信息公开表"],
        ["", "", "", "", "单位：吨/年"],
        ["许可证编号", "年许可排放量", "", "有效期限", "法定代表人"],
        ["", "化学需氧量", "二氧化硫", "", ""],
        ["P1", "120.5", "1,350", "2021年1月1日至2025年12月31日", "某甲"],
        ["P2", "3.2", "/", "2022年3月1日-12月31日", "某乙"],
    ]
    taken = take(merged(rows, "B3:C3", "A3:A4", "D3:D4", "E3:E4"), schema=declared.name)
    assert picked(taken.rows, "permit_no", "period", "pollutant", "amount") == [
        ("P1", "2023", "cod", Decimal("120.5")),
        ("P1", "2023", "so2", Decimal(1350)),
        ("P2", "2023", "cod", Decimal("3.2")),
    ]
    assert [str(row["valid_max"]) for row in taken.rows] == ["2025-12-31", "2025-12-31", "2022-12-31"]
    assert taken.finding("column_dropped").count == 2
    long = take("许可证编号,污染物,许可排放量（千克/年）\nP1,COD,120500\n", schema=declared.name)
    assert picked(long.rows, "pollutant", "amount") == [("cod", Decimal("120.5"))]
