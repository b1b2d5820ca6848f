"""One cell at a time: the exact value of a text, or why it has none."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingest import numerals
from ingest.nulls import strip
from ingest.units import Unit, find_unit, to_canonical
from ingest.weekdays import without_weekday

MOST_DIGITS = 38
_CIVIL = dt.timezone(dt.timedelta(hours=8))
SENTINELS = frozenset({dt.date(1900, 1, 1), dt.date(1901, 1, 2)})  # what systems write for "no date"
_SERIAL_ZERO = dt.date(1899, 12, 30)
_SERIALS = range(25_569, 73_051)  # Excel's 1970 to 2099


class Unreadable(Exception):
    """A text that is no value of the type; the code says why, in the words of `messages.toml`."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True)
class Amount:
    """A number as written, and the unit that stood with it."""

    value: Decimal
    unit: Unit | None = None


_AMOUNT = re.compile(
    r"(?:\(?人民币\)?|rmb|cny|约|為|为|折?合|计|更正为|更正後?为|共|[¥$:]|\s)*"
    r"(?P<number>[-+]?(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\s?\.\d*)?|[-+]?\.\d+)(?P<power>e[+-]?\d{1,2})?"
    r"\s*(?P<unit>[^\d\s,;(|]{0,12}(?:\d(?!\d))?(?:/[^\d\s,;(|]{1,6}\d?)?)"
    r"(?P<aside>\((?:人民币|合|折|计|约|其中|含|不含|大写|扣除|地[上下]|另|代征|带征|净|实|道路|绿化|原|\d|[零〇壹贰叁肆伍陆柒捌玖拾]).*\))?[;,。?]?"
)
# What may follow a number without changing it: `300万元或其整数倍`, `128083.329，其中：填海面积65000，…`.
_TAIL = re.compile(
    r"(?:(?:或者?|及|和)?其?的?(?:正?整数倍|整?倍数)[。;]?|(?<=元)/每?[次轮宗]|(?<=[\d米亩顷元])[,;、]?\s*其中:?[^|]+"
    r"|(?<=[顷亩米])(?:[以之]内|左右))$"
)
_SAME = re.compile(r"^(?P<once>\d[\d.,]*\s*[^\d\s]{0,3}?)\s*(?:及|或者?|和)\s*(?P=once)$")  # `1万及1万的整数倍`
_ONCE = r"[\d.]+\s*(?:k?m2|hm2|[^\d\s,;()/]{1,6})"
_TWICE = re.compile(rf"(?P<first>{_ONCE}|[\d.]+)\s*[,;(]?\s*(?:折合|约合|合|折|约|即|/)\s*(?P<second>{_ONCE})\)?")
_BARE = ("平方米", "公顷")  # what a bare number may be in, whichever is the same as the other
_NEAR = Decimal("0.006")  # by so much may a printed share be off
_ROUNDED = Decimal("0.005")  # by so much, as a share, two amounts may differ that are meant to be the same
_STRETCHED = re.compile(r"(?<=[万亿千百公])\s+(?=[元顷])|(?<=\d)\s+(?=[万亿]\s*元)")
_MINUS = re.compile(r"^[−﹣－–—―](?=\s*[\d.])")


def tidy(text: str) -> str:
    """Half width, no space around, one kind of minus."""
    return _MINUS.sub("-", strip(unicodedata.normalize("NFKC", strip(text)))).replace("\u00a0", " ")


def amount(text: str) -> Amount:
    """A number with or without a unit, separators, a note in brackets. Raises Unreadable."""
    words = tidy(text)
    bars = _TAIL.sub("", words.strip("|").strip().removesuffix("?"))  # `?` is a lost no-break space
    bars = _SAME.sub(r"\g<once>", _STRETCHED.sub("", bars))
    if twice := _TWICE.fullmatch(bars):
        return _same(twice["first"], twice["second"])
    if "|" in bars:
        raise Unreadable("several_values")
    found = _AMOUNT.fullmatch(bars.lower())
    if not found:
        return _spelt(bars) or _counted(bars) or _summed(bars)
    unit = find_unit(found["unit"]) if found["unit"] else None
    if found["unit"] and unit is None:
        raise Unreadable("unit_unknown", unit=found["unit"][:20])
    value = _number(found["number"], found["power"])
    return Amount(value, _spelt_unit(value, unit, found["aside"]) if found["aside"] else unit)


def _same(first: str, second: str) -> Amount:
    """The first of two amounts that are the same in two units: `32655.21平方米，合48.9828亩`. Raises Unreadable."""
    one, other = amount(first), amount(second)
    units = [one.unit] if one.unit else list(map(find_unit, _BARE))
    measures = {unit.measure if unit else None for unit in (*units, other.unit)}
    if other.unit is None or len(measures) != 1:
        raise Unreadable("not_a_number")
    there = to_canonical(other.value, other.unit)
    last = Decimal((0, (5,), int(other.value.as_tuple().exponent) - 1))  # `4亩` may be anything from 3.5 to 4.5
    for unit in filter(None, units):
        here = to_canonical(one.value, unit)
        if abs(here - there) <= max(abs(here) * _ROUNDED, to_canonical(last, other.unit)):
            return Amount(one.value, unit)
    raise Unreadable("amounts_differ", first=first[:40], second=second[:40])


