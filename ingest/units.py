"""Units: how people write them, what they measure, and their exact factor to the canonical unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache

MU = Fraction(2000, 3)  # square metres of a 亩
_EXACT = Context(prec=80)
_CENT = Decimal("0.01")
_MONEY = ("CNY", "USD", "HKD")

_NOTED = re.compile(
    r"[单單]位\s*(?:均|都|皆|统一)?\s*(?:[为為是]|[:：])\s*(?P<unit>[^\s，,。；;、()（）]{1,8})"
    r"|以\s*(?P<before>[^\s，,。；;、()（）以]{1,6}?)\s*[为為](?:计量|金额)?[单單]位"
)
_MONEY_ABROAD = re.compile(r"(?:[美欧日澳]|港|台)[元币]|英镑")


@dataclass(frozen=True)
class Unit:
    """`factor` times a number in this unit is the number in the canonical unit `measure`."""

    name: str
    measure: str
    factor: Fraction

    @property
    def power(self) -> int | None:
        """The exponent where the factor is a power of ten from 1 up; else None."""
        power = len(str(self.factor.numerator)) - 1
        return power if self.factor == 10**power else None


# measure, factor, spellings (folded: no space, half width, lower case, Simplified); the first is what we call it
_TABLE: tuple[tuple[str, Fraction, tuple[str, ...]], ...] = (
    ("CNY", Fraction(1), ("元", "圆", "元整", "块", "cny", "rmb")),
    ("CNY", Fraction(1000), ("千元",)),
    ("CNY", Fraction(10**4), ("万元", "万圆", "万元整")),
    ("CNY", Fraction(10**4), ("万",)),
    ("CNY", Fraction(10**6), ("百万元",)),
    ("CNY", Fraction(10**7), ("千万元",)),
    ("CNY", Fraction(10**8), ("亿元", "亿", "亿元整", "亿圆")),
    ("USD", Fraction(1), ("美元", "usd")),
    ("USD", Fraction(10**4), ("万美元",)),
    ("USD", Fraction(10**8), ("亿美元",)),
    ("HKD", Fraction(1), ("港元", "港币", "港币元", "hkd", "hk$")),
    ("HKD", Fraction(10**4), ("万港元", "万港币", "港币万元")),
    ("HKD", Fraction(10**6), ("百万港元", "百万港币", "港币百万元")),
    ("HKD", Fraction(10**8), ("亿港元", "亿港币", "港币亿元")),
    ("person", Fraction(1), ("人", "person")),
    ("person", Fraction(10**4), ("万人",)),
    ("t", Fraction(1), ("吨", "t")),
    ("t", Fraction(1, 1000), ("千克", "公斤", "kg")),
    ("t", Fraction(1, 10**6), ("克", "g")),
    ("t", Fraction(10**4), ("万吨",)),
    ("m3", Fraction(1), ("立方米", "m3")),
    ("m3", Fraction(10**4), ("万立方米", "万m3")),
    ("m3", Fraction(10**8), ("亿立方米",)),
    ("kWh", Fraction(1), ("千瓦时", "kwh")),
    ("kWh", Fraction(10**4), ("万千瓦时",)),
    ("kWh", Fraction(10**8), ("亿千瓦时",)),
    ("m2", Fraction(1), ("平方米", "m2", "平米", "方米", "平方公尺", "m^2")),
    ("m2", Fraction(10**4), ("公顷", "ha", "hm2", "万平方米", "万m2", "万平米")),
    ("m2", MU, ("亩", "市亩")),
    ("m2", Fraction(10**6), ("平方公里", "平方千米", "km2")),
    ("percent", Fraction(1), ("%", "百分比", "百分之", "百分点", "percent")),
    ("percent", Fraction(1, 10), ("‰", "千分之", "千分比")),
    ("percent", Fraction(100), ("比值",)),
    ("m", Fraction(1), ("米", "m", "公尺")),
    ("m", Fraction(1000), ("千米", "公里", "km")),
    ("year", Fraction(1), ("年", "year", "y", "年期", "周年")),
)
_WORDS = re.compile(r"\s|人民币|单位|[:：]|\(.*\)")

_A_MONTH = re.compile(r"(?<=/)([^/]+?)[·•.*×/每](?:月|年|天|日)$")  # a rent: `元/㎡·月`


@lru_cache(10_000)  # texts of units and of parts of headers
def find_unit(text: str) -> Unit | None:
    """The unit that the text names, or None. Understands a quotient (`万元/公顷`, `吨/年`)."""
    folded = _WORDS.sub("", unicodedata.normalize("NFKC", text).lower()).replace("畝", "亩").replace("萬", "万")
    folded = folded.replace("億", "亿").replace("頃", "顷").replace("圓", "圆").replace("單位", "").replace("幣", "币")
    if folded in _UNITS:
        return _UNITS[folded]
    folded = _A_MONTH.sub(r"\1", folded)
    above, _, below = folded.replace("每", "/").partition("/")
    upper, lower = _UNITS.get(above), _UNITS.get(below)
    if upper and lower and upper.measure != lower.measure:
        return Unit(f"{upper.name}/{lower.name}", f"{upper.measure}/{lower.measure}", upper.factor / lower.factor)
    return None


_UNITS = {
    spelling: Unit(spellings[0], measure, factor) for measure, factor, spellings in _TABLE for spelling in spellings
}


def has_scales(measure: str) -> bool:
    """Whether tables give numbers of a measure in units of several sizes; percentages have a rule of their own."""
    parts = [part for part in measure.split("/") if part != "percent"]
    return any(len({unit.factor for unit in _UNITS.values() if unit.measure == part}) > 1 for part in parts)


def fitting(text: str, measure: str) -> Unit | None:
    """The unit that the text names, where it is one of `measure`; an `m` whose ² was lost counts as an area."""
    unit = find_unit(text)
    if unit is not None and unit.measure == "m" and unit.factor == 1 and measure == "m2":
        return _UNITS["m2"]
    return unit if unit is not None and unit.measure == measure else None


def stated(words: str | None, measure: str) -> Unit | None:
    """The steward's word for this measure in his comma list (`公顷,万元`)."""
    for word in re.split(r"[,，、;；\s]+", words or ""):
        unit = fitting(word, measure) if word else None
        if unit:
            return unit
    return None


