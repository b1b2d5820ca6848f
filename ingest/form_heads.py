"""The headers of the tables inside a form: one group of columns, or several side by side, and what sets these apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.code_readers import CodeReader
from ingest.families import DeclaredField, DeclaredSchema
from ingest.families.declared import FormTable
from ingest.form_blocks import At, plain_label, spellings_of
from ingest.values import Unreadable

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Header:
    """The header row of a table in a form; of several side by side, each a group of columns."""

    table: FormTable
    groups: tuple[dict[str, int], ...]


def groups_of(table: FormTable, schema: DeclaredSchema, link: str, cells: Sequence[str]) -> tuple[dict[str, int], ...]:
    """The groups of columns in a header row, by field: one begins where a field comes again.

    A group that lacks what a row needs (the indicator that has a value for each of two terms) shares it with the first.
    """
    spelt = {plain_label(head): one.name for one in schema.fields for head in spellings_of(one)}
    groups: list[dict[str, int]] = [{}]
    for place, cell in enumerate(cells):
        name = spelt.get(plain_label(cell)) if cell else None
        if name is None or name in (table.label, link, table.aside) or (place and cells[place - 1] == cell):
            continue
        if name in groups[-1]:
            groups.append({down: groups[0][down] for down in table.down if down in groups[0]})
            groups[-1].pop(name, None)
        groups[-1][name] = place
    needed = [one.name for one in schema.fields if one.required and one.name in groups[0]]
    return tuple({**{name: groups[0][name] for name in needed}, **group} for group in groups)


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
        if _means(reader, cells[at]):
            return cells[at], (number, at)
    for number, cells in reversed(rows[:-1]):
        said = [at for at, cell in enumerate(cells) if _means(reader, cell) and cell != (cells[at - 1] if at else "")]
        if min(len(said), len(header.groups)) > 1:
            over = [at for at in said if at <= max(within)]
            at = said[place] if len(said) == len(header.groups) else over[-1] if over else said[0]
            return cells[at], (number, at)
    return None


def _means(reader: CodeReader, text: str) -> bool:
    try:
        return bool(text) and bool(reader.read(text))
    except Unreadable:
        return False
