"""Files with invented personal numbers in unusual places: each number fits its check and is of nobody."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.comments import Comment

from tests.ingest.taking import workbook
from tests.portal.invented import NUMBER, OTHER, WITH_X


@dataclass(frozen=True)
class Planted:
    """A file: what becomes of it (`blocked` until decided, or `clean`: what is kept of it holds nothing)."""

    name: str
    content: bytes
    end: str = "blocked"
    columns: int = 1  # that hold one
    texts: tuple[str, ...] = ()  # the places of texts beside the rows that hold one
    told: str = ""  # the finding of what stands beside the cells


def _rows(*cells: Any, heading: str = "备注") -> list[tuple[Any, ...]]:
    """A table whose second column holds the cells."""
    return [("地块", heading, "面积"), *((f"地块{place}", cell, place + 1.5) for place, cell in enumerate(cells))]


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows).encode()


def _cells(*cells: Any, heading: str = "备注") -> bytes:
    return _csv(_rows(*cells, heading=heading))


def _wide(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) for one in text)


def _digits(text: str, zero: int) -> str:
    return "".join(chr(zero + int(one)) for one in text)


def _spread(text: str, between: str) -> str:
    return between.join(text)


_PLAIN = _rows("无", "无")


def _book(rows: Sequence[Sequence[Any]], change: Any = None) -> bytes:
    return workbook(("表", rows), change=change)


def _number_cells(book: Any) -> None:
    for row in (2, 3):
        book["表"].cell(row, 2).value = int(NUMBER)
        book["表"].cell(row, 2).number_format = "0"


def _hide_column(book: Any) -> None:
    book["表"].column_dimensions["B"].hidden = True


def _hide_rows(book: Any) -> None:
    for row in (2, 3):
        book["表"].row_dimensions[row].hidden = True


def _comment(book: Any) -> None:
    book["表"]["A2"].comment = Comment(f"持有人 {NUMBER}", "某某")


def _hidden_sheet(book: Any) -> None:
    sheet = book.create_sheet("底稿")
    sheet.append(("持有人", "证件"))
    sheet.append(("某某", NUMBER))
    sheet.sheet_state = "hidden"


def _properties(book: Any) -> None:
    book.properties.creator = f"某某{NUMBER}"
    book.properties.title = f"名册{NUMBER}"
    book.properties.keywords = NUMBER


def _validation(book: Any) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(type="list", formula1=f'"{NUMBER},甲"', prompt=NUMBER)
    rule.add("A2")
    book["表"].add_data_validation(rule)


def _defined_name(book: Any) -> None:
    from openpyxl.workbook.defined_name import DefinedName

    book.defined_names["holder"] = DefinedName("holder", attr_text=f'"{NUMBER}"')


def _header_footer(book: Any) -> None:
    book["表"].oddHeader.center.text = f"持有人 {NUMBER}"


def _link(book: Any) -> None:
    book["表"]["A2"].hyperlink = f"https://example.org/?id={NUMBER}"


def _formula(book: Any) -> None:
    book["表"]["B2"].value = f'="{NUMBER}"&""'


def _zipped(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, content)
    return target.getvalue()


def _with_part(name: str, change: Callable[[str], str]) -> bytes:
    """The plain workbook with one part of its archive changed, or made."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_book(_PLAIN))) as old, zipfile.ZipFile(target, "w") as new:
        parts = {one: old.read(one).decode() for one in old.namelist()}
        for one, content in {**parts, name: change(parts.get(name, ""))}.items():
            new.writestr(one, content)
    return target.getvalue()


def _strings(_: str) -> str:
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<sst xmlns="{namespace}"><si><t>{NUMBER}</t></si></sst>'


def _custom(_: str) -> str:
    return f'<r><s v="{NUMBER}"/><t>{OTHER}</t></r>'


def _old_sheet_only_hidden() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "表"
    for row in _rows(NUMBER, "无"):
        book.active.append(row)
    other = book.create_sheet("空")
    book.active.sheet_state = "hidden"
    book.active = other
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


