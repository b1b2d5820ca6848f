"""The same table on several sheets, each of a time or place of its own, is one; a matrix once it is long."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingest.code_readers import CodeReader, speaks_of_own_level
from ingest.families import DeclaredField, DeclaredSchema
from ingest.headers import fold
from ingest.melt_texts import is_bare
from ingest.origins import ReshapedSheet, origin_of, sheet_of
from ingest.raw import RawWriter, iter_batches, rows_of
from ingest.regions import code_of, told_within
from ingest.reshape import Part
from ingest.tables import Rest, iter_data
from ingest.uniting import Column, List, find_columns, mapping_of
from ingest.units import find_unit
from ingest.values import Unreadable

_PRINTED = 20_000  # rows of a sheet that a person may have laid out; longer ones are lists of their own

Cell = tuple[int, int]


def join_alike(parts: Sequence[Part], folder: Path) -> list[Part]:
    """The tables of a file, those of the same kind as one."""
    groups: dict[tuple[Hashable, ...], list[Part]] = {}
    for part in parts:
        groups.setdefault((_kind(part), _place(part)), []).append(part)
    alike: dict[tuple[Hashable, ...], list[Part]] = {}
    for (kind, place), some in groups.items():
        free = place is not None and all(_names_are_plain(one, str(place)) for one in some)
        alike.setdefault((kind, None if free else place), []).extend(some)
    made: list[Part] = []
    for at, some in enumerate(alike.values()):
        made += [_Joined(some, folder / f"joined-{at}.arrow").part()] if _are_one(some) else some
    return _united(made, folder)


def _united(parts: Sequence[Part], folder: Path) -> list[Part]:
    """The tables, those that are lists of the same kind with other columns as one."""
    made: list[tuple[list[_Likely], Sequence[Column]]] = []
    for part in parts:
        likely = _Likely(part)
        for at, (some, _) in enumerate(made):
            if columns := _columns_of([*some, likely]):
                made[at] = [*some, likely], columns
                break
        else:
            made.append(([likely], ()))
    return [
        _Joined([one.part for one in some], folder / f"united-{at}.arrow", columns=columns).part()
        for at, (some, columns) in enumerate(made)
    ]


class _Likely:
    """A table that may be one with others, and what stands above it; all of it is looked at once."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.list = List(part, part.schema) if part.schema is not None and not part.melted else None
        self.place, self.own = _place(part), _speaks_of_own_level(part)


def _columns_of(tables: Sequence[_Likely]) -> Sequence[Column]:
    """The columns of lists that are one; none where they are not."""
    lists = [one.list for one in tables if one.list is not None]
    if len(lists) < max(2, len(tables)) or sum(one.part.sheet.rows for one in lists) > _PRINTED:
        return ()
    places = {one.place for one in tables}
    plain = len(places) == 1 or all(
        place is None or _names_are_plain(one.part, place) for one in lists for place in places
    )
    return (find_columns(lists) or ()) if plain and len({one.own for one in tables}) == 1 else ()


def can_wait(part: Part) -> bool:
    """Whether a table may be one with others: it was printed by a person, and its cells have places."""
    return part.melted or (part.schema is not None and part.sheet.grid and part.sheet.rows <= _PRINTED)


def has_rows(part: Part) -> bool:
    """Whether a table has data, or nothing that says why it has none."""
    return any(batch.num_rows for batch in _data(part)) or not part.rest.says_nothing


def _are_one(parts: Sequence[Part]) -> bool:
    """Whether tables of a kind are one: each on a sheet of its own, or of one sheet those of one form.

    Lists on one sheet are told apart by what stands above them, other forms by whether they speak of the same.
    """
    several = len({one.sheet.name for one in parts}) < len(parts)
    if not several or not parts[0].melted:
        return not several
    return len({one.rest.heads for one in parts}) == 1 or not _overlap(parts)


def _overlap(parts: Sequence[Part]) -> bool:
    """Whether two of the tables have a row of one key."""
    known = set[tuple[str, ...]]()
    for part in parts:
        keys = set(_keys(part))
        if not known.isdisjoint(keys):
            return True
        known |= keys
    return False


