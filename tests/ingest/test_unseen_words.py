"""Words and layouts that a further set of unseen files showed: labels in a cell, codes glued to names, signs, nulls."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ingest import nulls, ranges, values
from ingest.declared_readers import OperatorReader
from tests.ingest.taking import Taker, merged, picked, workbook

BUDGET = [
    ["表8"],
    ["2024年部门预算项目支出表"],
    ["部门：平湖市样例局", "", "", "", "单位：万元"],
    ["单位名称", "功能科目", "项目名称", "合计", "财政拨款"],
    ["样例中心", "2050202小学教育", "修缮", 10, 10],
    ["样例中心", "205-教育支出", "课后服务", 20, 20],
    ["样例局本级", "城乡社区支出", "路灯", 30, 30],
]


def test_the_department_stands_over_the_table_and_codes_before_the_functions(take: Taker) -> None:
    taken = take(workbook(("Sheet1", BUDGET)), schema="fiscal_project.budget")
    assert picked(taken.rows, "department", "unit_name", "function_code", "function_name") == [
        ("平湖市样例局", "样例中心", "2050202", "小学教育"),
        ("平湖市样例局", "样例中心", "205", "教育支出"),
        ("平湖市样例局", "样例局本级", None, "城乡社区支出"),
    ]


def test_a_header_of_two_fields_is_the_second_where_a_line_tells_the_first(take: Taker) -> None:
    rows = [["预算单位", "项目名称", "预算金额（元）"], ["区图书馆", "图书采购", 600]]
    alone = take(workbook(("Sheet1", rows)), schema="fiscal_project.budget")
    assert picked(alone.rows, "department", "unit_name") == [("区图书馆", None)]
    under = take(workbook(("Sheet1", [["部门名称：济宁市样例局"], *rows])), schema="fiscal_project.budget")
    assert picked(under.rows, "department", "unit_name") == [("济宁市样例局", "区图书馆")]


DEAL = [
    ["汉中市国有建设用地使用权成交公示"],
    ["一、地块基本情况："],
    ["宗地编号", "HT-26", "地块位置", "贺坎村", "土地用途", "工业用地"],
    ["土地面积", "6782.3㎡", "出让年期", "50年", "成交价（万元）", 356.071],
    ["受让单位", "样例材料有限公司", "备注：", "建筑容积率：≥0.8。"],
    ["宗地编号", "HT-27", "地块位置", "铺镇", "土地用途", "商服用地"],
    ["土地面积", "500㎡", "出让年期", "40年", "成交价（万元）", 100],
    ["二、公示期：2024年11月12日至2024年11月17日"],
]


def test_a_label_with_its_value_in_one_cell_is_said_of_all_records(take: Taker) -> None:
    taken = take(merged(DEAL, "A1:F1", "A8:F8"), schema="land_supply.deal")
    days = (dt.date(2024, 11, 12), dt.date(2024, 11, 17))
    assert picked(taken.rows, "parcel_no", "area", "notice_from", "notice_to") == [
        ("HT-26", Decimal("6782.3"), *days),
        ("HT-27", 500, *days),
    ]


def test_records_all_of_whose_labels_share_a_cell_with_their_values(take: Taker) -> None:
    rows = [["宗地编号：A-1", "坐落：太平路"], ["土地面积：500平方米", "起始价：300万元"], ["容积率：≤2.5"]]
    rows += [["宗地编号：A-2", "坐落：城北"], ["土地面积：800平方米", "起始价：450万元"], ["容积率：1.0-1.5"]]
    taken = take(workbook(("Sheet1", rows)), schema="land_supply.notice")
    assert picked(taken.rows, "parcel_no", "location", "area", "start_price", "far_max") == [
        ("A-1", "太平路", 500, 3_000_000, Decimal("2.5")),
        ("A-2", "城北", 800, 4_500_000, Decimal("1.5")),
    ]


def test_a_notice_without_numbers_is_told_apart_by_its_places(take: Taker) -> None:
    text = "地块位置,出让面积（平方米）,土地用途\n七营镇,500,公用设施用地\n"
    taken = take(text, schema="land_supply.notice")
    assert taken.column("location") == ["七营镇"]
    assert taken.finding("required_stood_in").params["field"] == "宗地编号"
    assert (
        take.refused("出让面积（平方米）,土地用途\n500,工业\n", schema="land_supply.notice").code == "required_missing"
    )


TARGETS = [
    ["部门预算项目绩效目标表（2023年度）"],
    ["单位名称", "项目名称", "预算数（万元）", "年度目标", "绩效指标", "", "", ""],
    ["", "", "", "", "一级指标", "二级指标", "三级指标", "绩效指标值"],
    ["样例局", "森林防火", 86.5, "控制火灾。", "产出指标", "数量指标", "巡护面积", "≥110万亩"],
    ["", "", "", "", "效益指标", "社会效益指标", "防火意识", "明显提高"],
    ["样例局", "古树保护", 12, "挂牌保护。", "产出指标", "数量指标", "挂牌株数", "42株"],
]


def test_a_list_of_projects_may_name_columns_that_no_field_has(take: Taker) -> None:
    rows = [[*row[:3], *row[3:]] for row in TARGETS]
    rows[1][3] = "目标描述"  # no header of the schema stands beside the name
    for given in (TARGETS, rows):
        taken = take(merged(given, "E2:H2", "A4:A5", "B4:B5"), schema="fiscal_project.targets")
        assert [one.table.rows for one in taken.outcome.tables] == [2, 3]
        assert picked(taken.rows, "project", "unit_name", "total") == [
            ("森林防火", "样例局", 865_000),
            ("古树保护", "样例局", 120_000),
        ]


def test_a_flat_list_of_indicators_is_a_list_of_projects_too(take: Taker) -> None:
    text = "项目名称,一级指标,二级指标,三级指标,指标性质,指标值\n危房改造,产出指标,数量指标,户数,≥,320\n"
    taken = take(text, schema="fiscal_project.targets")
    assert [one.table.name for one in taken.outcome.tables] == ["projects", "indicators"]


LIMITS = [
    ["襄阳市2021年地方政府债务限额调整情况表"],
    ["", "", "单位：亿元"],
    ["项目", "本地区", "本级"],
    ["一、2020年地方政府债务限额", 620, 210],
    ["其中： 一般债务限额", 250, 80],
    ["二、2021年新增地方政府债务限额", 88, 30],
    ["附：提前下达的2022年新增地方政府债务限额", 40, 12],
    ["其中： 一般债务限额", 6, 2],
    ["三、2021年地方政府债务限额", 708, 240],
    ["其中： 一般债务限额", 265, 85],
]


def test_the_second_limit_of_a_table_is_that_of_the_end(take: Taker) -> None:
    taken = take(merged(LIMITS, "A1:C1"), schema="gov_debt.flow")
    told = [(row["item"], row["debt_type"], int(row["value"])) for row in taken.rows if row["scope"] == "whole"]
    assert [(item, kind) for item, kind, _ in told] == [
        ("limit_start", "total"),
        ("limit_start", "general"),
        ("limit_new", "total"),
        ("limit_advance", "total"),
        ("limit_advance", "general"),
        ("limit_end", "total"),
        ("limit_end", "general"),
    ]


def test_a_balance_of_the_same_year_further_down_is_no_end(take: Taker) -> None:
    lines = ["一、2020年末一般债务余额实际数,11", "二、2021年末一般债务余额实际数,12"]
    lines += ["三、2020年末专项债务余额实际数,21", "四、2021年末专项债务余额实际数,22"]
    taken = take("项目,金额（亿元）\n" + "\n".join(lines), schema="gov_debt.flow")
    assert taken.column("item") == ["balance_start", "balance_end"] * 2


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("1 < 容积率", 1, None),
        ("50 ≤ 建筑密度", 50, None),
        ("2.5≥容积率", None, 2.5),
        ("2.5≥R>1.0", 1, 2.5),
        ("规划容积率：1.0-2.0", 1, 2),
        ("建筑密度不大于30%", None, 30),
        ("r≤2.8", None, 2.8),
    ],
)
def test_a_range_may_name_its_measure_on_either_side(text: str, low: float | None, high: float | None) -> None:
    found = ranges.span(text)
    assert (found.low, found.high) == tuple(None if end is None else Decimal(str(end)) for end in (low, high))
    assert found.low_included is ("<" not in text and ">" not in text)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("2024年11月底前", "text"),
        ("12月31日前", "text"),
        ("12个月", "="),
        ("2000-3000人", "="),
        ("2000.5万元", "="),
        ("2023.6.30", "text"),
        ("95%以上", ">="),
        ("24小时以内", "<="),
        ("达到95%及以上", ">="),
        ("不大于3次", "<="),
        ("320", "="),
        ("明显提升", "text"),
    ],
)
def test_how_a_target_is_compared(text: str, sign: str) -> None:
    assert OperatorReader().value(text) == sign


@pytest.mark.parametrize("text", ["━━━━", "──", "———", "––", "...", "----"])
def test_lines_of_any_length_say_that_nothing_is_told(text: str) -> None:
    assert nulls.null_kind(text) == nulls.NOT_DISCLOSED


@pytest.mark.parametrize("text", ["1万及1万的整数倍", "1万元或1万元整数倍", "10000元及其整倍数", "1万元及其倍数"])
def test_steps_of_a_sum_are_the_sum(text: str) -> None:
    found = values.amount(text)
    assert found.unit is not None
    assert values.measured(found, "CNY", None) == 10_000


def test_days_of_the_republic_with_leading_zeros_and_terms_of_validity(take: Taker) -> None:
    taken = take("證號,發證日期,有效期限\nA1,0980315,1030314\nA2,1120405,1170404\n")
    assert taken.column("fa_zheng_ri_qi") == [dt.date(2009, 3, 15), dt.date(2023, 4, 5)]
    assert taken.column("you_xiao_qi_xian") == [dt.date(2014, 3, 14), dt.date(2028, 4, 4)]


def test_numbers_that_all_stand_with_one_unit_are_numbers_in_it(take: Taker) -> None:
    text = '价,款,网,面积,年限\n"1,200.50元","￥3,000.00",5G,12.5㎡,40年\n350元,￥2.5,4G,8㎡,50年\n'
    taken = take(text)
    assert (taken.column("jia"), taken.field("jia").unit) == ([Decimal("1200.50"), Decimal("350.00")], "CNY")
    assert (taken.column("kuan"), taken.field("kuan").unit) == ([Decimal("3000.00"), Decimal("2.50")], "CNY")
    assert (taken.column("mian_ji"), taken.field("mian_ji").unit) == ([Decimal("12.5"), 8], "m2")
    assert (taken.column("wang"), taken.column("nian_xian")) == (["5G", "4G"], ["40年", "50年"])
    taken = take("额\n44523万元\n14120万元\n")
    assert (taken.column("e"), taken.field("e").unit) == ([44523, 14120], "万元")
    assert take("额\n44523万元\n3亿元\n").types == {"e": "string"}


def test_features_of_a_map_are_records(take: Taker) -> None:
    point = '{"type":"Point","coordinates":[120.1,30.2]}'
    one = f'{{"type":"Feature","properties":{{"名称":"甲","面积":1.5}},"geometry":{point}}}'
    taken = take(f'{{"type":"FeatureCollection","features":[{one}]}}', "图.json")
    assert [field.title for field in taken.table.fields] == ["名称", "面积", "geometry"]
    assert taken.column("geometry") == [point]


def test_a_document_that_is_only_cited_has_not_the_number_of_the_notice(take: Taker) -> None:
    lines = ["当涂县出让公告", "当自然资规告字〔2023〕8号", "根据国土资发〔2010〕117号文件，现将有关事项公告如下："]
    rows = "宗地编号,土地坐落,出让面积（平方米）\nA-1,姑孰镇,500\n"
    taken = take("".join(f"{line},,\n" for line in lines) + rows, schema="land_supply.notice")
    assert taken.column("notice_no") == ["当自然资规告字〔2023〕8号"]


def test_the_column_of_years_is_told_to_be_read(take: Taker) -> None:
    text = "城市,年份,季度,用途,指标,数值,单位\n绍兴市,2021,1,综合,地面地价,5210,元/平方米\n"
    taken = take(text, schema="land_price.quarterly")
    assert taken.column("period") == ["2021-Q1"]
    assert not taken.findings("columns_not_in_schema")


@pytest.mark.parametrize(
    ("days", "type_", "first"),
    [
        (("111/03/15", "099/12/01", "99/10/20"), "date", dt.date(2022, 3, 15)),
        (("111.3.15", "2010-10-20", "108/12/01"), "date", dt.date(2022, 3, 15)),
        (("99/10/20", "11/03/15"), "string", "99/10/20"),
        (("111/03/15", "112/13/01"), "string", "111/03/15"),
        (("111/03/15", "甲"), "string", "111/03/15"),
    ],
)
def test_days_of_the_republic_are_told_by_the_whole_column(
    take: Taker, days: tuple[str, ...], type_: str, first: object
) -> None:
    taken = take("名稱,核發日期\n" + "".join(f"甲{number},{day}\n" for number, day in enumerate(days)))
    assert taken.table.fields[1].type == type_
    assert taken.column(taken.table.fields[1].name)[0] == first


def test_nothing_alone_in_its_row_is_no_row(take: Taker) -> None:
    taken = take("名称,金额,日期\n无,,\n甲,1,2019-01-02\n无,2,2019-01-03\n")
    assert [row["ming_cheng"] for row in taken.rows] == ["甲", "无"]


def test_a_list_of_nothing_is_a_report_of_nothing(take: Taker) -> None:
    taken = take("债券名称,债券编码,债券规模（亿元）,发行时间\n无,,,\n", schema="gov_debt.bonds")
    assert taken.rows == []
    assert [one.code for one in taken.outcome.findings if one.code == "report_of_nothing"]


def test_a_remark_beside_its_word_is_a_note(take: Taker) -> None:
    head = ["序号", "地块编号", "土地位置", "出让面积（㎡）", "土地用途", "备注"]
    remark = ["备注", "1、须符合细则；2、其他见公告。", "", "", "", ""]
    rows = [head, [1, "XX2026-1", "城西街道", 9166, "工业用地", ""], remark]
    taken = take(merged(rows, "B3:F3"), "公告.xlsx", schema="land_supply.notice")
    assert taken.column("parcel_no") == ["XX2026-1"]
    assert taken.outcome.tables[0].table.origin["notes"] == 1


def test_the_cells_that_are_named_are_the_first_ones_whatever_stands_in_them(take: Taker) -> None:
    odd = {row: ("待定", "面议")[row % 2] for row in range(10, 810, 20)} | dict.fromkeys(range(15, 55, 2), "面议")
    rows = "".join(f"a,{odd.get(row, row)}\n" for row in range(2, 1202))
    finding = take("k,v\n" + rows).finding("column_became_text")
    assert finding.params["first_cells"] == [f"B{row}" for row in sorted(odd)][:20]


def test_land_that_is_allotted_and_listings_that_are_taken_down(take: Taker) -> None:
    allotted = take(
        "电子监管号,四至范围,划拨面积（平方米）\n3411812021A00012,东至样例路,1200\n", schema="land_supply.result"
    )
    assert picked(allotted.rows, "area", "location") == [(1200, "东至样例路")]
    taken = take("宗地编号,成交价(万元),竞得人\n样-1,撤牌,\n样-2,10,样例公司\n", schema="land_supply.deal")
    assert taken.column("outcome") == ["withdrawn", "sold"]
