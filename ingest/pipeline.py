"""From a stored upload to typed rows: read, find the table, plan the columns from the whole file, convert and write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from catalog.schema import Table
from ingest.declared_tables import DeclaredPlan
from ingest.families import DeclaredSchema
from ingest.findings import ERROR, INFO, WARNING, Finding, Refused
from ingest.formats.reading import Reading, read_file
from ingest.gather import Gather, Place
from ingest.open_tables import OpenPlan
from ingest.periods import find_period, period
from ingest.plan import Plan, Planned
from ingest.progress import Progress, Tell
from ingest.tables import Found, Rest, find_table, iter_data, looks_like_data
from ingest.values import Unreadable
from ingest.writing import TableWriter

__all__ = ["Options", "Outcome", "Progress", "TypedTable", "take_in"]

_SEEN, _READ = 0.6, 0.4  # shares of the work when the first pass ends and when it begins


@dataclass(frozen=True)
class Options:
    """What the steward says of a file beside it."""

    period: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    unit: str | None = None  # a comma list, each for the values of its measure: `公顷,万元`


@dataclass(frozen=True)
class TypedTable:
    """A finished table: its shape (digests are for whoever stores it), and its two local files."""

    table: Table
    parquet: Path
    cells: Path


@dataclass(frozen=True)
class Outcome:
    """Everything that a file gave. `rows_read` = `rows_accepted` + `rows_rejected`; totals and notes are not rows."""

    tables: tuple[TypedTable, ...]
    findings: tuple[Finding, ...]
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    encoding: str | None
    totals: list[dict[str, Any]]
    notes: list[str]
    period: str | None


def take_in(
    source: Path,
    filename: str,
    workdir: Path,
    options: Options,
    *,
    schema: DeclaredSchema | None,
    mapping: Mapping[str, str | None],
    previous: tuple[Table, ...],
    progress: Tell,
) -> Outcome:
    """The typed rows of a file, as finished files in `workdir`. Raises Refused where the file cannot be taken in."""
    gather = Gather()
    try:
        return _take_in(source, filename, workdir, options, schema, mapping, previous, progress, gather)
    except Refused as refused:
        refused.also = gather.findings()
        raise


def _take_in(
    source: Path,
    filename: str,
    workdir: Path,
    options: Options,
    schema: DeclaredSchema | None,
    mapping: Mapping[str, str | None],
    previous: tuple[Table, ...],
    progress: Tell,
    gather: Gather,
) -> Outcome:
    reading = read_file(source, filename, workdir, progress, sheet=options.sheet, encoding=options.encoding)
    gather.take(reading.findings + reading.sheet.findings)
    found = find_table(reading.sheet)
    plan = _plan(reading, found, options, schema, mapping, previous, gather)
    rest, rows = _first_pass(plan, reading, found, progress)
    columns = plan.settle(gather)
    writer = TableWriter(
        workdir / "rows.parquet",
        workdir / "cells.arrow",
        columns,
        reading.sheet,
        gather,
        schema.checks if schema is not None else (),
    )
    _second_pass(writer, reading, found, rest, rows, progress)
    table = _table(writer, reading, found, schema, previous, filename)
    _remark(found, reading, rest, gather)
    when = _period(options, found, filename, gather)
    rejected = writer.rejected + reading.sheet.rejected
    return Outcome(
        tables=(TypedTable(table, writer.parquet, writer.cells),),
        findings=gather.findings(),
        rows_read=writer.accepted + rejected,
        rows_accepted=writer.accepted,
        rows_rejected=rejected,
        encoding=reading.encoding,
        totals=_totals(rest, columns, table, reading),
        notes=rest.notes,
        period=when,
    )


def _plan(
    reading: Reading,
    found: Found,
    options: Options,
    schema: DeclaredSchema | None,
    mapping: Mapping[str, str | None],
    previous: tuple[Table, ...],
    gather: Gather,
) -> Plan:
    if schema is not None:
        return DeclaredPlan(reading.sheet, found, schema, mapping, options.unit, gather)
    return OpenPlan(reading.sheet, found, mapping, previous[0] if previous else None)


def _first_pass(plan: Plan, reading: Reading, found: Found, progress: Tell) -> tuple[Rest, int]:
    """Show the plan every data row; what is not data, and how many rows are. Raises Refused where there are none."""
    rest, rows, total = Rest(), 0, max(1, reading.sheet.rows)
    for batch in iter_data(reading.sheet, found, rest):
        plan.see(batch)
        rows += batch.num_rows
        progress(Progress(rows, fraction=_READ + (_SEEN - _READ) * min(1.0, rows / total)))
    if not rows:
        raise Refused("header_only", sheet=reading.sheet.name, row=found.header_row)
    return rest, rows


def _second_pass(writer: TableWriter, reading: Reading, found: Found, rest: Rest, rows: int, progress: Tell) -> None:
    early = reading.sheet.rejected
    with writer.opened():
        for batch in iter_data(reading.sheet, found, rest):
            writer.add(batch)
            done, rejected = writer.accepted + writer.rejected, writer.rejected + early
            progress(Progress(done + early, writer.accepted, rejected, _SEEN + (1 - _SEEN) * done / rows))
    if not writer.accepted:
        raise _all_refused(writer)


def _all_refused(writer: TableWriter) -> Refused:
    """The one sentence of a job that kept no row: where the first one broke."""
    fault = next(one for one in writer.gather.findings() if one.level == ERROR)
    return Refused(
        "no_row_accepted",
        count=writer.rejected,
        why=fault.message(),
        sheet=fault.sheet,
        row=fault.row,
        column=fault.column,
        cell=fault.cell,
        raw=fault.raw,
    )


def _table(
    writer: TableWriter,
    reading: Reading,
    found: Found,
    schema: DeclaredSchema | None,
    previous: tuple[Table, ...],
    filename: str,
) -> Table:
    name = schema.name.partition(".")[2] if schema is not None else (previous[0].name if previous else "data")
    sheet = reading.sheet
    headers = {column.field.name: column.header for column in writer.columns}
    return Table(
        name=name,
        title=found.title or sheet.name or PurePath(filename).stem,
        fields=tuple(column.field for column in writer.columns),
        rows=writer.accepted,
        bytes=writer.parquet.stat().st_size,
        sheet=sheet.name,
        header_rows=(found.header_row,) if sheet.grid else (),
        unit=found.unit,
        origin={"headers": headers, "banners": list(found.banners), "schema": schema.name if schema else None},
    )


def _remark(found: Found, reading: Reading, rest: Rest, gather: Gather) -> None:
    place = Place(reading.sheet.name, found.header_row)
    if looks_like_data([header for header in found.headers if header]):
        gather.add(WARNING, "header_is_data", place)
    if rest.blank:
        gather.add(INFO, "rows_blank", None, count=rest.blank)
    if rest.totals:
        gather.add(INFO, "totals_found", Place(reading.sheet.name, rest.totals[0].row), count=len(rest.totals))
    if rest.notes:
        gather.add(INFO, "notes_found", None, count=len(rest.notes))


def _period(options: Options, found: Found, filename: str, gather: Gather) -> str | None:
    """The steward's period in its one spelling, else the one that the title or the file's name speaks of."""
    if options.period:
        try:
            return period(options.period)
        except Unreadable:
            raise Refused("period_unreadable", value=options.period[:40]) from None
    when = find_period(found.title or "") or find_period(PurePath(filename).stem)
    if when:
        gather.add(INFO, "period_found", None, period=when)
    return when


def _totals(rest: Rest, columns: tuple[Planned, ...], table: Table, reading: Reading) -> list[dict[str, Any]]:
    """Rows of sums, as they stood; only of columns that are published whole."""
    shown = [(column.field.name, column.sources[0]) for column in columns if not column.masked]
    return [
        {
            "table": table.name,
            "sheet": reading.sheet.name,
            "row": total.row,
            "values": {name: total.cells[place] for name, place in shown if total.cells[place]},
        }
        for total in rest.totals
    ]
