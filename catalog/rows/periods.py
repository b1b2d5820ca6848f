"""Periods as text: first and last day, in Python and as the same rule in SQL.

`2018`, `2018-H1`, `2018-Q3`, `2018-09`, `2018-12-31`, `2015-01/2015-06`. A last day is written `-31` in every month:
it is only compared with other last days, so February needs no calendar. Text of another form stands for itself.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_MONTHS: Final = tuple(f"{month:02}" for month in range(1, 13))
# what follows the year -> what the first and the last day have there
_FIRST: Final = {
    "": "01-01",
    "H1": "01-01",
    "H2": "07-01",
    "Q1": "01-01",
    "Q2": "04-01",
    "Q3": "07-01",
    "Q4": "10-01",
    **{month: f"{month}-01" for month in _MONTHS},
}
_LAST: Final = {
    "": "12-31",
    "H1": "06-31",
    "H2": "12-31",
    "Q1": "03-31",
    "Q2": "06-31",
    "Q3": "09-31",
    "Q4": "12-31",
    **{month: f"{month}-31" for month in _MONTHS},
}
_FORM = re.compile(r"\d{4}(-(H[12]|Q[1-4]|(0[1-9]|1[0-2])(-\d\d)?))?", re.ASCII)


def is_period(text: str) -> bool:
    """Whether the text is a period in one of the known forms, with an end that is not before its start."""
    parts = text.split("/")
    if len(parts) > 2 or not all(_is_part(part) for part in parts):
        return False
    return first_day(parts[0]) <= last_day(parts[-1])


def first_day(period: str) -> str:
    """The first day as `YYYY-MM-DD`."""
    return _day(period.split("/")[0], _FIRST)


def last_day(period: str) -> str:
    """The last day as `YYYY-MM-DD`, day 31 where the period does not name a day."""
    return _day(period.split("/")[-1], _LAST)


def first_day_sql(text: str) -> str:
    """`first_day` of an SQL expression, for DuckDB."""
    return _day_sql(text, 1, _FIRST)


def last_day_sql(text: str) -> str:
    """`last_day` of an SQL expression, for DuckDB."""
    return _day_sql(text, -1, _LAST)


def year_sql(text: str) -> str:
    """The year of the first day."""
    return f"TRY_CAST(substr({text}, 1, 4) AS BIGINT)"


def quarter_sql(text: str) -> str:
    """The quarter (1–4); NULL where the period is longer than a quarter."""
    month = f"TRY_CAST(substr({text}, 6, 2) AS BIGINT)"
    return (
        f"CASE WHEN contains({text}, '/') THEN NULL "
        f"WHEN substr({text}, 6, 1) = 'Q' THEN TRY_CAST(substr({text}, 7, 1) AS BIGINT) ELSE ({month} + 2) // 3 END"
    )


def month_sql(text: str) -> str:
    """The month (1–12); NULL where the period is longer than a month."""
    return f"CASE WHEN contains({text}, '/') THEN NULL ELSE TRY_CAST(substr({text}, 6, 2) AS BIGINT) END"


def _is_part(text: str) -> bool:
    if not _FORM.fullmatch(text):
        return False
    if len(text) < 10:
        return True
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _day(part: str, days: dict[str, str]) -> str:
    found = days.get(part[5:])
    return part if found is None else f"{part[:4]}-{found}"


def _day_sql(text: str, side: int, days: dict[str, str]) -> str:
    """A look-up in a constant map takes an eighth of a CASE; only ranges, which are rare, are cut."""
    known = "MAP {" + ", ".join(f"'{name}': '{day}'" for name, day in days.items()) + "}"

    def looked_up(part: str) -> str:
        return f"substr({part}, 1, 4) || '-' || {known}[substr({part}, 6)]"

    cut = f"split_part({text}, '/', {side})"
    other = f"CASE WHEN contains({text}, '/') THEN coalesce({looked_up(cut)}, {cut}) ELSE {text} END"
    return f"coalesce({looked_up(text)}, {other})"
