"""Sums of money in words, as banks and contracts write them: 陆佰玖拾伍万肆仟贰佰元整."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {
    sign: value
    for value, signs in enumerate(
        ("零〇○", "壹一弌", "贰二貳两", "叁三參叄", "肆四", "伍五", "陆六陸", "柒七", "捌八", "玖九")
    )
    for sign in signs
}
_PLACES = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1000, "千": 1000}
_GROUPS = (("亿億", 10**8), ("万萬", 10**4))
SIGNS = "零〇壹一弌贰二貳两叁三參叄肆四伍五陆六陸柒七捌八玖九拾十佰百仟千亿億万萬元圆圓角分整正"
_WHOLE = re.compile(r"(?P<whole>[^元圆圓角分整正]+)[元圆圓](?:(?P<tenth>.)角)?(?:零?(?P<cent>.)分)?[整正]?")


def find_value(text: str) -> Decimal | None:
    """The sum in yuan, or None where the words are no sum."""
    found = _WHOLE.fullmatch(text)
    whole = _number(found["whole"]) if found else None
    small = [_DIGITS.get(found[name] or "零") for name in ("tenth", "cent")] if found else []
    if whole is None or None in small:
        return None
    tenth, cent = (digit or 0 for digit in small)
    return Decimal(whole) + Decimal(tenth * 10 + cent).scaleb(-2)


_YEAR = re.compile(r"(?<![\d〇零○一二三四五六七八九十])[一二][〇零○Oo0一二三四五六七八九]{3}(?=\s*年)")
_OF_YEAR = re.compile(
    r"(?<=[年月至到—-])\s*(?:十[一二]?|二?十[一二三四五六七八九]?|三十一?|[一二三四五六七八九])(?=\s*[月日号])"
)
_COUNT = re.compile(
    r"(?P<whole>[零〇一二两三四五六七八九十百千万亿]+)(?:点(?P<rest>[零〇一二三四五六七八九]+))?(?P<unit>\D{1,12})"
)
_YEARS = re.compile(r"[一二三四五六七八九十百]+(?=\s*(?:周?年))")


def with_digits(text: str) -> str:
    """A date or a period in digits: `二〇二一年三月五日` is `2021年3月5日`; other texts stay."""
    found = _YEAR.search(text)
    if not found:
        return text
    years = _YEAR.sub(lambda one: "".join(str(_DIGITS.get(sign, 0)) for sign in one.group()), text)
    return _OF_YEAR.sub(lambda one: str(_number(one.group().strip())), years)


def terms_with_digits(text: str) -> str:
    """Terms of years in digits: `七十年、四十年` is `70年、40年`."""
    return _YEARS.sub(lambda one: str(_number(one.group()) or one.group()), text)


def find_count(text: str) -> tuple[Decimal, str] | None:
    """A number in words and the unit after it: `五十年`, `十五点五亩`; None where the words are no number."""
    found = _COUNT.fullmatch(text)
    whole = _number(found["whole"]) if found else None
    if found is None or whole is None:
        return None
    rest = "".join(str(_DIGITS[sign]) for sign in found["rest"] or "")
    return Decimal(f"{whole}.{rest}" if rest else whole), found["unit"]


def _number(words: str) -> int | None:
    """A whole number in words, by groups of four places."""
    for signs, size in _GROUPS:
        places = [at for at, sign in enumerate(words) if sign in signs]
        if places:
            above, below = _number(words[: places[-1]]), _below(words[places[-1] + 1 :])
            return above * size + below if above and below is not None and below < size else None
    return _group(words)


def _below(words: str) -> int | None:
    return _number(words) if words else 0


def _group(words: str) -> int | None:
    """A number below ten thousand; its places must fall."""
    total, digit, least = 0, None, 10**4
    for sign in words:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _PLACES and _PLACES[sign] < least:
            least = _PLACES[sign]
            total, digit = total + (1 if digit is None else digit) * least, None
        else:
            return None
    return total + (digit or 0) if words else None
