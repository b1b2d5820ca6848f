"""Personal data in headings and in names of sheets is masked before anything is named by them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ingest.one_table import OneTable, TypedTable
from ingest.privacy.hits import mask_text
from ingest.raw import RawSheet
from ingest.tables import Found


@dataclass
class Covering:
    """What was masked in one file, and what it was."""

    _sheets: dict[str, str] = field(default_factory=dict)  # masked name -> the name
    _headings: dict[int, str] = field(default_factory=dict)  # column of the table at hand -> what stood over it

    def sheets(self, sheets: Iterable[RawSheet]) -> tuple[RawSheet, ...]:
        """The sheets under names that may be shown."""
        return tuple(map(self._sheet, sheets))

    def headings(self, found: Found) -> Found:
        """The table under headings that may be shown."""
        headers = tuple(map(mask_text, found.headers))
        self._headings = {place: old for place, old in enumerate(found.headers) if headers[place] != old}
        return replace(found, headers=headers, english=tuple(map(mask_text, found.english)))

    def told(self, one: OneTable, typed: TypedTable) -> TypedTable:
        """The table at hand with what was masked, by the places that a decision names."""
        covered = {
            f"heading:{one.name}:{column.field.name}": self._headings[source]
            for column in one.writer.columns
            for source in column.sources
            if source in self._headings
        }
        if typed.table.sheet in self._sheets:
            covered[f"sheet:{one.name}"] = self._sheets[typed.table.sheet]
        return replace(typed, covered=covered)

    def _sheet(self, sheet: RawSheet) -> RawSheet:
        masked = mask_text(sheet.name or "")
        if masked == (sheet.name or ""):
            return sheet
        self._sheets[masked] = sheet.name or ""
        return replace(sheet, name=masked)
