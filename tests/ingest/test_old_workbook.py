"""What an XLS of 97 to 2003 says beside its cells is told as of newer ones; a broken one is left to the reader."""

from __future__ import annotations

import struct
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.formats.compound import Broken, Compound
from ingest.formats.old_workbook import read_remarks
from tests.ingest.old_books import compound, formula, hidden_columns, hidden_row, integers, label, number, old_workbook
from tests.ingest.taking import Taker

CELLS = [
    hidden_columns(1, 2),
    hidden_row(2),
    *(
        label(0, at, text)
        for at, text in enumerate(("债券名称", "债券利率（%）", "债券规模（亿元）", "债券期限（年）"))
    ),
    label(1, 0, "甲"),
    number(1, 1, 0.0352, style=1),
    number(1, 2, 1),
    formula(1, 3, 0.0, flags=2),
    label(2, 0, "乙"),
    integers(2, 1, (3,), style=2),
    number(2, 2, 2),
    formula(2, 3, 2.0),
]
FORMATS = [(10, "0.00%"), (164, "0.0%")]


@pytest.mark.parametrize("pad", [0, 5_000])
def test_an_old_workbook_tells_what_is_hidden_in_percent_and_not_computed(take: Taker, pad: int) -> None:
    taken = take(old_workbook("债券", CELLS, FORMATS, pad), "t.xls", schema="gov_debt.bonds")
    assert taken.column("rate") == [Decimal("3.52"), Decimal(3)]
    assert taken.table.sheet == "债券"
    assert taken.finding("rows_hidden").params["rows"] == "3"
    assert taken.finding("columns_hidden").params["columns"] == "B, C"
    assert taken.finding("formula_no_value").cell == "D2"


def test_a_chain_that_goes_in_a_circle_is_broken() -> None:
    content = bytearray(old_workbook("表", CELLS))
    struct.pack_into("<I", content, 512 + 4 * 3, 3)
    with pytest.raises(Broken):
        Compound(bytes(content)).stream("Workbook")


@pytest.mark.parametrize(
    "content", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)]
)
def test_what_is_no_compound_file_says_nothing(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "t.xls"
    path.write_bytes(content)
    assert read_remarks(path) == {}


def test_a_compound_file_without_a_workbook_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "t.xls"
    path.write_bytes(compound(bytes(5_000)).replace("Workbook".encode("utf-16-le"), "Werkbook".encode("utf-16-le")))
    assert read_remarks(path) == {}
