"""What lines round a table say of it: days on which it was written, districts over some of its rows."""

from __future__ import annotations

import pytest

from tests.ingest.taking import Taker, picked, table, workbook


@pytest.mark.parametrize(
    "line", [["申报日期：2021年11月20日"], ["批复时间: 2021 年 11 月 20 日"], ["日期", "2021年11月20日"]]
)
def test_the_year_of_a_form_is_that_of_its_title_not_of_the_day_it_was_written(take: Taker, line: list[str]) -> None:
    rows = [["2022年部门预算项目支出绩效目标申报表"], [*line, "单位：万元"]]
    rows += [["项目名称", "样例养护", "项目当年预算", "860"], ["年度绩效目标", "完成养护。"]]
    rows += [["一级指标", "二级指标", "三级指标", "指标值"], ["产出指标", "数量指标", "养护里程", "≥130公里"]]
    taken = take(workbook(("表", rows)), schema="fiscal_project.targets")
    assert picked(table(taken, "projects"), "project", "year") == [("样例养护", "2022")]


DEALS = ["序号", "地块编号", "出让面积（平方米）", "成交价（万元）", "竞得人"]


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("一、花溪区", "二、清镇市（1宗）", [("520111", "花溪区"), ("520181", "清镇市")]),
        ("花溪区", "清镇市：", [("520111", "花溪区"), ("520181", "清镇市")]),
        ("一、花溪区", "（一）工业用地", [("520111", "花溪区"), ("520111", "花溪区")]),
        ("一、花溪区", "二、工业用地", [("520111", "花溪区"), ("520100", "贵阳市")]),
        ("一、花溪区", "二、市本级", [("520111", "花溪区"), ("520100", "市本级")]),
        ("一、工业用地", "二、住宅用地", [("520100", "贵阳市"), ("520100", "贵阳市")]),
    ],
)
def test_a_line_in_a_list_may_name_the_region_of_the_rows_below(
    take: Taker, first: str, second: str, told: list[tuple[str, str]]
) -> None:
    rows = [["贵阳市2022年第二季度土地成交情况表"], DEALS, [first], [1, "样-1", 40000, 9000, "甲公司"]]
    rows += [["小计", "", 40000, 9000], [second], [2, "样-2", 30000, 8000, "乙公司"], ["合计", "", 70000, 17000]]
    taken = take(workbook(("表", rows)), schema="land_supply.deal")
    assert picked(taken.rows, "parcel_no", "region", "region_name") == [("样-1", *told[0]), ("样-2", *told[1])]
    assert taken.finding("headings_left_out").count == 2
    if told[0][1] != "贵阳市":
        assert taken.cells(1)["region_name"]["cell"] == "A3"


def test_blocks_below_one_title_are_each_of_the_place_named_over_them(take: Taker) -> None:
    head = ["用途", "地面地价水平值（元/平方米）", "环比增长率（%）"]
    rows = [["宜宾市2023年第三季度城市地价动态监测成果"], []]
    for place, level in (("（一）翠屏区", 2846), ("（二）叙州区", 2103)):
        rows += [[place], head, ["综合", level, 0.5], ["商业", level + 900, 0.3], []]
    (made,) = (taken := take(workbook(("表", rows)), schema="land_price.quarterly")).outcome.tables
    assert (made.table.rows, made.table.title) == (8, "宜宾市2023年第三季度城市地价动态监测成果")
    assert [one.table.title for one in take(workbook(("表", rows))).outcome.tables] == [
        "宜宾市2023年第三季度城市地价动态监测成果",
        "宜宾市2023年第三季度城市地价动态监测成果 叙州区",
    ]
    assert picked(taken.rows, "region", "region_name", "period", "value")[::4] == [
        ("511502", "翠屏区", "2023-Q3", 2846),
        ("511504", "叙州区", "2023-Q3", 2103),
    ]


