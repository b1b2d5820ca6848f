"""Periods of time in one spelling: `2018`, `2018-H1`, `2018-Q3`, `2018-09`, `2018-12-31`, `2015-01/2015-06`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from ingest import values
from ingest.headers import fold, split_unit
from ingest.nulls import null_kind
from ingest.numerals import with_digits
from ingest.unit_readers import JOIN
from ingest.values import Unreadable

_DIGITS = {"一": "1", "二": "2", "三": "3", "四": "4"}
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(rf"{_YEAR}(?:年度?)?"), lambda m: m["year"]),
    (re.compile(rf"{_YEAR}年?-?(?:(?P<up>上)|下)半年"), lambda m: f"{m['year']}-H{1 if m['up'] else 2}"),
    (re.compile(rf"{_YEAR}-?h(?P<half>[12])"), lambda m: f"{m['year']}-H{m['half']}"),
    (
        re.compile(rf"{_YEAR}[年\-/]*第?(?P<q>[1-4一二三四])季度?"),
        lambda m: f"{m['year']}-Q{_DIGITS.get(m['q'], m['q'])}",
    ),
    (re.compile(rf"{_YEAR}-?q(?P<q>[1-4])"), lambda m: f"{m['year']}-Q{m['q']}"),
    (re.compile(rf"{_YEAR}[年\-/.](?P<month>\d{{1,2}})月?份?"), lambda m: f"{m['year']}-{_month(m['month'])}"),
    (re.compile(rf"{_YEAR}(?P<month>0[1-9]|1[0-2])"), lambda m: f"{m['year']}-{m['month']}"),
    (re.compile(rf"(?:截[至止])?{_YEAR}年?[末底]"), lambda m: f"{m['year']}-12-31"),
    (
        re.compile(rf"{_YEAR}年?(?P<first>\d{{1,2}})月?份?[-—–~至到](?P<last>\d{{1,2}})月份?"),
        lambda m: f"{m['year']}-{_month(m['first'])}/{m['year']}-{_month(m['last'])}",
    ),
    (
        re.compile(rf"{_YEAR}年?(?:前|第?[1一][-—–~至到])(?P<last>[23二三])个?季度"),
        lambda m: f"{m['year']}-01/{m['year']}-{int(_DIGITS.get(m['last'], m['last'])) * 3:02d}",
    ),
    (re.compile(rf"{_YEAR}年?[-—~至]{{1,2}}(?P<last>(?:19|20)\d{{2}})年?"), lambda m: f"{m['year']}-01/{m['last']}-12"),
    (re.compile(r"(?P<a>\d{4}-\d{2})/(?P<b>\d{4}-\d{2})"), lambda m: f"{m['a']}/{m['b']}"),
    (re.compile(r"民[国國](?P<roc>\d{2,3})年度?"), lambda m: str(int(m["roc"]) + 1911)),
)


def period(text: str) -> str:
    """The period that the text names. Raises Unreadable."""
    words = re.sub(r"\s", "", with_digits(values.tidy(text))).lower()
    for pattern, write in _SHAPES:
        found = pattern.fullmatch(words)
        if found:
            return write(found)
    try:
        return values.day(words.removeprefix("截至").removeprefix("截止")).isoformat()
    except Unreadable:
        raise Unreadable("period_unreadable") from None


_SPOKEN = re.compile(r"(?:(?:19|20)\d{2}|民[国國]\d{2,3})年|(?:19|20)\d{2}-?[qQhH][1-4]")


def is_spoken(text: str) -> bool:
    """Whether a text is nothing but a period that says so by a word: `2019年第三季度`, `2019-Q3`, no bare number."""
    if not _SPOKEN.search(text):
        return False
    try:
        period(text)
    except Unreadable:
        return False
    return True


_MONTHS = r"(?:1[0-2]|0?[1-9])月?份?[-—–~至到](?:1[0-2]|0?[1-9])月份?"
_QUARTERS = r"(?:前|第?[1一][-—–~至到])[23二三]个?季度"
_PART = re.compile(rf"第?[1-4一二三四]季度?|[上下]半年|(?:1[0-2]|0?[1-9])月份?|{_MONTHS}|{_QUARTERS}")
_PARTS_OF_YEARS, _YEARS = frozenset({"季度", "季", "月份", "月", "半年"}), frozenset({"年份", "年度", "年"})


def find_year_beside(headers: Sequence[str], own: int) -> int | None:
    """The column with the year, where the period's own column holds only parts of one."""
    if fold(headers[own]) not in _PARTS_OF_YEARS:
        return None
    return next((at for at, header in enumerate(headers) if fold(header) in _YEARS), None)


