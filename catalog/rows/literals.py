"""From the text of a filter to a value that both engines can compare exactly.

Native values: text as it is; integers; decimals scaled to the field's scale (12.50 at scale 2 is 1250); dates as days
and datetimes as microseconds since 1970 (civil time at +08:00); booleans. An average is a float.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final

from catalog.errors import BadParameter
from catalog.rows.faults import check_text
from catalog.rows.limits import MOST_LISTED
from catalog.rows.periods import is_period
from catalog.rows.terms import OPERATORS, Condition, Item
from catalog.schema import Field

CIVIL: Final = timezone(timedelta(hours=8))
EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - civil time without zone, as the file stores it
_DAY_ZERO: Final = date(1970, 1, 1).toordinal()
_NUMBER = re.compile(r"[+-]?\d{1,60}(\.\d{1,60})?([eE][+-]?\d{1,3})?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+ -]\d\d:\d\d)?)?", re.ASCII)
_FLAGS: Final = {"true": True, "false": False}


def condition(place: str, item: Item, operator: str, raw: str) -> Condition:
    """The filter `operator` with the value as it was sent. Raises BadParameter naming the place."""
    kind = OPERATORS[operator].value
    if kind == "flag":
        return Condition(item, operator, _flag(place, raw))
    if kind == "text":
        check_text(place, raw)
        return Condition(item, operator, raw)
    if kind == "list":
        return _listed(place, item, operator, [_parse(place, item.output, one) for one in split_list(place, raw)])
    value = _parse(place, item.output, raw)
    if isinstance(value, Decimal):
        return _compared(item, operator, value)
    return Condition(item, operator, value)


def split_list(place: str, raw: str) -> list[str]:
    r"""The values of a comma list; `\,` is a comma inside a value."""
    parts, current, index = [], "", 0
    while index < len(raw):
        if raw.startswith("\\,", index):
            current, index = current + ",", index + 2
            continue
        if raw[index] == ",":
            parts.append(current)
            current = ""
        else:
            current += raw[index]
        index += 1
    parts.append(current)
    if len(parts) > MOST_LISTED:
        raise BadParameter.at(place, "too_many_values", most=MOST_LISTED)
    return parts


def days_of(value: date) -> int:
    """Days since 1970."""
    return value.toordinal() - _DAY_ZERO


def date_of(days: int) -> date:
    """The inverse of `days_of`."""
    return date.fromordinal(days + _DAY_ZERO)


def micros_of(value: datetime) -> int:
    """Microseconds since 1970, of a civil time without zone."""
    return (value - EPOCH) // timedelta(microseconds=1)


def moment_of(micros: int) -> datetime:
    """The inverse of `micros_of`."""
    return EPOCH + timedelta(microseconds=micros)


def _parse(place: str, field: Field, raw: str) -> Any:
    check_text(place, raw)
    value = _PARSERS[field.type](raw)
    if value is None:
        raise BadParameter.at(place, f"expected_{field.type}", value=raw)
    return value


def _number(raw: str) -> Decimal | None:
    return Decimal(raw) if _NUMBER.fullmatch(raw) else None


def _date(raw: str) -> int | None:
    try:
        return days_of(date.fromisoformat(raw)) if len(raw) == 10 else None
    except ValueError:
        return None


def _moment(raw: str) -> int | None:
    if not _MOMENT.fullmatch(raw):
        return None
    text = raw[:10] + "T" + raw[11:].replace(" ", "+") if len(raw) > 10 else raw  # an unescaped + arrives as a blank
    try:
        value = datetime.fromisoformat(text)
        return micros_of((value.astimezone(CIVIL) if value.tzinfo else value).replace(tzinfo=None))
    except (ValueError, OverflowError):
        return None


def _period(raw: str) -> str | None:
    return raw if is_period(raw) else None


_PARSERS: Final[dict[str, Callable[[str], Any]]] = {
    "string": str,
    "code": str,
    "period": _period,
    "integer": _number,
    "decimal": _number,
    "date": _date,
    "datetime": _moment,
    "boolean": _FLAGS.get,
}


def _flag(place: str, raw: str) -> bool:
    if raw not in _FLAGS:
        raise BadParameter.at(place, "expected_boolean", value=raw)
    return _FLAGS[raw]


def _listed(place: str, item: Item, operator: str, values: list[Any]) -> Condition:
    if item.output.type in ("integer", "decimal"):
        values = [value for value in (_exact(item.output, one) for one in values) if value is not None]
    if not values:
        return Condition(item, "never" if operator == "in" else "always")
    return Condition(item, operator, tuple(sorted(set(values))))


def _compared(item: Item, operator: str, value: Decimal) -> Condition:
    """Bounds become whole scaled numbers, so that 1.005 against a column of two places is still exact."""
    if is_float(item.output):
        return Condition(item, operator, float(value))
    if operator in ("eq", "ne"):
        exact = _exact(item.output, value)
        if exact is None:
            return Condition(item, "never" if operator == "eq" else "always")
        return Condition(item, operator, exact)
    scaled = _scaled(item.output, value)
    least, most = _range(item.output)
    if operator in ("gt", "gte"):
        bound = math.floor(scaled) + 1 if operator == "gt" else math.ceil(scaled)
        return Condition(item, "never") if bound > most else Condition(item, "gte", max(bound, least))
    bound = math.ceil(scaled) - 1 if operator == "lt" else math.floor(scaled)
    return Condition(item, "never") if bound < least else Condition(item, "lte", min(bound, most))


def is_float(field: Field) -> bool:
    """Whether the column is an average: the one kind of number that is not exact."""
    return field.type == "decimal" and field.scale is None


def _exact(field: Field, value: Decimal) -> int | float | None:
    if is_float(field):
        return float(value)
    scaled = _scaled(field, value)
    whole = math.floor(scaled)
    least, most = _range(field)
    return whole if whole == scaled and least <= whole <= most else None


def _scaled(field: Field, value: Decimal) -> Decimal:
    sign, digits, exponent = value.as_tuple()
    return Decimal((sign, digits, int(exponent) + (field.scale or 0)))  # exact: no context rounds it


def _range(field: Field) -> tuple[int, int]:
    """The least and the greatest scaled number that the column can hold."""
    if field.precision is None:
        return -(1 << 63), (1 << 63) - 1
    return 1 - 10**field.precision, 10**field.precision - 1
