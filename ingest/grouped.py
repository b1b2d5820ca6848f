"""What stands once over a group of rows and is blank in the others: said of each of them, and told.

A name may do so alone. What a bond has (name, code, date, rate …) does so together: blank in just the same rows, below
a row that has it all, as where cells were merged and the format has lost it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from pathlib import Path

from ingest.claims import Claims
from ingest.coded import plain
from ingest.families import DeclaredSchema
from ingest.findings import WARNING
from ingest.gather import Gather
from ingest.nulls import strip
from ingest.origins import place_of
from ingest.raw import RawSheet, with_cells
from ingest.tables import Found, Rest, iter_data

_MOST_ROWS = 20_000
Texts = dict[int, str]  # the cells of one column of data, by row


def fill_groups(
    schema: DeclaredSchema, sheet: RawSheet, found: Found, rest: Rest, claims: Claims, workdir: Path, gather: Gather
) -> RawSheet:
    """The sheet with the names of groups in all of their rows; itself where no column looks like that."""
    alone, together = (_places(schema, claims, name) for name in ("grouped", "together"))
    if not (alone or together) or not sheet.grid or sheet.rows > _MOST_ROWS:
        return sheet
    columns = _columns(sheet, found, rest, sorted({*alone, *together}))
    sums = [total.row for total in rest.totals]
    first = min(claims.taken() - set(alone), default=sheet.width)
    told = {at: dict(_downwards(columns[at])) for at in alone if at < first and _is_grouped(columns[at], sums)}
    names = {claims.find(one.name) for one in schema.fields if one.together and one.type == "string"}
    told |= _told_together({at: columns[at] for at in together if at not in told}, names, sums)
    for at, texts in told.items():
        for row, text in texts.items():
            where = place_of(sheet, row, at, found.headers[at], "")
            gather.add(WARNING, "group_filled_down", where, name=text, header=found.headers[at])
    return with_cells(sheet, workdir / f"grouped-{sheet.path.stem}.arrow", told) if told else sheet


def _places(schema: DeclaredSchema, claims: Claims, member: str) -> list[int]:
    """The columns of the fields that have such a member."""
    names = [one.name for one in schema.fields if getattr(one, member)]
    return [place for name in names if (place := claims.find(name)) is not None]


def _columns(sheet: RawSheet, found: Found, rest: Rest, places: Sequence[int]) -> dict[int, Texts]:
    columns: dict[int, Texts] = {at: {} for at in places}
    for batch in iter_data(sheet, found, rest):
        numbers = batch.column(0).to_pylist()
        for at in places:
            columns[at].update(zip(numbers, map(strip, plain(batch.column(at + 1)).to_pylist()), strict=True))
    return columns


def _is_grouped(texts: Texts, sums: Sequence[int]) -> bool:
    """Whether each name stands once, at the head of its rows, and blanks are many or a sum stands before each name."""
    heads = [row for row, text in texts.items() if text]
    blanks = len(texts) - len(heads)
    if not blanks or len(heads) < 2 or heads[0] != min(texts) or len({texts[row] for row in heads}) < len(heads):
        return False
    parted = all(any(one < row < other for row in sums) for one, other in pairwise(heads))
    return parted or 2 <= blanks >= len(heads) / 2


def _told_together(
    columns: Mapping[int, Texts], names: AbstractSet[int | None], sums: Sequence[int]
) -> dict[int, Texts]:
    """The blanks of columns that are blank in the same rows but the first, and of those that are blank there too."""
    blanks = {at: frozenset(row for row, text in texts.items() if not text) for at, texts in columns.items()}
    first = min((row for texts in columns.values() for row in texts), default=0)
    alike = Counter(rows for rows in blanks.values() if rows and first not in rows)
    several = {rows for rows, count in alike.items() if count > 1}
    own = [texts for at, texts in columns.items() if at in names and blanks[at] not in several]
    groups = sorted((rows for rows in several if not any(_differ(texts, rows) for texts in own)), key=len)
    told: dict[int, Texts] = {}
    for at, texts in columns.items():
        rows = blanks[at] if blanks[at] in groups else next((one for one in groups if one <= blanks[at]), frozenset())
        told[at] = dict(_below(texts, rows, sums))
    return {at: texts for at, texts in told.items() if texts}


def _under(texts: Texts, rows: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Each of the rows with the one above it that is none of them; 0 where there is none."""
    head = 0
    for row in texts:
        if row in rows:
            yield row, head
        else:
            head = row


def _differ(texts: Texts, rows: frozenset[int]) -> bool:
    """Whether one of the rows has another name than the one above them: it is of another."""
    return any(texts[row] not in ("", texts.get(head, "")) for row, head in _under(texts, rows))


def _below(texts: Texts, rows: frozenset[int], sums: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The rows, each with what the row above it has; none below a sum, which ends what it sums up."""
    for row, head in _under(texts, rows):
        if (text := texts.get(head)) and not any(head < one < row for one in sums):
            yield row, text


def _downwards(texts: Texts) -> Iterator[tuple[int, str]]:
    """The blank rows, each with the name above it."""
    name = ""
    for row, text in texts.items():
        name = text or name
        if not text:
            yield row, name
