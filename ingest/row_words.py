"""What a row says that is no data: a sum, a note, a signature, a table that goes on; as words to be looked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

import polars as pl

from ingest.coded import each
from ingest.nulls import SPACE
from ingest.signatures import PATTERN as SIGNATURE

SUM = r"(?:合\s*[计計]|[小总總共]\s*[计計]|[总總]\s*[数數])"
WHOSE = r"(?:[全本][市省区區县縣国國州地]{1,2}|(?:本[年期])?\s*(?:收入|支出)|本[页頁])"
TOTAL = rf"^\s*[(（]?\s*{WHOSE}?\s*{SUM}\s*[)）]?\s*[:：]?\s*$"
# `2018年小计`, `一般债券小计`; with an enumerator before it (`一、歲入合計`) it is a line of the table
NAMED_TOTAL = r"^\s*[^(（:：，。；、.\s][^:：，。；、.]{0,23}[小合总總]\s*[计計]\s*[:：]?\s*$"
NOTE = (
    r"^\s*(?:附?[注註]|备\s*注|備\s*註|说\s*明|說\s*明|填[表报][说說]明|編?製?附[註注]|[数數][据據][来來]源|[资資]料[来來]源)"
    r"\s*\d*\s*[:：]"
)
BESIDE_NOTE = r"^\s*(?:附?[注註]|备\s*注|備\s*註|说\s*明|說\s*明)\s*$"  # before one text of its own
ENUMERATED = r"^\s*(?:[(（]?\d{1,2}[)）.、．]?|[(（]?[一二三四五六七八九十]{1,3}[)）、.]|[①-⑳])\s*$"
HEADING = (
    r"^\s*[(（]?[一二三四五六七八九十]{1,3}[)）、.．]\s*[\x{3400}-\x{9FFF}]"  # `一、住宅用地` over some of the rows
)
PLACE = r"^\s*[\x{3400}-\x{9FFF}]{1,14}[市区县州盟旗]\s*(?:[（(].*[)）])?\s*[:：]?\s*$"  # `花溪区（2宗）`
GOES_ON = (
    r"^\s*[(（]?\s*(?:[续續][上前]?\s*[表页頁]|接[上前][表页頁])[\s\d一二三四五六七八九十]*[)）]?\s*[:：]?$|"
    r"^\s*第\s*\d+\s*[页頁](?:[\s,，/（(]*共\s*\d+\s*[页頁])?[)）]?\s*$"
)
TITLE_GOES_ON = r"^.{4,}[(（]\s*续\s*[表页]?\s*[\d一二三四五六七八九十]*\s*[)）]\s*$"  # `…情况表（续表）`
NAMED_OR_BARE = f"{NAMED_TOTAL}|{TOTAL}"
SUM_MARKS = ["计", "計", "数", "數"]
NAMES = 4  # columns from the left in which a row is named
GOES_ON_MARKS = ["续", "續", "接", "页", "頁"]
NUMBERED = r"^\s*(?:[(（]\d{1,2}[)）]|\d{1,2}(?:[、．）)]|\.(?!\d))|[(（]?[一二三四五六七八九十]{1,3}[)）、.]|[①-⑳])"
MARKS = ["计", "計", "数", "數", ":", "：", "无", "無", "注", "註", "明"]  # in what is odd
EMPTY = f"^[{SPACE}]*$"
# Alone in its row: nothing to report.
NOTHING = r"^\s*(?:本(?:年度?|期|单位|單位|部门|部門|地区|地區))?[无無]\s*[。.]?\s*$"
ODD = f"{NOTE}|{BESIDE_NOTE}|{TOTAL}|{SIGNATURE}|{NOTHING}"


def matching_total(text: str) -> bool:
    """Whether a text is the word for a sum."""
    return re.match(TOTAL, text) is not None


def matching(column: Any, pattern: str, marks: Sequence[str] = MARKS) -> pl.Series:
    """Which texts match a pattern of words, looked at only where one of the characters stands that all have."""
    return each(column, partial(_matching_texts, pattern=pattern, marks="[" + "".join(marks) + "]"))


def _matching_texts(texts: pl.Series, pattern: str, marks: str) -> pl.Series:
    likely = texts.str.contains(marks)
    if not likely.any():
        return likely
    places = likely.arg_true()
    found = places.filter(texts.gather(places).str.contains(pattern))
    return pl.Series(range(len(texts)), dtype=pl.UInt32).is_in(found.to_list())
