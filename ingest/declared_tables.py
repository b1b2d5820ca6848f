"""Tables of a declared schema: each field finds its column by the header, and each column its unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

from catalog.schema import Field
from ingest.ahead import WORKERS
from ingest.assumed import Units
from ingest.claims import Claims
from ingest.code_readers import RegionReader
from ingest.coded import each
from ingest.declared_readers import LongestReader, SpanReader, make_reader
from ingest.families import DeclaredField, DeclaredSchema
from ingest.findings import INFO, WARNING, Refused
from ingest.gather import Gather, Place
from ingest.headers import fold
from ingest.headings import is_foreign
from ingest.indicators import IndicatorReader, find_indicators
from ingest.likeness import find_likenesses
from ingest.nulls import PATTERN, null_kind, strip
from ingest.origins import ReshapedSheet
from ingest.periods import find_period, find_year_beside, in_year, own_or_spoken
from ingest.plan import Planned
from ingest.raw import RawSheet, first_rows
from ingest.readers import DecimalReader, Reader, WordReader
from ingest.regions import told_within
from ingest.sums import find_parts, find_whole
from ingest.tables import Found
from ingest.unit_readers import SumReader, UnitBesideReader, put_together
from ingest.units import Unit, fitting, stated

_LOW, _HIGH = 0, 1
_UNIT_HEADER = re.compile(r"单位$|dw$")
_OF_RANGES = {"range": "decimal", "date_range": "date", "datetime_range": "datetime"}  # what an end of it is
_LOOK = 1_000  # rows from which the size of numbers is judged


class DeclaredPlan:
    """The plan of a table whose fields a schema declares."""

    def __init__(
        self,
        sheet: RawSheet,
        table: Found,
        schema: DeclaredSchema,
        mapping: Mapping[str, str | None],
        unit: str | None,
        gather: Gather,
        named: str = "",
    ) -> None:
        self._sheet, self._table, self._schema, self._gather = sheet, table, schema, gather
        self._claims = Claims(table.headers, schema, {**self._guess(mapping), **mapping})
        self._personal = self._claims.personal()
        self._counts = dict.fromkeys(self._personal, 0)
        self._about = tuple(filter(None, (table.title, *table.banners, sheet.name, named)))
        self._within = told_within(self._about)
        if is_foreign(table.unit, table.banners, self._within) and stated(unit, "CNY") is None:
            self._claims.leave_money()
        self._units = Units(table, schema, self._claims, unit, lambda: first_rows(sheet, _LOOK))
        self._told_by: list[int] = []  # the column that tells bounds of planning together
        self._parts = self._told_parts()
        self._columns = self._plan()
        decimals = [(one.reader, one) for one in self._columns if isinstance(one.reader, DecimalReader)]
        self._decimals = [reader for reader, _ in decimals], [column for _, column in decimals]
        self._regions = [(one, one.reader) for one in self._columns if isinstance(one.reader, RegionReader)]
        self._remark()

    def _guess(self, mapping: Mapping[str, str | None]) -> dict[str, str]:
        """What headers that are nearly a field's are taken for; each is told, taken or not."""
        likely = find_likenesses(self._table.headers, self._schema, mapping)
        for one in likely:
            words: dict[str, Any] = {"header": one.header, "field": one.title, "name": one.name, "like": one.spelling}
            self._gather.add(WARNING, one.code, self._place(one.place), score=round(one.score), **words)
        taken = {one.header: one.name for one in likely if one.taken}
        return taken | self._proven({**taken, **mapping})

    def _proven(self, mapping: Mapping[str, str | None]) -> dict[str, str]:
        """The column that is the sum of others in each row, where a required sum has none; that is told."""
        found = find_whole(self._table.headers, self._schema, mapping, self._first_rows)
        if found is None:
            return {}
        header, parts = self._table.headers[found.place], "、".join(found.parts)
        words: dict[str, Any] = {"header": header, "field": found.title, "name": found.name, "parts": parts}
        self._gather.add(WARNING, "column_is_sum", self._place(found.place), **words)
        return {header: found.name}

    def _told_parts(self) -> dict[str, tuple[int, ...]]:
        """The columns that fields are the sums of; they are taken, and that is told."""
        found = find_parts(self._table.headers, self._schema, self._claims, self._first_rows)
        for name, places in found.items():
            for number, place in enumerate(places):
                self._claims.take(place, f"{name}.{number}")
            title = next(one.title for one in self._schema.fields if one.name == name)
            parts = "、".join(self._table.headers[place] for place in places)
            self._gather.add(INFO, "field_is_sum", self._place(places[0]), field=title, parts=parts)
        return found

    def _first_rows(self) -> list[list[str]]:
        return [row for number, row in first_rows(self._sheet, _LOOK) if number > self._table.top or self._is_reshaped]

    def see(self, batch: Any) -> int:
        """Take in the digits of decimal columns, and count the personal cells; how many rows the batch has."""
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda reader, column: reader.measure_digits(column.texts(batch)), *self._decimals))
        for place in self._personal:
            found = each(batch.column(place + 1), lambda texts: ~texts.str.contains(PATTERN))
            self._counts[place] += int(found.sum())
        for column, reader in self._regions:
            reader.see(column.texts(batch))
        return int(batch.num_rows)

    def settle(self, gather: Gather) -> tuple[Planned, ...]:
        """The published columns, in the schema's order."""
        for place, kind in self._personal.items():
            if self._counts[place]:
                gather.add(INFO, "column_dropped", self._place(place), count=self._counts[place], kind=kind)
        for column in self._columns:
            one, unit = self._units.assumed.get(column.sources[0], (None, ""))
            if one is not None and isinstance(column.reader, DecimalReader) and column.reader.bare:
                gather.add(WARNING, "unit_assumed", self._place(column.sources[0]), unit=unit, field=one.title)
        for column, reader in self._regions:
            if told := reader.settle():
                gather.add(INFO, "region_by_others", self._place(column.sources[0]), field=column.field.title, **told)
        return tuple(column.settled() for column in self._columns)

    def _plan(self) -> tuple[Planned, ...]:
        missing = [one.title for one in self._schema.fields if self._claims.lacks(one)]
        if missing:
            headers = "、".join(header for header in self._table.headers if header)
            raise Refused("required_missing", fields="、".join(missing), headers=headers[:400], count=len(missing))
        columns = [column for one in self._schema.fields for column in self._columns_of(one)]
        if not columns:
            raise Refused("schema_misfit", schema=self._schema.name)
        return tuple(columns)

    def _columns_of(self, one: DeclaredField) -> list[Planned]:
        if one.ends is not None:
            found = [column for end in (_LOW, _HIGH) if (column := self._end(one, end)) is not None]
            return found or self._told_together(one)
        own = self._claims.find(one.name)
        if parts := self._parts.get(one.name):
            return self._read_by(one, parts, SumReader(one.unit, self._units.of(one, parts[0])), derived=True)
        if own is None and (pieces := self._claims.pieces(one)):
            return self._read_by(one, pieces, WordReader(put_together))
        if one.type == "period" and (found := self._period(one, own)):
            return found
        sources = self._claims.columns(one)
        if not sources:
            return []
        if own is None and sources[0] == self._claims.find(one.among) and not self._speaks_of_years(sources[0]):
            return []
        beside = self._claims.find(one.unit_from) if own is not None and one.unit_from else None
        if beside is None and own is not None and (unit_at := self._unit_column(one, own)) is not None:
            unit = self._units.of(one, own)
            return self._read_by(one, (own, unit_at), UnitBesideReader(one.unit, unit, unsold=one.unsold))
        sources = sources if beside is None else (*sources, beside)
        return [self._planned(one, one.name, one.titles, sources, 0, derived=own is None)]

    def _read_by(
        self, one: DeclaredField, places: tuple[int, ...], reader: Reader, *, derived: bool = False
    ) -> list[Planned]:
        return [replace(self._planned(one, one.name, one.titles, places, 0, derived=derived), reader=reader)]

    def _period(self, one: DeclaredField, own: int | None) -> list[Planned]:
        """A period that takes its year from the column beside it, or where it is blank what a text of its row says."""
        if own is not None and (year := find_year_beside(self._table.headers, own)) is not None:
            self._claims.take(year, f"{one.name}.year")
            return self._read_by(one, (year, own), WordReader(partial(in_year, header=self._table.headers[own])))
        if (spoken := self._speaking(one)) is None:
            return []
        self._claims.take(spoken, f"{one.name}.spoken")
        return self._read_by(one, (spoken,) if own is None else (own, spoken), WordReader(own_or_spoken))

    def _speaking(self, one: DeclaredField) -> int | None:
        """The column whose texts speak of the period of their row, where its own is blank; that is told."""
        own, folded = self._claims.find(one.name), [fold(header) for header in self._table.headers]
        for place in (folded.index(fold(text)) for text in one.texts if fold(text) in folded):
            blank = [row[place] for row in self._first_rows() if own is None or null_kind(row[own]) is not None]
            count = sum(find_period(text) is not None for text in blank)
            if count:
                words: dict[str, Any] = {"field": one.title, "header": self._table.headers[place], "count": count}
                self._gather.add(INFO, "period_spoken", self._place(place), **words)
                return place
        return None

    def _speaks_of_years(self, place: int) -> bool:
        return any("年" in row[place] for row in self._first_rows())

    @property
    def _is_reshaped(self) -> bool:
        return isinstance(self._sheet, ReshapedSheet)

    def _unit_column(self, one: DeclaredField, own: int) -> int | None:
        """The next column, where it holds nothing but units of this measure (`面积单位`, `起始价单位`)."""
        place = own + 1
        if one.type != "decimal" or one.unit is None or place not in self._claims.unknown():
            return None
        if not _UNIT_HEADER.search(fold(self._table.headers[place])):
            return None
        rows = [row for number, row in first_rows(self._sheet, _LOOK) if number > self._table.top]
        words = {text for row in rows if (text := strip(row[place]))}
        return place if words and all(fitting(text, one.unit) for text in words) else None

    def _told_together(self, one: DeclaredField) -> list[Planned]:
        """A range without a column, where one cell tells several bounds; that is told."""
        place = find_indicators(one, self._table.headers, self._told_by or self._claims.unknown(), self._first_rows)
        if place is None or one.ends is None:
            return []
        self._gather.add(INFO, "bounds_in_text", self._place(place), header=self._table.headers[place])
        self._told_by = [place]
        self._claims.take(place, f"{one.name}.told")
        unit = fitting(one.assumed or "", one.unit or "")
        titles = (one.titles_low or one.titles, one.titles_high or one.titles)
        made = (self._planned(one, name, titles[end], (place,), end, derived=True) for end, name in enumerate(one.ends))
        return [replace(column, reader=IndicatorReader(one, unit, end)) for end, column in enumerate(made)]

    def _end(self, one: DeclaredField, end: int) -> Planned | None:
        """One end of a range, from its own column or from the one that holds both."""
        name = (one.ends or ("", ""))[end]
        own, whole = self._claims.find(name), self._claims.find(one.name)
        place, one = (whole, one) if own is None else (own, replace(one, most=None))
        titles = (one.titles_low, one.titles_high)[end] or one.titles
        return None if place is None else self._planned(one, name, titles, (place,), end, derived=True)

    def _reader(self, one: DeclaredField, unit: Unit | None, end: int, place: int, *, derived: bool) -> Reader:
        reader = make_reader(one, unit, end, derived=derived, within=self._within, about=self._about)
        if isinstance(reader, SpanReader):
            reader.head(self._table.headers[place])
        if isinstance(reader, LongestReader):
            reader.among = derived and place == self._claims.find(one.among)
        return reader

    def _planned(
        self,
        one: DeclaredField,
        name: str,
        titles: Mapping[str, str],
        sources: tuple[int, ...],
        end: int,
        *,
        derived: bool,
    ) -> Planned:
        unit = self._units.of(one, sources[0])
        reader = self._reader(one, unit, end, sources[0], derived=derived)
        field = Field(
            name,
            titles["zh-Hans"],
            _OF_RANGES.get(one.type, one.type),
            one.unit,
            one.description,
            one.codes or None,
            nullable=not one.required,
            titles=dict(titles),
            codes_open=one.open_codes,
        )
        how: dict[str, Any] = {"type": one.type, "measure": one.unit, "unit": unit.name if unit else None}
        how |= {"unsold": one.unsold, "reader": one.reader}
        other = one.ends[_HIGH] if one.type in ("range", "datetime_range") and one.ends and end == _LOW else None
        return Planned(
            field,
            sources,
            reader,
            self._table.headers[sources[0]],
            one.lenient,
            not one.lenient and (one.required or name in self._schema.key),
            derived and bool(one.source),
            one.dated if derived else (),
            other,
            how,
        )

    def _place(self, place: int) -> Place:
        column = None if self._is_reshaped else place + 1
        return Place(self._sheet.name, self._table.header_row, self._table.headers[place], column, self._sheet.grid)

    def _remark(self) -> None:
        """Say which columns were left: rivals of one that was taken, and those that the schema does not know."""
        for place, (field, winner) in self._claims.rivals.items():
            taken = self._table.headers[winner]
            first = self._place(winner).cell or taken
            self._gather.add(WARNING, "column_left", self._place(place), field=field, taken=taken, first=first)
        titles = {one.name: one.title for one in self._schema.fields}
        free = set(self._claims.unknown())
        for place, name in self._claims.misfits.items():
            if place in free:
                words: dict[str, Any] = {"field": titles.get(name, name), "header": self._table.headers[place]}
                self._gather.add(WARNING, "column_other_measure", self._place(place), **words)
        for one in self._schema.fields:
            if other := self._claims.stands_in(one):
                self._gather.add(WARNING, "required_stood_in", None, field=one.title, other=titles[other])
        names = [self._table.headers[place] for place in self._claims.unknown() if self._table.headers[place]]
        if names:
            self._gather.add(INFO, "columns_not_in_schema", None, count=len(names), headers="、".join(names)[:400])
