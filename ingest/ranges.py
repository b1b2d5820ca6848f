"""Ranges of numbers and days as planners write them: `≥0.8`, `2.0-2.5`, `大于1且不大于1.8`, `1.0≤FAR≤3.0`, 公示期."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from ingest import values
from ingest.numerals import terms_with_digits, with_digits
from ingest.units import Unit
from ingest.values import Unreadable


@dataclass(frozen=True)
class Span:
    """Two ends, either of which may be open (None), and whether each belongs to the range."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_included: bool = True
    high_included: bool = True

    def note(self) -> str:
        """The range as mathematicians write it: `(1.0, 1.8]`."""
        low = f"{'[' if self.low_included else '('}{self.low}" if self.low is not None else "(-∞"
        high = f"{self.high}{']' if self.high_included else ')'}" if self.high is not None else "+∞)"
        return f"{low}, {high}"


_WORDS: tuple[tuple[str, str], ...] = (
    (r"大于或?等于|大于等于|不小于|不低于|不少于|不得低于|不得小于|>=|≧|≥=?", "≥"),
    (r"小于或?等于|小于等于|不大于|不高于|不超过|不得高于|不得大于|<=|≦|≤=?", "≤"),
    (r"大于|高于|超过|[>〉＞]", ">"),
    (r"小于|低于|[<〈＜]", "<"),
    (r"等于|为|=", "="),
    (r"(?:上限|最高|最大)[:]?(?=\d)", "≤"),
    (r"(?:下限|最低|最小)[:]?(?=\d)", "≥"),
)
_NUMBER = r"(-?\d+(?:\.\d+)?)"
_UNIT = r"(?:%|米|m)?"
_ONE = re.compile(rf"([≥≤><=])?{_NUMBER}{_UNIT}")
_BESIDE = re.compile(rf"{_NUMBER}{_UNIT}(?:\((?P<not>不)?含[^()]*\)|及)*(?:(?P<up>以上)|以[下内])")
_AND = "[,，、；;]?(?:并?且|同时|和|及|并)?"
_TWO = re.compile(rf"([≥>]){_NUMBER}{_UNIT}{_AND}([≤<]){_NUMBER}{_UNIT}")
_BACK = re.compile(rf"([≤<]){_NUMBER}{_UNIT}{_AND}([≥>]){_NUMBER}{_UNIT}")
_BETWEEN = re.compile(rf"(?:介于|在)?{_NUMBER}{_UNIT}(?:[-~～至到—与]|和(?=.*间$)){_NUMBER}{_UNIT}(?:之?间)?")
_ROUND = re.compile(rf"{_NUMBER}{_UNIT}([≤<])[^\d≤<]*([≤<])?{_NUMBER}{_UNIT}")
_AROUND = re.compile(rf"{_NUMBER}{_UNIT}([≥>])[^\d≥>]+([≥>]){_NUMBER}{_UNIT}")
_ASIDE = re.compile(r"\((?:其中|含|不含|且|或).*\)$")
_NAMED = r"(?:(?:建筑|规划|综合|计容)?(?:容积率|密度|系数|高度|限高)|檐口高度|绿[地化]率|FAR|GAR|[RDHGP])"
_LABEL = re.compile(rf"^{_NAMED}(?:[:：]?(?=[≥≤<>=])|[:：](?=\d))", re.IGNORECASE)
_BEHIND = re.compile(rf"(?P<number>{_NUMBER}{_UNIT})(?P<sign>[≥≤<>]){_NAMED}", re.IGNORECASE)
_TURNED = {"≥": "≤", "≤": "≥", ">": "<", "<": ">"}
_OPEN = re.compile(r"不限(?:制|高|米)?|无限制|无|[≥≤<>=等于]*-1\.79769313486232E\+308", re.IGNORECASE)
_DAYLIKE = re.compile(r"(\d{1,2})月(\d{1,2})日|\d{4}[-/](\d{1,2})[-/](\d{1,2})(?: 00:00:00)?")


def span(text: str) -> Span:
    """The range that the text names, its ends as they stand. Raises Unreadable."""
    words = re.sub(r"\s", "", values.tidy(text)).strip("|")
    words = _ASIDE.sub("", _BESIDE.sub(_signed, words))
    if _OPEN.fullmatch(words):
        return Span()
    if "|" in words:
        raise Unreadable("several_values")
    day = _DAYLIKE.fullmatch(words)
    if day:
        first, second = [part for part in day.groups() if part]
        raise Unreadable("range_is_date", likely=f"{int(first)}-{int(second)}")
    for pattern, sign in _WORDS:
        words = re.sub(pattern, sign, words)
    words = _LABEL.sub("", words)
    behind = _BEHIND.fullmatch(words)  # `1<容积率`
    found = _read(f"{_TURNED[behind['sign']]}{behind['number']}" if behind else words)
    if found is None:
        raise Unreadable("range_unreadable")
    return found


