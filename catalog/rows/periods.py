"""Periods as text: first and last day, in Python and as the same rule in SQL.

`2018`, `2018-H1`, `2018-Q3`, `2018-09`, `2018-12-31`, `2015-01/2015-06`. A last day is written `-31` in every month:
it is only compared with other last days, so February needs no calendar. Text of another form stands for itself.
"""

from __future__ import annotations

import re
from datetime import date

_FIRST = {"H1": "01", "H2": "07", "Q1": "01", "Q2": "04", "Q3": "07", "Q4": "10"}
_LAST = {"H1": "06", "H2": "12", "Q1": "03", "Q2": "06", "Q3": "09", "Q4": "12"}
_FORM = re.compile(r"\d{4}(-(H[12]|Q[1-4]|(0[1-9]|1[0-2])(-\d\d)?))?", re.ASCII)


def is_period(text: str) -> bool:
    """Whether the text is a period in one of the known forms, with an end that is not before its start."""
    parts = text.split("/")
    if len(parts) > 2 or not all(_is_part(part) for part in parts):
        return False
    return first_day(parts[0]) <= last_day(parts[-1])


def first_day(period: str) -> str:
    """The first day as `YYYY-MM-DD`."""
    part = period.split("/")[0]
    if len(part) == 4:
        return part + "-01-01"
    if part[5:7] in _FIRST:
        return f"{part[:5]}{_FIRST[part[5:7]]}-01"
    return part + "-01" if len(part) == 7 else part


def last_day(period: str) -> str:
    """The last day as `YYYY-MM-DD`, day 31 where the period does not name a day."""
    part = period.split("/")[-1]
    if len(part) == 4:
        return part + "-12-31"
    if part[5:7] in _LAST:
        return f"{part[:5]}{_LAST[part[5:7]]}-31"
    return part + "-31" if len(part) == 7 else part


def first_day_sql(text: str) -> str:
    """`first_day` of an SQL expression, for DuckDB."""
    return _day_sql(f"split_part({text}, '/', 1)", "-01-01", _FIRST, "-01")


def last_day_sql(text: str) -> str:
    """`last_day` of an SQL expression, for DuckDB."""
    return _day_sql(f"split_part({text}, '/', -1)", "-12-31", _LAST, "-31")


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


def _day_sql(part: str, year: str, months: dict[str, str], month: str) -> str:
    cases = " ".join(
        f"WHEN substr({part}, 6, 2) = '{name}' THEN substr({part}, 1, 5) || '{number}{month}'"
        for name, number in months.items()
    )
    return (
        f"CASE WHEN length({part}) = 4 THEN {part} || '{year}' {cases} "
        f"WHEN length({part}) = 7 THEN {part} || '{month}' ELSE {part} END"
    )
