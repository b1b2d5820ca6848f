"""Rows of a table in a form whose text goes on in the row below: lines of a cell that became rows of the sheet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from ingest.form_labels import Row


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
