"""A stored value as people and programs read it: JSON, plain text, and the native form that engines compare."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from catalog.rows.literals import date_of, days_of, is_float, micros_of, moment_of
from catalog.schema import Field

SAFE: Final = 1 << 53  # integers beyond lose digits in a float
_ALWAYS: Final = 10**15  # any decimal of fewer digits survives a float


def to_json(field: Field, value: Any) -> Any:
    """A JSON value: numbers where a float carries every digit, else strings; dates in ISO form, datetimes at +08:00."""
    return None if value is None else _json_writer(field)(value)


def to_text(field: Field, value: Any) -> str:
    """Plain text: no exponent, no trailing zeros, true and false; nothing for null."""
    return "" if value is None else _text_writer(field)(value)


def to_native(field: Field, value: Any) -> Any:
    """The native form (see catalog.rows.literals) of a Python value."""
    return value if value is None else _natives(field)(value)


def from_native(field: Field, value: Any) -> Any:
    """The inverse of `to_native`."""
    return value if value is None else _pythons(field)(value)


def decimal_of(scaled: int, scale: int) -> Decimal:
    """Exactly scaled / 10^scale; no context rounds it."""
    return Decimal((int(scaled < 0), tuple(map(int, str(abs(scaled)))), -scale))


def scaled_of(value: Decimal, scale: int) -> int:
    """The inverse of `decimal_of`."""
    sign, digits, exponent = value.as_tuple()
    whole = int("".join(map(str, digits))) * 10 ** (int(exponent) + scale)
    return -int(whole) if sign else int(whole)


def column_writer(field: Field) -> Callable[[list[Any]], list[Any]]:
    """`to_json` of native values, for a whole column at once."""
    if is_float(field) or field.type not in _COLUMNS:
        return _same
    if field.type == "decimal":
        return _scaled_column(field.scale or 0)
    return _COLUMNS[field.type]


def number_text(text: str) -> int | float | str:
    """A plain decimal as the JSON number that carries it exactly, or as it is."""
    if "." not in text:
        return int(text) if abs(int(text)) <= SAFE else text
    value = float(text)
    return value if Decimal(repr(value)) == Decimal(text) else text


def plain(value: Decimal) -> str:
    """A decimal without exponent and trailing zeros."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


@lru_cache(64)
def _scaled_column(scale: int) -> Callable[[list[Any]], list[Any]]:
    unit, most = 10**scale, _ALWAYS if scale < 23 else 0

    def write(value: int) -> Any:
        if -most < value < most:
            return value // unit if value % unit == 0 else value / unit
        return number_text(plain(decimal_of(value, scale)))

    return lambda column: [None if value is None else write(value) for value in column]


@lru_cache(1 << 16)
def _day_text(days: int) -> str:
    return date_of(days).isoformat()


def _micros_text(micros: int) -> str:
    """`_moment` of a native value; whole minutes, as most are, without a datetime in between."""
    minutes, under = divmod(micros, _MINUTE)
    if under:
        return _moment(moment_of(micros))
    days, minute = divmod(minutes, 1440)
    return f"{_day_text(days)}T{minute // 60:02}:{minute % 60:02}+08:00"


def _json_writer(field: Field) -> Callable[[Any], Any]:
    if is_float(field):
        return float
    return _JSON[field.type]


def _text_writer(field: Field) -> Callable[[Any], str]:
    if is_float(field):
        return lambda value: plain(Decimal(repr(float(value))))
    return _TEXT[field.type]


def _natives(field: Field) -> Callable[[Any], Any]:
    if field.type == "decimal" and field.scale is not None:
        scale = field.scale
        return lambda value: scaled_of(value, scale)
    return _NATIVE.get(field.type, _same)


def _pythons(field: Field) -> Callable[[Any], Any]:
    if field.type == "decimal" and field.scale is not None:
        scale = field.scale
        return lambda value: decimal_of(value, scale)
    return _PYTHON.get(field.type, _same)


def _same(value: Any) -> Any:
    return value


def _moment(value: datetime) -> str:
    """Minutes, seconds where there are any, microseconds where there are any; the zone is China's."""
    spec = "microseconds" if value.microsecond else "seconds" if value.second else "minutes"
    return value.isoformat(timespec=spec) + "+08:00"


def _integer(value: Any) -> int | str:
    return int(value) if abs(value) <= SAFE else str(int(value))


_MINUTE: Final = 60_000_000  # microseconds
_COLUMNS: Final[dict[str, Callable[[list[Any]], list[Any]]]] = {
    "integer": lambda column: [one if one is None or -SAFE <= one <= SAFE else str(one) for one in column],
    "decimal": _same,  # by its scale
    "date": lambda column: [None if one is None else _day_text(one) for one in column],
    "datetime": lambda column: [None if one is None else _micros_text(one) for one in column],
    "boolean": lambda column: [None if one is None else bool(one) for one in column],
}
_JSON: Final[dict[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(("string", "code", "period"), _same),
    "integer": _integer,
    "decimal": lambda value: number_text(plain(value)),
    "date": date.isoformat,
    "datetime": _moment,
    "boolean": bool,
}
_TEXT: Final[dict[str, Callable[[Any], str]]] = {
    **dict.fromkeys(("string", "code", "period"), str),
    "integer": lambda value: str(int(value)),
    "decimal": plain,
    "date": date.isoformat,
    "datetime": _moment,
    "boolean": lambda value: "true" if value else "false",
}
_NATIVE: Final[dict[str, Callable[[Any], Any]]] = {
    "date": days_of,
    "datetime": micros_of,
    "integer": int,
    "boolean": bool,
}
_PYTHON: Final[dict[str, Callable[[Any], Any]]] = {"date": date_of, "datetime": moment_of, "boolean": bool}
