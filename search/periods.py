"""Periods in every spelling, as tokens: `@2019`, `@2019h2`, `@2019q3`, `@2019m9`, whatever calendar and numerals."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_REPUBLIC: Final = 1911  # the year before the first of the Republic's calendar
_LONGEST_SPAN: Final = 12  # years of a span that are named one by one
_DIGITS: Final = {letter: str(number) for number, letter in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_NUMERAL: Final = "〇零○一二三四五六七八九十百"
_RELATIVE: Final = {"今年": 0, "去年": -1, "前年": -2}
_PART: Final = (
    r"\s*(?:第?(?P<quarter>[1-4一二三四])季度?|第?(?P<quarter2>[1-4])q|q(?P<quarter3>[1-4])"
    r"|(?P<half>[上下])半年度?|h(?P<half2>[12])"
    r"|(?P<first>1[0-2]|0?[1-9])\s*[-~至到]\s*(?P<last>1[0-2]|0?[1-9])月份?"
    r"|(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?)"
)
_YEAR: Final = (
    rf"(?:(?P<republic>民国)\s*(?P<roc>\d{{1,3}}|[{_NUMERAL}]{{1,5}})\s*(?:学年度?|年度?)?"
    rf"|(?P<spoken>一[〇零○一二三][〇零○一二三四五六七八九]|[〇零○一二三四五六七八九]{{2}}|[一二][〇零○九][〇零○一二三四五六七八九]{{2}})年度?"
    rf"|(?<!\d)(?P<short>\d{{2,3}})\s*(?:学年度?|年度?)"
    rf"|(?<![\d.])(?P<year>(?:19|20)\d\d)(?!\d)(?!\.\d{{3}})\s*(?:学年度?|年度?)?"
    rf"|(?P<relative>今年|去年|前年))"
)
_PERIOD: Final = re.compile(rf"(?=[\d民今去前{_NUMERAL}])" + _YEAR + f"(?:{_PART})?")
_BARE: Final = re.compile(rf"(?<![\d.{_NUMERAL}年-]){_PART}(?!\d)")
_NUMERIC: Final = re.compile(
    r"(?<![\d.])(?P<year>(?:19|20)\d\d)(?:[-/.](?P<month>1[0-2]|0?[1-9])|(?P<joined>1[0-2]|0[1-9]))(?![\d])"
)
_SPAN: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)年?度?\s*[-~至到—–]+\s*((?:19|20)\d\d)(?!\d)年?度?")
# No period reaches beyond one of these.
_PARTS: Final = re.compile(rf"[\d{_NUMERAL}民国学今去前年度第季上下半月份至到qh\s./~–—-]{{2,}}")
_MAY_BE: Final = re.compile(r"(?:19|20)\d\d|年|民国")


@dataclass(frozen=True)
class Period:
    """A year or a part of it: `part` is empty, `h1`, `q3` or `m9`."""

    year: int
    part: str = ""

    @property
    def token(self) -> str:
        """What an index knows it by."""
        return f"@{self.year}{self.part}"

    @property
    def wider(self) -> tuple[Period, ...]:
        """What it is a part of, from the narrowest."""
        if not self.part:
            return ()
        kind, number = self.part[0], int(self.part[1:])
        month = {"m": number, "q": number * 3, "h": number * 6}[kind]
        quarter, half = Period(self.year, f"q{(month + 2) // 3}"), Period(self.year, f"h{(month + 5) // 6}")
        return {"m": (quarter, half), "q": (half,), "h": ()}[kind] + (Period(self.year),)

    @property
    def days(self) -> tuple[date, date]:
        """Its first and last day."""
        size = {"": 12, "h": 6, "q": 3, "m": 1}[self.part[:1]]
        last = size * int(self.part[1:] or 1)
        return date(self.year, last - size + 1, 1), date(self.year, last, monthrange(self.year, last)[1])


@dataclass(frozen=True)
class Mention:
    """Where a text names a period; several `periods` where its words may mean several, or a span of years."""

    start: int
    end: int
    periods: tuple[Period, ...]


def mentions(folded: str, *, today: date | None = None) -> list[Mention]:
    """The periods that a folded text names, in its order; `今年` only where `today` is given."""
    return _mentions(folded, today) if _MAY_BE.search(folded) else []


def _mentions(folded: str, today: date | None) -> list[Mention]:
    found = [*_spans(folded), *_numeric(folded), *_plain(folded, today)]
    kept: list[Mention] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def asked(folded: str, *, today: date) -> list[Mention]:
    """The periods that a question names. A month that stands apart from the year is a part of it: `106年 基隆 10月`;
    it has no `periods` of its own."""
    found = mentions(folded, today=today)
    years = [one for one in found if len(one.periods) == 1 and not one.periods[0].part]
    parts = [(match, _part(match)) for match in _BARE.finditer(folded) if not _inside(match.span(), found)]
    if len(found) != 1 or len(years) != 1 or len(parts) != 1 or not parts[0][1]:
        return found
    [year], [(match, part)] = years, parts
    whole = Mention(year.start, year.end, (Period(year.periods[0].year, part),))
    return sorted([whole, Mention(*match.span(), ())], key=lambda one: one.start)


def _inside(span: tuple[int, int], found: list[Mention]) -> bool:
    return any(one.start < span[1] and span[0] < one.end for one in found)


def tokens_of(text: str) -> list[str]:
    """What a title's periods are found by: they and all they are parts of."""
    return [token for part in _PARTS.findall(text) for token in _tokens(part)] if _MAY_BE.search(text) else []


