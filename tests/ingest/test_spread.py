"""Names that a clerk has spread over the width of a column are read as the plain ones."""

from __future__ import annotations

from tests.ingest.taking import Taker, picked, workbook


def test_regions_units_and_offices_with_blanks_between_their_characters_are_the_plain_names(take: Taker) -> None:
    rows = [
        ["2022年地方政府债务限额及余额情况表（亿元）"],
        ["地  区", "债务限额", "债务余额"],
        ["青 海 省", 9, 8],
        ["西 宁 市", 4, 3],
    ]
    taken = take(workbook(("表", rows)), schema="gov_debt.limit_balance")
    assert picked(taken.rows, "region", "region_name")[::2] == [("630000", "青海省"), ("630100", "西宁市")]
    assert taken.cells(1)["region_name"]["raw"] == "青 海 省"
    rows = [
        ["2024年项目支出预算表"], ["主管部门", "单位名称", "项目名称", "预算金额（元）"],
        ["样 例 局", "样　　站", "样例防火", 5], ["样 例 局", "样例 东站", "样例监测", 6],
    ]  # fmt: skip
    taken = take(workbook(("表", rows)), schema="fiscal_project.budget")
    assert picked(taken.rows, "department", "unit_name") == [("样例局", "样站"), ("样例局", "样例 东站")]


def test_housing_with_a_dot_keeps_its_name_and_persons_do_not(take: Taker) -> None:
    rows = [
        ["行政区", "电子监管号", "项目名称", "土地使用权人", "土地面积（平方米）"],
        ["永川区", "5001182016B00226", "绿融·江湾里", "买买提 · 某某都", 5],
        ["永川区", "5001182016B00227", "艾某提·某孜住宅", "王　某", 6],
    ]
    taken = take(workbook(("表", rows)), schema="land_supply.result")
    assert picked(taken.rows, "project_name", "grantee") == [("绿融·江湾里", "买**"), ("艾**住宅", "王**")]