_NESTED = [
    {"地块": "甲", "持有": {"名": "某某", "证": [NUMBER, {"又": OTHER}]}, "面积": 1.5},
    {"地块": "乙", "面积": 2.5},
]
_FEATURES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [120.5, 30.1]},
            "properties": {"地块": f"甲{at}", "备注": NUMBER if at else "无"},
        }
        for at in range(3)
    ],
}
SPELLINGS: Mapping[str, str] = {
    "plain": NUMBER,
    "x": WITH_X.lower(),
    "wide": _wide(NUMBER),
    "blanks": _spread(NUMBER, " "),
    "wide blanks": _spread(NUMBER, "\u3000"),
    "unbreakable": _spread(NUMBER, "\u00a0"),
    "unseen": _spread(NUMBER, "\u200b"),
    "joiner": _spread(NUMBER, "\u2060"),
    "soft hyphen": _spread(NUMBER, "\u00ad"),
    "marks": _spread(NUMBER, "\u0301"),
    "variation": _spread(NUMBER, "\ufe0f"),
    "filler": _spread(NUMBER, "\u3164"),
    "right to left": f"\u202d{NUMBER}\u202c",
    "arabic": _digits(NUMBER, 0x660),
    "bold": _digits(NUMBER, 0x1D7CE),
    "circles": "".join("⓪①②③④⑤⑥⑦⑧⑨"[int(one)] for one in NUMBER),
    "hyphens": f"{NUMBER[:6]}-{NUMBER[6:14]}-{NUMBER[14:]}",
    "thousands": f"{int(NUMBER):,}",
    "dots": f"{NUMBER[:6]}·{NUMBER[6:14]}·{NUMBER[14:]}",
    "glued": f"某某某{NUMBER}某某某",
    "latin glued": f"ID{NUMBER}CN",
    "list number": f"1.{NUMBER}",
    "two in one": f"{NUMBER}、{OTHER}",
    "broken over lines": f"{NUMBER[:9]}\n{NUMBER[9:]}",
    "apostrophe": f"'{NUMBER}",
    "as formula": f'=""{NUMBER}""',
    "float": f"{NUMBER}.0",
    "scientific": f"{float(NUMBER):.14E}",
    "through a float": str(int(float(NUMBER))),
    "after a word": f"身份证号码为{NUMBER[:17]}{(int(NUMBER[17]) + 1) % 10}",  # mistyped
}


def _spelled() -> bytes:
    """A table with a column for each spelling."""
    names = ["".join(chr(0x4E00 + 97 * place + at) for at in range(3)) for place in range(len(SPELLINGS))]
    return _csv(
        [("地块", *names), ("甲", *SPELLINGS.values()), *((f"乙{at}", *("无" for _ in names)) for at in range(2))]
    )


