"""Columns of one field of which each row fills one, or both ends of a range: lists of several layouts made one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import product
from pathlib import Path

from ingest.claims import Claims
from ingest.families import DeclaredField, DeclaredSchema
from ingest.findings import WARNING
from ingest.gather import Gather
from ingest.headers import fold, split_unit
from ingest.nulls import null_kind, strip
from ingest.origins import ReshapedSheet, origin_of, place_of, reshaped, sheet_of
from ingest.raw import RawSheet, RawWriter, rows_of
from ingest.tables import Found, Rest, iter_data
from ingest.units import Unit, fitting
from ingest.values import Unreadable, amount, measured

_MOST_ROWS = 20_000
_NEAR = Decimal("0.0005")  # by so much, as a share, two amounts may differ that are rounded from the same


@dataclass(frozen=True)
class _Rival:
    """A column beside the one that the field has taken, and what its bare numbers are in."""

    one: DeclaredField
    place: int
    winner: int
    units: tuple[Unit | None, Unit | None]  # of this column and of the one taken

    def told(self, text: str) -> str:
        """The text with the unit that its header tells. Raises Unreadable."""
        if self.one.type != "decimal" or self.one.unit is None or amount(text).unit is not None:
            return text
        if self.units[0] is None:
            raise Unreadable("unit_unknown", unit="")
        return f"{strip(text)}{self.units[0].name}"

    def agrees(self, text: str, taken: str) -> bool:
        """Whether both columns say the same. Raises Unreadable."""
        if self.one.type != "decimal" or self.one.unit is None:
            return strip(text) == strip(taken)
        found = [amount(each) for each in (text, taken)]
        if any(each.unit is None and unit is None for each, unit in zip(found, self.units, strict=True)):
            return False
        values = [measured(each, self.one.unit, unit) for each, unit in zip(found, self.units, strict=True)]
        return abs(values[0] - values[1]) <= _NEAR * max(map(abs, values))


@dataclass
class _Joining:
    """What the rows of a table get in the columns that fields have taken, from which column."""

    rows: Sequence[tuple[int, list[str]]]
    cells: dict[tuple[int, int], tuple[str, int]] = field(default_factory=dict)  # (row, column) -> text, from

    def join(self, rivals: Sequence[_Rival]) -> int:
        """Note the cells that a column gives to those of its field (both ends of a range); how many rows.

        0 where a row says two things, or no unit.
        """
        made: dict[tuple[int, int], tuple[str, int]] = {}
        try:
            for (number, cells), rival in product(self.rows, rivals):
                text, (taken, _) = cells[rival.place], self.cells.get((number, rival.winner), (cells[rival.winner], 0))
                if null_kind(text) is not None:
                    continue
                if null_kind(taken) is None and not rival.agrees(text, taken):
                    return 0
                if null_kind(taken) is not None:
                    made[(number, rival.winner)] = (rival.told(text), rival.place)
        except Unreadable:
            return 0
        self.cells |= made
        return len({number for number, _ in made})


def join_alternatives(
    schema: DeclaredSchema,
    sheet: RawSheet,
    found: Found,
    rest: Rest,
    mapping: Mapping[str, str | None],
    workdir: Path,
    gather: Gather,
) -> tuple[ReshapedSheet, Found] | None:
    """The sheet with the columns of a field in the one that it takes, where no row says two things; that is told."""
    rivals = list(_rivals(schema, found, mapping)) if sheet.rows <= _MOST_ROWS else []
    if not rivals:
        return None
    rows = [(number, cells) for batch in iter_data(sheet, found, rest) for number, *cells in rows_of(batch)]
    joining, left = _Joining(rows), set[int]()
    for same in rivals:
        if count := joining.join(same):
            rival = same[0]
            left.add(rival.place)
            header, taken = found.headers[rival.place], found.headers[rival.winner]
            where = place_of(sheet, found.header_row, rival.place, header)
            gather.add(WARNING, "columns_alternate", where, field=rival.one.title, taken=taken, count=count)
    if not left:
        return None
    headers = tuple("" if at in left else header for at, header in enumerate(found.headers))
    return _written(sheet, joining, workdir), replace(found, headers=headers)


def _rivals(schema: DeclaredSchema, found: Found, mapping: Mapping[str, str | None]) -> Iterator[tuple[_Rival, ...]]:
    """The columns left for others of their field, whose measure is the field's; not where the steward has spoken."""
    claims, spoken = Claims(found.headers, schema, mapping), set(map(fold, mapping))
    fields = {
        place: one
        for one in schema.fields
        for name in (one.name, *(one.ends or ())[:1])
        if (place := claims.find(name)) is not None
    }
    for place, (_, winner) in sorted(claims.rivals.items()):
        one = fields.get(winner)
        if one is None or one.pieces:
            continue
        winners = [at for name in one.ends or (one.name,) if (at := claims.find(name)) is not None]
        heads = [found.headers[at] for at in (place, *winners)]
        if len(winners) < len(one.ends or (one.name,)) or spoken & set(map(fold, heads)):
            continue
        told = [split_unit(head)[1] for head in heads]
        units = [fitting(unit.name, one.unit) if unit and one.unit else None for unit in told]
        alike = len(set(units)) == 1 if one.ends else len({unit is None for unit in told}) == 1
        if alike or (one.type == "decimal" and one.unit):  # then each number must tell its unit
            yield tuple(_Rival(one, place, at, (units[0], unit)) for at, unit in zip(winners, units[1:], strict=True))


def _written(sheet: RawSheet, joining: _Joining, workdir: Path) -> ReshapedSheet:
    path, rows_from = workdir / f"joined-{sheet.path.stem}.arrow", list[int]()
    moved: dict[tuple[int, int], tuple[int, int]] = {}
    sheets_from = list[str]()
    with RawWriter(path, sheet.width) as writer:
        for number, cells in joining.rows:
            rows_from.append(origin_of(sheet, number, 0)[0])
            sheets_from.append(sheet_of(sheet, number) or "")
            line, made = len(rows_from), list(cells)
            for at in range(sheet.width):
                text, source = joining.cells.get((number, at), (cells[at], at))
                made[at] = text
                if source != at or isinstance(sheet, ReshapedSheet):
                    moved[(line, at)] = origin_of(sheet, number, source)
            writer.add(line, made)
    return reshaped(path, sheet.width, sheet, rows_from, sheets_from, moved)