def is_part_of_year(text: str) -> bool:
    """Whether a text is a quarter, a half or a month without its year: `第一季度`, `上半年`, `3月`."""
    return _PART.fullmatch(re.sub(r"\s", "", values.tidy(text))) is not None


def year_and_part(year: str, part: str, header: str) -> str:
    """A year and a part of it in one text: 2021 and `三季度`, or 3 under the header `季度`."""
    words = values.tidy(part).strip()
    if not words or re.match(r"(?:19|20)\d{2}", words):
        return words or year
    kind = split_unit(header)[0].strip("份") if re.fullmatch(r"\d{1,2}|[一二三四]", words) else ""
    return f"{values.tidy(year).removesuffix('度').removesuffix('年')}年{words}{kind}"


def in_year(text: str, header: str) -> str:
    """The period that a year and a part of it in the column under `header` name.

    `text` has both, with JOIN between them. Raises Unreadable.
    """
    year, _, part = text.partition(JOIN)
    return period(year_and_part(year, part, header))


def own_or_spoken(text: str) -> str | None:
    """The period of a row's own cell, else the one that the text behind it speaks of; either may be there alone.

    Raises Unreadable.
    """
    own, _, spoken = text.rpartition(JOIN)
    return find_period(spoken) if null_kind(own) is not None else period(own)


_GAPS = re.compile(r"(?<=[\d年第])\s*/?\s*(?=[年第季月日]|[1-4一二三四]季)|(?<=[年第月])\s+(?=\d)")
# When a paper was written is not what it is about.
_FILLED_IN = re.compile(
    r"(?:填[报表写制列]|编[制报]|制[表定]|报[送出]|发[布文]|公[布开示]|打印|更新|统计|成文|上报|申[报请]|提交|呈报|审[核批]|批[准复]|"
    r"[签印]发)(?:日期|时间):\s*\S+"
)
_DAY_OF_BASE = r"(?:19|20)\d{2}年?(?:度|末|第?[1-4一二三四]季度|\d{1,2}月(?:\d{1,2}日)?)?"
# The time whose level is 100 is not what figures are of: `（2008年第四季度=100）`, `以2000年为基期`, `基期：2005年`.
_BASE = re.compile(
    rf"以?{_DAY_OF_BASE}(?:指数|水平|价格)?(?:[=:]100+(?!\d)|[为作](?:100+(?![\d元人])|1(?![\d.元人])|基[期准数点年]|定基))|"
    rf"(?:基[期准数点][年日]?期?|定基)[:为是于在]*{_DAY_OF_BASE}"
)
_IN_TEXT = re.compile(
    rf"(?<!\d)(?:19|20)\d{{2}}年(?:第?[1-4一二三四]季度|[上下]半年|{_QUARTERS}|{_MONTHS}|\d{{1,2}}月(?:\d{{1,2}}日)?|度)?|"
    r"(?:19|20)\d{2}[-_]?[Qq][1-4]"
    r"|民[国國]\d{2,3}年度?"
)


def is_day(text: str) -> bool:
    """Whether a text is nothing but one day: `2021年11月20日`."""
    try:
        return bool(text) and bool(values.day(text))
    except Unreadable:
        return False


def without_dates(text: str) -> str:
    """A text without the day on which it was written (`填报日期：2024年3月1日`) and the base of an index."""
    return _BASE.sub("", _FILLED_IN.sub("", text))


def find_period(text: str) -> str | None:
    """The one period that a title or a file name speaks of, or None where there is none or several."""
    close = without_dates(_GAPS.sub("", with_digits(unicodedata.normalize("NFKC", text))))
    found = {match.group().replace("_", "-") for match in _IN_TEXT.finditer(close)}
    if len(found) != 1:
        return None
    try:
        return period(found.pop())
    except Unreadable:
        return None


def _month(digits: str) -> str:
    if not 1 <= int(digits) <= 12:
        raise Unreadable("period_unreadable")
    return f"{int(digits):02d}"


def a_year_before(when: str) -> str:
    """The same quarter, half or month of the year before."""
    return f"{int(when[:4]) - 1}{when[4:]}"


def shift_quarter(when: str, by: int) -> str:
    """The quarter so many after (or, below zero, before) a quarter; another period stays as it is."""
    found = re.fullmatch(r"(\d{4})-Q([1-4])", when)
    if not found:
        return when
    year, quarter = divmod(int(found[1]) * 4 + int(found[2]) - 1 + by, 4)
    return f"{year}-Q{quarter + 1}"
