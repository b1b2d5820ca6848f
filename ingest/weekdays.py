"""Days of the week that stand with a date: `2021年1月15日（星期五）`, `2022/7/5 星期二 15:30`."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress

_NAMES = "一二三四五六日"
_DAY = re.compile(
    r"(?P<day>(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?)"
    r"[\s,，]*\(?(?:星期|礼拜|周)(?P<name>[一二三四五六日天])\)?[\s,，]*"
)


def without_weekday(text: str) -> str:
    """A date without the day of the week behind it; as it stands where that is another day's."""
    found = _DAY.match(text)
    if found is None:
        return text
    with suppress(ValueError):
        day = dt.date(int(found["y"]), int(found["m"]), int(found["d"]))
        if day.weekday() == _NAMES.index(found["name"].replace("天", "日")):
            return f"{found['day']} {text[found.end() :]}".strip()
    return text
