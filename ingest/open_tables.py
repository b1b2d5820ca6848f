"""Tables without a declared schema: names from the headers, types from all cells, both held to the release before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from catalog.schema import Field, Table
from ingest import nulls, values
from ingest.ahead import WORKERS
from ingest.coded import Cells
from ingest.evidence import TEXT, Evidence, Kind
from ingest.findings import INFO, WARNING, Refused
from ingest.gather import Gather, Place
from ingest.headers import JOIN, fold, name_fields, unit_label
from ingest.nulls import strip
from ingest.plan import Planned
from ingest.raw import RawSheet
from ingest.readers import DAY, DateReader, DecimalReader, Reader
from ingest.tables import Found
from ingest.units import find_unit
from ingest.values import Unreadable

_WIDENS = {"integer": "decimal"}  # what a type may become in a later release
_BETWEEN_UNITS = re.compile(r"[;；,，、/]")
_PERCENT = frozenset("%％")
_SHARE = re.compile(r"(?:率|百分比|占比|比重|比例|%|增减幅?|增幅)(?:\(%\))?$")
_MEASURES = {
    "CNY": "[价款额债税费]|资金|收入|支出|投资|产值",
    "m2": "面积",
    "m": "长度|里程|高度",
    "t": "产量|排放|重量",
    "person": "人口|人数",
}
_NO_MEASURE = re.compile(
    r"(?:序号|编号|行次|栏次|款|项|目|节|类|级|.*(?:编码|代码|编号|年度|年份|月份|数量|宗数|户数|人数|个数|次数|总数|项目数)|年|月|季度|期次)"
)
_CODES = re.compile(r"(?:编码|代码|编号|代号|邮编|区划码|监管号|code)$|^[类款项目节]$")  # what nobody adds up
_DAY = re.compile(r"(?:日期|年月日|时间|[起迄讫止至满]?日|有?效期限?|[到届]期|期限|[起迄讫止])(?:\(.*\))?$")
_CLOSE = re.compile(r"(?:(?:19|20)\d{2}|0?[1-9]\d|1[0-4]\d)[01]\d[0-3]\d")  # without strokes, of either calendar
_MOST_DAYS = 5_000  # distinct ones of a batch
DAYS = Kind("date", frozenset({"integer"}), "integer", lambda: DateReader(loose=True))  # 1080815, 20190815
# `98.3` beside `98.8%`, where the header says that both are percentages
SHARES = Kind(
    "decimal",
    frozenset({"integer", "decimal", "percent"}),
    "percent",
    lambda: DecimalReader("percent", find_unit("%")),
    "percent",
)
_PERSONAL = frozenset(
    ("联系人", "联系电话", "手机", "手机号", "手机号码", "身份证号", "身份证号码", "电子邮箱", "银行账号", "家庭住址")
)


def count_days(texts: Any) -> int | None:
    """How many days a column holds, whatever their spelling (also 20190815 and 1080815); None if anything else."""
    cells = Cells.of((), texts)
    cells = cells.filter(~cells.texts.str.contains(nulls.PATTERN))
    plain = cells.texts.str.contains(f"^{DAY}$") & cells.texts.str.to_date("%Y-%m-%d", strict=False).is_not_null()
    other = cells.texts.filter(~plain).unique()
    if len(other) > _MOST_DAYS or not all(map(_is_day, other)):
        return None
    return cells.count(cells.texts.is_not_null())


def _is_day(text: str) -> bool:
    try:
        values.loose_day(text) if _CLOSE.fullmatch(values.tidy(text)) else values.day(text)
    except Unreadable:
        return False
    return True


def _unit_for(name: str, units: list[str]) -> str | None:
    """Which of the corner's units a column is in: of several, the one whose measure its name speaks of."""
    if len(units) < 2:
        return next(iter(units), None)
    for unit in units:
        known = find_unit(unit)
        words = _MEASURES.get(known.measure) if known else re.escape(unit)
        if words and re.search(words, name):
            return unit
    return None


