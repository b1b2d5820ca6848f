"""Rows of a table in a form: which go on in the row below, and which are no data."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from ingest.form_blocks import spoken
from ingest.form_heads import Header
from ingest.form_labels import Row
from ingest.form_names import Names
from ingest.rest import Rest, Total
from ingest.row_words import BESIDE_NOTE, NOTE, matching_total
from ingest.signatures import without_persons


def whole_rows(rows: Sequence[Row], lines: Iterable[int], columns: Collection[int], whole: str | None) -> Iterator[Row]:
    """The rows at these places, each with its place: `社会效益` with the `指标` alone below it as one row.

    Texts of `columns` go on where the row below has nothing else and both together are what `whole` says.
    """
    held: Row | None = None
    for line in lines:
        cells = rows[line][1]
        if held and whole and _goes_on(held[1], cells, columns, whole):
            held = held[0], [above + cell for above, cell in zip(held[1], cells, strict=True)]
            continue
        if held:
            yield held
        held = line, cells
    if held:
        yield held


def _goes_on(above: Sequence[str], cells: Sequence[str], columns: Collection[int], whole: str) -> bool:
    places = [at for at, cell in enumerate(cells) if cell]
    return bool(places) and all(
        at in columns and above[at] and re.fullmatch(whole, above[at] + cells[at]) for at in places
    )


def left_out(header: Header, names: Names, rest: Rest, row: Row, sheet: str | None) -> bool:
    """Whether a row of a table is none of its data: a sum of the others, or a note; it is kept as such."""
    group, (number, cells) = header.groups[0], row
    first, lead = min(group.values()), _lead(cells)
    if sum(map(bool, cells)) > 1 and any(map(matching_total, (lead, cells[first]))):
        heads = tuple(names.fields[name].title for name in group)
        rest.totals.append(Total(number, tuple(cells[at] for at in group.values()), sheet, heads))
        return rest.leave(number, "total")
    if note := without_persons(_noted(cells, first)):
        rest.notes.append(note)
    return bool(note) and rest.leave(number, "note")


def _noted(cells: Sequence[str], first: int) -> str:
    """What such a row says beside the table: a note, or one label with its value (`公示期：…`); blank if it is data."""
    words = list(dict.fromkeys(cell for cell in cells[first:] if cell)) or [_lead(cells)]
    if re.match(NOTE, words[0]) or (re.match(BESIDE_NOTE, words[0]) and len(words) == 2):
        return " ".join(words)
    alone = {cell for cell in cells if cell} == {words[0]} and words[0] in cells[: first + 1]
    return words[0] if alone and spoken(words[0])[0] else ""


def _lead(cells: Sequence[str]) -> str:
    return next((cell for cell in cells if cell), "")
