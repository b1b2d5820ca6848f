"""From a stored upload to typed rows: read, find the table, plan the columns from the whole file, convert and write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
from ingest.proposal import Proposal, is_clear, list_proposals
from ingest.reshape import Asked, Part, reshape
from ingest.tables import Rest, find_table, iter_data, looks_like_data
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
    proposals: tuple[Proposal, ...] = ()  # declared schemas that a table without one looks like, the likeliest first


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
    intake = _Intake(source, filename, workdir, options, schema, mapping, previous, progress)
    try:
        return intake.run()
    except Refused as refused:
        refused.also = intake.gather.findings()
        raise


@dataclass
class _Intake:
    """One file on its way."""

    source: Path
    filename: str
    workdir: Path
    options: Options
    schema: DeclaredSchema | None
    mapping: Mapping[str, str | None]
    previous: tuple[Table, ...]
    progress: Tell
    gather: Gather = field(default_factory=Gather)
    rest: Rest = field(default_factory=Rest)
    proposals: tuple[Proposal, ...] = ()

    def run(self) -> Outcome:
        """All the steps. Raises Refused."""
        self.reading = self._read()
        self.found = find_table(self.reading.sheet)
        self.period = self._period()
        parts = self._parts()
        writers = [self._take_part(part) for part in parts]
        self._remark()
        return self._outcome(parts, writers)

    def _parts(self) -> tuple[Part, ...]:
        """The tables that the schema makes of the sheet. Raises Refused."""
        sheet = self.reading.sheet
        if self.schema is None:
            return (Part(None, sheet, self.found, self.rest),)
        asked = Asked(self.schema, sheet, self.found, self.rest, self.mapping, self.period, self.workdir)
        return reshape(asked, self.gather)

    def _take_part(self, part: Part) -> TableWriter:
        """One table, typed and written. Raises Refused where it keeps no row."""
        plan = self._plan(part)
        rows = self._first_pass(plan, part)
        writer = self._writer(plan.settle(self.gather), part)
        self._second_pass(writer, rows, part)
        return writer

    def _read(self) -> Reading:
        options = self.options
        reading = read_file(
            self.source, self.filename, self.workdir, self.progress, sheet=options.sheet, encoding=options.encoding
        )
        self.gather.take(reading.findings + reading.sheet.findings)
        if reading.sheet.rejected:  # its cells have moved into each other's columns: not a row to leave out in silence
            raise Refused.because(next(one for one in reading.sheet.findings if one.level == ERROR))
        return reading

    def _plan(self, part: Part) -> Plan:
        if part.schema is not None:
            return DeclaredPlan(part.sheet, part.found, part.schema, self.mapping, self.options.unit, self.gather)
        self._propose()
        return OpenPlan(part.sheet, part.found, self.mapping, self.previous[0] if self.previous else None)

    def _propose(self) -> None:
        """Say which declared schema a table without one looks like; it is the steward who takes it."""
        self.proposals = list_proposals(self.found.headers, self.found.title)
        if not self.proposals:
            return
        first, second = self.proposals[0], self.proposals[1:2]
        code = "schema_proposed" if is_clear(self.proposals) else "schemas_proposed"
        params: dict[str, Any] = {"schema": first.schema, "title": first.title, "columns": first.columns}
        params |= {"fields": len(first.mapping), "share": round(100 * first.share)}
        for one in second:
            params |= {"other": one.schema, "other_title": one.title}
        self.gather.add(INFO, code, Place(self.reading.sheet.name, self.found.header_row), **params)

    def _first_pass(self, plan: Plan, part: Part) -> int:
        """Show the plan every data row; how many there are. Raises Refused where there are none."""
        rows, total = 0, max(1, part.sheet.rows)
        for batch in iter_data(part.sheet, part.found, part.rest):
            plan.see(batch)
            rows += batch.num_rows
            self.progress(Progress(rows, fraction=_READ + (_SEEN - _READ) * min(1.0, rows / total)))
        if not rows:
            raise Refused("header_only", sheet=part.sheet.name, row=part.found.header_row)
        return rows

    def _writer(self, columns: tuple[Planned, ...], part: Part) -> TableWriter:
        name = part.schema.table if part.schema is not None else "rows"
        parquet, cells = self.workdir / f"{name}.parquet", self.workdir / f"{name}.cells.arrow"
        return TableWriter(parquet, cells, columns, part.sheet, self.gather, part.schema)

    def _second_pass(self, writer: TableWriter, rows: int, part: Part) -> None:
        with writer.opened():
            for batch in iter_data(part.sheet, part.found, part.rest):
                writer.add(batch)
                done = writer.accepted + writer.rejected
                share = _SEEN + (1 - _SEEN) * done / rows
                self.progress(Progress(done, writer.accepted, writer.rejected, share))
        if not writer.accepted:
            raise _all_refused(writer)

    def _remark(self) -> None:
        gather, rest, sheet = self.gather, self.rest, self.reading.sheet.name
        if looks_like_data([header for header in self.found.headers if header]):
            gather.add(WARNING, "header_is_data", Place(sheet, self.found.header_row))
        if rest.blank:
            gather.add(INFO, "rows_blank", None, count=rest.blank)
        if rest.totals:
            gather.add(INFO, "totals_found", Place(sheet, rest.totals[0].row), count=len(rest.totals))
        if rest.notes:
            gather.add(INFO, "notes_found", None, count=len(rest.notes))

    def _outcome(self, parts: tuple[Part, ...], writers: list[TableWriter]) -> Outcome:
        accepted = sum(writer.accepted for writer in writers)
        rejected = sum(writer.rejected for writer in writers) + sum(part.rejected for part in parts)
        tables = [self._table(part, writer) for part, writer in zip(parts, writers, strict=True)]
        made = zip(tables, writers, strict=True)
        return Outcome(
            tables=tuple(TypedTable(table, writer.parquet, writer.cells) for table, writer in made),
            findings=self.gather.findings(),
            rows_read=accepted + rejected,
            rows_accepted=accepted,
            rows_rejected=rejected,
            encoding=self.reading.encoding,
            totals=_totals(parts[0].rest, writers[0].columns, tables[0]),
            notes=self.rest.notes,
            period=self.period,
            proposals=self.proposals,
        )

    def _table(self, part: Part, writer: TableWriter) -> Table:
        sheet, found = part.sheet, part.found
        return Table(
            name=self._table_name(part),
            title=found.title or sheet.name or PurePath(self.filename).stem,
            fields=tuple(column.field for column in writer.columns),
            rows=writer.accepted,
            bytes=writer.parquet.stat().st_size,
            sheet=sheet.name,
            header_rows=(found.header_row,) if sheet.grid else (),
            unit=found.unit,
            origin={
                "headers": {column.field.name: column.header for column in writer.columns},
                "banners": list(found.banners),
                "schema": part.schema.name if part.schema is not None else None,
                "key": list(part.schema.key) if part.schema is not None else [],
            },
        )

    def _table_name(self, part: Part) -> str:
        if part.schema is not None:
            return part.schema.table
        return self.previous[0].name if self.previous else "data"

    def _period(self) -> str | None:
        """The steward's period in its one spelling, else the one that the title or the file's name speaks of."""
        if self.options.period:
            try:
                return period(self.options.period)
            except Unreadable:
                raise Refused("period_unreadable", value=self.options.period[:40]) from None
        when = find_period(self.found.title or "") or find_period(PurePath(self.filename).stem)
        if when:
            self.gather.add(INFO, "period_found", None, period=when)
        return when


def _all_refused(writer: TableWriter) -> Refused:
    """The one sentence of a job that kept no row: where the first one broke."""
    fault = next(one for one in writer.gather.findings() if one.level == ERROR)
    place = {"sheet": fault.sheet, "row": fault.row, "column": fault.column, "cell": fault.cell, "raw": fault.raw}
    return Refused("no_row_accepted", count=writer.rejected, why=fault.message(), **place)


def _totals(rest: Rest, columns: tuple[Planned, ...], table: Table) -> list[dict[str, Any]]:
    """Rows of sums, as they stood; only of columns that are published whole."""
    shown = [(column.field.name, column.sources[0]) for column in columns if not (column.masked or column.derived)]
    return [
        {
            "table": table.name,
            "sheet": table.sheet,
            "row": total.row,
            "values": {name: total.cells[place] for name, place in shown if total.cells[place]},
        }
        for total in rest.totals
    ]
