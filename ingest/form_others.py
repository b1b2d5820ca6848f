"""Forms and lists of another kind than the schema's, by the titles over them: they are left out, which is told."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from ingest.findings import INFO, Refused
from ingest.form_labels import Row
from ingest.gather import Gather, Place
from ingest.headers import fold

OTHER, NO_BLOCK = "form_of_other", "form_without_block"  # why a sheet has no form
_TITLE = re.compile(r"表\s*[)）]?$|绩效")
_OF_FORM = re.compile(r"[^:。;]{4,60}表(?:\([^()]*\))?")  # a title and no sentence
_ABOVE = 5  # rows above a form that may be its title


class Others:
    """The titles on one sheet that match a pattern of other kinds' (`整体支出绩效目标表`); an empty one is of none."""

    def __init__(self, pattern: str, schema: str, rows: Sequence[Row]) -> None:
        self._pattern, self._schema, self._rows = pattern, schema, rows
        self._titles: dict[str, int] = {}  # title -> its row

    def over(self, at: int) -> bool:
        """Whether the nearest title above a row (by place) is that of a form of another kind."""
        number, title = next(self._above(at), (0, ""))
        found = bool(self._pattern and title and re.search(self._pattern, fold(title)))
        if found:
            self._titles.setdefault(title, number)
        return found

    def next_title(self, start: int, end: int, headers: Collection[int]) -> int:
        """Where the title of the form stands that begins at `end`, among the rows from `start`; `end` without one."""
        first = max(start + 1, end - _ABOVE, *(at + 1 for at in headers))
        if end < len(self._rows):
            for at in range(end - 1, first - 1, -1):
                words = {fold(cell) for cell in self._rows[at][1] if cell}
                if len(words) == 1 and _OF_FORM.fullmatch(words.pop()):
                    return at
        return end

    def tell(self, gather: Gather, sheet: str | None) -> None:
        """Say of which kinds something was left out."""
        for title, number in self._titles.items():
            gather.add(INFO, OTHER, Place(sheet, number), title=title[:60], schema=self._schema)

    def refuse(self, sheet: str | None) -> None:
        """Raises Refused where something was left out."""
        for title, number in self._titles.items():
            raise Refused(OTHER, sheet=sheet, row=number, title=title[:60], schema=self._schema)

    def _above(self, at: int) -> Iterator[tuple[int, str]]:
        """The titles above a row, the nearest first."""
        for number, cells in reversed(self._rows[:at]):
            words = {cell for cell in cells if cell}
            if len(words) == 1 and _TITLE.search(text := words.pop()):
                yield number, text


def tell_sheets(refused: Sequence[Refused], gather: Gather) -> None:
    """Say which sheets were left out beside those with forms, and what is wrong in the others."""
    for finding in (one.finding for one in refused):
        if finding.code in (OTHER, NO_BLOCK):
            place, name = Place(finding.sheet), finding.sheet or ""
            gather.add(INFO, "sheet_is_no_table", place, why=finding.message(), name=name)
        else:
            gather.take((finding,))
