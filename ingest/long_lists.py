"""Lists of a schema of matrices that are long already: a row a number, each in a unit that fits what it measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from ingest.claims import Claims
from ingest.code_readers import CodeReader, holds_codes
from ingest.families import DeclaredField, DeclaredSchema
from ingest.findings import WARNING
from ingest.gather import Gather, Place
from ingest.group_rows import masks_without
from ingest.headers import split_unit
from ingest.melt_texts import is_bare
from ingest.melt_units import MeltUnits, UnitColumn, refused_without_unit
from ingest.nulls import null_kind, strip
from ingest.origins import place_of
from ingest.raw import RawSheet, first_rows, rows_of, with_cells
from ingest.rest import MOST_FILLED
from ingest.tables import Found, Rest, iter_data

_LOOKED = 200  # rows by which it is judged what a column holds


def is_long(schema: DeclaredSchema, sheet: RawSheet, found: Found, mapping: Mapping[str, str | None]) -> bool:
    """Whether the headers already name what a matrix says by its layout, and its columns of codes hold codes.

    `一、2020年末余额` is no word for an item, but says which it is.
    """
    claims, fields = Claims(found.headers, schema, mapping), {one.name: one for one in schema.fields}
    needed = [*schema.melt.needs, schema.melt.value] if schema.melt else []
    if not all(claims.has(fields[name]) for name in needed):
        return False
    rows = [cells for number, cells in first_rows(sheet, _LOOKED) if number > found.top]
    places = [(fields[name], place) for name in needed if (place := claims.find(name)) is not None]
    return all(holds_codes(one, (cells[place] for cells in rows)) for one, place in places)


def settle_units(
    schema: DeclaredSchema,
    sheet: RawSheet,
    found: Found,
    rest: Rest,
    claims: Claims,
    stated: str | None,
    workdir: Path,
    gather: Gather,
) -> RawSheet:
    """The sheet with the unit of each bare number that takes it from its measure's name, the header or the corner.

    A number of which nothing tells what it is in is left out with its row. Raises Refused where all of them are.
    """
    at = claims.find(schema.melt.value) if schema.melt else None
    told = next((one for one in schema.fields if one.measures and claims.find(one.name) is not None), None)
    if schema.melt is None or at is None or told is None or sheet.rows > MOST_FILLED:
        return sheet
    unit_at, header = claims.find(schema.melt.unit or ""), found.headers[at]
    unit_of = _units(told, MeltUnits(schema, found.unit, stated, lambda _: True), header)
    column, texts, lacking, full = UnitColumn(unit_at, sheet.merged or ()), dict[int, str](), dict[int, Place](), 0
    for row in (row for batch in iter_data(sheet, found, rest) for row in rows_of(batch)):
        number, text, label = row[0], strip(row[at + 1]), strip(row[(claims.find(told.name) or 0) + 1])
        full, beside = full + (null_kind(text) is None), column.of(row)
        if null_kind(text) is not None or not is_bare(text):
            continue
        unit = beside or unit_of(label)
        if unit is None:
            lacking[number] = place_of(sheet, number, at, header, text)
            gather.add(WARNING, "figure_without_unit", lacking[number], label=label[:60])
        elif unit:
            texts[number] = text + unit if unit_at is None else unit
    if lacking and len(lacking) == full:
        raise refused_without_unit([*lacking.values()])
    if lacking:
        rest.masks = list(masks_without(sheet, rest.masks or [], set(lacking)))
    changed = {at if unit_at is None else unit_at: texts}
    return with_cells(sheet, workdir / f"units-{sheet.path.stem}.arrow", changed) if texts else sheet


def _units(one: DeclaredField, units: MeltUnits, header: str) -> Callable[[str], str | None]:
    """What the number beside the name of a measure is in; blank where the measure is not known."""
    reader, own = CodeReader(one), split_unit(header)[1]

    @cache
    def of(label: str) -> str | None:
        measure = one.measures.get(reader.code_of(label) or "")
        return units.of([label], [], header, own.name if own else "", measure) if measure else ""

    return of
