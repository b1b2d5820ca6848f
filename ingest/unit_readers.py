"""Readers of numbers whose unit is anybody's: their own, one in a column beside them, or that of a sign before them."""

from __future__ import annotations

import re
from contextlib import suppress
from decimal import Decimal
from typing import Any

from ingest import nulls, values
from ingest.readers import DecimalReader, IntegerReader, WordReader
from ingest.units import Unit, find_unit, to_canonical
from ingest.values import Unreadable

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


class UnitBesideReader(DecimalReader):
    """A number whose unit may stand in a column beside it."""

    def value(self, text: str) -> Any:
        number, _, unit = text.partition(JOIN)
        if nulls.null_kind(number) is not None:
            return None
        return self.read(number + nulls.strip(unit) if unit and _is_bare(number) and find_unit(unit) else number)


class AnyUnitReader(UnitBesideReader):
    """A number in the canonical unit of whatever its own unit measures, which may stand beside it."""

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
