"""The formulas that a table prints are held against its figures, by column and by row."""

from __future__ import annotations

import pytest

from tests.ingest.taking import Taker, workbook

# Qijiang's limits and balances of 2020 as published, with the letters under the header.
LIMITS = [
    ["地区", "2020年债务限额", "一般债务", "专项债务", "2020年债务余额预计执行数", "一般债务余额", "专项债务余额"],
    ["公 式", "A=B+C", "B", "C", "D=E+F", "E", "F"],
    ["綦江区", "152.50", "89.00", "63.50", "84.44", "51.97", "32.47"],
]
ISSUES = [
    ["地方政府债券发行及还本付息情况表"],
    ["", "", "", "单位：亿元"],
    ["项目", "公式", "本地区", "本级"],
    ["一、2021年发行预计执行数", "A=B+D", "120.50", "40.10"],
    ["（一）一般债券", "B", "50.20", "20.05"],
    ["   其中：再融资债券", "C", "20.10", "8.00"],
    ["（二）专项债券", "D", "70.30", "{}"],
]


def told(take: Taker, rows: list[list[str]], **options: str) -> list[tuple[str | None, object, object]]:
    found = take(workbook(("表", rows)), **options).findings("check_formula")
    return [(one.cell, one.params["formula"], one.params["expected"]) for one in found]


def test_a_table_whose_figures_keep_its_formulas_is_told_nothing(take: Taker) -> None:
    assert told(take, LIMITS) == []
    assert told(take, [*ISSUES[:-1], ["（二）专项债券", "D", "70.30", "20.05"]], schema="gov_debt.flow") == []


def test_a_figure_that_breaks_the_formula_of_its_column_is_told(take: Taker) -> None:
    row = ["綦江区", "162.50", "89.00", "63.50", "84.45", "51.97", "32.47"]  # 84.45 may be rounding
    assert told(take, [*LIMITS[:2], row]) == [("B3", "A=B+C", "152.50")]


def test_a_figure_that_breaks_the_formula_of_its_row_is_told(take: Taker) -> None:
    rows = [*ISSUES[:-1], ["（二）专项债券", "D", "70.30", "10.05"]]
    assert told(take, rows, schema="gov_debt.flow") == [("D4", "A=B+D", "30.10")]


def test_column_numbers_may_be_formulas_too(take: Taker) -> None:
    # Of the quarterly form of residential land: (3) is the whole of (4) and (5).
    rows = [["区县", "项目数", "存量面积", "未动工", "已动工"], ["(1)", "(2)", "(3)=(4)+(5)", "(4)", "(5)"]]
    assert told(take, [*rows, ["姚安县", "3", "12.5", "4.5", "8"], ["大姚县", "1", "9", "", "3"]]) == [
        ("C4", "3=(4)+(5)", "3")
    ]


@pytest.mark.parametrize(
    "letters", [["公式", "A=B+C", "B", "B"], ["公式", "A=B×C", "B", "C"], ["公式", "A=B+X", "B", "C"]]
)
def test_formulas_that_say_nothing_certain_are_left(take: Taker, letters: list[str]) -> None:
    assert told(take, [["地区", "合", "甲", "乙"], letters, ["一区", "9", "1", "2"], ["二区", "9", "1", "2"]]) == []
