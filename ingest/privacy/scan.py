"""Personal data in whole columns: a rough pattern by polars over every cell, Python for the few that it leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import pyarrow.compute as pc

from ingest import persons
from ingest.coded import Cells, different, is_coded, plain, repeats
from ingest.plan import Planned
from ingest.privacy.detectors import (
    BESIDE,
    DETECTORS,
    LABEL,
    NAMED,
    ODD_DIGITS,
    PERSON,
    SCIENTIFIC,
    UNSEEN,
    context_of,
)
from ingest.privacy.hits import examples_of, find_hits, holds_person, mask_names, mask_text

EXAMPLES = 3  # kept of a kind, masked
_SHORTEST = 6  # bytes of a text that can hold a number of any kind
_SAMPLE = 1_000  # cells by which a batch is judged
_SHARE, _LEAST = 0.8, 5  # of cells that look like mobiles: then the column says what it is by itself
_MOBILE = r"^\s*(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?:\.0+)?\s*$"


@dataclass
class ColumnScan:
    """What a column holds: for each kind how many cells, some masked examples, the first row. Fed batch by batch."""

    title: str
    cells: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)  # kind -> the first row that has it, from 1
    seen: int = 0

    def __post_init__(self) -> None:
        self.context = context_of(self.title)
        self.rough = rough_pattern(self.context)

    def see(self, column: Any) -> None:
        """Look at one array of texts, plain or coded."""
        context = self.context | ({"mobile"} if "mobile" not in self.context and _are_mobiles(column) else set())
        rough = self.rough if context == self.context else rough_pattern(context)
        for text, count in candidates(column, rough):
            hits = find_hits(text, context)
            for kind in dict.fromkeys(hit.kind for hit in hits):  # in an order that is always the same
                self._note(kind, count, examples_of(text, (hit for hit in hits if hit.kind == kind)))
                self._note_row(kind, column, text)
        if PERSON in context:
            self._see_names(column)
        self.seen += len(column)

    def _see_names(self, column: Any) -> None:
        for text, count in candidates(column, f"{persons.SUSPECT}|{UNSEEN}"):
            if holds_person(text):
                self._note(PERSON, count, [mask_names(mask_text(text))[:40]])
                self._note_row(PERSON, column, text)

    def _note(self, kind: str, count: int, examples: list[str]) -> None:
        self.cells[kind] += count
        kept = self.examples.setdefault(kind, [])
        kept += [one for one in dict.fromkeys(examples) if one not in kept][: EXAMPLES - len(kept)]

    def _note_row(self, kind: str, column: Any, text: str) -> None:
        """The row of a text, where it is the first of its batch to be of that kind."""
        if self.first.get(kind, self.seen + 1) > self.seen:
            row = self.seen + 1 + _index(column, text)
            self.first[kind] = min(row, self.first.get(kind, row))


class TableScan:
    """Sees the raw columns of a table while they are written: each under all the headings that it has."""

    def __init__(self, columns: tuple[Planned, ...]) -> None:
        ordered = sorted(columns, key=lambda one: one.field.name)
        found = raw_headings((one.field.name, one.field.title, one.header, one.sources) for one in ordered)
        self._names = {source: names for source, (_, names) in found.items()}
        self._scans = {source: ColumnScan(title) for source, (title, _) in found.items()}

    def see(self, raw: Mapping[int, Any]) -> None:
        """The raw columns of accepted rows, by their places."""
        for source, scan in self._scans.items():
            scan.see(raw[source])

    def fields(self) -> Iterator[tuple[str, ColumnScan]]:
        """Each field with what a raw column holds that it is made from; those that hold nothing are left out."""
        for source, names in self._names.items():
            for name in names if self._scans[source].cells else ():
                yield name, self._scans[source]


def raw_headings(fields: Iterable[tuple[str, str, str, Iterable[int]]]) -> dict[int, tuple[str, list[str]]]:
    """Each raw column, by its place: its headings, and the fields that are made from it.

    `fields` are names with title, header and the places of raw columns.
    """
    found: dict[int, tuple[str, list[str]]] = {}
    for name, title, header, sources in fields:
        for source in sources:
            words, names = found.get(source, ("", []))
            found[source] = (f"{words} {title} {header}", [*names, name])
    return found


def rough_pattern(context: frozenset[str]) -> str:
    """The pattern that a cell must fit before it is looked at closely.

    A kind that its column does not name must be named in the cell; unseen characters and odd digits are reason enough
    to look.
    """
    parts = [UNSEEN, ODD_DIGITS, SCIENTIFIC, LABEL]
    for one in DETECTORS:
        if one.sure or one.kind in context:
            parts.append(one.rough)
        else:
            parts.append(f"(?i:{one.context.pattern}){BESIDE}")
        if one.kind == "mobile":
            parts.append(NAMED + one.rough)
    return "|".join(f"(?:{part})" for part in parts)


def candidates(column: Any, rough: str) -> list[tuple[str, int]]:
    """The different texts that fit the rough pattern, as they first come, each with how many cells hold it."""
    repeating = not is_coded(column) and repeats(column[:_SAMPLE])
    column = column.dictionary_encode() if repeating else column
    texts = pl.Series(different(column))
    long = texts.str.len_bytes() >= _SHORTEST
    fits = (texts if long.all() else texts.filter(long)).str.contains(rough)
    return Cells.of((), column).filter(long).filter(fits).by_text() if fits.any() else []


def _index(column: Any, text: str) -> int:
    """Where a text first stands."""
    if is_coded(column):
        return int(pc.index(column.indices, pc.index(column.dictionary, text)).as_py())
    return int(pc.index(column, text).as_py())


def _are_mobiles(column: Any) -> bool:
    """Whether nearly every cell that holds something is eleven digits that begin like a mobile."""
    if is_coded(column) and not pl.Series(column.dictionary).str.contains(_MOBILE).any():
        return False
    head = _filled(plain(column[:_SAMPLE]))
    head = head if len(head) == _SAMPLE else _filled(plain(column))[:_SAMPLE]
    if len(head) < _LEAST or (pl.Series(head).str.contains(_MOBILE).sum() or 0) < _SHARE * len(head):
        return False
    return bool(pc.count_distinct(_filled(plain(column))).as_py() >= _LEAST)


def _filled(texts: Any) -> Any:
    return texts.filter(pc.greater(pc.binary_length(texts), 0))
