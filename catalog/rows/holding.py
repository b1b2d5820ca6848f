"""Which texts hold a text. Where few do, as mostly, they are found in the bytes of all at once, not one by one."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

_PART: Final = 64  # more than one text in so many, and Arrow's way through them is as quick


def holding(texts: Any, text: str) -> Any:
    """For each of the texts (an Arrow array without nulls) whether it holds `text`, whatever the case of Latin letters.

    Case is as DuckDB's own expressions see it: both are RE2's.
    """
    if text.lower() != text.upper():
        return pc.match_substring(texts, text, ignore_case=True)
    places = _places(texts, text.encode("utf-8", "surrogatepass"))
    if places is None:
        return pc.match_substring(texts, text)
    marks = bytearray(len(texts))
    for place in places:
        marks[place] = 1
    return pa.Array.from_buffers(pa.uint8(), len(marks), [None, pa.py_buffer(marks)]).cast(pa.bool_())


def _places(texts: Any, sought: bytes) -> list[int] | None:
    """The places of those that hold the bytes; None where they are many."""
    _, begins_of, data = texts.buffers()
    if not sought or data is None:
        return None if not sought else []
    begins = memoryview(begins_of).cast("q" if pa.types.is_large_string(texts.type) else "i")
    begins = begins[texts.offset : texts.offset + len(texts) + 1]
    find = re.compile(re.escape(sought)).search
    found: list[int] = []
    at, place = begins[0], 0
    for _ in range(len(texts) // _PART + 1):
        match = find(data, at, begins[-1])
        if match is None:
            return found
        place = bisect_right(begins, match.start(), place) - 1
        at = begins[place + 1]
        if match.end() <= at:  # else it goes over into the next text
            found.append(place)
    return None
