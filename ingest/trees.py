"""Lists in which one column holds departments, units and projects below each other: one row a project.

The lines above projects carry the sums of what follows. How far names are set in tells the tree, which must agree with
these sums; else it is told where the sums allow no other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from ingest.claims import Claims
from ingest.families import DeclaredSchema
from ingest.families.declared import Tree
from ingest.findings import INFO
from ingest.gather import Gather, Place
from ingest.headers import fold
from ingest.melt_texts import figure_of
from ingest.nulls import SPACES, null_kind, strip
from ingest.origins import ReshapedSheet, origin_of, sheet_of
from ingest.raw import RawSheet, RawWriter, rows_of
from ingest.row_words import matching_total
from ingest.sum_trees import Parents, Vector, parents_by_sums
from ingest.tables import Found, Rest, Total, iter_data
from ingest.tree_paths import Cell, Lines, Paths, Told

_MOST_ROWS = 5_000
_WIDE = "\u3000"  # a space as wide as a character, twice the others
_STEP = 3  # spaces that a step of a cell's indent is worth


@dataclass(frozen=True)
class Unfolded:
    """The sheet with one row a project, its headers, and what they are taken for."""

    sheet: ReshapedSheet
    found: Found
    mapping: Mapping[str, str | None]


@dataclass(frozen=True)
class _Line:
    """A row of the tree: its number, its cells, and its figures."""

    number: int
    cells: tuple[str, ...]
    figures: Vector


def unfold(
    schema: DeclaredSchema, sheet: RawSheet, found: Found, rest: Rest, claims: Claims, workdir: Path, gather: Gather
) -> Unfolded | None:
    """The sheet without the lines of departments and units, which go to each project; None where no tree is proven."""
    tree = schema.tree
    place = _heading(tree, found, claims) if tree is not None else None
    if tree is None or place is None or sheet.rows > _MOST_ROWS:
        return None
    sums = [one.name for one in schema.fields if one.type == "decimal"]
    figures = [at for name in sums if (at := claims.find(name)) is not None]
    rows = [row for batch in iter_data(sheet, found, rest) for row in rows_of(batch)]
    lines = [_Line(row[0], row[1:], tuple(figure_of(row[at + 1]) for at in figures)) for row in rows]
    if not figures or any(null_kind(one.cells[place]) is not None for one in lines):
        return None
    totals = [one.cells for one in rest.totals if any(map(matching_total, one.cells))]
    wholes = [tuple(figure_of(cells[at]) for at in figures) for cells in totals]
    sorts = _sorts(schema, lines, claims)
    codes = _codes(tree, found, claims)
    if codes is not None and sorts and not any(_filled(lines, sorts, codes)):
        codes = None  # they are of the projects' units, and stand beside each
    mixed = codes is not None and claims.find(tree.inner[1]) is None and claims.find(tree.top[1]) is None
    named = Lines(tree, [one.cells for one in lines], place, codes, mixed, sorts)
    depths = [_depth(sheet, one.number, place, one.cells[place]) for one in lines]
    grown = _grown([one.figures for one in lines], depths, next(iter(wholes), None), named)
    told = Paths(named, grown).find() if grown is not None else None
    if told is None:
        return None
    _leave(lines, told, rest)
    gather.add(INFO, "tree_unfolded", Place(sheet.name, found.header_row), count=len(told), sums=len(lines) - len(told))
    unfolded, names = _written(schema, sheet, lines, told, workdir)
    mapping: dict[str, str | None] = {found.headers[place]: tree.leaf[0]}
    mapping |= {found.headers[codes]: None} if codes is not None else {}
    return Unfolded(unfolded, replace(found, headers=(*found.headers, *names)), mapping)


def _heading(tree: Tree, found: Found, claims: Claims) -> int | None:
    """The column of units and projects, or that of projects, where no other column names units."""
    own, *others = (claims.find(name) for name, _ in (tree.leaf, tree.top, tree.inner))
    free = {own, *others, *claims.unknown()}
    places = [at for at in free if at is not None and re.search(tree.heading, fold(found.headers[at]))]
    place = places[0] if len(places) == 1 else own
    return place if {own, *others} <= {place, None} else None


def _codes(tree: Tree, found: Found, claims: Claims) -> int | None:
    """The column of the units' codes, which may hold those of projects too."""
    own = [at for _, name in (tree.inner, tree.top) if (at := claims.find(name)) is not None]
    likely = [at for at in claims.unknown() if re.fullmatch(tree.codes, fold(found.headers[at]))]
    places = own or likely
    return places[0] if len(places) == 1 else None


def _sorts(schema: DeclaredSchema, lines: Sequence[_Line], claims: Claims) -> list[str]:
    """The code that sorts projects, line by line; nothing where all lines have one, or none has."""
    name = schema.tree.sorts[1] if schema.tree and schema.tree.sorts else None
    field = next((one for one in schema.fields if one.name == name), None)
    if field is None:
        return []
    own = claims.find(field.name)
    places = claims.pieces(field) or (() if own is None else (own,))
    codes = ["".join(strip(one.cells[at]) for at in places) for one in lines]
    return codes if any(codes) and not all(codes) else []


