"""Days with years of the Republic and nothing that says so: `108/12/01`, which only a whole column of them can tell."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

from ingest import values
from ingest.readers import DateReader
from ingest.values import Unreadable

_DAY: Final = re.compile(r"0?(?P<year>\d{2,3})[-/.年]\d{1,2}[-/.月]\d{1,2}日?")


def republic_day(text: str) -> dt.date:
    """The day. Raises Unreadable."""
    words = values.tidy(text)
    found = _DAY.fullmatch(words)
    if not found:
        raise Unreadable("not_a_date")
    return values.loose_day(words if found.end("year") == 3 else f"0{words}")


def is_certain(text: str) -> bool:
    """Whether the year has three digits: `99/10/20` may be of another calendar."""
    return values.tidy(text)[:3].isdigit()


class RepublicReader(DateReader):
    """Days of a column in which years are the Republic's."""

    def read(self, text: str) -> Any:
        """As a day in full where it is one."""
        try:
            return super().read(text)
        except Unreadable:
            return republic_day(text)
