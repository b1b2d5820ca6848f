"""A column's value as plain text or as JSON, written by DuckDB: the same as `values.to_text` and `values.to_json`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from catalog.rows.literals import is_float
from catalog.rows.terms import TEXTS
from catalog.rows.values import SAFE
from catalog.schema import Field

_RISKY: Final = "('=', '+', '-', '@')"  # a spreadsheet takes these for the beginning of a formula


def csv_sql(field: Field, value: str) -> str:
    """The cell of a CSV file. NULL is an empty cell; text that looks like a formula gets an apostrophe."""
    if field.type in TEXTS:
        return f"CASE WHEN substr({value}, 1, 1) IN {_RISKY} THEN '''' || {value} ELSE {value} END"
    return text_sql(field, value)


def text_sql(field: Field, value: str) -> str:
    """Plain text."""
    if is_float(field):
        return f"CAST({value} AS VARCHAR)"
    return _TEXT[field.type](field, value)


def json_sql(field: Field, value: str) -> str:
    """JSON text, never NULL."""
    if is_float(field):
        return f"coalesce(CAST({value} AS VARCHAR), 'null')"
    return f"coalesce({_JSON[field.type](field, value)}, 'null')"


def _decimal(field: Field, value: str) -> str:
    text = f"CAST({value} AS VARCHAR)"
    return f"rtrim(rtrim({text}, '0'), '.')" if field.scale else text


def _moment(field: Field, value: str) -> str:
    fraction = f"CASE WHEN date_part('microseconds', {value}) % 1000000 = 0 THEN '' ELSE strftime({value}, '.%f') END"
    seconds = (
        f"CASE WHEN date_part('microseconds', {value}) = 0 THEN '' ELSE strftime({value}, ':%S') || {fraction} END"
    )
    return f"(strftime({value}, '%Y-%m-%dT%H:%M') || {seconds} || '+08:00')"


def _text(field: Field, value: str) -> str:
    return f"CAST({value} AS VARCHAR)"


def _quoted(write: Callable[[Field, str], str]) -> Callable[[Field, str], str]:
    return lambda field, value: f"('\"' || {write(field, value)} || '\"')"


def _json_integer(field: Field, value: str) -> str:
    return _number_if(f"{value} BETWEEN -{SAFE} AND {SAFE}", _text(field, value))


def _json_decimal(field: Field, value: str) -> str:
    """A number where a float carries every digit: surely below 10^15 scaled, else where its shortest form is equal."""
    scale, digits = field.scale or 0, field.precision or 38
    shortest = f"CAST(CAST(CAST({value} AS DOUBLE) AS VARCHAR) AS DECIMAL({digits}, {scale})) = {value}"
    whole = f"CASE WHEN {value} = trunc({value}) THEN abs({value}) <= {SAFE} ELSE {shortest} END"
    few = f"abs({value}) < CAST('1e{15 - scale}' AS DECIMAL({digits}, {scale}))"
    safe = f"CASE WHEN {few} THEN TRUE ELSE {whole} END" if digits > 15 else "TRUE"
    return _number_if(safe, _decimal(field, value))


def _number_if(safe: str, text: str) -> str:
    return f"CASE WHEN {safe} THEN {text} ELSE '\"' || {text} || '\"' END"


_Writers = dict[str, Callable[[Field, str], str]]
_TEXT: Final[_Writers] = {
    **dict.fromkeys((*TEXTS, "integer", "boolean"), _text),
    "decimal": _decimal,
    "date": _text,
    "datetime": _moment,
}
_JSON: Final[_Writers] = {
    **dict.fromkeys(TEXTS, lambda field, value: f"CAST(to_json({value}) AS VARCHAR)"),
    "integer": _json_integer,
    "boolean": _text,
    "decimal": _json_decimal,
    "date": _quoted(_text),
    "datetime": _quoted(_moment),
}
