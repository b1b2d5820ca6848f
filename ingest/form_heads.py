"""The headers of the tables inside a form: one group of columns, or several side by side, and what sets these apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ingest.code_readers import CodeReader
from ingest.families import DeclaredField
from ingest.families.declared import FormTable
from ingest.form_blocks import At, plain_label
from ingest.form_names import Names
from ingest.headers import split_unit
from ingest.headings import is_labelled
from ingest.melt_texts import is_figure
from ingest.underheads import kind_below

_LONGEST = 16  # characters of a heading
_SURE = 2  # headings that are spelt as declared, where the others are told by their words
_BETWEEN = frozenset({"numbers", "formulas"})

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Header:
    """The header of a table in a form, of one row or of several; of several side by side, each a group of columns."""

    table: FormTable
    groups: tuple[dict[str, int], ...]
    depth: int = 1  # rows

    @property
    def size(self) -> int:
        """How many columns it names."""
        return sum(map(len, self.groups))

    @property
    def down(self) -> set[int]:
        """The columns of what holds until the next."""
        return {group[name] for group in self.groups for name in self.table.down if name in group}


def groups_of(table: FormTable, names: Names, link: str, cells: Sequence[str]) -> tuple[dict[str, int], ...]:
    """The groups of columns in a header row, by field: one begins where a field comes again.

    A group that lacks what a row needs (the indicator that has a value for each of two terms) shares it with the first.
    Where nothing can set them apart, a field that comes again under another heading is only another word for it.
    """
    spelt = {name for cell in cells for name in names.meant(cell)}
    groups: list[dict[str, int]] = [{}]
    for place, cell in enumerate(cells):
        name = _name(names, cell, spelt)
        if name is None or name in (table.label, link, table.aside) or (place and cells[place - 1] == cell):
            continue
        if name in groups[-1]:
            first = cells[groups[-1][name]]
            if _is_rival(table, names, name, first, cell):
                likelier = bool(names.meant(cell)) and names.rank(name, cell) < names.rank(name, first)
                groups[-1][name] = place if likelier else groups[-1][name]
                continue
            groups.append({down: groups[0][down] for down in table.down if down in groups[0]})
            groups[-1].pop(name, None)
        groups[-1][name] = place
    needed = [name for name, one in names.fields.items() if one.required and name in groups[0]]
    return tuple({**{name: groups[0][name] for name in needed}, **group} for group in groups)


def _name(names: Names, cell: str, spelt: set[str]) -> str | None:
    """The field of a heading; by its words only where no other heading is spelt as the field."""
    if meant := names.meant(cell):
        return meant[0]
    word = names.worded(cell) if cell else None
    return word if word not in spelt else None


def _is_rival(table: FormTable, names: Names, name: str, first: str, cell: str) -> bool:
    """Whether a field comes again under other words without a second table: `指标内容` beside `三级指标`."""
    same = plain_label(first) == plain_label(cell)
    field = names.fields[name]
    return not same and (table.aside is None or field.required or field.reader == "operator")


def find_header(tables: Sequence[tuple[FormTable, Names]], link: str, cells: Sequence[str]) -> Header | None:
    """The table whose header the row is: the one most of whose headers it has."""
    best: tuple[int, Header] | None = None
    if sum(map(is_figure, cells)) * 3 > sum(map(bool, cells)):
        return None  # labels with their values beside them
    for table, names in tables:
        groups = groups_of(table, names, link, cells)
        size = max((len(group) for group in groups), default=0)
        if _are_columns(names, groups):
            size = sum(map(len, groups))
        sure = sum(bool(names.meant(cell)) for cell in cells)
        if size >= table.least and sure >= min(_SURE, table.least) and (best is None or size > best[0]):
            best = size, Header(table, groups)
    return best[1] if best else None


def _are_columns(names: Names, groups: Sequence[Mapping[str, int]]) -> bool:
    """Whether the same few fields stand side by side again and again, each time under another heading."""
    needed = {name for name, one in names.fields.items() if one.required}
    places = {at for group in groups for name, at in group.items() if name in needed}
    return len(groups) > 1 and len(places) == len(groups) and all(len(group) > 1 for group in groups)


def over_of(group: Mapping[str, int], rows: Sequence[Row]) -> tuple[str, At] | None:
    """What stands over a group of columns, in the nearest row that has something over its first."""
    first = min(group.values())
    return next(((cells[first], (number, first)) for number, cells in reversed(rows) if cells[first]), None)


def overlaid(rows: Sequence[Sequence[str]], spelt: Callable[[str], object] = lambda _: False) -> list[str]:
    """Headings of several rows as one: the lowest of each column, or the lines of one (`年初` over `预算数`)."""
    columns = [[cell for cell in column if cell] for column in zip(*rows, strict=True)]
    whole = (["".join(words[at:]) for at in range(len(words) - 1)] for words in columns)
    return [
        next((words for words in likely if spelt(words)), column[-1] if column else "")
        for likely, column in zip(whole, columns, strict=True)
    ]


def unit_heads(rows: Sequence[Sequence[str]]) -> list[str]:
    """Of each column, the lowest of its headings that names a unit; else the lowest."""
    columns = [[cell for cell in reversed(column) if cell] for column in zip(*rows, strict=True)]
    return [next((cell for cell in column if split_unit(cell)[1]), *column[:1] or [""]) for column in columns]


def goes_on(upper: Sequence[str], lower: Sequence[str], knows: Callable[[str], bool]) -> bool:
    """Whether a row only names columns of the row of headings above it: more of what one stands over, or of blanks."""
    words, heads = [cell for cell in lower if cell], [cell for cell in upper if cell]
    if len(heads) < 2 or any(map(is_labelled, heads)) or not words or max(map(len, words)) > _LONGEST:
        return False
    known = sum(map(knows, words))
    return known * 3 >= len(words) * 2 or (
        known > 0 and all(_is_under(upper, at) for at, cell in enumerate(lower) if cell)
    )


def _is_under(upper: Sequence[str], at: int) -> bool:
    """Whether a place is below a blank, or below a heading with a blank on its right."""
    return not upper[at] or (at + 1 < len(upper) and not upper[at + 1])


def is_between(head: Sequence[str], cells: Sequence[str], below: Sequence[Row]) -> bool:
    """Whether a row under a header only counts its columns, or has its formulas."""
    once = ["" if at and cell == cells[at - 1] else cell for at, cell in enumerate(cells)]
    return kind_below(head, once, below) in _BETWEEN


def aside_of(
    field: DeclaredField, header: Header, group: Mapping[str, int], rows: Sequence[Row]
) -> tuple[str, At] | None:
    """What sets one of the groups apart, and where it stands: in its header, the last of the rows, or over it.

    Of a single group, only what is said of it alone.
    """
    reader, place = CodeReader(field), header.groups.index(dict(group))
    own = [at for name, at in group.items() if name not in header.table.down]
    shared = {at for other in header.groups if other is not group for at in other.values()}
    within = [at for at in own if at not in shared] or own
    number, cells = rows[-1]
    for at in [*within, *(range(min(own)) if len(header.groups) == 1 else ())]:
        if reader.means(cells[at]):
            return cells[at], (number, at)
    for number, cells in reversed(rows[:-1]):
        said = [at for at, cell in enumerate(cells) if reader.means(cell) and cell != (cells[at - 1] if at else "")]
        if min(len(said), len(header.groups)) > 1:
            over = [at for at in said if at <= max(within)]
            at = said[place] if len(said) == len(header.groups) else over[-1] if over else said[0]
            return cells[at], (number, at)
    return None


def set_apart(header: Header, names: Names, rows: Sequence[Row]) -> list[dict[str, tuple[str, At]]]:
    """What sets each of the groups side by side apart, where the table has a field for it; its head ends the rows."""
    name, top = header.table.aside, header.table.down[:1]
    apart: list[dict[str, tuple[str, At]]] = [{} for _ in header.groups]
    if len(header.groups) > 1 and top and not any(top[0] in group for group in header.groups):
        over = (over_of(group, rows[:-1]) for group in header.groups)
        apart = [{top[0]: one} if one else {} for one in over]
    if name is not None:
        told = [aside_of(names.fields[name], header, group, rows) for group in header.groups]
        apart = [{**one, name: said} if said else one for one, said in zip(apart, told, strict=True)]
    return apart
