"""The text of a workbook's cell: numbers as Excel shows them at full width, dates in ISO form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson

_SHORT = 15  # characters of a number that is surely shown as it is


def text_of(value: Any) -> str:
    """A cell as text: numbers as Excel shows them at full width, dates in ISO form, booleans TRUE and FALSE."""
    if value.__class__ is float and value:
        digits = repr(value)  # the most frequent, and the quickest to write
        if len(digits) < 17 and "e" not in digits and "n" not in digits:
            return digits.removesuffix(".0")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return number_text(value) if value else "0"
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        hours, rest = divmod(round(value.total_seconds()), 3600)
        return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
    return str(value)


def texts_of_floats(column: Sequence[float]) -> list[str]:
    """`text_of` of each, written all at once; one by one only where one has an exponent or is a negative zero."""
    written = orjson.dumps(column).decode()[1:-1] + ","
    texts = written.replace(".0,", ",")[:-1].split(",")
    if not column or "e" in written or "n" in written or "-0" in texts:
        return list(map(text_of, column))
    if max(map(len, texts)) < _SHORT:
        return texts
    return [text if len(text) < _SHORT else text_of(value) for text, value in zip(texts, column, strict=True)]


def number_text(value: float) -> str:
    """The shortest digits that name the number, at most the 15 that a workbook shows (119.33999999999999 is 119.34)."""
    digits = repr(value)
    if len(digits) <= 16 and "e" not in digits and "n" not in digits:
        return digits.removesuffix(".0")
    if len(digits.lstrip("-0.").replace(".", "").split("e")[0]) > 15:
        digits = f"{value:.15g}"
    plain = format(Decimal(digits), "f") if digits[-1].isdigit() else digits
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def percent_text(value: float) -> str:
    """A number that its cell shows as a percentage: 0.0352 is `3.52%`."""
    plain = format(Decimal(number_text(value)).scaleb(2), "f")
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) + "%"


def unwound(text: str) -> str:
    """Text of an old workbook that was read a byte a character though it has two: `\\PÊŽMO` is `停車位`."""
    content = b"".join(_byte(one) for one in text)
    try:
        return content.decode("utf-16-le")
    except UnicodeDecodeError:
        return text


def is_wound(text: str) -> bool:
    """Whether a text can only be two-byte characters read a byte at a time: ASCII in it leaves zeros."""
    return "\0" in text and len(text) % 2 == 0 and all(ord(one) < 0x2200 for one in text)


def _byte(one: str) -> bytes:
    try:
        return one.encode("cp1252")
    except UnicodeEncodeError:
        return bytes([ord(one)]) if ord(one) < 256 else b"??"