def _spelt_unit(value: Decimal, unit: Unit | None, aside: str) -> Unit | None:
    """The unit by the words beside a sum (`682510000（陆亿捌仟贰佰伍拾壹万元整）`). Raises Unreadable."""
    found = _IN_WORDS.search(aside)
    spelt = numerals.find_value(found.group()) if found else None
    if spelt is None:
        return unit
    units = [unit] if unit else [one for name in ("元", "万元", "亿元") if (one := find_unit(name))]
    for one in units:
        if to_canonical(value, one) == spelt:
            return one
    raise Unreadable("numerals_disagree", words=aside[:40], digits=str(value))


_SPELT = re.compile(rf"(?:\(?(?:人民币|大写)\)?|:|\s)*(?P<words>[{numerals.SIGNS}]+)(?:\((?P<aside>.*)\))?")
_IN_WORDS = re.compile(rf"[{numerals.SIGNS}]{{3,}}")
_LONGEST_SUM = 500  # characters of a sum in its parts
_LABELLED = re.compile(
    r"(?P<label>[^\d:;,]{1,12})[:]?(?P<number>\d+(?:\.\d+)?)(?P<unit>[^\d:;,、]{0,3}?)(?=[;,、]|$|[^\d.;,]{1,12}:?\d)[;,、]?"
)


def _spelt(text: str) -> Amount | None:
    """A sum of money in words (`陆佰玖拾伍万肆仟贰佰元整`); digits beside it must say the same. Raises Unreadable."""
    found = _SPELT.fullmatch(text)
    value = numerals.find_value(found["words"]) if found else None
    if found is None or value is None:
        return None
    yuan = find_unit("元")
    if found["aside"] and re.search(r"\d", found["aside"]):
        beside = amount(found["aside"])
        if measured(beside, "CNY", yuan) != value:
            raise Unreadable("numerals_disagree", words=found["words"][:40], digits=found["aside"][:40])
    return Amount(value, yuan)


def _counted(text: str) -> Amount | None:
    """A number in words with a unit: `五十年`; a bare one may be anything."""
    found = numerals.find_count(text)
    unit = find_unit(found[1]) if found else None
    return Amount(found[0], unit) if found and unit else None


def _summed(text: str) -> Amount:
    """The whole of `居住：5593.44；商业：1398.36；总起始价：6991.8`, where the parts sum to it. Raises Unreadable."""
    parts = list(_LABELLED.finditer(text)) if len(text) <= _LONGEST_SUM else []
    if len(parts) < 3 or sum(len(part.group()) for part in parts) != len(text):
        raise Unreadable("not_a_number")
    whole = [part for part in parts if re.search(r"总|總|合计|合計", part["label"])]
    rest = sum((Decimal(part["number"]) for part in parts if part not in whole), Decimal())
    if len(whole) != 1 or Decimal(whole[0]["number"]) != rest:
        raise Unreadable("not_a_number")
    return amount(whole[0]["number"] + whole[0]["unit"])


def _number(digits: str, power: str | None) -> Decimal:
    value = Decimal("".join(digits.replace(",", "").split()).rstrip(".") + (power or ""))
    if power:
        value = Decimal(format(value, "f"))
    if len(value.as_tuple().digits) > MOST_DIGITS or abs(value.adjusted()) > MOST_DIGITS:
        raise Unreadable("number_too_long")
    return value


def measured(found: Amount, measure: str | None, default: Unit | None) -> Decimal:
    """The number in the canonical unit `measure`: by the cell's own unit, else by `default`. Raises Unreadable."""
    own, unit = found.unit, found.unit or default
    if own and own.name == "万" and measure == "m2" and (default is None or default.factor == 1):
        return to_canonical(found.value, own)  # 15.08万 square metres
    if own and own.measure != measure:
        raise Unreadable("unit_misfit", unit=own.name, measure=measure or "")
    return to_canonical(found.value, unit) if unit is not None else found.value


def share_of(rate: str, part: str, whole: str) -> bool | None:
    """Whether a bare rate is the part of the whole as it is (True), or a hundred times that; None where neither is."""
    try:
        found, above, below = amount(rate), amount(part), amount(whole)
    except Unreadable:
        return None
    if found.unit is not None or not below.value or not above.value:
        return None
    share = above.value / below.value
    if abs(found.value - share) <= _NEAR:
        return True
    return False if abs(found.value - share * 100) <= _NEAR * 100 else None


def whole(text: str) -> int:
    """An integer. Raises Unreadable."""
    found = amount(text)
    if found.unit is not None or found.value != found.value.to_integral_value():
        raise Unreadable("not_an_integer")
    if abs(found.value) >= 10**18:
        raise Unreadable("number_too_long")
    return int(found.value)