def _signed(found: re.Match[str]) -> str:
    """`1.5（含）以上` with its sign before it."""
    return f"{'>' if found['up'] else '<'}{'' if found['not'] else '='}{found[1]}"


def _read(words: str) -> Span | None:
    if one := _ONE.fullmatch(words):
        return _single(one[1] or "=", Decimal(one[2]))
    if two := _TWO.fullmatch(words):
        return Span(Decimal(two[2]), Decimal(two[4]), two[1] == "≥", two[3] == "≤")
    if back := _BACK.fullmatch(words):
        return Span(Decimal(back[4]), Decimal(back[2]), back[3] == "≥", back[1] == "≤")
    if between := _BETWEEN.fullmatch(words.removeprefix("=")):
        return Span(Decimal(between[1]), Decimal(between[2]))
    if around := _ROUND.fullmatch(words):
        return Span(Decimal(around[1]), Decimal(around[4]), around[2] == "≤", (around[3] or "≤") == "≤")
    if around := _AROUND.fullmatch(words):
        return Span(Decimal(around[4]), Decimal(around[1]), around[3] == "≥", around[2] == "≥")
    return None


def _single(sign: str, value: Decimal) -> Span:
    if sign in "≥>":
        return Span(low=value, low_included=sign == "≥")
    if sign in "≤<":
        return Span(high=value, high_included=sign == "≤")
    return Span(value, value)


_TO = re.compile(r"\s*(?:起至|至|到|~|～|—{1,2}|--|-(?=\s*(?:19|20)\d{2}\D)|(?<=日)-(?=\s*\d))\s*")
_FIRST_DAY = re.compile(r"((?:19|20)\d{2}\s*年)(\s*\d{1,2}\s*月)")


def _ends(words: str) -> list[str]:
    """Both ends of a span of days; the last may leave out the year, or year and month, of the first."""
    parts = [part.removesuffix("起").strip() for part in _TO.split(words)]
    first = _FIRST_DAY.match(parts[0])
    if first and len(parts) == 2:
        if re.match(r"\d{1,2}\s*月", parts[1]):
            parts[1] = first[1] + parts[1]
        elif re.match(r"\d{1,2}\s*日", parts[1]):
            parts[1] = first[1] + first[2] + parts[1]
    return parts


def days(text: str) -> tuple[dt.date, dt.date]:
    """The first and the last day of `2019年10月22日至2019年10月26日`; a single day is both. Raises Unreadable."""
    words = with_digits(values.tidy(text).strip("|").removesuffix("止"))
    parts = _ends(words)
    if len(parts) > 2:
        raise Unreadable("range_unreadable")
    first, last = values.loose_day(parts[0]), values.loose_day(parts[-1])
    if first > last:
        raise Unreadable("range_backwards")
    return first, last


_WHERE = re.compile(r"在[^\d]*$")


def moments(text: str) -> tuple[dt.datetime, dt.datetime]:
    """The first and the last moment of `2020年2月12日至2020年2月21日9:30`; a single one is both. Raises Unreadable."""
    words = _WHERE.sub("", values.tidy(text).strip("|")).removesuffix("止")
    parts = _ends(words)
    if len(parts) > 2 or "|" in words:
        raise Unreadable("several_values" if "|" in words else "range_unreadable")
    return _moment(parts[0]), _moment(parts[-1])


def _moment(text: str) -> dt.datetime:
    try:
        return values.moment(text)
    except Unreadable:
        return values.midnight(values.loose_day(text))


_TERM = re.compile(r"(\d+(?:\.\d+)?)\s*(?:年|$|(?=[、,，;；|\s]))")


def longest_term(text: str, unit: Unit | None = None) -> Decimal:
    """The longest term of years in `住宅70年；商业40年`. Raises Unreadable."""
    words = terms_with_digits(re.sub(r"\(.*?(?:\)|$)", "", values.tidy(text)))
    found = [Decimal(number) for number in _TERM.findall(words)]
    if not found:
        raise Unreadable("term_unreadable")
    return max(found)
