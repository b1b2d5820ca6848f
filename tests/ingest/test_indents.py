"""Lists whose names are set in by the style of their cells, in old workbooks and open documents."""

from __future__ import annotations

import pytest

from tests.ingest.old_books import label, old_workbook
from tests.ingest.old_books import number as old_number
from tests.ingest.taking import Taker, picked
from tests.ingest.test_percents import document, number, row, text

_STEPS = (0, 0, 1, 2, 2, 2, 1, 2)
_NAMES = (
    "样例市文化局",
    "样例市文化局本级",
    "样例文化服务",
    "样例零项目",
    "样例健身活动",
    "样例市图书馆",
    "样例图书购置",
)
_FIGURES = (16.75, 11, 6, 0, 5, 5.75, 5.75)
_ROWS = [("合计", 16.75), *zip(_NAMES, _FIGURES, strict=True)]
_WANTED = [
    ("样例市文化局", "样例市文化局本级", "样例文化服务", 60_000),
    ("样例市文化局", "样例市文化局本级", "样例零项目", 0),
    ("样例市文化局", "样例市文化局本级", "样例健身活动", 50_000),
    ("样例市文化局", "样例市图书馆", "样例图书购置", 57_500),
]


def old_list() -> bytes:
    cells = [label(0, 0, "2023年项目支出表（万元）"), label(1, 0, "支出项目（资金使用单位）"), label(1, 1, "总计")]
    for at, ((name, figure), steps) in enumerate(zip(_ROWS, _STEPS, strict=True), start=2):
        cells += [label(at, 0, name, steps), old_number(at, 1, figure)]
    return old_workbook("表", cells, indents=(1, 2))


def open_list() -> bytes:
    style = (
        '<style:style style:name="s{0}" style:family="table-cell">'
        '<style:paragraph-properties fo:margin-left="{1}"/></style:style>'
    )
    rows = row(text("2023年项目支出表（万元）")) + row(text("支出项目（资金使用单位）"), text("总计"))
    for (name, figure), steps in zip(_ROWS, _STEPS, strict=True):
        rows += row(text(name, f'table:style-name="s{steps}"' if steps != 1 else ""), number(figure))
    columns = '<table:table-column table:default-cell-style-name="s1"/><table:table-column/>'
    styles = style.format(0, "0cm") + style.format(1, "0.353cm") + style.format(2, "20pt")
    return document(rows, columns, styles)


@pytest.mark.parametrize(("name", "content"), [("表.xls", old_list()), ("表.ods", open_list())])
def test_cells_may_be_set_in_by_their_style(take: Taker, name: str, content: bytes) -> None:
    taken = take(content, name, schema="fiscal_project.budget")
    assert picked(taken.rows, "department", "unit_name", "project", "total") == _WANTED
    assert taken.finding("tree_unfolded").params["count"] == 4
