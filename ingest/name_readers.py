"""Readers of names with a code, an enumerator or points beside them, as lists and forms print them."""

from __future__ import annotations

from typing import Any

import polars as pl
import pyarrow as pa

from ingest.readers import Converted, TextReader

# 219-样例局, [219]样例局, 51000021R000000019951-项目
_CODED = r"(?s)^\s*[\[(（【]?([0-9]{3}|[0-9A-Z]{5,})\s*(?:[\])）】]\s*[-－—_]?|[-－—_])\s*(.*)$"
_GLUED = (
    r"^\s*((?:[03-9][0-9]|1[0-8]|2[1-9])[0-9]{4}|20[4-9][0-9]{3})\s*([\x{3400}-\x{9FFF}])",
    "$1-$2",
)  # 219001样例中心; no 202306
_BEHIND = (  # 样例局（219）, 样例项目[440100220000001]; no year, no month
    r"(?s)^\s*([^\[(（【]*[\x{3400}-\x{9FFF}])\s*[\[(（【]\s*"
    r"((?:[03-9][0-9]|1[0-8]|2[1-9])[0-9]{4}|20[4-9][0-9]{3}|[0-9][0-9A-Z]{8,})\s*[\])）】]\s*$",
    "$2-$1",
)
_OFFICE = (r"(?s)^\s*(.*[局委办厅部院会府处队校站所社馆团])\s*[\[(（【]\s*([0-9]{3})\s*[\])）】]\s*$", "$2-$1")
CLASSED = r"(?s)^\s*[\[(（【]?([0-9]{3}(?:[0-9]{2}){0,2})[\])）】]?[\s:：_－—-]*([\x{3400}-\x{9FFF}].*)$"  # 205教育支出
_LISTED = (  # before a name: `（一）`, `3.`, `①`; not in `二、三号楼`, `1.5级`
    r"^\s*(?:[（(](?:[一二三四五六七八九十]+|[0-9０-９]{1,2})[)）]|[①-⑳])\s*(\S)"
    r"|^\s*(?:[一二三四五六七八九十]+|[0-9０-９]{1,2})[、.．]\s*([^\s0-9０-９一二三四五六七八九十])"
)
# A name that a narrow column breaks: not where another name or the next of several could begin.
_BROKEN = (
    r"([^局委办厅院校会司队站所社心;；。、,，:：\s])[ \t　]*[\r\n]+[ \t　]*([^\d(（①-⑳一二三四五六七八九十\s])",
    "$1$2",
)
_KEPT = "$1$2"  # of it: the name's first character


class PartReader(TextReader):
    """The code (0) or the name (1) of `219-样例局`, `样例局（219）`; a text without a code is a name.

    An enumerator before the name (`（一）`) is none of it, nor is where its cell breaks it.
    """

    def __init__(self, part: int, coded: str = _CODED) -> None:
        super().__init__((_LISTED, _KEPT) if part else None)
        self._part, self._coded = part, coded

    def convert(self, texts: Any) -> Converted:
        series = pl.Series(texts).str.replace(*_GLUED).str.replace(*_BEHIND).str.replace(*_OFFICE)
        coded = series.str.contains(self._coded)
        words = (
            series.str.replace(self._coded, "$2").str.replace_all(*_BROKEN)
            if self._part
            else series.str.extract(self._coded, 1).fill_null("")
        )
        chosen = (
            words
            if self._part
            else coded.to_frame("c").select(pl.when("c").then(words).otherwise(pl.lit(""))).to_series()
        )
        return super().convert(chosen.to_arrow().cast(pa.string()))


class NoNumberReader(TextReader):
    """A name without the enumerator before it (`指标1：`, `（一）`, `1.`)."""

    def __init__(self) -> None:
        super().__init__((rf"^\s*指标\s*[0-9]+\s*[:：]\s*|[\r\n]+|{_LISTED}", _KEPT))


class LabelReader(TextReader):
    """A label that a narrow column breaks into lines, without the points that stand with it: `产出指标（50分）`."""

    def __init__(self) -> None:
        super().__init__((r"\s+|[（(]\s*[0-9]+\s*分?\s*[)）]", ""))