def stated_of(words: str | None, measure: str) -> Unit | None:
    """The same for a measure that may be in any money where it is one in yuan; by the head, only in its base unit."""
    kinds = _MONEY if measure in _MONEY else (measure,)
    found = next((unit for kind in kinds if (unit := stated(words, kind))), None)
    whole = stated(words, measure.partition("/")[0]) if "/" in measure else None
    return found or (whole if whole is not None and whole.factor == 1 else None)


def to_canonical(value: Decimal, unit: Unit) -> Decimal:
    """The value in the canonical unit, exact; a 亩, which is not, rounded half-even to 0.01."""
    if unit.power is not None:
        return value.scaleb(unit.power, _EXACT)
    top = _EXACT.multiply(value, Decimal(unit.factor.numerator))
    if unit.factor.denominator == 1:
        return top
    if unit.factor.denominator % 3 == 0:
        return _EXACT.divide(top, Decimal(unit.factor.denominator)).quantize(_CENT, ROUND_HALF_EVEN, _EXACT)
    return _EXACT.divide(top, Decimal(unit.factor.denominator))


def noted_unit(texts: Iterable[str]) -> str | None:
    """The units that notes say a table's numbers are in (`注：本表单位为亿元`), as a steward would list them."""
    found = [match["unit"] or match["before"] for text in texts for match in _NOTED.finditer(text)]
    return "、".join(dict.fromkeys(word for word in found if find_unit(word) or _MONEY_ABROAD.search(word))) or None
