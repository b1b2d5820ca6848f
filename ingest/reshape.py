"""Sheets whose layout a schema declares: matrices melted, lists in cells taken apart, forms made into tables."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingest.alternatives import join_alternatives
from ingest.by_content import name_regions, settle_headers
from ingest.claims import Claims
from ingest.exploding import explode
from ingest.families import DeclaredField, DeclaredSchema
from ingest.findings import INFO, WARNING, Refused
from ingest.form_blocks import Block
from ingest.form_lists import read_sheet
from ingest.form_others import tell_sheets
from ingest.forms import FormReading
from ingest.gather import Gather, Place
from ingest.group_rows import leave_group_rows
from ingest.grouped import fill_groups
from ingest.headers import fold
from ingest.headings import is_table_number, is_unit
from ingest.instalments import leave_instalments
from ingest.likeness import find_likenesses
from ingest.long_lists import is_long, settle_units
from ingest.melt import Melted, Melting
from ingest.nulls import strip
from ingest.origins import ReshapedSheet, origin_of, reshaped, sheet_of
from ingest.raw import RawSheet, RawWriter, first_rows, iter_batches, rows_of
from ingest.rest import MOST_FILLED
from ingest.sections import Sections, sections_of
from ingest.signatures import without_persons
from ingest.spoken_regions import named_parts, spoken_regions
from ingest.tables import Found, Rest, iter_data
from ingest.told import own_name, told_apart, told_body, told_by_year, told_code, told_of
from ingest.trees import unfold

_HEAD, _SHORT = 6, 4  # rows over a form; characters that a title has more of
_LOOKED = 200  # rows by which it is judged what a column holds
_MOST_NOTED = 20_000  # rows of a table that people read, and whose notes may tell what it lacks


@dataclass(frozen=True)
class Part:
    """A table to be taken in, with its schema if it has one."""

    schema: DeclaredSchema | None
    sheet: RawSheet
    found: Found
    rest: Rest
    mapping: Mapping[str, str | None] = field(default_factory=dict)  # by what columns hold
    melted: bool = False  # it was a matrix


@dataclass(frozen=True)
class Asked:
    """What is to be reshaped: a sheet with its table, as the schema declares it, and what the steward said."""

    schema: DeclaredSchema
    sheet: RawSheet
    found: Found
    rest: Rest
    mapping: Mapping[str, str | None]
    period: str | None
    workdir: Path
    named: str = ""  # the file's name, without its ending
    home: str = ""  # what stands over the first table of the sheet
    unit: str | None = None  # the steward's word for units
    alone: bool = False  # whether the file has no other sheet


def reshape(asked: Asked, gather: Gather) -> tuple[Part, ...]:
    """The tables that the schema makes of the sheet: mostly the sheet itself. Raises Refused."""
    schema = asked.schema
    found, mapping = name_regions(schema, asked.sheet, asked.found, dict(asked.mapping), gather)
    found = settle_headers(schema, asked.sheet, found, mapping, gather)
    asked = replace(asked, found=found, mapping=mapping)
    if schema.melt is not None and not is_long(schema, asked.sheet, asked.found, asked.mapping):
        return (_from_matrix(asked, gather),)
    yearly = told_by_year(schema, asked.found, asked.mapping, asked.period or "")
    asked = replace(asked, mapping={**yearly, **told_apart(schema, asked.found, asked.mapping), **asked.mapping})
    claims = Claims(asked.found.headers, schema, asked.mapping)
    unfolded = unfold(schema, asked.sheet, asked.found, asked.rest, claims, asked.workdir, gather)
    if unfolded is not None:
        rest = _settled_rest(unfolded.sheet, asked.rest, asked.found.headers)
        mapping = {**unfolded.mapping, **asked.mapping}
        asked = replace(asked, sheet=unfolded.sheet, found=unfolded.found, rest=rest, mapping=mapping)
        return (fill(asked, gather),)
    settled = settle_units(schema, asked.sheet, asked.found, asked.rest, claims, asked.unit, asked.workdir, gather)
    asked = replace(asked, sheet=settled)
    leave_group_rows(schema, asked.sheet, asked.found, asked.rest, claims)
    leave_instalments(schema, asked.sheet, asked.found, asked.rest, asked.mapping, claims, gather)
    grouped = fill_groups(schema, asked.sheet, asked.found, asked.rest, claims, asked.workdir, gather)
    asked = replace(asked, sheet=grouped)
    told = schema, grouped, asked.found, asked.rest, asked.mapping
    if joined := join_alternatives(*told, asked.workdir, gather):
        rest = _settled_rest(joined[0], asked.rest, asked.found.headers)
        asked = replace(asked, sheet=joined[0], found=joined[1], rest=rest)
        claims = Claims(asked.found.headers, schema, asked.mapping)
    if schema.explode is not None:
        exploded = explode(schema, asked.sheet, asked.found, asked.rest, claims, asked.workdir, gather)
        if exploded is not None:
            asked = replace(asked, sheet=exploded, rest=_settled_rest(exploded, asked.rest, asked.found.headers))
    return (fill(asked, gather),)


def fill(asked: Asked, gather: Gather) -> Part:
    """The sheet with a column for each field that only title or file name tell of; the sheet itself where none is."""
    schema, old, found = asked.schema, asked.sheet, asked.found
    claims = Claims(found.headers, schema, asked.mapping)
    lacking = [one for one in schema.fields if not claims.has(one)]
    noted = old.rows <= _MOST_NOTED and any(one.labels or one.type == "code" for one in lacking)
    if noted or (old.rows <= MOST_FILLED and any(one.filled == "region" for one in lacking)):
        deque(iter_data(old, found, asked.rest), maxlen=0)  # notes below the table and headings in it may tell them
    sections = sections_of(asked.rest.sections, lacking)
    told = {one.title: _told(one, asked, claims) for one in lacking}
    sections |= _spoken([(one, told[one.title]) for one in lacking if one.title not in sections], asked, claims, gather)
    added = {title: text for title, text in told.items() if text or title in sections}
    if not added or old.rows > MOST_FILLED:
        return Part(schema, old, found, asked.rest, asked.mapping)

    def cells(row: int) -> list[tuple[str, tuple[int, int]]]:
        own = {title: cell for title, one in sections.items() if (cell := one.of(row))}
        return [own.get(title, (text, (0, 0))) for title, text in added.items()]  # that stood nowhere

    sheet = _widened(asked, len(added), cells)
    rest = _settled_rest(sheet, asked.rest, asked.rest.heads or found.headers)
    return Part(schema, sheet, replace(found, headers=(*found.headers, *added)), rest, asked.mapping)


def _spoken(
    told: Sequence[tuple[DeclaredField, str]], asked: Asked, claims: Claims, gather: Gather
) -> dict[str, Sections]:
    """By the titles of fields what the rows say: of one that nothing else tells (that is told), or which part it is."""
    found: dict[str, Sections] = {}
    near = asked.sheet, asked.found, asked.rest, claims
    for one, text in told if asked.sheet.rows <= MOST_FILLED else ():
        if text:
            spoken = named_parts(one, text, *near) if one.parts else Sections()
        else:
            spoken = spoken_regions(one, *near) if one.texts and one.filled == "region" else Sections()
        if spoken.rows:
            found[one.title] = spoken
        if spoken.rows and not text:
            gather.add(INFO, "region_spoken", Place(asked.sheet.name), count=len(spoken.rows), field=one.title)
    return found


def _widened(asked: Asked, more: int, cells_of: Callable[[int], list[tuple[str, tuple[int, int]]]]) -> ReshapedSheet:
    """The sheet with so many more columns: the cells of a row, each with where it stood, by the number of the row."""
    old = asked.sheet
    path, rows_from, width = asked.workdir / f"filled-{old.path.stem}.arrow", list[int](), old.width + more
    moved: dict[tuple[int, int], tuple[int, int]] = {}
    sheets_from = list[str]()
    with RawWriter(path, width) as writer:
        for batch in iter_data(old, asked.found, asked.rest):
            for number, *cells in rows_of(batch):
                rows_from.append(origin_of(old, number, 0)[0])
                sheets_from.append(sheet_of(old, number) or "")
                line, own = len(rows_from), cells_of(rows_from[-1])
                if isinstance(old, ReshapedSheet) and old.moved:
                    moved |= {(line, at): old.origin(number, at) for at in range(old.width)}
                moved |= {(line, old.width + at): where for at, (_, where) in enumerate(own)}
                writer.add(line, [*cells, *(text for text, _ in own)])
    return reshaped(path, width, old, rows_from, sheets_from, moved)


def _told(one: DeclaredField, asked: Asked, claims: Claims) -> str:
    """What title or file name say of a field of the whole table."""
    if not (one.filled or one.labels):
        return ""
    named = (asked.sheet.name or "", asked.named)
    if one.filled == "code":
        above = (asked.found.title or "", *asked.found.banners, named[0])
        return told_code(one, above, [asked.found.headers[at] for at in claims.unknown()])
    near = (asked.home, *named) if one.filled == "region" else named
    text = told_of(one, asked.found, near, asked.period, asked.rest.notes)
    text = own_name(text) if asked.alone and one.filled == "region" else text  # else it tells namesakes apart
    if text or one.filled != "body":
        return text
    return told_body(asked.found, named, [cells for _, cells in first_rows(asked.sheet, _LOOKED)])


def _from_matrix(asked: Asked, gather: Gather) -> Part:
    rows = [row for batch in iter_data(asked.sheet, asked.found, asked.rest) for row in rows_of(batch)]
    claims = Claims(asked.found.headers, asked.schema, asked.mapping)
    filled = {one.name: text for one in asked.schema.fields if (text := _told(one, asked, claims))}
    made = _melted(asked, rows, filled, gather)
    old = asked.sheet
    sheet = _written(
        asked.workdir,
        f"melted-{old.path.stem}",
        old,
        made.rows,
        made.moved,
        tuple(origin for origin, _ in made.origins),
    )
    found = replace(asked.found, headers=made.headers, unit=made.unit)
    gather.add(INFO, "matrix_melted", None, count=len(made.rows))
    return Part(made.schema, sheet, found, _settled_rest(sheet, asked.rest, asked.found.headers), melted=True)


def _melted(asked: Asked, rows: list[Any], filled: Mapping[str, str], gather: Gather) -> Melted:
    """The matrix made long. A row of sums that means a value of its own (`合计` beside `一般`) is no sum."""
    sums: list[tuple[int | str, ...]] = [(total.row, *total.cells) for total in asked.rest.totals]
    told = (asked.schema, asked.sheet, asked.found)
    mapping = {**_likely(asked, gather), **asked.mapping}
    melting = Melting(*told, rows, mapping, asked.period, gather, filled, asked.unit)
    if meant := {row[0]: row for row in sums if melting.means_by_row(row)}:
        asked.rest.totals[:] = [total for total in asked.rest.totals if total.row not in meant]
        melting = Melting(*told, sorted((*rows, *meant.values())), mapping, asked.period, gather, filled, asked.unit)
    return melting.run()


def _likely(asked: Asked, gather: Gather) -> dict[str, str]:
    """What headers beside the figures are taken for, though they are spelt a little otherwise."""
    melt = asked.schema.melt
    apart = {melt.value, *(word.field for word in melt.words)} if melt else set()
    found = [one for one in find_likenesses(asked.found.headers, asked.schema, asked.mapping) if one.name not in apart]
    for one in found:
        place = Place(asked.sheet.name, asked.found.header_row, one.header, one.place + 1, asked.sheet.grid)
        words: dict[str, Any] = {"header": one.header, "field": one.title, "name": one.name, "like": one.spelling}
        gather.add(WARNING, one.code, place, score=round(one.score), **words)
    return {one.header: one.name for one in found if one.taken}


def read_forms(
    schema: DeclaredSchema, sheets: Sequence[RawSheet], workdir: Path, period: str | None, gather: Gather
) -> tuple[Part, ...]:
    """The tables of all forms of a file, whatever sheet they are on. Raises Refused where there is none."""
    blocks = {one.table: Block(tuple(each.title for each in one.fields)) for one in schema.tables}
    refused: list[Refused] = []
    for sheet in sheets:
        rows = [row for batch in iter_batches(sheet.path) for row in rows_of(batch)]
        try:
            read_sheet(FormReading(schema, sheet, rows, period, gather, blocks))
        except Refused as no_form:
            refused.append(no_form)
    banners = _banners(schema, sheets[0])
    title = next((text for text in banners if not is_table_number(text) and len(text) > _SHORT), None)
    parts = []
    for one in schema.tables:
        block = blocks[one.table]
        block.leave_blank({at for at, each in enumerate(one.fields) if each.source})
        measures = {field.title: field.unit for field in one.fields if field.unit}
        unit = block.settle_unit({at: measures[name] for at, name in enumerate(block.headers) if name in measures})
        if block.rows:
            made = _written(workdir, one.table, sheets[0], block.rows, block.moved, tuple(block.rows_from))
            sheet = replace(made, sheets_from=tuple(block.sheets_from))
            found = Found(block.headers, 1, title, unit, tuple(banners), header_rows=(1,))
            parts.append(Part(one, sheet, found, _settled_rest(sheet, block.rest)))
    if not parts:
        raise next(iter(refused), Refused("header_only", sheet=sheets[0].name, row=1))
    tell_sheets(refused, gather)
    return tuple(parts)


def _banners(schema: DeclaredSchema, sheet: RawSheet) -> list[str]:
    """What stands over the first form."""
    starts = {fold(start) for start in schema.form.start} if schema.form else set()
    found: list[str] = []
    for _, cells in first_rows(sheet, _HEAD):
        words = [text for cell in cells if (text := strip(cell))]
        if any(fold(word) in starts for word in words):
            break
        found += [short for word in words if not is_unit(word) and (short := without_persons(word))]
    return found


def _written(
    workdir: Path,
    name: str,
    old: RawSheet,
    rows: list[tuple[str, ...]],
    moved: Mapping[Any, Any],
    rows_from: tuple[int, ...],
) -> ReshapedSheet:
    path, width = workdir / f"{name}.raw.arrow", len(rows[0])
    with RawWriter(path, width) as writer:
        for number, cells in enumerate(rows, start=1):
            writer.add(number, cells)
    return ReshapedSheet(path, width, len(rows), old.name, old.grid, rows_from=rows_from, moved=moved)


def _settled_rest(sheet: RawSheet, before: Rest, heads: tuple[str, ...] = ()) -> Rest:
    """What was left out before; every row of the new sheet is data."""
    return replace(before, masks=[None for _ in iter_batches(sheet.path)], heads=heads)
