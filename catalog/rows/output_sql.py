"""Rows as lines of CSV or JSON, and values as text, JSON or worksheet cells, written by DuckDB; text and JSON are those
of `values`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import orjson

from catalog.rows.duck_sql import Dress, Values, plain_columns
from catalog.rows.formulas import harmless_sql
from catalog.rows.literals import is_float
from catalog.rows.terms import TEXTS
from catalog.rows.values import SAFE
from catalog.schema import Field


def csv_line(values: Values) -> str:
    """A line of a CSV file. NULL is an empty cell."""
    cells = ", ',', ".join(_csv_cell(*value) for value in values)
    return f"concat({cells}, chr(10)) AS line"


def json_line(names: Sequence[str], end: str = "\n") -> Dress:
    """A JSON object of these names, and what it ends with."""

    def write(values: Values) -> str:
        parts = [f"{_label(name)}, {json_sql(*value)}" for name, value in zip(names, values, strict=True)]
        whole = ", ".join(parts).replace("',", "'{", 1)
        return f"concat({whole}, '}}{end}') AS line"

    return write


def each(wrap: Callable[[Field, str], str]) -> Dress:
    """Every value as a column of its own, written that way."""
    return lambda values: plain_columns([(field, wrap(field, value)) for field, value in values])


def _label(name: str) -> str:
    """A member's name behind a comma, as SQL text: names are the release's own, or have been read as names."""
    label = orjson.dumps(name).decode().replace("'", "''")
    return f"',{label}:'"


def _csv_cell(field: Field, value: str) -> str:
    """Quoted where it must be, and where it is no number and empty: NULL is not."""
    text = csv_sql(field, value)
    if field.type not in TEXTS:
        return text
    special = " OR ".join(f"contains({text}, {sign})" for sign in ("','", "'\"'", "chr(10)", "chr(13)"))
    return f"CASE WHEN {special} OR {text} = '' THEN concat('\"', replace({text}, '\"', '\"\"'), '\"') ELSE {text} END"


def csv_sql(field: Field, value: str) -> str:
    """Plain text in which nothing looks like a formula: such gets an apostrophe."""
    if field.type in TEXTS:
        return harmless_sql(value)
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
    if field.scale and field.scale == field.precision:  # DuckDB then writes .5 and -.5
        text = f"CASE WHEN {value} < 0 THEN '-0' || substr({text}, 2) ELSE '0' || {text} END"
    return f"regexp_replace({text}, '\\.?0*$', '')" if field.scale else text  # half the time of rtrim


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
    """A number where a float carries every digit: surely where there are few, else where its shortest form is equal."""
    scale, digits = field.scale or 0, field.precision or 38
    again = f"TRY_CAST(CAST(CAST({value} AS DOUBLE) AS VARCHAR) AS DECIMAL({digits}, {scale}))"
    whole = (
        f"CASE WHEN {value} = trunc({value}) THEN abs({value}) <= {SAFE} ELSE coalesce({again} = {value}, FALSE) END"
    )
    return _number_if(f"CASE WHEN {_short(field, value)} THEN TRUE ELSE {whole} END", _decimal(field, value))


def _short(field: Field, value: str) -> str:
    """Whether the number has at most 15 digits with its places, seen without writing it out."""
    scale, digits = field.scale or 0, field.precision or 19
    if digits <= 15:
        return "TRUE"
    kind = f"DECIMAL({digits}, {scale})" if field.precision else "BIGINT"
    edge = f"CAST('1e{15 - scale}' AS {kind})"
    return f"({value} < {edge} AND {value} > -{edge})"


def _number_if(safe: str, text: str) -> str:
    return f"CASE WHEN {safe} THEN {text} ELSE '\"' || {text} || '\"' END"


def xlsx_sql(field: Field, value: str) -> str:
    """The `<c>` element of a worksheet: numbers where Excel's 15 digits carry them, days as days, else text."""
    if is_float(field):
        return _cell(value, f"'<c><v>' || CAST({value} AS VARCHAR) || '</v></c>'")
    return _cell(value, _XLSX[field.type](field, value))


def _cell(value: str, element: str) -> str:
    return f"CASE WHEN {value} IS NULL THEN '<c/>' ELSE {element} END"


def _inline(text: str) -> str:
    return f"'<c t=\"inlineStr\"><is><t xml:space=\"preserve\">' || {text} || '</t></is></c>'"


def _xlsx_text(field: Field, value: str) -> str:
    """Escaped for XML and not longer than a cell may be; what XML forbids is taken out of the finished bytes."""
    clean = f"left({csv_sql(field, value)}, 32767)"
    for char, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        clean = f"replace({clean}, '{char}', '{name}')"
    return _inline(clean)


def _xlsx_number(field: Field, value: str) -> str:
    text = text_sql(field, value)
    few = f"CASE WHEN {_short(field, value)} THEN TRUE ELSE length(trim(replace({text}, '.', ''), '-0')) <= 15 END"
    return f"CASE WHEN {few} THEN '<c><v>' || {text} || '</v></c>' ELSE {_inline(text)} END"


def _xlsx_day(style: int, serial: str) -> Callable[[Field, str], str]:
    """Days since 1899-12-30; before March 1900 Excel's calendar is wrong, so such a day is text."""

    def write(field: Field, value: str) -> str:
        number = f"'<c s=\"{style}\"><v>' || CAST({serial.format(value)} AS VARCHAR) || '</v></c>'"
        return f"CASE WHEN {value} >= DATE '1900-03-01' THEN {number} ELSE {_inline(text_sql(field, value))} END"

    return write


def _xlsx_boolean(field: Field, value: str) -> str:
    return f"'<c t=\"b\"><v>' || CAST(CAST({value} AS INTEGER) AS VARCHAR) || '</v></c>'"


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
_XLSX: Final[_Writers] = {
    **dict.fromkeys(TEXTS, _xlsx_text),
    "integer": _xlsx_number,
    "decimal": _xlsx_number,
    "boolean": _xlsx_boolean,
    "date": _xlsx_day(1, "({} - DATE '1899-12-30')"),
    "datetime": _xlsx_day(2, "(epoch_us({}) / 86400000000.0 + 25569)"),
}
