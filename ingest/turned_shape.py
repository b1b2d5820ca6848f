"""Where a table lies on its side: the schema's fields one under the other, and the cells of several records beside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.crossings import are_heads, find_parts, is_caption, is_share
from ingest.families import DeclaredSchema
from ingest.form_blocks import plain_label
from ingest.headers import fold, split_unit
from ingest.records import SERIAL, Records
from ingest.row_words import matching_total
from ingest.units import find_unit

_FIELDS = 3  # of a schema, one under the other
_VALUES = 2  # cells that a column of a record holds at least
_HEAD = re.compile(r"(?:项目|指标|名称|内容|类别|栏目|要素|事项|字段|信息项|地块|宗地|债券|序号|编号)?(?:名称|内容)?")
_COUNTED = re.compile(
    r"(?:第?(?:宗地|地块|债券|项目|序号)?[\d一二三四五六七八九十]{1,3}(?:号?(?:宗地|地块|债券|项目)?|[期宗])?)"
)
_MEASURE = re.compile(r"面积|[金价数]额?$|[占比][比重例]|值$|增[减长幅]|完成|执行")
_ASIDE = re.compile(r"备注|说明|[计单]量?单?位|單位|備註|說明")

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Turned:
    """A table on its side: the row (by place) in which it begins, its columns of labels, and those of a record each."""

    top: int
    labels: int
    columns: tuple[int, ...]
    sums: tuple[int, ...] = ()  # columns of sums
    units: int | None = None  # the column of units
    named: int | None = None  # the row (by place) that only names the records
    parts: tuple[int, ...] = ()  # columns of what the row of sums says of one part each (`其中：增量`)
    crossing: frozenset[str] = frozenset()  # labels of that row
    heads: tuple[str, ...] = ()  # over the columns

    @property
    def unit(self) -> str:
        """That in the head of the whole, which its parts share."""
        unit = split_unit(self.heads[self.columns[0]])[1] if self.parts else None
        return unit.name if unit else ""


def find_turned(schema: DeclaredSchema, mapping: Mapping[str, str | None], rows: Sequence[Row]) -> Turned | None:
    """Where the rows name the schema's fields one under the other, with the cells of several records beside."""
    names = Records(schema, mapping).names
    own = {place: cells for place, (_, cells) in enumerate(rows) if not is_caption(rows, place)}
    hits = {place: hit for place, cells in own.items() if (hit := _leading(cells, names)) is not None}
    if len({names[plain_label(rows[place][1][at])] for place, at in hits.items()}) < _FIELDS:
        return None
    top, labels = min(hits), max(hits.values()) + 1
    beside = [place for place in hits if any(plain_label(cell) in names for cell in rows[place][1][labels:] if cell)]
    several = [place for place, (_, cells) in enumerate(rows[top:], top) if sum(map(bool, cells[labels:])) > 1]
    if len(beside) * 4 > len(hits) or len(hits) * 2 < len(several):
        return None
    filled = {at: sum(bool(rows[place][1][at]) for place in hits) for at in range(labels, len(rows[top][1]))}
    columns = [at for at, count in filled.items() if count >= _VALUES and count * 3 >= len(hits)]
    return _settled(rows, top, labels, columns, names)


def _leading(cells: Sequence[str], names: Mapping[str, str]) -> int | None:
    """The column of a label of the schema that leads a row, a serial number or one text above it apart."""
    if not any(plain_label(cell) in names for cell in cells[:1]) and are_heads(cells, names):
        return None
    lead = [at for at, cell in enumerate(cells) if cell and not SERIAL.fullmatch(cell)]
    distinct = [at for place, at in enumerate(lead) if not place or cells[at] != cells[lead[place - 1]]]
    likely = [at for at in distinct[:2] if at == distinct[0] or not matching_total(cells[at])]
    return next((_last_same(cells, at) for at in likely if plain_label(cells[at]) in names), None)


def _last_same(cells: Sequence[str], at: int) -> int:
    """The last cell of one that is merged across."""
    while at + 1 < len(cells) and cells[at + 1] == cells[at]:
        at += 1
    return at


def _settled(rows: Sequence[Row], top: int, labels: int, columns: list[int], names: Mapping[str, str]) -> Turned | None:
    """With what the row above says of the columns; None where it says that they are measures of one record."""
    named = _head_over(rows, top, labels, columns)
    heads = rows[named][1] if named is not None else []
    texts = {at: fold(heads[at]) if heads else "" for at in columns}
    firsts = {at: rows[top][1][at] for at in columns}
    sums = tuple(at for at in columns if matching_total(texts[at]) or matching_total(firsts[at]))
    units = next((at for at in columns if _are_units(rows[top:], at)), None)
    aside = {at for at in columns if _ASIDE.fullmatch(texts[at])} | {units, *sums}
    kept = tuple(at for at in columns if at not in aside)
    parts, crossing = find_parts(heads, [at for at in kept if not is_share(heads[at])] if heads else (), names)
    kept = tuple(at for at in kept if not (parts and is_share(heads[at])))
    kept = tuple(at for at in kept if at not in parts)
    measured = heads and any(split_unit(heads[at])[1] or _MEASURE.search(texts[at]) for at in kept)
    if not parts and (len(kept) < 2 or measured):
        return None
    return Turned(top if named is None else named, labels, kept, sums, units, named, parts, crossing, tuple(heads))


def _head_over(rows: Sequence[Row], top: int, labels: int, columns: Sequence[int]) -> int | None:
    """The row (by place) that only says which record or what else each column is: over the first label, or that one."""
    words = [fold(rows[top][1][at]) for at in columns if rows[top][1][at]]
    aside = [word for word in words if matching_total(word) or _ASIDE.fullmatch(word)]
    if _is_head(rows[top][1][:labels]) and (aside or all(map(_COUNTED.fullmatch, words))):
        return top
    over = rows[top - 1][1] if top else []
    named = over and sum(bool(over[at]) for at in columns) > 1 and len(set(over)) > 2
    return top - 1 if named else None


def _is_head(cells: Sequence[str]) -> bool:
    words = dict.fromkeys(re.sub(r"[/\\\s]", "", fold(cell)) for cell in cells if cell)
    return all(_HEAD.fullmatch(word) for word in words)


def _are_units(rows: Sequence[Row], at: int) -> bool:
    texts = [cells[at] for _, cells in rows if cells[at]]
    units = [text for text in texts if find_unit(text.strip("()（）"))]
    return len(units) > 1 and len(units) >= len(texts) - 1
