"""What an XLSB says beside its cells. The books are written here, record by record, as [MS-XLSB] has them."""

from __future__ import annotations

import io
import struct
import zipfile

from tests.ingest.taking import Taker, picked

_PLAIN, _HIDDEN = 0, 1


def number(value: int) -> bytes:
    """A number in pieces of seven bits."""
    made = b""
    while value > 0x7F:
        made, value = made + bytes([value & 0x7F | 0x80]), value >> 7
    return made + bytes([value])


def record(kind: int, data: bytes = b"") -> bytes:
    return number(kind) + number(len(data)) + data


def text(words: str) -> bytes:
    return struct.pack("<I", len(words)) + words.encode("utf-16-le")


def sheet(rows: list[list[str]], *, hidden: set[int] = frozenset(), columns: set[int] = frozenset()) -> bytes:
    """A sheet of texts, the rows and columns from 0 that are hidden, and A2:A3 merged."""
    body = record(129) + record(148, struct.pack("<4I", 0, len(rows) - 1, 0, len(rows[0]) - 1)) + record(390)
    for at in sorted(columns):
        body += record(60, struct.pack("<4IH", at, at, 2304, 0, 1))
    body += record(391) + record(145)
    for at, cells in enumerate(rows):
        flags = 0x10 if at in hidden else 0
        body += record(0, struct.pack("<2IHBBB", at, 0, 300, 0, flags, 0) + struct.pack("<I", 0))
        for place, words in enumerate(cells):
            if words:
                body += record(6, struct.pack("<2I", place, 0) + text(words))
    body += record(146) + record(177, struct.pack("<I", 1)) + record(176, struct.pack("<4I", 1, 2, 0, 0)) + record(178)
    return body + record(130)


def book(sheets: dict[str, tuple[int, bytes]]) -> bytes:
    """The bytes of an XLSB: by name, the state of each sheet and its part."""
    listed = b"".join(
        record(156, struct.pack("<2I", state, at) + text(f"rId{at}") + text(name))
        for at, (name, (state, _)) in enumerate(sheets.items(), start=1)
    )
    types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{types}/worksheet" Target="worksheets/sheet{at}.bin"/>'
        for at in range(1, len(sheets) + 1)
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "xl/workbook.bin": record(131) + record(143) + listed + record(144) + record(132),
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{package}/relationships">{links}</Relationships>',
    }
    parts |= {f"xl/worksheets/sheet{at}.bin": part for at, (_, part) in enumerate(sheets.values(), start=1)}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


ROWS = [["区县", "宗地", "备忘"], ["越城区", "甲", "x"], ["", "乙", "y"], ["柯桥区", "丙", "z"]]


def test_hidden_sheets_rows_and_columns_are_told(take: Taker) -> None:
    content = book({"清单": (_PLAIN, sheet(ROWS, hidden={2}, columns={2})), "底稿": (_HIDDEN, sheet(ROWS))})
    taken = take(content, "清单.xlsb")
    assert len(taken.outcome.tables) == 1
    assert taken.finding("rows_hidden").params["rows"] == "3"
    assert taken.finding("columns_hidden").params["columns"] == "C"
    assert "底稿" in taken.finding("other_sheets").message()


def test_a_category_merged_downwards_fills_its_rows(take: Taker) -> None:
    taken = take(book({"清单": (_PLAIN, sheet(ROWS))}), "清单.xlsb")
    assert picked(taken.rows, "qu_xian", "zong_di") == [("越城区", "甲"), ("越城区", "乙"), ("柯桥区", "丙")]


def test_an_odd_part_costs_only_what_it_would_tell(take: Taker) -> None:
    content = book({"清单": (_PLAIN, sheet(ROWS))})
    broken = content.replace(b"rId1", b"rId9", 1)
    assert len(take(content, "清单.xlsb").rows) == 3
    assert take.refused(broken, "清单.xlsb").code in {"workbook_broken", "sheet_empty"}
