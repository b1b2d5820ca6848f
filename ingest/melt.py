"""A matrix made long: one row a number, with what row, header and title say of it in columns of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from ingest.claims import Claims
from ingest.code_readers import reaches_of
from ingest.families import DeclaredSchema
from ingest.families.declared import SHIFT, Melt
from ingest.findings import INFO, WARNING, Refused
from ingest.gather import Gather, Place
from ingest.headers import JOIN, fold, split_unit
from ingest.melt_labels import Labels, Meanings, Text, label_of
from ingest.melt_texts import has_figure, in_money, is_bare, is_figure, is_no_line, with_part, with_years
from ingest.melt_units import MeltUnits, UnitColumn, refused_without_unit
from ingest.melt_words import Said, Sayings, refuse_lost_headers, spelt_codes
from ingest.nulls import null_kind, strip
from ingest.raw import RawSheet
from ingest.regions import is_place
from ingest.row_words import matching_total
from ingest.tables import Found

_NO_FIGURES = re.compile(r"序号|行次|公式|备注|说明|栏次")
_REMARK = re.compile(r"备注|说明|附注|注释")  # what a column says aside of the figures is no label of them
_MOST = 500_000  # numbers in one matrix

Row = tuple[int | str, ...]


@dataclass
class Melted:
    """The long table: its headers, rows and schema, and where each cell stood: (row, column) -> (row, column)."""

    schema: DeclaredSchema
    headers: tuple[str, ...]
    unit: str | None
    rows: list[tuple[str, ...]] = field(default_factory=list)
    origins: list[tuple[int, int]] = field(default_factory=list)
    moved: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)


class Melting:
    """One matrix on its way to its long form; `filled` are fields that only its title tells, `stated` is the unit."""

    def __init__(
        self,
        schema: DeclaredSchema,
        sheet: RawSheet,
        found: Found,
        rows: list[Row],
        mapping: Mapping[str, str | None],
        period: str | None,
        gather: Gather,
        filled: Mapping[str, str],
        stated: str | None = None,
    ) -> None:
        assert schema.melt is not None  # noqa: S101 - the caller asks only for schemas that melt
        self.melt: Melt = schema.melt
        self.schema, self.sheet, self.found, self.gather = schema, sheet, found, gather
        self.worded = {word.field for word in self.melt.words}
        claims = Claims(found.headers, schema, mapping)
        self.kept = self._own_columns(claims)
        self.persons = claims.personal()
        self.unit_at = claims.find(self.melt.unit) if self.melt.unit else None
        self.beside = UnitColumn(self.unit_at, sheet.merged or ())
        self.period, self.told = period or "", set[tuple[object, ...]]()
        self.year_at, rows = with_years(found.headers, self.kept.get(self.melt.period or ""), rows, self.period)
        self.ignored = [row for row in rows if is_no_line(row, self.melt.ignore)]
        left = {row[0] for row in self.ignored}
        self.rows = [row for row in rows if row[0] not in left]
        self.telling = [row for row in self.rows if has_figure(row)]  # words alone are told of, but decide nothing
        self.figures = self._figures()
        self.lacking: dict[str, None] = {}  # fields that numbers need and nothing says
        self.labels, self.meanings, self.without_unit = Labels(), Meanings(), list[Place]()
        reaches = reaches_of(schema, tuple(filter(None, (found.title, *found.banners, sheet.name))))
        places, codes = self._places(), spelt_codes(schema)
        self.sayings = Sayings(self.melt, found, period, filled, frozenset(self.kept), places, reaches, codes=codes)
        self.sayings.tell_lines(map(self._label, self.rows))
        self.units = MeltUnits(schema, found.unit if self.melt.unit else None, stated, self._says_all)
        also = {name for word in self.melt.words for name in word.also if name != SHIFT}
        told = {*self.sayings.asked, *also, *self.kept, *filled, self.melt.period, *dict(self.sayings.places.values())}
        self.names = [one.name for one in schema.fields if one.name in told]

    def _own_columns(self, claims: Claims) -> dict[str, int]:
        """The fields that stand in a column of their own, which no words tell."""
        asked = self.melt.keep or [one.name for one in self.schema.fields if one.name != self.melt.value]
        found = ((name, claims.find(name)) for name in asked if name not in self.worded)
        return {name: place for name, place in found if place is not None}

    def _places(self) -> dict[int, tuple[str, str]]:
        """The columns of figures that are each of a region, with the field that takes its name."""
        region = next((one.name for one in self.schema.fields if one.filled == "region"), None)
        if region is None or region in self.kept or "region" in self.kept:
            return {}
        levels = {place: self.found.headers[place].split(JOIN) for place in self.figures}
        named = {place: next((name for name in names if is_place(name)), "") for place, names in levels.items()}
        return {place: (region, name) for place, name in named.items() if name}

    def means_by_row(self, row: Row) -> bool:
        """Whether `合计` says of a row what others' labels say of theirs (`一般`); not where regions are summed."""
        if any(matching_total(str(row[place + 1])) for place in self.kept.values()):
            return False
        label = self._label(row)
        word = next((text for place in self._ahead if matching_total(text := strip(str(row[place + 1])))), label)
        for name in self.worded:
            own, alone = (self.sayings.find(name, text, "row") for text in (label, word))
            if own and alone and own.value == alone.value and self._said_by_rows[name] - {own.value}:
                return True
        return False

    @cached_property
    def _said_by_rows(self) -> dict[str, set[str]]:
        return {name: self.sayings.said_by(name, map(self._label, self.rows)) for name in self.worded}

    def placed(self) -> tuple[float, set[str]]:
        """Which share of the figures the schema has a place for, and the fields that are said of them."""
        figures, placed, names = 0, 0, set[str]()
        for row in self.rows:
            label, number = self._label(row), int(row[0])
            above = self._above(row, label, (number, 0))
            kept = [(str(row[at + 1]), (number, at)) for at in self.kept.values()]
            for place in self.figures:
                if is_figure(str(row[place + 1])):
                    said = self.sayings.of([(label, (number, 0)), *above], kept, place)
                    figures, placed = figures + 1, placed + (not self._lacks(row, said))
                    names |= set(said)
        return (placed / figures if figures else 0.0), names

    def run(self) -> Melted:
        refuse_lost_headers(self.sayings, self.sheet, self.figures)
        for place, kind in self.persons.items():
            if count := sum(null_kind(str(row[place + 1])) is None for row in self.rows):
                where = self._place(self.found.header_row, place)
                self.gather.add(INFO, "column_dropped", where, count=count, kind=kind)
        units = {place: split_unit(self.found.headers[place])[1] for place in self.figures}
        alike = {unit.name for unit in units.values() if unit}
        fields = {one.name: one for one in self.schema.fields}
        one_measure = fields[self.melt.value].unit is not None  # else each number takes its own unit along
        common = next(iter(alike)) if one_measure and len(alike) == 1 and all(units.values()) else None
        headers = tuple(fields[name].title for name in (*self.names, self.melt.value))
        made = Melted(self.schema, headers, common or self.found.unit)
        for row in self.ignored:
            self._leave_figures(row)
        for row in self.rows:
            self._melt_row(row, {} if common else {p: u.name for p, u in units.items() if u}, made)
        if not made.rows and self.without_unit:
            raise refused_without_unit(self.without_unit)
        if not made.rows:
            titles = "、".join(fields[name].title for name in self.lacking or self.melt.needs)
            at, name = self.found.header_row, self.schema.name
            raise Refused("matrix_unclear", sheet=self.sheet.name, row=at, schema=name, fields=titles)
        more = self.sayings.spellings
        spelt = (replace(one, spellings={**one.spellings, **more.get(one.name, {})}) for one in self.schema.fields)
        made.schema = replace(self.schema, fields=tuple(spelt))
        return made

    def _figures(self) -> list[int]:
        """The columns that hold figures, by place."""
        places = [place for place in range(self.sheet.width) if place not in self._apart]
        figures = [
            place
            for place in places
            if not _NO_FIGURES.fullmatch(fold(self.found.headers[place])) and self._mostly_numbers(place)
        ]
        return [place for place in figures if not self._is_ignored(place)]

    def _is_ignored(self, place: int) -> bool:
        """Whether a column of figures is of something else (`比上年增长`); that is said."""
        header = self.found.headers[place]
        if not self.melt.ignore_columns or not re.search(self.melt.ignore_columns, fold(header)):
            return False
        self.gather.add(INFO, "figures_left_out", self._place(self.found.header_row, place))
        return True

    def _mostly_numbers(self, place: int) -> bool:
        texts = [text for row in self.telling if null_kind(text := str(row[place + 1])) is None]
        return bool(texts) and sum(map(is_figure, texts)) * 2 > len(texts)

    def _melt_row(self, row: Row, units: Mapping[int, str], made: Melted) -> None:
        number = int(row[0])
        ahead, label = self._ahead, self._label(row)
        at = next((p for p in ahead if strip(str(row[p + 1])) and not is_bare(str(row[p + 1]))), 0)
        above = self._above(row, label, (number, at))
        self.units.see(label, (str(row[p + 1]) for p in range(self.sheet.width) if p not in ahead), (number, at))
        if not label and not any(is_figure(str(row[place + 1])) for place in self.figures):
            self._leave_figures(row, only=False)  # words that go on below: no figures of their own
            return
        beside, labels = self.beside.of(row), [(label, (number, at)), *above]
        for place in self.figures:
            text = str(row[place + 1])
            if null_kind(text) is not None:
                continue
            names = [(str(row[p + 1]), (number, p)) for p in self.kept.values()]
            said = self.sayings.of(labels, names, place)
            meaning = (*(said[name].value for name in sorted(said)), *(name for name, _ in names))
            if self._lacks(row, said) or self.meanings.repeats(meaning, place, (number, at), above):
                self._say_unplaced(number, place, text, label)
                continue
            unit = (beside or self._unit(labels, place, units.get(place, ""), said)) if is_bare(text) else ""
            if unit is None:
                self.without_unit.append(self._place(number, place, text))
                words = label[:60] or self.found.headers[place]
                self.gather.add(WARNING, "figure_without_unit", self.without_unit[-1], label=words)
                continue
            priced = in_money(text + unit, said["unit"].value if "unit" in said else "", self.found.unit)
            if priced is None:
                self._say_unplaced(number, place, text, label)
            else:
                self._put(row, said, place, priced, made)

    def _lacks(self, row: Row, said: Mapping[str, Said]) -> bool:
        """Whether something that a number needs is neither said of it nor stands in a column of its row."""
        own = (name for name, at in self.kept.items() if null_kind(str(row[at + 1])) is None)
        lacking = set(self.melt.needs) - set(said) - set(own)
        self.lacking.update(dict.fromkeys(name for name in self.melt.needs if name in lacking))
        return bool(lacking)

    def _unit(self, labels: list[Text], place: int, own: str, said: Mapping[str, Said]) -> str | None:
        """What a bare number is in; blank where it needs no unit, None where nothing tells."""
        # Whose measure a line has, its unit it has too.
        speaking = {labels[0][1], *(one.where for one in said.values())}
        header = self.found.headers[place]
        speak = [text for text, where in labels if where in speaking]
        measure, at = self.units.measure_of(said)
        if at == (self.found.header_row, place):
            speak.append(header)
        return self.units.of(speak, labels[1:], header, own, measure)

    def _leave_figures(self, row: Row, *, only: bool = True) -> None:
        """Say which figures (or whatever stands in their columns) a row has that this schema does not know."""
        for place in self.figures:
            text = str(row[place + 1])
            if null_kind(text) is None and (is_figure(text) or not only):
                self._say_unplaced(int(row[0]), place, text, self._label(row) or text)

    def _say_unplaced(self, number: int, place: int, text: str, label: str) -> None:
        words = label[:60] or self.found.headers[place]
        self.gather.add(WARNING, "figure_unplaced", self._place(number, place, text), label=words)

    def _place(self, number: int, place: int, raw: str | None = None) -> Place:
        return Place(self.sheet.name, number, self.found.headers[place], place + 1, self.sheet.grid, raw)

    @cached_property
    def _ahead(self) -> list[int]:
        """The columns that hold what a row is called."""
        apart = self._apart | {at for at, one in enumerate(self.found.headers) if _REMARK.fullmatch(fold(one))}
        return [place for place in range(self.sheet.width) if place not in apart and place not in self.figures]

    def _label(self, row: Row) -> str:
        return label_of(str(row[place + 1]) for place in self._ahead)

    @cached_property
    def _apart(self) -> set[int]:
        """The columns that are no label of a row: those that are kept, and those of its unit and its year."""
        return {*self.kept.values(), *(at for at in (self.unit_at, self.year_at) if at is not None)}

    def _put(self, row: Row, said: Mapping[str, Said], place: int, text: str, made: Melted) -> None:
        if len(made.rows) >= _MOST:
            raise Refused("matrix_too_large", most=_MOST)
        kept = {name: self._kept_text(row, name, place) for name in self.kept}
        meant = (*(said[name].value for name in sorted(said)), *kept.values(), text)
        if meant in self.told:
            return  # a budget column that repeats the quota of the one before it
        self.told.add(meant)
        number, line, cells = int(row[0]), len(made.rows) + 1, list[str]()
        for at, name in enumerate(self.names):
            told = said.get(name)
            if name in self.kept:
                cells.append(kept[name])
                made.moved[(line, at)] = (number, self.kept[name])
            else:
                cells.append(told.text if told else "")
                made.moved[(line, at)] = told.where if told else (number, place)
        made.moved[(line, len(self.names))] = (number, place)
        made.rows.append((*cells, text))
        made.origins.append((number, place))

    def _kept_text(self, row: Row, name: str, place: int) -> str:
        text = str(row[self.kept[name] + 1])
        return with_part(text, self.found.headers[place]) if name == self.melt.period else text

    def _says_all(self, label: str) -> bool:
        """Whether a label says by itself what its figures are."""
        return all(self.sayings.find(name, label, "row") for name in self.melt.needs)

    def _above(self, row: Row, label: str, at: tuple[int, int]) -> list[tuple[str, tuple[int, int]]]:
        """The labels that a row stands under, the nearest first."""
        raw = next((text for place in self._ahead if strip(text := str(row[place + 1]))), "")
        above = self.labels.above(label, raw, at, whole=self._says_all(label))
        if self.labels.begins:
            self.sayings.begin_section()
        return above