_DAY = (
    r"(?P<year>\d{4}|(?:民国|民國)\s*\d{2,3})\s*[-/.年]\s*(?P<month>\d{1,2})"
    r"\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号土]?"
)
_TIME = (
    r"(?P<half>上午|下午|am|pm)?\s*(?P<hour>\d{1,2})\s*(?:[:时時点](?:\s*(?P<minute>\d{1,2})\s*分?)?)"
    r"(?:\s*:?\s*(?P<second>\d{1,2})(?:\.(?P<micro>\d{1,9}))?\s*秒?)?\s*(?P<zone>z|[+-]\d{2}:?\d{2})?"
)
_DATE = re.compile(_DAY)
_COMPACT = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})")
_ROC = re.compile(
    r"(?P<year>\d{2,3})(?:(?P<sep>[-/.年])(?=\d))?(?P<month>(?(sep)\d{1,2}|\d{2}))(?(sep)[-/.月])(?P<day>(?(sep)\d{1,2}|\d{2}))日?"
)
_SERIAL = re.compile(r"(?P<days>\d{5})(?:\.\d+)?")
_MOMENT = re.compile(_DAY + r"[\st,，]*" + _TIME)
_BEFORE = re.compile(r"(?<=[\d日号])\s*(?:之|以)?前$")  # a term that is agreed: `2023年6月30日前`
_THIS_CENTURY = 50  # `19-1-3`: no table of today speaks of the year 19 of the Republic, 1930
_DATELIKE = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[月]?")


def _day_words(text: str) -> str:
    return without_weekday(numerals.with_digits(tidy(text).strip("|").strip()))


def day(text: str) -> dt.date:
    """A date in any of the usual spellings; only days that exist. Raises Unreadable."""
    words = _BEFORE.sub("", _day_words(text))
    found = _DATE.fullmatch(words)
    if not found:
        moment = _MOMENT.fullmatch(words.lower())
        if moment and int(moment["hour"]) == 0 and not int(moment["minute"] or 0) and not int(moment["second"] or 0):
            return _date(moment)
        raise Unreadable("date_incomplete" if _DATELIKE.fullmatch(words) else "not_a_date")
    return _date(found)


def loose_day(text: str) -> dt.date:
    """A date in a column that is known to hold dates: also 20170103 and Excel's day numbers. Raises Unreadable."""
    words = _day_words(text)
    found = _COMPACT.fullmatch(words) or _ROC.fullmatch(words)
    if found:
        return _date(found)
    serial = _SERIAL.fullmatch(words)
    if serial and int(serial["days"]) in _SERIALS:
        return _SERIAL_ZERO + dt.timedelta(days=int(serial["days"]))
    moment = _MOMENT.fullmatch(words.lower())
    return _date(moment) if moment else day(text)


def _date(found: re.Match[str]) -> dt.date:
    year = found["year"]
    number = int(year.strip("民国國 "))
    if not year.isdigit() or len(year) == 3:
        number += 1911
    elif len(year) == 2:
        number += 2000 if number < _THIS_CENTURY and found["sep"] else 1911
    try:
        return dt.date(number, int(found["month"]), int(found["day"]))
    except ValueError:
        raise Unreadable("date_impossible") from None


def moment(text: str) -> dt.datetime:
    """A date with a time of day, as civil time at +08:00. Raises Unreadable."""
    found = _MOMENT.fullmatch(_day_words(text).lower())
    if not found:
        raise Unreadable("not_a_datetime")
    hour = int(found["hour"]) + (12 if found["half"] in ("下午", "pm") and int(found["hour"]) < 12 else 0)
    micro = int((found["micro"] or "0").ljust(6, "0")[:6])
    try:
        time = dt.time(hour, int(found["minute"] or 0), int(found["second"] or 0), micro)
    except ValueError:
        raise Unreadable("time_impossible") from None
    return _civil(dt.datetime.combine(_date(found), time), found["zone"])


def _civil(value: dt.datetime, zone: str | None) -> dt.datetime:
    if not zone:
        return value
    sign, digits = (zone[0], zone[1:].replace(":", "")) if zone != "z" else ("+", "0000")
    offset = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if sign == "-" else 1)
    try:
        return value.replace(tzinfo=dt.timezone(offset)).astimezone(_CIVIL).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise Unreadable("time_impossible") from None


BOOLEANS = ({"true": True, "false": False}, {"是": True, "否": False})


def truth(text: str) -> bool:
    """true, false, 是, 否. Raises Unreadable."""
    word = strip(text).lower()
    for words in BOOLEANS:
        if word in words:
            return words[word]
    raise Unreadable("not_a_boolean")


def midnight(day: dt.date) -> dt.datetime:
    """The first moment of a day, civil time."""
    return dt.datetime.combine(day, dt.time())