def _filled(lines: Sequence[_Line], sorts: Sequence[str], column: int) -> list[str]:
    """What stands in a column of the lines without the code that sorts projects."""
    return [strip(one.cells[column]) for one, code in zip(lines, sorts, strict=True) if not code]


def _grown(figures: Sequence[Vector], depths: Sequence[int], whole: Vector | None, named: Lines) -> Parents | None:
    """Of each line, the line that it stands under; None where that is not told, or does not agree with the sums.

    Where units stand as far in as their department, the sums may tell: nothing is set in less than what it is under.
    """
    parents = _by_depth(depths)
    if _agrees(figures, parents, whole):
        return parents
    may, must = named.expected()
    told = parents_by_sums(figures, whole, may, must) or parents_by_sums(figures, whole, may)
    if told is None or any(parent is not None and depths[parent] > depths[at] for at, parent in enumerate(told)):
        return None
    return told if _agrees(figures, told, whole) else None


def _depth(sheet: RawSheet, row: int, column: int, text: str) -> int:
    """How far a name is set in, in spaces."""
    lead = text[: len(text) - len(text.lstrip(SPACES))]
    return len(lead) + lead.count(_WIDE) + _STEP * sheet.indents.get((row, column), 0)


def _by_depth(depths: Sequence[int]) -> Parents:
    """The nearest line above that is set in less."""
    parents: list[int | None] = []
    path: list[int] = []
    for at, depth in enumerate(depths):
        while path and depths[path[-1]] >= depth:
            path.pop()
        parents.append(path[-1] if path else None)
        path.append(at)
    return parents


def _agrees(figures: Sequence[Vector], parents: Parents, whole: Vector | None) -> bool:
    """Whether each line with others under it is their sum or has no figures, and so is the sum of all; one is there."""
    under: dict[int | None, list[Vector]] = {}
    sums: list[tuple[int | None, Vector]] = [] if whole is None else [(None, whole)]
    for at in reversed(range(len(parents))):
        told = any(figures[at]) or at not in under
        under.setdefault(parents[at], []).append(figures[at] if told else _sum_of(under[at]))
        sums += [(at, figures[at])] if told and at in under else []
    finest = [min(map(_exponent, column)) for column in zip(*figures, strict=True)]
    parted = any(at is not None for at in under)
    return parted and bool(sums) and all(_is_sum(under[at], value, finest) for at, value in sums)


def _sum_of(parts: Sequence[Vector]) -> Vector:
    return tuple(sum((one or Decimal() for one in column), Decimal()) for column in zip(*parts, strict=True))


def _exponent(value: Decimal | None) -> int:
    return int(value.as_tuple().exponent) if value is not None else 0


def _is_sum(parts: Sequence[Vector], whole: Vector, finest: Sequence[int]) -> bool:
    """Whether the parts give the whole, but for the rounding of figures that are printed as fine as that."""
    return all(
        abs((value or Decimal()) - (total or Decimal())) <= Decimal(len(parts)).scaleb(exponent) / 2
        for value, total, exponent in zip(whole, _sum_of(parts), finest, strict=True)
    )


def _leave(lines: Sequence[_Line], told: Told, rest: Rest) -> None:
    """Keep the lines that are no projects as sums."""
    for at, one in enumerate(lines):
        if at not in told:
            rest.totals.append(Total(one.number, tuple(map(strip, one.cells))))
            rest.leave(one.number, "total")


def _written(
    schema: DeclaredSchema, sheet: RawSheet, lines: Sequence[_Line], told: Told, workdir: Path
) -> tuple[ReshapedSheet, list[str]]:
    """The rows of projects with a column for each field that the tree tells, and the headers of these."""
    fields = [one for one in schema.fields if any(one.name in places for places in told.values())]
    path, moved = workdir / f"unfolded-{sheet.path.stem}.arrow", dict[Cell, Cell]()
    width = sheet.width + len(fields)
    with RawWriter(path, width) as writer:
        for line, (at, places) in enumerate(told.items(), start=1):
            wanted = [(at, column) for column in range(sheet.width)] + [places.get(one.name) for one in fields]
            writer.add(line, [lines[cell[0]].cells[cell[1]] if cell else "" for cell in wanted])
            origins = [origin_of(sheet, lines[cell[0]].number, cell[1]) if cell else (0, 0) for cell in wanted]
            moved |= {(line, column): origin for column, origin in enumerate(origins)}
    numbers = [lines[at].number for at in told]
    several = isinstance(sheet, ReshapedSheet) and bool(sheet.sheets_from)
    unfolded = ReshapedSheet(
        path, width, len(told), sheet.name, sheet.grid, sheet.rejected,
        rows_from=tuple(origin_of(sheet, number, 0)[0] for number in numbers),
        sheets_from=tuple(sheet_of(sheet, number) or "" for number in numbers) if several else (),
        moved=moved,
    )  # fmt: skip
    return unfolded, [one.title for one in fields]
