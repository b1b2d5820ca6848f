"""Checks of sense over typed rows, declared by the schema: what breaks one is told, never refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial

import polars as pl

from ingest import regions
from ingest.families import Check, DeclaredField
from ingest.typed_columns import TypedColumns

Breach = Callable[[TypedColumns], pl.Series]  # which rows break a check, as a mask without nulls


def _in_order(check: Check, rows: TypedColumns) -> pl.Series:
    """The fields of a row do not fall: dates one after the other, a part not above its whole."""
    pairs = zip(check.fields, check.fields[1:], strict=False)
    falls = pl.any_horizontal((pl.col(a) > pl.col(b)).fill_null(False) for a, b in pairs)
    return rows.frame(check.fields).select(falls).to_series()


def _pattern(check: Check, rows: TypedColumns) -> pl.Series:
    """The field's text has the form."""
    return ~rows.each(check.fields[0], lambda texts: texts.str.contains(check.pattern or "")).fill_null(True)


def _sum(check: Check, rows: TypedColumns) -> pl.Series:
    """The first field is the sum of the others, of which `least` must be there (all, unless said otherwise)."""
    whole, *parts = map(pl.col, check.fields)
    there = pl.sum_horizontal(part.is_not_null().cast(pl.Int32) for part in parts)
    off = (whole - pl.sum_horizontal(part.fill_null(0) for part in parts)).abs() > check.tolerance
    broken = (off & (there >= check.options.get("least", len(parts)))).fill_null(False)
    return rows.numbers(check.fields).select(broken).to_series()


def _product(check: Check, rows: TypedColumns) -> pl.Series:
    """The first field is the product of the others, within the tolerance as a share."""
    whole, left, right = map(rows.number, check.fields)
    return ((whole - left * right).abs() > check.tolerance * whole.abs()).fill_null(False)


def _ratio(check: Check, rows: TypedColumns) -> pl.Series:
    """The first field, in percent, is the second over the third."""
    rate, part, whole = map(pl.col, check.fields)
    off = pl.when(whole != 0).then((rate - part / whole * 100).abs() > check.tolerance).fill_null(False)
    return rows.numbers(check.fields).select(off).to_series()


def _same_start(check: Check, rows: TypedColumns) -> pl.Series:
    """So many characters of the first field (`length`, from `at`) are those that the second begins with."""
    at, length = check.options.get("at", 0), check.options["length"]
    first = rows.each(check.fields[0], lambda values: values.cast(pl.String).str.slice(at, length))
    second = rows.each(check.fields[1], lambda values: values.cast(pl.String).str.slice(0, length))
    return (first != second).fill_null(False)


def _code_letter(check: Check, rows: TypedColumns) -> pl.Series:
    """The letter at `at` of the first field allows the code of the second."""
    letter = rows.each(check.fields[0], lambda texts: texts.str.slice(check.options["at"], 1))
    broken = pl.repeat(False, len(letter), eager=True)
    for one, codes in check.options["letters"].items():
        other = rows.each(check.fields[1], partial(_not_in, codes=codes))
        broken |= ((letter == one) & other).fill_null(False)
    return broken


def _not_in(found: pl.Series, codes: Collection[str]) -> pl.Series:
    return ~found.is_in(codes)


def _held(check: Check, rows: TypedColumns) -> pl.Series:
    """The region's code (the first field) held at the time (the second)."""
    code, time = check.fields
    since, until = (rows.each(code, partial(_found, dates=dates)) for dates in regions.validity())
    begun = rows.each(time, lambda times: _month(times, of_years="-12")) >= since
    over = rows.each(time, _month) >= until
    return (~begun.fill_null(True)) | over.fill_null(False)


def _found(codes: pl.Series, dates: Mapping[str, str]) -> pl.Series:
    # A table of all the codes takes longer to make.
    there = {code: dates.get(code) for code in codes.unique().to_list()}
    return codes.replace_strict(there, return_dtype=pl.String)


def _month(times: pl.Series, of_years: str = "") -> pl.Series:
    """The months of times; of a year alone itself and `of_years`: its end is held against a beginning."""
    month = times.cast(pl.String).str.slice(0, 7)
    return month + pl.Series([of_years, ""]).gather((month.str.len_chars() >= 7).cast(pl.UInt32))


RULES: Mapping[str, Callable[[Check, TypedColumns], pl.Series]] = {
    "in_order": _in_order,
    "pattern": _pattern,
    "sum": _sum,
    "product": _product,
    "ratio": _ratio,
    "same_start": _same_start,
    "code_letter": _code_letter,
    "held": _held,
}


def find_breach(check: Check, names: Collection[str]) -> Breach | None:
    """Which rows of a table with these fields break the check; None where it lacks one that is needed."""
    there = tuple(name for name in check.fields if name in names)
    if check.rule == "sum" and "least" in check.options and check.fields[0] in there:
        check = replace(check, fields=there)
    elif len(there) < len(check.fields):
        return None
    known = check.rule in RULES and not (check.rule == "sum" and len(check.fields) < 2)
    return partial(RULES[check.rule], check) if known else None


def iter_bounds(one: DeclaredField) -> Iterator[tuple[str, Breach]]:
    """Which rows hold a number past what the field can be, or below it, with the code that says so."""
    if one.plausible:
        yield "value_implausible", partial(_above, one.name, one.plausible)
    if one.plausible_from:
        yield "value_too_small", partial(_below, one.name, one.plausible_from)


def _above(name: str, most: float, rows: TypedColumns) -> pl.Series:
    return (rows.number(name) > most).fill_null(False)


def _below(name: str, least: float, rows: TypedColumns) -> pl.Series:
    return rows.number(name).is_between(0, least, "none").fill_null(False)
