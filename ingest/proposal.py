"""Which declared schema a table looks like, and by what: its headers first, then the words of its title."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz

from ingest.claims import Claims
from ingest.code_readers import holds_codes
from ingest.families import DeclaredSchema, find_schema, list_schemas
from ingest.families.declared import Tree
from ingest.form_blocks import plain_label, spoken
from ingest.form_names import Names
from ingest.gather import Gather
from ingest.headers import fold
from ingest.melt import Melting
from ingest.nulls import strip
from ingest.raw import RawSheet, first_rows
from ingest.records import Records
from ingest.tables import Found
from ingest.turned import sheet_rows, turned_headers

_LEAST_FIELDS, _LEAST_SAID, _LEAST_LABELS = 3, 2, 6
_LEAST_SHARE = 0.5
_MANY_FIELDS, _SHARE_OF_MANY = 6, 0.35  # so many say enough, whatever stands beside them or is not there
_ROWS = 200  # of a sheet, by which its layout is judged
_PRINTED = 20_000  # rows of a sheet that a person may have laid out as a matrix or as forms; longer ones are lists
_MATRIX_SHARE, _LEAST_FIGURES = 0.8, 4  # of the figures, those that a schema must have a place for
_TITLED_SHARE = 0.4  # the same where the title speaks of it
_TITLE = 80.0  # of 100: more than so much of the schema's title stands in the table's
_TITLE_WEIGHT, _PASSED_OVER = 3, 3  # columns that a title counts for, and all of a matrix's rows


@dataclass(frozen=True)
class Proposal:
    """A schema, the columns it would take (header -> field), their share, and what it needs and does not find."""

    schema: str
    title: str
    mapping: Mapping[str, str]
    share: float  # of the columns that have a header, those that the schema knows
    missing: tuple[str, ...] = ()
    by_title: bool = False
    keyless: float = 0.0  # the share of the key's fields that have no column
    untold: bool = False  # no column for any of the fields that would tell it from its neighbours
    stood: int = 0  # required fields that others stand in for
    misread: int = 0  # required columns of codes that hold none of the schema's
    said: int = 0  # of a matrix: the fields that no column holds, but its words tell
    passed_over: float = 0.0  # of a matrix: the share of its rows that are of something else

    @property
    def weight(self) -> float:
        """By what proposals are ranked."""
        faults = 2 * (len(self.missing) + self.stood + self.keyless + self.untold + self.misread)
        faults += _PASSED_OVER * self.passed_over
        return len(set(self.mapping.values())) + self.said - faults + self.share + _TITLE_WEIGHT * self.by_title

    @property
    def columns(self) -> str:
        """The columns as a sentence names them."""
        return "、".join(f"{header}→{name}" for header, name in self.mapping.items())

    def to_dict(self) -> dict[str, Any]:
        """As a dry run shows it."""
        return {
            "schema": self.schema,
            "title": self.title,
            "mapping": dict(self.mapping),
            "share": round(self.share, 2),
            "missing": list(self.missing),
            "by_title": self.by_title,
        }


def list_proposals(found: Found, sheet: RawSheet | None = None, named: str = "") -> tuple[Proposal, ...]:
    """The schemas that the table may be of, the likeliest first; of its sheet, the first rows are looked at.

    `named` is the file's name: the title of a table that has none.
    """
    titles = list(dict.fromkeys(map(fold, (found.title or named, *found.banners))))
    title = " ".join(titles)
    schemas = [one for one in list_schemas() if not (one.other and any(re.search(one.other, text) for text in titles))]
    made = [_propose(schema, found.headers, title) for schema in schemas]
    if sheet is not None and any(map(_is_likely, made)):
        rows = [cells for number, cells in first_rows(sheet, _ROWS) if number > found.top]
        made = [replace(one, misread=_misread(one, found.headers, rows)) for one in made]
    by_headers = {one.schema: one for one in made if _is_likely(one)}
    by_layout = _by_layout(schemas, found, sheet, title) if sheet is not None and sheet.rows <= _PRINTED else []
    best = {**by_headers, **{one.schema: one for one in by_layout}}
    return tuple(sorted(best.values(), key=lambda one: -one.weight))


def is_clear(proposals: tuple[Proposal, ...]) -> bool:
    """Whether the first stands out from the second."""
    return len(proposals) == 1 or proposals[0].weight >= proposals[1].weight + 1


def tables_of(schema: DeclaredSchema, tables: Sequence[tuple[RawSheet, Found]]) -> list[bool]:
    """Which tables of a file are of the schema: where one plainly is, none of another, nor one that tells nothing."""
    best = [next(iter(list_proposals(found, sheet)), None) for sheet, found in tables] if schema.telling else []
    if all(one is None or one.schema != schema.name or one.untold for one in best):
        return [True] * len(tables)
    return [
        one.schema == schema.name if one is not None else not _propose(schema, found.headers, "").untold
        for one, (_, found) in zip(best, tables, strict=True)
    ]


def _propose(schema: DeclaredSchema, headers: tuple[str, ...], title: str) -> Proposal:
    claims, beside = Claims(headers, schema, {}), schema.beside
    names = [name for one in schema.fields for name in (one.name, *(one.ends or ()))]
    taken = {place: name for name in names if (place := claims.find(name)) is not None}
    if schema.tree and (at := _mixed(headers, claims, schema.tree)) is not None:
        taken[at] = schema.tree.leaf[0]
    full = sum(map(bool, headers))
    unknown = [
        at
        for at in claims.unknown()
        if headers[at] and at not in taken and not (beside and re.search(beside, fold(headers[at])))
    ]
    return Proposal(
        schema.name,
        schema.title,
        {headers[place]: name for place, name in sorted(taken.items())},
        1 - len(unknown) / full if full else 0.0,
        tuple(one.title for one in schema.fields if claims.lacks(one) and one.name not in taken.values()),
        stood=sum(claims.stands_in(one) is not None for one in schema.fields),
        keyless=sum(name not in taken.values() for name in schema.key) / max(1, len(schema.key)),
        untold=bool(schema.telling) and all(claims.find(name) is None for name in schema.telling),
        by_title=_is_titled(schema, title),
    )


def _mixed(headers: tuple[str, ...], claims: Claims, tree: Tree) -> int | None:
    """The column in which projects may stand below their units, where none holds them alone."""
    free = claims.unknown() if claims.find(tree.leaf[0]) is None else ()
    return next((at for at in free if re.search(tree.heading, fold(headers[at]))), None)


def _misread(one: Proposal, headers: tuple[str, ...], rows: list[list[str]]) -> int:
    """How many of the required columns of codes hold other things than the schema's codes."""
    schema = find_schema(one.schema)
    fields = {each.name: each for each in schema.fields if each.required} if schema else {}
    taken = [(fields[name], headers.index(header)) for header, name in one.mapping.items() if name in fields]
    return sum(not holds_codes(each, (cells[at] for cells in rows)) for each, at in taken)


