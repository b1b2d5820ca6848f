"""What the bare numbers of a matrix, or of a long list of measures, are in: by what fits the measure of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ingest.families import DeclaredSchema
from ingest.findings import Refused
from ingest.gather import Place
from ingest.headers import fold, split_unit
from ingest.melt_labels import At, Text, is_counted
from ingest.melt_words import Said
from ingest.nulls import strip
from ingest.raw import Merged
from ingest.units import find_unit, stated_of

_SHARE = re.compile(r"率|比重|比例")  # what is no sum of money, whatever the corner says
_NO_UNIT_NEEDED = "percent"
_DITTO = ("〃", "″", "”", "同上")
_SHOWN = 5  # cells that a refusal names

Row = tuple[int | str, ...]


@dataclass
class MeltUnits:
    """The units of the bare numbers of one table: `corner` is the table's, `stated` the steward's word.

    `says` tells whether a label says by itself what its numbers are: such a line without numbers is no heading.
    """

    schema: DeclaredSchema
    corner: str | None
    stated: str | None
    says: Callable[[str], bool]
    headings: set[At] = field(default_factory=set)  # lines without cells beside their label
    last: Text | None = None  # the last of those that is not counted (`一、`), while it holds

    def see(self, label: str, beside: Iterable[str], where: At) -> None:
        """Take in a row by its label and the cells beside: it may head those below, which are in its unit."""
        alone = bool(label) and {strip(text) for text in beside} <= {"", label}
        if alone:
            self.headings.add(where)
        if is_counted(label):
            self.last = None
        elif alone:
            self.last = None if self.says(label) else (label, where)

    def of(
        self, labels: Sequence[str], above: Sequence[Text], header: str, own: str, measure: str | None
    ) -> str | None:
        """The unit by the labels that speak for it, a heading above, the header (`own`), the corner, the steward.

        Blank for what needs none; None where a unit is needed and nothing that fits names one.
        """
        if unit := _unit_of(labels):
            return unit
        if measure is None:
            share = _SHARE.search(f"{fold(labels[0])} {fold(header)}")
            return own or ("" if share else self.corner or "")
        headings = [*([self.last] if self.last else []), *(one for one in above if one[1] in self.headings)]
        return self.choose(measure, [_unit_of([text]) for text, _ in headings] + [own])

    def choose(self, measure: str, nearer: Sequence[str]) -> str | None:
        """The first of these units that fits the measure, else the corner's or the steward's."""
        found = (unit for words in (*nearer, self.corner, self.stated) if (unit := stated_of(words, measure)))
        return next((unit.name for unit in found), "" if measure == _NO_UNIT_NEEDED else None)

    def measure_of(self, said: Mapping[str, Said]) -> tuple[str | None, At | None]:
        """What is measured by what is said of a figure, and where that stood; None where the schema does not tell."""
        told = ((one.measures, said[one.name]) for one in self.schema.fields if one.name in said)
        found = ((measures[one.value], one.where) for measures, one in told if one.value in measures)
        return next(found, (None, None))


@dataclass
class UnitColumn:
    """The units in a column of their own, at `place`: what is merged over rows is said of each, `〃` is that above."""

    place: int | None
    merged: Sequence[Merged]
    before: str = ""
    known: dict[int, str] = field(default_factory=dict)  # by the row, where a range begins there

    def of(self, row: Row) -> str:
        """The unit of the next row, its number first; blank where the column has none."""
        if self.place is None:
            return ""
        number, own = int(row[0]), strip(str(row[self.place + 1]))
        text = self.before if own in _DITTO else own or self.known.get(self._tops.get(number, 0), "")
        self.before = text if find_unit(text) else ""
        if self._tops.get(number) == number:
            self.known[number] = self.before
        return self.before

    @cached_property
    def _tops(self) -> dict[int, int]:
        """By its rows, where each range of this column begins."""
        ranges = [one for one in self.merged if one.left == one.right == self.place]
        return {row: one.top for one in ranges for row in range(one.top, one.bottom + 1)}


def refused_without_unit(places: Sequence[Place]) -> Refused:
    """The refusal of a table of which no figure has a unit."""
    first, cells = places[0], ", ".join(filter(None, (place.cell for place in places[:_SHOWN])))
    words = {"label": first.column or "", "cells": cells, "count": len(places)}
    return Refused("figure_without_unit", sheet=first.sheet, row=first.row, cell=first.cell, **words)


def _unit_of(texts: Sequence[str]) -> str:
    """The unit that the first of some texts names which names one; else blank."""
    return next((unit.name for text in texts if (unit := split_unit(text)[1])), "")
