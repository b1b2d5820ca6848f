"""Small invented files in each format that is read, for mutation."""

from __future__ import annotations

import io
import json
import zipfile

from tests.ingest.taking import workbook

_ROWS = [
    [f"{number:03d}", f"地块{number}", f"{number * 1.5}公顷", f"2020-0{number % 9 + 1}-1{number % 9}", number * 1_000]
    for number in range(1, 40)
]
_HEADER = ["编号", "名称", "面积", "日期", "价款（万元）"]
_TITLED = [["某市土地出让表"], ["单位：万元"], _HEADER, *_ROWS, ["合计", "", "", "", 780_000], ["注：仅供测试。"]]
_TEXT = "\n".join(",".join(map(str, row)) for row in [_HEADER, *_ROWS])
_RECORDS = json.dumps([dict(zip(_HEADER, row, strict=True)) for row in _ROWS], ensure_ascii=False)


def _page() -> str:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in [_HEADER, *_ROWS])
    return f"<html><body><table><tr><td colspan=5>某市</td></tr>{rows}</table></body></html>"


def _book() -> str:
    cells = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row) + "</Row>"
        for row in [_HEADER, *_ROWS]
    )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    opening = f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="一">'
    return f"{opening}<Table>{cells}</Table></Worksheet></Workbook>"


def _archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("甲.csv", _TEXT)
        archive.writestr("乙.csv", _TEXT.encode("gb18030"))
    return target.getvalue()


SAMPLES: dict[str, bytes] = {
    "plain.csv": _TEXT.encode(),
    "gb18030.csv": _TEXT.encode("gb18030"),
    "titled.csv": "\n".join(",".join(map(str, row)) for row in _TITLED).encode(),
    "tabs.txt": _TEXT.replace(",", "\t").encode("utf-16"),
    "records.json": _RECORDS.encode(),
    "records.ndjson": _RECORDS[1:-1].replace("}, {", "}\n{").encode(),
    "book.xlsx": workbook(("一", _TITLED), ("二", [_HEADER, *_ROWS])),
    "page.xls": _page().encode("gb18030"),
    "book.xls": _book().encode(),
    "archive.zip": _archive(),
}