def _by_layout(schemas: Sequence[DeclaredSchema], found: Found, sheet: RawSheet, title: str) -> list[Proposal]:
    """The schemas whose matrix the table is, or whose records stand on its sheet as forms."""
    first = first_rows(sheet, _ROWS)
    printed = [(number, list(map(strip, cells))) for number, cells in first]
    data: list[tuple[int | str, ...]] = [(number, *cells) for number, cells in first if number > found.top]
    every = sheet_rows(sheet)
    made = []
    for schema in schemas:
        titled = _is_titled(schema, title)
        upright = turned_headers(schema, every) if schema.melt is None and schema.form is None else ()
        if upright:
            made.append(_propose(schema, upright, title))
            continue
        if schema.melt is not None:
            made += _melted(schema, sheet, found, data, titled=titled)
            continue
        if schema.form is not None:
            mapping = _labels_of_form(schema, printed, titled=titled)
        else:
            mapping = Records(schema, {}).labels(printed) if sheet.grid else {}
        if mapping:
            untold = schema.form is not None and set(mapping.values()).isdisjoint(schema.telling)
            made.append(Proposal(schema.name, schema.title, mapping, 1.0, (), titled, untold=untold))
    return made


def _labels_of_form(schema: DeclaredSchema, rows: list[tuple[int, list[str]]], *, titled: bool) -> dict[str, str]:
    """The labels of a form with the fields they name; none where no block of it begins and no title speaks of it."""
    texts = [one for _, cells in rows for cell in cells if cell for one in (cell, spoken(cell)[0]) if one]
    tables = [Names(table) for table in schema.tables]
    fields = ((text, next((one.name for names in tables if (one := names.first(text))), None)) for text in texts)
    found = {text: name for text, name in fields if name is not None}
    words = set(map(plain_label, found))
    begins = titled or any(plain_label(start) in words for start in (schema.form.start if schema.form else ()))
    return found if begins and len(found) >= _LEAST_LABELS else {}


def _melted(
    schema: DeclaredSchema, sheet: RawSheet, found: Found, rows: list[tuple[int | str, ...]], *, titled: bool
) -> list[Proposal]:
    """The schema with the columns of a matrix; none where it has a place for too few of the figures."""
    assert schema.melt is not None  # noqa: S101 - the caller asks only for schemas that melt
    claims = Claims(found.headers, schema, {})
    if all(claims.find(name) is not None for name in (schema.melt.value, *schema.melt.needs)):
        return []  # it is long already
    melting = Melting(schema, sheet, found, rows, {}, None, Gather(), {})
    share, names = melting.placed()
    figures, said = len(rows) * len(melting.figures), names | set(melting.kept)
    least = _TITLED_SHARE if titled else _MATRIX_SHARE
    if share < least or figures < _LEAST_FIGURES or len(said) < _LEAST_SAID:
        return []
    kept = {found.headers[place]: name for name, place in melting.kept.items()}
    columns = {**kept, **{found.headers[place]: schema.melt.value for place in melting.figures}}
    words, over = len(names - set(columns.values())), len(melting.ignored) / len(rows)
    return [Proposal(schema.name, schema.title, columns, share, (), titled, said=words, passed_over=over)]


def _is_titled(schema: DeclaredSchema, title: str) -> bool:
    called = any(fold(word) in title for word in schema.called)
    return bool(title) and (called or fuzz.partial_ratio(fold(schema.titles["zh-Hans"]), title) > _TITLE)


def _is_likely(one: Proposal) -> bool:
    by_headers = len(one.mapping) >= _LEAST_FIELDS and one.share >= _LEAST_SHARE and not one.missing
    by_headers |= len(one.mapping) >= _MANY_FIELDS and one.share >= _SHARE_OF_MANY
    return by_headers or (one.by_title and bool(one.mapping))
