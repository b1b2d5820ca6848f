"""Personal data that a workbook holds beside the cells that are read: comments, hidden sheets, properties, the rest.

None of it is published, but whoever brings the file should know. Only masked pieces leave this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.findings import PARTS, UNREAD
from ingest.formats.cell_text import text_of
from ingest.privacy.detectors import PERSON, context_of
from ingest.privacy.hits import Hit, examples_of, find_hits, holds_person, mask_names, mask_text

SHORTEST = 11  # digits of a number that is looked for in stores of texts
_TELLING = re.compile(rf"(?:[^\d@]*\d){{{SHORTEST}}}|[^@]*@")
_LEAST = 1e10  # a number below it is none of a person
_LONGEST = 40  # characters of an example


@dataclass
class Beside:
    """What was found so far. `_loose`: pieces of a store of texts, of which some are shown in cells that are read."""

    _found: dict[tuple[str, str, str, str], list[Any]] = field(default_factory=dict)
    _loose: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def waits(self) -> bool:
        """Whether there are texts of which it is not known where they show."""
        return bool(self._loose)

    def see(
        self, code: str, text: str, *, sheet: str = "", part: str = "", context: frozenset[str] = frozenset()
    ) -> None:
        """Look at one text of a place."""
        for hit in find_hits(text, context):
            self._loose.pop(_key(text, hit), None)
            self._add((code, sheet, part, hit.kind), examples_of(text, [hit])[0])
        if PERSON in context and holds_person(text):
            self._add((code, sheet, part, PERSON), mask_names(mask_text(text))[:_LONGEST])

    def see_sheet(self, name: str, rows: Iterable[list[Any]]) -> None:
        """Look at the cells of a sheet that is not read; its first row that is not blank names the columns."""
        contexts: list[frozenset[str]] = []
        for row in rows:
            texts = [_text(value) for value in row]
            contexts = contexts or [context_of(text) for text in texts] if any(texts) else contexts
            for text, context in zip(texts, contexts, strict=False):
                if text:
                    self.see(UNREAD, text, sheet=name, context=context)

    def hold(self, text: str) -> None:
        """Keep what is personal in a stored text until it is known whether a cell shows it."""
        for hit in find_hits(text):
            self._loose[_key(text, hit)] = (hit.kind, examples_of(text, [hit])[0])

    def show(self, row: Iterable[Any]) -> None:
        """These are cells that are read: the gate will look at them."""
        for value in row:
            if isinstance(value, str) and may_tell(value):
                for hit in find_hits(value):
                    self._loose.pop(_key(value, hit), None)

    def notes(self) -> Iterator[list[Any]]:
        """[code, sheet, params] of each place and kind."""
        for kind, example in self._loose.values():
            self._add((PARTS, "", "", kind), example)
        self._loose.clear()
        for (code, sheet, part, kind), (count, example) in self._found.items():
            yield [code, sheet, {"kind": kind, "count": count, "example": example, "part": part}]

    def _add(self, place: tuple[str, str, str, str], example: str) -> None:
        found = self._found.setdefault(place, [0, example])
        found[0] += 1


def may_tell(text: str) -> bool:
    """Whether a text may hold a number of a person or an address: stores of texts are long, so nothing else of them."""
    return len(text) >= SHORTEST and _TELLING.match(text) is not None


def _key(text: str, hit: Hit) -> str:
    """A piece as its letters and digits, however they stand apart."""
    return "".join(filter(str.isalnum, text[hit.start : hit.end])).upper()


def _text(value: Any) -> str:
    """The text of a cell that may be personal; empty for any other."""
    if isinstance(value, str):
        return value.strip()
    return text_of(value) if isinstance(value, float) and value >= _LEAST else ""