def test_what_the_treasury_gives_to_a_project_is_its_appropriation_beside_other_funds(take: Taker) -> None:
    rows = [["2023年样例专项资金项目清单"], ["单位：万元"], ["项目名称", "项目单位", "资金安排", "", ""]]
    rows += [["", "", "合计", "财政补助", "其他资金"], ["样例养护", "样例合作社", 480, 300, 180]]
    taken = take(workbook(("表", rows)), schema="fiscal_project.budget")
    assert picked(taken.rows, "total", "appropriation", "other") == [(4_800_000, 3_000_000, 1_800_000)]


def test_a_form_without_a_heading_goes_on_below_that_of_the_sheet_before(take: Taker) -> None:
    def form(parcel: str) -> list[list[str]]:
        return [["宗地编号：", parcel, "宗地坐落：", "样例路"], ["土地用途：", "工业用地"], ["起始价：", "900万元"]]

    head = [["样例县国有建设用地使用权挂牌出让公告"], ["公告编号：样自然资告字[2023]15号"]]
    sheets = (("甲", [*head, *form("样-1")]), ("乙", form("样-2")), ("丙", [["样例县另一公告"], *form("样-3")]))
    taken = take(workbook(*sheets), schema="land_supply.notice")
    number = "样自然资告字〔2023〕15号"
    assert picked(taken.rows, "parcel_no", "notice_no") == [("样-1", number), ("样-2", number), ("样-3", None)]
    assert [taken.cells(row)["notice_no"]["cell"] for row in (1, 2)] == ["A2", None]


def test_a_target_that_is_said_to_be_a_quantity_has_the_sign_of_its_text(take: Taker) -> None:
    head = ["项目名称", "年度绩效目标", "一级指标", "二级指标", "三级指标", "指标值类型", "指标值", "度量单位"]
    rows = [
        ["2023年项目支出绩效目标表"],
        head,
        ["样例养护", "养护", "产出指标", "数量指标", "里程", "定量", "≥95", "公里"],
    ]
    rows += [["", "", "", "时效指标", "报送", "定性", "及时", ""], ["", "", "", "", "座数", "定量指标", "12", "座"]]
    taken = take(workbook(("表", rows)), schema="fiscal_project.targets")
    assert picked(table(taken, "indicators"), "level3", "operator", "target") == [
        ("里程", ">=", "≥95"),
        ("报送", "text", "及时"),
        ("座数", "=", "12"),
    ]


def test_a_name_alone_in_the_column_of_regions_is_no_heading(take: Taker) -> None:
    rows = [["贵阳市2022年土地成交情况表"], ["所在地", *DEALS[1:]], ["花溪区"], ["", "样-1", 40000, 9000, "甲公司"]]
    rows += [["", "样-2", 30000, 8000, "乙公司"], ["清镇市"], ["", "样-3", 30000, 8000, "丙公司"]]
    taken = take(workbook(("表", rows)), schema="land_supply.deal")
    assert not taken.findings("headings_left_out")
    assert [row["region"] for row in taken.rows if row["parcel_no"]] == ["520111", "520111", "520181"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("一、划拨用地", "二、协议出让", "三、挂牌出让地块（1宗）"), ["allocation", "agreement", "listing"]),
        (("一、划拨用地", "二、招拍挂出让", "三、挂牌出让"), None),  # one of them is no code, so none is
        (("（一）划拨", "（二）拍卖", "二、其他地块"), ["allocation", "auction", None]),
        (("一、工业用地", "二、住宅用地", "三、其他"), None),
    ],
)
def test_lines_that_all_name_codes_of_a_field_without_a_column_say_it_of_their_rows(
    take: Taker, lines: tuple[str, ...], told: list[str | None] | None
) -> None:
    rows = [["贵阳市2022年第二季度供地结果公示"], ["序号", "电子监管号", "行政区", "供地面积（平方米）", "用地单位"]]
    for at, line in enumerate(lines, start=1):
        rows += [[line], [at, f"5201112022A0012{at}", "花溪区", 40000, "样例公司"]]
    taken = take(workbook(("表", [*rows, ["合计", "", "", 120000, ""]])), schema="land_supply.result")
    assert [row.get("supply_method") for row in taken.rows] == (told or [None] * 3)
    assert taken.finding("headings_left_out").count == 3
    if told:
        assert taken.cells(1)["supply_method"]["cell"] == "A3"