def _keys(part: Part) -> Iterator[tuple[str, ...]]:
    """The keys of a table that was a matrix, as far as its texts can be read; blank where it lacks a field."""
    schema, headers = part.schema, part.found.headers
    fields = [one for one in schema.fields if one.name in schema.key] if schema else []
    places = [(one, headers.index(one.title) if one.title in headers else None) for one in fields]
    readers = [(place, _Respelt(one, {}) if one.type == "code" else None) for one, place in places]
    for batch in _data(part):
        for _, *cells in rows_of(batch):
            texts = [(cells[place] if place is not None else "", reader) for place, reader in readers]
            yield tuple(reader.read(text) if reader else text for text, reader in texts)


def _kind(part: Part) -> Hashable:
    """What tables must share that are to be one: unless they were matrices, all of their headers."""
    if part.melted:
        return _unit(part)
    found = part.found
    own = _speaks_of_own_level(part)
    return tuple(map(fold, found.headers)), found.unit, tuple(sorted(part.mapping.items(), key=repr)), own


def _speaks_of_own_level(part: Part) -> bool:
    about = (part.found.title, *part.found.banners, part.sheet.name)
    return any(speaks_of_own_level(text) for text in about if text)


def _place(part: Part) -> str | None:
    """The region that a table lies in, by which its names of regions are understood."""
    return told_within((part.found.title, *part.found.banners, part.sheet.name))


def _unit(part: Part) -> str | None:
    """The unit of a table, unless it can stand by each number, or does already."""
    words, melt = part.found.unit, part.schema.melt if part.schema else None
    return "" if (melt and melt.unit) or (words and find_unit(words)) else words


def _names_are_plain(part: Part, place: str) -> bool:
    """Whether the names of regions mean the same wherever the table lies."""
    fields = part.schema.fields if part.schema else ()
    region = next((one.title for one in fields if one.filled == "region"), None)
    if region not in part.found.headers:
        return True
    at = part.found.headers.index(region) + 1
    names = {text for batch in _data(part) for text in batch.column(at).to_pylist()}
    return all(_code(name, place) == _code(name, None) for name in names)


def _code(name: str, place: str | None) -> str | None:
    with suppress(Unreadable):
        return code_of(name, place)
    return None


def _data(part: Part) -> Iterator[Any]:
    return iter_data(part.sheet, part.found, part.rest)