FILES = (
    Planted("spelled.csv", _spelled(), columns=len(SPELLINGS)),
    Planted("one in many.csv", _cells(*["无"] * 3000, NUMBER, *["无"] * 3000)),
    Planted("all floats.csv", _cells(f"{NUMBER}.0", f"{OTHER}.00")),
    Planted("all scientific.csv", _cells(f"{float(NUMBER):.14E}", f"{float(OTHER):.14E}")),
    Planted("integers.csv", _cells(NUMBER, OTHER, heading="编号")),
    Planted("through floats.csv", _cells(str(int(float(NUMBER))), str(int(float(OTHER))))),
    Planted("mistyped.csv", _cells(NUMBER[:17] + str((int(NUMBER[17]) + 1) % 10), "无", heading="身份证号")),
    Planted("gb18030.csv", _cells(NUMBER, "无甲乙丙").decode().encode("gb18030")),
    Planted("utf-16.csv", _cells(NUMBER, "无甲乙丙").decode().encode("utf-16")),
    Planted("tabs.txt", _cells(NUMBER, "无").replace(b",", b"\t")),
    Planted("title above.csv", f"统计表{NUMBER}\n".encode() + _csv(_PLAIN), columns=0, texts=("title:data",)),
    Planted(
        "note below.csv",
        _csv(_PLAIN) + f"注：联系 {NUMBER}\n填表说明：{_wide(OTHER)}\n".encode(),
        columns=0,
        texts=("note:1", "note:2"),
    ),
    Planted("in the total.csv", _csv([*_PLAIN, ("合计", NUMBER, 4)]), columns=0, texts=("total:1:bei_zhu",)),
    Planted(
        "heading.csv",
        _csv([("地块", f"备注{NUMBER}", "面积"), *_PLAIN[1:]]),
        columns=0,
        texts=(f"heading:data:bei_zhu_{NUMBER[-4:]}",),
    ),
    Planted(f"名册{NUMBER}.csv", _csv(_PLAIN), "clean"),
    Planted("records.json", json.dumps(_NESTED, ensure_ascii=False).encode()),
    Planted(
        "key.json",
        json.dumps([{"地块": "甲", NUMBER: 1}, {"地块": "乙", NUMBER: 2}]).encode(),
        columns=0,
        texts=(f"heading:data:n_{NUMBER[-4:]}",),
    ),
    Planted("number.json", json.dumps([{"地块": "甲", "编": int(NUMBER)}, {"地块": "乙", "编": int(OTHER)}]).encode()),
    Planted("lines.ndjson", "\n".join(json.dumps(one) for one in _NESTED).encode()),
    Planted("places.geojson", json.dumps(_FEATURES).encode()),
    Planted("book.xlsx", _book(_rows(NUMBER, "无"))),
    Planted("numbers.xlsx", _book(_rows(0, 0), _number_cells)),
    Planted("hidden column.xlsx", _book(_rows(NUMBER, "无"), _hide_column)),
    Planted("hidden rows.xlsx", _book(_rows(NUMBER, OTHER), _hide_rows)),
    Planted("only a hidden sheet.xlsx", _old_sheet_only_hidden()),
    Planted("sheet name.xlsx", workbook((f"表{NUMBER}", _PLAIN)), columns=0, texts=("sheet:data",)),
    Planted(
        "banners.xlsx",
        _book([(f"{WITH_X}名册",), (f"编制：{NUMBER}", "", "单位：亩"), *_PLAIN]),
        columns=0,
        texts=("title:data", "banner:data:2"),
    ),
    Planted("name in an archive.zip", _zipped(f"表{NUMBER}.csv", _csv(_PLAIN)), columns=0, texts=("sheet:data",)),
    Planted(
        "second table.xlsx", workbook(("表", _PLAIN), ("又", [("名", "号", "数"), ("甲", NUMBER, 1), ("乙", "无", 2)]))
    ),
    Planted(
        "below in the sheet.xlsx", _book([*_PLAIN, (), (), ("名", "号", "数"), ("甲", NUMBER, 1), ("乙", "无", 2)])
    ),
    Planted("comment.xlsx", _book(_PLAIN, _comment), "clean", told="personal_in_comments"),
    Planted("hidden sheet.xlsx", _book(_PLAIN, _hidden_sheet), "clean", told="personal_in_unread_sheet"),
    Planted("properties.xlsx", _book(_PLAIN, _properties), "clean", told="personal_in_properties"),
    Planted("validation.xlsx", _book(_PLAIN, _validation), "clean", told="personal_in_parts"),
    Planted("name of a range.xlsx", _book(_PLAIN, _defined_name), "clean", told="personal_in_parts"),
    Planted("print header.xlsx", _book(_PLAIN, _header_footer), "clean", told="personal_in_parts"),
    Planted("link.xlsx", _book(_PLAIN, _link), "clean", told="personal_in_parts"),
    Planted("formula.xlsx", _book(_PLAIN, _formula), "clean", told="personal_in_parts"),
    Planted("shared string.xlsx", _with_part("xl/sharedStrings.xml", _strings), "clean", told="personal_in_parts"),
    Planted("custom.xlsx", _with_part("customXml/item1.xml", _custom), "clean", told="personal_in_parts"),
    Planted("packed.zip", _zipped("表.csv", _cells(NUMBER, "无"))),
    Planted(
        "page.html",
        (
            "<table>"
            + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in _rows(NUMBER, "无"))
            + "</table>"
        ).encode(),
    ),
)
