"""Readers of numbers whose unit is anybody's: their own, one in a column beside them, or that of a sign before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ingest import nulls, values
from ingest.coded import different
from ingest.readers import Converted, DecimalReader, IntegerReader, WordReader
from ingest.units import Unit, find_unit, to_canonical
from ingest.values import Unreadable

_NOTHING_PLAIN = r"^$"  # numbers that the type cannot hold as they stand
_PLAIN = r"^-?[0-9]{1,18}(?:\.[0-9]{1,20})?$"
_MOST_UNITS = 50  # of one column; more are no units
JOIN = "\x1f"  # between the cells of a field that is made from several columns
_NUMBER_ALONE = re.compile(r"[-+]?[\d,. ]+")


def put_together(text: str) -> str | None:
    """What the pieces in several columns say as one; a piece that begins with those before it holds them already."""
    whole = ""
    for piece in map(nulls.strip, text.split(JOIN)):
        whole = piece if piece.startswith(whole) else whole + piece
    return whole or None


class LeastReader(DecimalReader):
    """A number that may be said to be the least: `≥3885万元/公顷` is 3885."""

    def read(self, text: str) -> Decimal | None:
        return super().read(re.sub(r"^[|\s]*(?:≥|>=|≧|不低于|不少于|不小于)\s*", "", text))


class PointsReader(DecimalReader):
    """Points, or weights in points of a hundred: `10分`, `30%`."""

    def read(self, text: str) -> Decimal | None:
        return super().read(re.sub(r"\s*[分%％]\s*$", "", text))


class SumReader(DecimalReader):
    """The sum of several columns; null where all of them are."""

    def __init__(self, measure: str | None, unit: Unit | None) -> None:
        super().__init__(measure, unit)
        self.plain = _NOTHING_PLAIN

    def value(self, text: str) -> Any:
        parts = [self.read(part) for part in text.split(JOIN) if nulls.null_kind(part) is None]
        return sum((part or Decimal(0) for part in parts), Decimal(0)) if parts else None


class UnitBesideReader(DecimalReader):
    """A number whose unit may stand in a column beside it. Plain numbers go by their units, unit by unit."""

    def measure_digits(self, texts: Any) -> None:
        texts = different(texts)
        rest = texts
        for mask, numbers, power, beside in self._by_unit(pl.Series(texts)):
            plain = numbers.filter(mask).to_arrow().cast(pa.string())
            self._measure_shifted(plain, power)
            self.bare = self.bare or (not beside and bool(pc.any(pc.greater(pc.binary_length(plain), 0)).as_py()))
            rest = pc.if_else(mask.to_arrow(), "", rest)
        super().measure_digits(rest)

    def fast(self, texts: pl.Series) -> Any:
        found = pa.nulls(len(texts), self.arrow)
        for mask, numbers, power, _ in self._by_unit(texts):
            found = pc.if_else(mask.to_arrow(), self._shifted(numbers, power), found)
        return found

    def convert(self, texts: Any) -> Converted:
        series = pl.Series(texts)
        result = self.fast(series)
        odd = pl.Series(pc.is_null(result)) & (series.str.len_bytes() > 0)
        return self._with_odd(result, texts, odd) if odd.any() else Converted(result)

    def _by_unit(self, texts: pl.Series) -> Iterator[tuple[pl.Series, pl.Series, int, bool]]:
        """The plain numbers of each unit beside them: which, all numbers, the power of ten, whether a unit is there."""
        parts = texts.str.split_exact(JOIN, 1).struct
        numbers, units = parts.field("field_0"), parts.field("field_1").fill_null("")
        if self.plain == _NOTHING_PLAIN:
            return
        plain = numbers.str.contains(_PLAIN)
        for name in units.unique(maintain_order=True).head(_MOST_UNITS):
            unit = find_unit(nulls.strip(name)) if name else None
            power = self._power(unit) if unit is not None else self._shift
            if power is not None:
                yield plain & (units == name), numbers, power, unit is not None

    def _power(self, unit: Unit) -> int | None:
        """By which power of ten a number in that unit is told; None where it is not one, or not of the measure."""
        return unit.power if unit.measure == self.measure else None

    def value(self, text: str) -> Any:
        number, _, unit = text.partition(JOIN)
        if nulls.null_kind(number) is not None:
            return None
        return self.read(number + nulls.strip(unit) if unit and _is_bare(number) and find_unit(unit) else number)


class AnyUnitReader(UnitBesideReader):
    """A number in the canonical unit of whatever its own unit measures, which may stand beside it."""

    def _power(self, unit: Unit) -> int | None:
        return unit.power

    def read(self, text: str) -> Decimal | None:
        found = values.amount(text)
        return super().read(text) if found.unit is None else to_canonical(found.value, found.unit)


class WrittenReader(DecimalReader):
    """Numbers that all stand with the same unit, as they are written."""

    def __init__(self, measure: str, unit: Unit) -> None:
        super().__init__(measure, None)
        self.plain = r"^$"
        self._own = unit

    def read(self, text: str) -> Decimal:
        found = values.amount(text)
        unit = found.unit or (find_unit("元") if values.tidy(text).startswith("¥") else None)
        if unit != self._own:
            raise Unreadable("unit_misfit", unit=unit.name if unit else "", measure=self.measure or "")
        return found.value


class DebtReader(DecimalReader):
    """Numbers of accounts, which write what is owed in brackets: `(300)` is -300."""

    def read(self, text: str) -> Any:
        return super().read(unbracketed(text))


class WholeDebtReader(IntegerReader):
    """The same of whole numbers."""

    def read(self, text: str) -> Any:
        return super().read(unbracketed(text))


def unbracketed(text: str) -> str:
    """A number in brackets with a minus instead."""
    return re.sub(r"^\((.*)\)$", r"-\1", values.tidy(text))


def _is_bare(text: str) -> bool:
    try:
        return values.amount(text).unit is None
    except Unreadable:
        return False


class UnitReader(WordReader):
    """What a number is in, by the unit beside it: canonical where it is known, else as written."""

    def __init__(self) -> None:
        super().__init__(_unit_beside)


def _unit_beside(text: str) -> str | None:
    found = find_unit(text)
    with suppress(Unreadable):
        found = found or values.amount(text).unit
    return found.measure if found else None if _NUMBER_ALONE.fullmatch(values.tidy(text)) else nulls.strip(text)