@dataclass
class _Joined:
    """Several tables on their way to be one; `columns` of lists that have different ones."""

    parts: Sequence[Part]
    path: Path
    columns: Sequence[Column] = ()
    rows_from: list[int] = field(default_factory=list)
    sheets_from: list[str] = field(default_factory=list)
    moved: dict[Cell, Cell] = field(default_factory=dict)

    def part(self) -> Part:
        """The one table."""
        first = self.parts[0]
        if len(self.parts) == 1 or first.schema is None:
            return first
        schema = self._schema(first.schema)
        headers = first.found.headers
        if first.melted:
            titles = [one.title for one in schema.fields]
            headers = tuple(sorted({name for one in self.parts for name in one.found.headers}, key=titles.index))
        if self.columns:
            headers = tuple(one.header for one in self.columns)
        units = {one.found.unit for one in self.parts}
        with RawWriter(self.path, len(headers)) as writer:
            for number, part in enumerate(self.parts):
                if self.columns:
                    self._write_list(writer, number, part)
                else:
                    self._write(writer, part, schema, headers, "" if len(units) == 1 else part.found.unit or "")
        named = {one.sheet.name for one in self.parts}
        sheet = ReshapedSheet(
            self.path, len(headers), len(self.rows_from), first.sheet.name if len(named) == 1 else None,
            first.sheet.grid, sum(one.sheet.rejected for one in self.parts),
            rows_from=tuple(self.rows_from), sheets_from=tuple(self.sheets_from), moved=self.moved,
        )  # fmt: skip
        title, banners = self._above()
        unit = units.pop() if len(units) == 1 else None
        found = replace(first.found, headers=headers, title=title, banners=banners, unit=unit)
        mapping = {**first.mapping, **mapping_of(self.columns)}
        return replace(first, schema=schema, sheet=sheet, found=found, rest=self._rest(), mapping=mapping)

    def _above(self) -> tuple[str | None, tuple[str, ...]]:
        """The title and the banners of all: of several places, no title is that of the table."""
        if len(set(map(_place, self.parts))) > 1:
            return None, ()
        titles = [one.found.title or "" for one in self.parts]
        title = next((one for one in titles if one and all(other.startswith(one) for other in titles)), None)
        return title, tuple(dict.fromkeys(text for one in self.parts for text in one.found.banners))

    def _schema(self, schema: DeclaredSchema) -> DeclaredSchema:
        """With all the spellings; of a text that means two things, the first is kept."""
        declared = [one.schema for one in self.parts if one.schema is not None]
        columns = zip(*(one.fields for one in declared), strict=True)
        return replace(schema, fields=tuple(replace(some[0], spellings=_together(some)) for some in columns))

    def _write(self, writer: RawWriter, part: Part, schema: DeclaredSchema, headers: Sequence[str], unit: str) -> None:
        own = {one.title: one for one in (part.schema or schema).fields}
        readers = {
            one.title: _Respelt(own[one.title], one.spellings)
            for one in schema.fields
            if one.type == "code" and one.spellings != own[one.title].spellings
        }
        own_headers = part.found.headers
        places: list[int | None] = list(range(len(headers)))
        if part.melted:
            places = [own_headers.index(name) if name in own_headers else None for name in headers]
        value = next((one.title for one in schema.fields if schema.melt and one.name == schema.melt.value), "")
        for batch in _data(part):
            for number, *cells in rows_of(batch):
                line = len(self.rows_from) + 1
                row = []
                for place, (name, own_place) in enumerate(zip(headers, places, strict=True)):
                    text = cells[own_place] if own_place is not None else ""
                    text = readers[name].read(text) if name in readers else text
                    row.append(text + unit if name == value and unit and is_bare(text) else text)
                    at = origin_of(part.sheet, number, own_place) if own_place is not None else (0, 0)
                    self.moved[(line, place)] = at
                self.rows_from.append(origin_of(part.sheet, number, 0)[0])
                self.sheets_from.append(part.sheet.name or "")
                writer.add(line, row)

    def _write_list(self, writer: RawWriter, number: int, part: Part) -> None:
        """The rows of the so many-th list."""
        for batch in _data(part):
            for row, *cells in rows_of(batch):
                line = len(self.rows_from) + 1
                for at, column in enumerate(self.columns):
                    place = column.own[number].place
                    self.moved[(line, at)] = (0, 0) if place is None else origin_of(part.sheet, row, place)
                self.rows_from.append(origin_of(part.sheet, row, 0)[0])
                self.sheets_from.append(sheet_of(part.sheet, row) or "")
                writer.add(line, [column.own[number].text(cells) for column in self.columns])

    def _rest(self) -> Rest:
        """What stood between and below the rows of all."""
        made = Rest(masks=[None for _ in iter_batches(self.path)], heads=self.parts[0].rest.heads)
        for part in self.parts:
            rest, sheet = part.rest, part.sheet.name
            heads = rest.heads or (part.found.headers if self.columns else ())
            made.totals += [replace(one, sheet=one.sheet or sheet, heads=one.heads or heads) for one in rest.totals]
            made.left_out += [replace(one, sheet=one.sheet or sheet) for one in rest.left_out]
            made.notes += rest.notes
            for name in ("blank", "footers", "headers_again", "headings"):
                setattr(made, name, getattr(made, name) + getattr(rest, name))
        return made


def _together(fields: Sequence[DeclaredField]) -> Mapping[str, str]:
    return {text: code for one in reversed(fields) for text, code in one.spellings.items()}


class _Respelt:
    """Texts of one table whose meaning in the joined one would be another stand as the code that they mean."""

    def __init__(self, own: DeclaredField, joined: Mapping[str, str]) -> None:
        self._own, self._joined, self._reader = own.spellings, joined, CodeReader(own)

    def read(self, text: str) -> str:
        """The text, or the code that it means here."""
        if self._own.get(fold(text)) == self._joined.get(fold(text)):
            return text
        with suppress(Unreadable):
            return str(self._reader.read(text))
        return text
