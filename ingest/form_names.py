"""What the labels and headings of a form mean: by their spellings, else by words that only one field is called by."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.crossings import AMONG
from ingest.families import DeclaredField, DeclaredSchema
from ingest.form_blocks import plain_label, spellings_of
from ingest.headers import fold

_LONGEST = 24  # characters of a heading that is told by its words
_MOST = 80  # of one with all that stands in brackets


class Names:
    """What the fields of one table of a form go by."""

    def __init__(self, schema: DeclaredSchema) -> None:
        self.fields = {one.name: one for one in schema.fields}
        self._ranks: dict[str, dict[str, int]] = {}  # label -> the fields that go by it, and how much each prefers it
        for one in schema.fields:
            for rank, head in enumerate(spellings_of(one)):
                self._ranks.setdefault(plain_label(head), {}).setdefault(one.name, rank)
        self._unlike = {one.name: re.compile(one.unlike) for one in schema.fields if one.unlike}
        self._worded = [(re.compile(one.worded), one.name) for one in schema.fields if one.worded]

    def meant(self, cell: str) -> tuple[str, ...]:
        """The fields that go by this label, in the schema's order."""
        found = self._ranks.get(self._label(cell), ()) if 0 < len(cell) <= _MOST else ()
        return tuple(name for name in found if not self._is_unlike(name, cell))

    def first(self, cell: str) -> DeclaredField | None:
        """The first of them."""
        return next((self.fields[name] for name in self.meant(cell)), None)

    def rank(self, name: str, cell: str) -> int:
        """The place of a label among the spellings of a field: the lower, the likelier."""
        return self._ranks[self._label(cell)][name]

    def _label(self, cell: str) -> str:
        """A plain label; of `其中：中央补助` what is known without the first words."""
        label = plain_label(cell)
        return label if label in self._ranks else plain_label(AMONG.sub("", cell))

    def worded(self, cell: str) -> str | None:
        """The field that a label no field is spelt as can only mean."""
        label = plain_label(cell) if len(cell) <= _MOST else ""
        if not 1 < len(label) <= _LONGEST or label in self._ranks:
            return None
        likely = (name for pattern, name in self._worded if pattern.search(label))
        return next((name for name in likely if not self._is_unlike(name, cell)), None)

    def _is_unlike(self, name: str, cell: str) -> bool:
        return name in self._unlike and self._unlike[name].search(fold(cell)) is not None

    def knows(self, cell: str) -> bool:
        """Whether a cell is what a field goes by."""
        return bool(self.meant(cell)) or self.worded(cell) is not None

    def columns(self, cells: Sequence[str], apart: Sequence[int] = ()) -> dict[str, int]:
        """The column of each field in a row of headings; of a heading that several go by, one that has no other."""
        heads = [(at, cell) for at, cell in enumerate(cells) if cell and at not in apart]
        meant = [(at, cell, self.meant(cell)) for at, cell in heads]
        sure = sorted(
            (len(names) > 1, self.rank(names[0], cell), at, cell, names) for at, cell, names in meant if names
        )
        found: dict[str, int] = {}
        for *_, at, _, names in sure:
            name = next((one for one in names if one not in found), None)
            if name is not None:
                found[name] = at
        for at, cell, names in meant:
            word = self.worded(cell) if not names else None
            if word is not None:
                found.setdefault(word, at)
        return found
