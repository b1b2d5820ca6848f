"""What a text of a matrix is: a figure, a bare number, or the time that it speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache

from ingest.headers import JOIN, fold
from ingest.nulls import null_kind, strip
from ingest.periods import find_period, find_year_beside, is_part_of_year, year_and_part
from ingest.units import Unit, find_unit
from ingest.values import Unreadable, amount

Line = tuple[int | str, ...]
_FORMULA = re.compile(r"[A-Za-z]{1,2}(?:\s*[=＝].*)?|[（(]?\d{1,2}[)）]")
_YEAR = re.compile(r"(?:19|20)\d{2}\s*年?度?")
_PLAIN = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?")  # most figures
_BEGINS = re.compile(r"第?[1-4一二三四]季度")
_SPAN = re.compile(r"[-—–~至到前]")
_SUMMED = re.compile(r"(?<=[月份度])累计$")  # of `1-6月累计`; `6月累计` is no month
_YEAR_END = re.compile(r"((?:19|20)\d{2})年[末底]")


@lru_cache(10_000)
def when_of(text: str) -> str | None:
    """The period that a text speaks of; the end of a year is its last day."""
    end = _YEAR_END.search(text)
    return f"{end[1]}-12-31" if end else find_period(text)


@lru_cache(10_000)
def part_of(text: str) -> str | None:
    """The part of a year that a label or one level of a header is: `第一季度`, `上半年`."""
    words = [
        _SUMMED.sub("", word) if _SPAN.search(word) else word for level in text.split(JOIN) for word in level.split()
    ]
    begins = (found.group() for word in words if (found := _BEGINS.match(word)))  # `第三季度地价`
    return next((word for word in words if is_part_of_year(word)), None) or next(begins, None)


def with_part(text: str, header: str) -> str:
    """A year, with the part of it that a header names: 2021 under `第一季度`; any other text as it stands."""
    part = part_of(header) if _YEAR.fullmatch(strip(text)) else None
    return year_and_part(text, part, "") if part else text


@lru_cache(10_000)
def is_figure(text: str) -> bool:
    """Whether a text is a number, with or without a unit; `1978年` is a time."""
    if _PLAIN.fullmatch(text):
        return True
    try:
        unit = amount(text).unit
    except Unreadable:
        return False
    return unit is None or unit.measure != "year"


@lru_cache(10_000)
def is_bare(text: str) -> bool:
    """Whether a text is a number without a unit: a serial number, no label."""
    if _PLAIN.fullmatch(text):
        return True
    try:
        return amount(text).unit is None
    except Unreadable:
        return False


def in_money(text: str, measure: str, corner: str | None) -> str | None:
    """A price for each of something, in the corner's unit where it names none (`万元/亩`); None in other money.

    `measure` is what the figure is said to be in; all that is no such price stays as it stands.
    """
    if not measure.startswith("CNY/"):
        return text
    bare = is_bare(text)
    unit = find_unit(corner or "") if bare else unit_of(text)
    if unit is None or "/" not in unit.measure:
        return text
    return None if unit.measure != measure else f"{text}{unit.name}" if bare and unit.factor != 1 else text


def unit_of(text: str) -> Unit | None:
    """The unit that a number stands with, if it is one."""
    with suppress(Unreadable):
        return amount(text).unit
    return None


def figure_of(text: str) -> Decimal | None:
    """The number of a cell, whatever its unit; None where it holds none."""
    try:
        return amount(text).value
    except Unreadable:
        return None


def is_no_line(row: Sequence[int | str], ignore: str | None) -> bool:
    """Whether a row, its number first, holds letters of a formula or column numbers, or is one that is not meant."""
    full = [text for cell in row[1:] if (text := strip(str(cell)))]
    label = next((text for text in full if not is_bare(text)), "")  # not its serial number
    if ignore and re.search(ignore, fold(label)):
        return True
    return bool(full) and all(_FORMULA.fullmatch(text) for text in full)


def has_figure(row: Sequence[int | str]) -> bool:
    """Whether a row, its number first, has a figure beside what it begins with, which may be its serial number."""
    texts = [text for cell in row[1:] if (text := strip(str(cell)))]
    return any(map(is_figure, texts[1:]))


def with_years(headers: Sequence[str], own: int | None, rows: list[Line], when: str) -> tuple[int | None, list[Line]]:
    """The column of years, and the rows, their numbers first, whose part of a year (`第一季度`) has its year before it.

    `own` is the column of times, `when` the time of the table.
    """
    year = None if own is None else find_year_beside(headers, own)
    if own is None or (year is None and not _lacks_years((str(row[own + 1]) for row in rows), when)):
        return None, rows
    made = [
        (
            *row[: own + 1],
            year_and_part(str(row[year + 1]) if year is not None else when, str(row[own + 1]), headers[own]),
            *row[own + 2 :],
        )
        for row in rows
    ]
    return year, made


def _lacks_years(texts: Iterable[str], when: str) -> bool:
    """Whether the times in a column are only parts of the one year that the title speaks of."""
    told = [text for text in texts if null_kind(text) is None]
    return bool(re.fullmatch(r"\d{4}", when)) and bool(told) and all(map(is_part_of_year, told))