class OpenPlan:
    """The plan of a table whose types only its cells tell."""

    def __init__(self, sheet: RawSheet, table: Found, mapping: Mapping[str, str | None], before: Table | None) -> None:
        self._sheet, self._table, self._before = sheet, table, before
        self._evidence = [Evidence(quoted=place in sheet.text_columns) for place in range(sheet.width)]
        self._answers = {fold(header): name for header, name in mapping.items()}
        self._names = _names(table.headers, self._answers, before)
        days = (place for place, header in enumerate(table.headers) if _DAY.search(fold(header)))
        self._days: dict[int, int] = dict.fromkeys(days, 0)  # columns that may hold days without strokes: how many

    def see(self, batch: Any) -> int:
        """Take in the shapes of one batch; how many rows it has."""
        rows, columns = batch.column(0), batch.columns[1:]
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda evidence, texts: evidence.see(rows, texts), self._evidence, columns))
        for place in list(self._days):
            found = count_days(columns[place])
            if found is None:
                del self._days[place]
            else:
                self._days[place] += found
        return len(rows)

    def settle(self, gather: Gather) -> tuple[Planned, ...]:
        """The published columns. Raises Refused where the release before had more, or other types."""
        places = [place for place in range(self._sheet.width) if self._is_column(place)]
        if not places:
            raise Refused("file_empty")
        for place in places:
            self._remark(place, gather)
        columns = tuple(self._column(place, gather) for place in places)
        if self._before is not None:
            _compare(columns, self._before, gather)
        return columns

    def _is_column(self, place: int) -> bool:
        header = self._table.headers[place]
        if not header and not self._evidence[place].total:
            return False
        return self._answers.get(fold(header), "") is not None or not header

    def _remark(self, place: int, gather: Gather) -> None:
        """Say what is odd about a header: blank, or the same as one before; or that it speaks of persons."""
        header, headers = self._table.headers[place], self._table.headers
        where = self._place(place)
        if not header:
            gather.add(WARNING, "header_blank", where, name=self._names[place])
        elif header in headers[:place]:
            first = self._place(headers.index(header)).cell or ""
            gather.add(WARNING, "header_twice", where, header=header, first=first, name=self._names[place])
        if fold(header) in _PERSONAL and self._evidence[place].total:
            gather.add(WARNING, "column_personal", where, header=header, values=self._evidence[place].total)

    def _place(self, place: int, row: int | None = None, raw: str | None = None) -> Place:
        number = self._table.header_row if row is None else row
        return Place(self._sheet.name, number, self._table.headers[place], place + 1, self._sheet.grid, raw)

    def _column(self, place: int, gather: Gather) -> Planned:
        header, name, evidence = self._table.headers[place], self._names[place], self._evidence[place]
        before = self._before.field(name) if self._before is not None else None
        kind = self._kind(place, before, gather)
        unit = kind.unit or (self._unit(header) if kind.type in ("integer", "decimal") else None)
        reader: Reader = kind.reader()
        if isinstance(reader, DecimalReader):
            reader.widen(evidence.whole, evidence.scale)
            reader.plain_only = not evidence.odd
        if evidence.counts["dash"] and kind.type in ("integer", "decimal"):
            gather.add(INFO, "dash_is_missing", self._place(place), count=evidence.counts["dash"], header=header)
        field = Field(name, header or name, kind.type, unit)
        return Planned(field, (place,), reader, header, how={"type": kind.type, "unit": unit}).settled()

    def _unit(self, header: str) -> str | None:
        """The header's unit, or the corner's; canonical where it is, else as written: the numbers stay as they are."""
        return unit_label(header) or self._corner(header)

    def _corner(self, header: str) -> str | None:
        """What the corner says of a column: `千元；％` is two units, and numbers and codes have none."""
        name = fold(header.rpartition(JOIN)[2])
        units = [unit for unit in map(strip, _BETWEEN_UNITS.split(self._table.unit or "")) if unit]
        share = [unit for unit in units if unit in _PERCENT]
        if _SHARE.search(name):
            return "percent" if share else None
        words = _unit_for(name, [unit for unit in units if unit not in _PERCENT])
        if words is None or _NO_MEASURE.fullmatch(name):
            return None
        corner = find_unit(words)
        return words if corner is None else (corner.measure if corner.factor == 1 else corner.name)

    def _kind(self, place: int, before: Field | None, gather: Gather) -> Kind:
        evidence = self._evidence[place]
        if before is not None:
            kept = evidence.kind_of(before.type)
            if kept is not None:
                return kept
        kind = evidence.kind()
        if kind.type in ("integer", "string") and self._days.get(place):
            return DAYS
        if kind.type == "integer" and _CODES.search(fold(self._table.headers[place].rpartition(JOIN)[2])):
            return TEXT
        if kind is TEXT and self._is_share(place) and evidence.fits(SHARES):
            return SHARES
        if kind is TEXT:
            self._explain_text(place, gather)
        return kind

    def _is_share(self, place: int) -> bool:
        """Whether the header, or the corner, says that the numbers of the column are percentages."""
        header = self._table.headers[place]
        return bool(_PERCENT.intersection(header)) or self._unit(header) == "percent"

    def _explain_text(self, place: int, gather: Gather) -> None:
        """A column that was nearly all numbers or dates: say which cells made it text."""
        evidence = self._evidence[place]
        nearly = evidence.nearly()
        if nearly is None:
            return
        kind, against = nearly
        for shape in against:
            code = "date_impossible_text" if shape == "date_impossible" else "column_became_text"
            first, rest = sorted(evidence.places[shape]), evidence.counts[shape]
            for row, raw in first:
                gather.add(WARNING, code, self._place(place, row, raw), count=1, kind=kind.type, of=evidence.total)
            if rest > len(first):
                gather.add(WARNING, code, self._place(place), count=rest - len(first))


def _names(headers: tuple[str, ...], answers: Mapping[str, str | None], before: Table | None) -> list[str]:
    """The names of the columns: the steward's, else those that the same headers had before, else new ones."""
    known = {fold(field.title): field.name for field in before.fields} if before is not None else {}
    wanted = [answers.get(fold(header)) or known.get(fold(header)) or "" for header in headers]
    names: list[str] = []
    fresh = name_fields(
        [want if want and want not in wanted[:place] else headers[place] for place, want in enumerate(wanted)]
    )
    taken = {want for want in wanted if want}
    for place, name in enumerate(fresh):
        first = wanted[place] and wanted[place] not in wanted[:place]
        names.append(wanted[place] if first else _apart(name, taken | set(names)))
    return names


def _apart(name: str, taken: set[str]) -> str:
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _compare(columns: tuple[Planned, ...], before: Table, gather: Gather) -> None:
    """Hold the release to the one before. Raises Refused with the difference spelled out."""
    now = {column.field.name: column.field for column in columns}
    gone = [f"{field.title} ({field.name})" for field in before.fields if field.name not in now]
    if gone:
        raise Refused("fields_gone", fields="、".join(gone), count=len(gone))
    changed = [
        f"{field.title}: {field.type} → {now[field.name].type}"
        for field in before.fields
        if now[field.name].type not in (field.type, _WIDENS.get(field.type))
    ]
    if changed:
        raise Refused("types_changed", fields="；".join(changed), count=len(changed))
    known = {field.name for field in before.fields}
    new = [f"{field.title} ({name})" for name, field in now.items() if name not in known]
    if new:
        gather.add(INFO, "fields_new", None, count=len(new), fields="、".join(new))
