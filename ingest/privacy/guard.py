"""What leaves the pipeline is looked through before it is kept: columns and texts beside the rows are told, masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.schema import Table
from ingest.cells import read_cells
from ingest.findings import WARNING, Finding, Refused
from ingest.privacy.detectors import context_of
from ingest.privacy.hits import mask_text
from ingest.privacy.scan import EXAMPLES
from ingest.privacy.texts import Text, hold_texts, list_texts

if TYPE_CHECKING:
    from ingest.one_table import TypedTable
    from ingest.outcome import Outcome
    from ingest.watch import Seen


@dataclass(frozen=True)
class Found:
    """Personal data of one kind in one column: in how many cells, with masked examples, and where the first stood.

    Of a text beside the rows `field` is its place: `title:data`, `note:2`.
    """

    field: str
    kind: str
    cells: int
    examples: tuple[str, ...]
    sheet: str | None = None
    cell: str | None = None  # A1; None for records


def look_through(outcome: Outcome) -> tuple[Outcome, tuple[Found, ...]]:
    """The outcome with all texts beside its rows masked, and what its columns and these texts hold."""
    tables = [one.table for one in outcome.tables]
    columns = tuple(found for one in outcome.tables for found in list_found(one))
    texts = list_texts(outcome, _contexts(tables, columns))
    told = (*(_tell(one, tables) for one in columns), *(_tell_text(one) for some in texts for one in some))
    kinds = _kinds_by_heading(tables, columns)
    return replace(
        outcome,
        tables=tuple(_without_texts(one, held) for one, held in zip(outcome.tables, texts, strict=True)),
        findings=tuple(mask_finding(one, kinds.get(one.column or "", frozenset())) for one in outcome.findings) + told,
        totals=_mask_totals(outcome.totals, tables, columns),
        notes=[mask_text(note) for note in outcome.notes],
    ), (*columns, *(found for some in texts for one in some for found in _found_in(one)))


def _without_texts(typed: TypedTable, held: list[Text]) -> TypedTable:
    """The table masked; what it said waits in its cells file."""
    cells = hold_texts(typed.cells, held, typed.cells.with_suffix(".held"))
    return replace(typed, table=mask_table(typed.table), cells=cells, covered={})


def _found_in(text: Text) -> Iterator[Found]:
    for kind in text.kinds:
        yield Found(text.place, kind, 1, (text.example,), text.sheet)


def _contexts(tables: Iterable[Table], found: Iterable[Found]) -> dict[tuple[str, str], frozenset[str] | None]:
    """What a sum of each column may hold; None where the column is decided on itself."""
    own = {one.field for one in found}
    return {
        (table.name, one.name): None if one.name in own else context_of(one.title)
        for table in tables
        for one in table.fields
    }


def list_found(typed: TypedTable) -> Iterator[Found]:
    """What the columns of a table hold; each kind of a field once, however many raw columns it is made from."""
    merged: dict[tuple[str, str], Found] = {}
    for name, seen in typed.watch.fields():
        for kind, count in seen.cells.items():
            before = merged.get((name, kind)) or _first(name, kind, seen, typed.cells)
            examples = tuple(dict.fromkeys([*before.examples, *seen.examples[kind]]))[:EXAMPLES]
            merged[name, kind] = replace(before, cells=max(count, before.cells), examples=examples)
    yield from merged.values()


def _first(name: str, kind: str, seen: Seen, cells: Path) -> Found:
    """What is found, with the place of the first cell that holds it."""
    stood = read_cells(cells, seen.first[kind])[name]
    return Found(name, kind, 0, (), mask_text(stood["sheet"] or "") or None, stood["cell"])


def mask_finding(finding: Finding, kinds: frozenset[str] = frozenset()) -> Finding:
    """The finding without a personal value in any of its members; `kinds`: what else its column was found to hold."""
    context = context_of(finding.column or "") | kinds

    def hide(value: Any) -> Any:
        return mask_text(value, context) if isinstance(value, str) else value

    params = {name: hide(value) for name, value in finding.params.items()}
    sheet, column, raw = map(hide, (finding.sheet, finding.column, finding.raw))
    return replace(finding, params=params, sheet=sheet, column=column, raw=raw)


def mask_refused(refused: Refused) -> Refused:
    """The refusal without a personal value in its reason or beside it."""
    refused.finding = mask_finding(refused.finding)
    refused.also = tuple(map(mask_finding, refused.also))
    return refused


def mask_table(table: Table) -> Table:
    """The table with its title, and all that is told of how it was found, masked."""
    unit = mask_text(table.unit) if table.unit else table.unit
    return replace(table, title=mask_text(table.title), unit=unit, origin=masked(table.origin))


def masked(value: Any) -> Any:
    """JSON data with every text in it masked."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {mask_text(name): masked(one) for name, one in value.items()}
    return [masked(one) for one in value] if isinstance(value, (list, tuple)) else value


def _kinds_by_heading(tables: Iterable[Table], found: Iterable[Found]) -> dict[str, frozenset[str]]:
    """Heading -> the kinds that were found under it."""
    kinds = kinds_by_field(found)
    headings = [(name, title) for table in tables for name, title in table.origin.get("headers", {}).items()]
    return {title: kinds[name] for name, title in headings if name in kinds}


def kinds_by_field(found: Iterable[Found]) -> dict[str, frozenset[str]]:
    """Field -> the kinds that were found in it."""
    kinds: dict[str, frozenset[str]] = {}
    for one in found:
        kinds[one.field] = kinds.get(one.field, frozenset()) | {one.kind}
    return kinds


def _mask_totals(totals: list[dict[str, Any]], tables: Iterable[Table], found: Iterable[Found]) -> list[dict[str, Any]]:
    kinds = kinds_by_field(found)
    contexts = {
        (table.name, one.name): context_of(one.title) | kinds.get(one.name, frozenset())
        for table in tables
        for one in table.fields
    }
    return [
        {
            **one,
            "values": {
                mask_text(name): mask_text(value, contexts.get((one["table"], name), frozenset()))
                for name, value in one["values"].items()
            },
        }
        for one in totals
    ]


def _tell(found: Found, tables: Iterable[Table]) -> Finding:
    known = ((table, field) for table in tables if (field := table.field(found.field)) is not None)
    table, field = next(known)
    params = {"kind": found.kind, "cells": found.cells, "title": field.title}
    finding = Finding(WARNING, "personal_data_found", params, sheet=found.sheet or table.sheet, count=found.cells)
    return replace(finding, column=field.title, cell=found.cell)


def _tell_text(text: Text) -> Finding:
    params = {"kind": ", ".join(text.kinds), "place": text.place, "text": text.example}
    return Finding(WARNING, "personal_text_found", params, sheet=text.sheet)
