"""Checks of sense over typed rows, declared by the schema: what breaks one is told, never refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

import polars as pl

from ingest import regions
from ingest.families import Check, DeclaredField

Breaks = Callable[[Check], pl.Expr]


def _in_order(check: Check) -> pl.Expr:
    """The fields of a row do not fall: dates one after the other, a part not above its whole."""
    pairs = zip(check.fields, check.fields[1:], strict=False)
    return pl.any_horizontal((pl.col(a) > pl.col(b)).fill_null(False) for a, b in pairs)


def _pattern(check: Check) -> pl.Expr:
    """The field's text has the form."""
    return ~pl.col(check.fields[0]).str.contains(check.pattern or "").fill_null(True)


def _sum(check: Check) -> pl.Expr:
    """The first field is the sum of the others, of which `least` must be there (all, unless said otherwise)."""
    whole, *parts = (_number(name) for name in check.fields)
    there = pl.sum_horizontal(part.is_not_null().cast(pl.Int32) for part in parts)
    off = (whole - pl.sum_horizontal(part.fill_null(0) for part in parts)).abs() > check.tolerance
    broken: pl.Expr = (off & (there >= check.options.get("least", len(parts)))).fill_null(False)
    return broken


def _product(check: Check) -> pl.Expr:
    """The first field is the product of the others, within the tolerance as a share."""
    whole, left, right = (_number(name) for name in check.fields)
    return ((whole - left * right).abs() > check.tolerance * whole.abs()).fill_null(False)


def _ratio(check: Check) -> pl.Expr:
    """The first field, in percent, is the second over the third."""
    rate, part, whole = (_number(name) for name in check.fields)
    return pl.when(whole != 0).then((rate - part / whole * 100).abs() > check.tolerance).fill_null(False)


def _same_start(check: Check) -> pl.Expr:
    """So many characters of the first field (`length`, from `at`) are those that the second begins with."""
    at, length = check.options.get("at", 0), check.options["length"]
    first, second = (pl.col(name).cast(pl.String) for name in check.fields)
    return (first.str.slice(at, length) != second.str.slice(0, length)).fill_null(False)


def _code_letter(check: Check) -> pl.Expr:
    """The letter at `at` of the first field allows the code of the second."""
    letter, code = pl.col(check.fields[0]).str.slice(check.options["at"], 1), pl.col(check.fields[1])
    wrong = [(letter == one) & ~code.is_in(codes) for one, codes in check.options["letters"].items()]
    return pl.any_horizontal(wrong).fill_null(False)


def _held(check: Check) -> pl.Expr:
    """The region's code (the first field) held at the time (the second)."""
    code, month = pl.col(check.fields[0]), pl.col(check.fields[1]).cast(pl.String).str.slice(0, 7)
    since, until = (code.replace_strict(dates, default=None, return_dtype=pl.String) for dates in regions.validity())
    early = month.str.len_chars() < 7  # a year alone: its end against the beginning, its beginning against the end
    begun = pl.when(early).then(month + "-12").otherwise(month) >= since
    broken: pl.Expr = (~begun.fill_null(True)) | (month >= until).fill_null(False)
    return broken


def _number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64)


RULES: Mapping[str, Breaks] = {
    "in_order": _in_order,
    "pattern": _pattern,
    "sum": _sum,
    "product": _product,
    "ratio": _ratio,
    "same_start": _same_start,
    "code_letter": _code_letter,
    "held": _held,
}


def find_breach(check: Check, names: Collection[str]) -> pl.Expr | None:
    """Which rows of a table with these fields break the check, as a mask; None where it lacks one that is needed."""
    there = tuple(name for name in check.fields if name in names)
    if check.rule == "sum" and "least" in check.options and check.fields[0] in there:
        check = replace(check, fields=there)
    elif len(there) < len(check.fields):
        return None
    known = check.rule in RULES and not (check.rule == "sum" and len(check.fields) < 2)
    return RULES[check.rule](check) if known else None


def iter_bounds(one: DeclaredField) -> Iterator[tuple[str, pl.Expr]]:
    """Which rows hold a number past what the field can be, or below it, with the code that says so."""
    if one.plausible:
        yield "value_implausible", (_number(one.name) > one.plausible).fill_null(False)
    if one.plausible_from:
        number = _number(one.name)
        yield "value_too_small", ((number > 0) & (number < one.plausible_from)).fill_null(False)
