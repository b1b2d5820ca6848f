"""Lists of one schema with different columns made one: each field in one column, each number with its unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from ingest.claims import Claims, spellings_by_name
from ingest.code_readers import SpokenReader
from ingest.declared_readers import make_reader
from ingest.families import DeclaredField, DeclaredSchema
from ingest.headers import fold, split_unit
from ingest.headings import is_foreign
from ingest.likeness import find_likenesses
from ingest.melt_texts import is_bare
from ingest.nulls import strip
from ingest.periods import find_year_beside
from ingest.raw import rows_of
from ingest.reshape import Part
from ingest.tables import iter_data
from ingest.units import fitting, stated

_SHARED = 0.5  # of the fields of the smaller list, those that the other has too


@dataclass(frozen=True)
class Own:
    """What one list has in a column of all: its place, and the unit of bare numbers.

    `spoken` reads the text where it is that of another field, which speaks of this one.
    """

    place: int | None = None
    unit: str = ""
    spoken: SpokenReader | None = None

    def text(self, cells: Sequence[str]) -> str:
        """The text of a row."""
        text = cells[self.place] if self.place is not None else ""
        if self.spoken is not None:
            return text if self.spoken.read(text) else ""
        return text + self.unit if self.unit and is_bare(text) else text


@dataclass(frozen=True)
class Column:
    """A column of all of the lists: its header, the field that it is, and what each list has in it."""

    header: str
    name: str | None
    own: tuple[Own, ...]


@dataclass(frozen=True)
class List:
    """One of the lists, with the fields that its columns are."""

    part: Part
    schema: DeclaredSchema

    @cached_property
    def claims(self) -> Claims:
        return Claims(self.part.found.headers, self.schema, self.part.mapping)

    @cached_property
    def fields(self) -> dict[str, int]:
        """The columns of fields and ends of ranges, by name."""
        names = (name for name, _ in spellings_by_name(self.schema))
        return {name: place for name in names if (place := self.claims.find(name)) is not None}

    @cached_property
    def keys(self) -> set[tuple[str, ...]]:
        """The keys of its rows."""
        places = [self.fields[name] for name in self.schema.key if name in self.fields]
        return {tuple(strip(cells[at]) for at in places) for cells in self.rows()}

    def rows(self) -> Iterator[Sequence[str]]:
        """The cells of its data."""
        for batch in iter_data(self.part.sheet, self.part.found, self.part.rest):
            for _, *cells in rows_of(batch):
                yield cells

    @cached_property
    def has_pieces(self) -> bool:
        """Whether neighbouring columns hold a field's value piece by piece."""
        return any(self.claims.pieces(one) for one in self.schema.fields)

    @cached_property
    def is_plain(self) -> bool:
        """Whether each field has columns of its own, by their headers alone, or what it is made from."""
        headers, found = self.part.found.headers, self.schema.fields
        likely = find_likenesses(headers, self.schema, self.part.mapping)
        under = any(self.claims.under(one) and one.name not in self.fields for one in found)
        units = {at + 1 for one in found if one.unit and (at := self.fields.get(one.name)) is not None}
        beside = any(fold(headers[at]).endswith("单位") for at in units.intersection(self.claims.unknown()))
        years = any(find_year_beside(headers, self.fields[one.name]) for one in found if self._is_period(one))
        lacks = any(self.claims.lacks(one) or (one.unit_from and one.unit_from in self.fields) for one in found)
        foreign = is_foreign(self.part.found.unit, self.part.found.banners, None)
        return not (foreign or lacks or under or beside or years or any(one.taken for one in likely))

    def _is_period(self, one: DeclaredField) -> bool:
        return one.type == "period" and one.name in self.fields

    def unit(self, one: DeclaredField, place: int) -> str:
        """What the bare numbers of a column are in, as header or corner say; blank where neither does."""
        if one.unit is None or one.type not in ("decimal", "range"):
            return ""
        own = split_unit(self.part.found.headers[place])[1]
        found = (fitting(own.name, one.unit) if own else None) or stated(self.part.found.unit, one.unit)
        return found.name if found else ""

    def in_place_of(self, one: DeclaredField) -> Own | None:
        """What stands in for a field without a column: nothing, or a text that speaks of it; None where more does."""
        sources = self.claims.sources(one)
        if not sources:
            return Own()
        reader = make_reader(one, None) if len(sources) == 1 else None
        return Own(sources[0], spoken=reader) if isinstance(reader, SpokenReader) else None