@lru_cache(maxsize=10_000)
def _tokens(part: str) -> tuple[str, ...]:
    named = (period for one in _mentions(part, None) for period in one.periods)
    return tuple(each.token for period in named for each in (period, *period.wider))


@lru_cache(maxsize=10_000)
def tokens_between(first: date | None, last: date | None) -> tuple[str, ...]:
    """What data that reach from one day to another are found by; nothing where an end is open."""
    if first is None or last is None or not 0 <= last.year - first.year < _LONGEST_SPAN:
        return ()
    if first.year != last.year:
        return tuple(Period(year).token for year in range(first.year, last.year + 1))
    parts = ("", "h1", "h2", *(f"q{n}" for n in range(1, 5)), *(f"m{n}" for n in range(1, 13)))
    exact = [one for part in parts if (one := Period(first.year, part)).days == (first, last)]
    return tuple(each.token for one in exact for each in (one, *one.wider)) or (Period(first.year).token,)


def _spans(folded: str) -> Iterator[Mention]:
    for match in _SPAN.finditer(folded):
        first, last = int(match[1]), int(match[2])
        if 0 < last - first < _LONGEST_SPAN:
            yield Mention(*match.span(), tuple(Period(year) for year in range(first, last + 1)))


def _numeric(folded: str) -> Iterator[Mention]:
    for match in _NUMERIC.finditer(folded):
        month = match["month"] or match["joined"]
        yield Mention(*match.span(), (Period(int(match["year"]), f"m{int(month)}"),))


def _plain(folded: str, today: date | None) -> Iterator[Mention]:
    for match in _PERIOD.finditer(folded):
        part = _part(match)
        years = [year for year in _years(match, today) if _FIRST_YEAR <= year <= _LAST_YEAR]
        if years:
            yield Mention(*match.span(), tuple(Period(year, part) for year in years))


def _years(match: re.Match[str], today: date | None) -> list[int]:
    if match["year"]:
        return [int(match["year"])]
    if match["roc"]:
        return [_REPUBLIC + _number(match["roc"])]
    if match["relative"]:
        return [today.year + _RELATIVE[match["relative"]]] if today else []
    if match["spoken"]:
        digits = int("".join(_DIGITS[letter] for letter in match["spoken"]))
        return [digits] if digits >= _FIRST_YEAR else _short_years(digits)[:1]
    return _short_years(int(match["short"]))


def _short_years(number: int) -> list[int]:
    """`108年` is of the Republic, `19年` is 2019, `98年` may be both 1998 and the Republic's."""
    if number >= 100:
        return [_REPUBLIC + number] if number < 140 else []
    if number <= 30:
        return [2000 + number]
    return [1900 + number, _REPUBLIC + number] if number >= 60 else [_REPUBLIC + number]


def _part(match: re.Match[str]) -> str:
    if quarter := match["quarter"] or match["quarter2"] or match["quarter3"]:
        return f"q{_number(quarter)}"
    if match["half"] or match["half2"]:
        return f"h{match['half2'] or '上下'.index(match['half']) + 1}"
    if match["month"]:
        return f"m{_number(match['month'])}"
    return _months(int(match["first"]), int(match["last"])) if match["first"] else ""


def _months(first: int, last: int) -> str:
    """`1-6月` is half a year, `7-9月` a quarter; other spans of months are a part of the year like no other."""
    size = last - first + 1
    named = {6: "h", 3: "q", 1: "m"}.get(size)
    return f"{named}{last // size}" if named and last % size == 0 else ""


def _number(text: str) -> int:
    """`12`, `一二`, `十二` and `一百零八` as numbers."""
    if text.isascii():
        return int(text)
    if not set(text) & set("十百"):
        return int("".join(_DIGITS[letter] for letter in text))
    hundreds, _, rest = text.rpartition("百")
    tens, _, ones = rest.rpartition("十")
    value = 100 * _digit(hundreds or "一") if "百" in text else 0
    value += 10 * _digit(tens or "一") if "十" in rest else 0
    return value + _digit(ones or "〇")


def _digit(letters: str) -> int:
    return int(_DIGITS.get(letters[-1], "0"))
