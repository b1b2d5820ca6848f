"""Small invented files in each format that is read, for mutation."""

from __future__ import annotations

import io
import json
import zipfile

from tests.ingest.old_books import formula, hidden_row, label, number, old_workbook
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


_DEALS = """行政区,公告号,宗地编号,土地面积（平方米）,土地用途,出让年限,容积率,成交价（万元）,受让人,成交日期
柯桥区,样告字[2021]1号,|P1|P2,|3906平方米|1200,|住宅|商业,|70年|40年,|1.0≤容积率≤1.8|≤2.0,|4452|900,样例公司,2021年3月1日
诸暨市,样告字[2021]2号,P3,1.2公顷,工业,50年,≥1.2,陆佰玖拾伍万肆仟贰佰元整,流拍,2021.4.2
"""
_LIMITS = [
    ["某市2022年债务限额和余额表"],
    ["地区", "2022年限额", "", "2022年余额", ""],
    ["", "一般债务", "专项债务", "一般债务", "专项债务"],
    ["公式", "A", "B", "C=A", "D"],
    ["越城区", 1.5, 2.5, 1.2, 2.1],
    ["市本级", 3, 4, 2, 3],
]
_FORM = [
    ["项目支出绩效自评表"],
    ["（2022年度）"],
    ["项目名称", "", "样例项目"],
    ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    ["", "年度资金总额", 100, 90, 45, 10, "50%", 5],
    ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
    ["", "产出指标", "数量指标", "指标1：里程", "≥50公里", 50, 90, 40],
]
_PRINTED = [
    ["国有建设用地使用权成交公示"],
    ["样土网成字[2022]12号"],
    *(
        row
        for number in (1, 2)
        for row in (
            ["地块编号：", f"G2022-{number}", "地块位置：", f"样例路{number}号"],
            ["土地用途：", "工业用地", "土地面积(公顷)：", f"{number}.3456"],
            ["出让年限：", "50", "成交价(万元)：", f"{number}056"],
            ["受让单位：", "样例制造有限公司", "公示期：", "2022年06月01日至2022年06月15日"],
        )
    ),
]
_LIST = [
    ["部门预算项目绩效目标表"],
    ["2023年", "", "", "", "单位：万元"],
    ["单位名称", "项目名称", "预算金额", "年度绩效目标", "一级指标", "二级指标", "三级指标", "指标值"],
    ["样例馆", "图书购置", 120.5, "购置图书", "产出指标", "数量指标", "购置图书", "≥2万册"],
    ["", "", "", "", "", "质量指标", "合格率", "100%"],
    ["样例院", "陈列改造", 80, "完成改造", "产出指标", "数量指标", "改造展厅", "2个"],
]
_OLD = [hidden_row(1), *(label(0, at, text) for at, text in enumerate(("编号", "面积", "价款")))]
_OLD += [cell for at in range(1, 9) for cell in (label(at, 0, f"P{at}"), number(at, 1, at / 4, 1), formula(at, 2, at))]

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
    "plain_deals.csv": _DEALS.encode("gb18030"),
    "limits.xlsx": workbook(("表", _LIMITS)),
    "form.xlsx": workbook(("自评", _FORM)),
    "printed.csv": "\n".join(",".join(row) for row in _PRINTED).encode(),
    "list.xlsx": workbook(("目标", _LIST)),
    "old.xls": old_workbook("表", _OLD, [(10, "0.00%")]),
}