def find_columns(lists: Sequence[List]) -> list[Column] | None:
    """The columns of several lists as one, or None where they are not plainly lists of the same kind."""
    schema = lists[0].schema
    if any(one.schema != schema or not one.is_plain for one in lists):
        return None
    if not all(_alike(*two) for two in combinations(lists, 2)):
        return None
    columns = [*_of_fields(schema, lists), *_others(lists)]
    if any(one.has_pieces for one in lists):
        columns = _in_order(columns, lists)
    made = [one for one in columns if one is not None]
    return made if len(made) == len(columns) and _is_sure(schema, made, lists[0].part.mapping) else None


def mapping_of(columns: Sequence[Column]) -> dict[str, str | None]:
    """The field of each header."""
    return {one.header: one.name for one in columns if one.name is not None}


def _alike(one: List, other: List) -> bool:
    """Whether two lists have the same key, and much else, but no row of the same key."""
    keys = [name for name in one.schema.key if name in one.fields]
    if not keys or keys != [name for name in one.schema.key if name in other.fields]:
        return False
    for field in one.schema.fields:
        ends = [{name for name in (field.name, *(field.ends or ())) if name in some.fields} for some in (one, other)]
        if field.ends and all(ends) and (field.name in ends[0]) != (field.name in ends[1]):
            return False
    shared = len(one.fields.keys() & other.fields.keys())
    return shared >= _SHARED * min(len(one.fields), len(other.fields)) and one.keys.isdisjoint(other.keys)


def _of_fields(schema: DeclaredSchema, lists: Sequence[List]) -> Iterator[Column | None]:
    by_name = {name: one for one in schema.fields for name in (one.name, *(one.ends or ()))}
    for name, _ in spellings_by_name(schema):
        places = [one.fields.get(name) for one in lists]
        if all(place is None for place in places):
            continue
        field, own = by_name[name], list[Own]()
        for one, place in zip(lists, places, strict=True):
            found = Own(place, one.unit(field, place)) if place is not None else one.in_place_of(field)
            if found is None:
                yield None
                return
            own.append(found)
        yield _column(name, field, lists, own)


def _column(name: str, field: DeclaredField, lists: Sequence[List], own: Sequence[Own]) -> Column | None:
    """The column of a field; where its numbers are in different units, each takes its own along."""
    there = [(one, some) for one, some in zip(own, lists, strict=True) if one.place is not None and not one.spoken]
    first, some = there[0]
    header = some.part.found.headers[first.place or 0]
    units = {one.unit for one, _ in there}
    if len(units) == 1:
        unit = units.pop()
        header = header if not unit or split_unit(header)[1] else f"{header}（{unit}）"
        return Column(header, name, tuple(Own(one.place, "", one.spoken) for one in own))
    return Column(split_unit(header)[0], name, tuple(own)) if field.type == "decimal" else None


def _in_order(columns: Sequence[Column | None], lists: Sequence[List]) -> list[Column | None]:
    """The columns as they stand in each list, where these have the same: pieces of a value keep their neighbours."""
    headers = {one.part.found.headers for one in lists}
    order = {one.own[0].place: one for one in columns if one is not None}
    names = headers.pop()
    return [None] if headers or len(set(names)) < len(names) else [order.get(place) for place in range(len(names))]


def _others(lists: Sequence[List]) -> Iterator[Column]:
    """The columns that no field has, by their headers."""
    places: dict[str, dict[int, int]] = {}
    for number, one in enumerate(lists):
        for at, header in enumerate(one.part.found.headers):
            if header and at not in one.fields.values():
                places.setdefault(header, {}).setdefault(number, at)
    for header, own in places.items():
        yield Column(header, None, tuple(Own(own.get(number)) for number in range(len(lists))))


def _is_sure(schema: DeclaredSchema, columns: Sequence[Column], mapping: Mapping[str, str | None]) -> bool:
    """Whether the headers of all mean the same fields as those of each list did."""
    headers = tuple(one.header for one in columns)
    claims = Claims(headers, schema, {**mapping, **mapping_of(columns)})
    names = [name for name, _ in spellings_by_name(schema)]
    found = {name: place for name in names if (place := claims.find(name)) is not None}
    return found == {one.name: at for at, one in enumerate(columns) if one.name is not None}
