"""One table of a file on its way: planned from all of its rows, converted, written, and described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from catalog.schema import Table
from ingest.ahead import ahead
from ingest.declared_tables import DeclaredPlan
from ingest.families import DeclaredSchema
from ingest.findings import ERROR, INFO, WARNING, Refused, a1
from ingest.gather import Gather, Place
from ingest.headers import fold
from ingest.headings import looks_like_data
from ingest.open_tables import OpenPlan
from ingest.origins import ReshapedSheet
from ingest.plan import Plan, Planned
from ingest.progress import Progress, Tell
from ingest.proposal import Proposal, is_clear, list_proposals
from ingest.raw import RawSheet
from ingest.tables import Found, Rest, iter_data
from ingest.watch import Watch, Watching
from ingest.writing import TableWriter

READ, _SEEN = 0.4, 0.6  # shares of the work when the first pass begins and when it ends


@dataclass(frozen=True)
class Request:
    """What holds for every table of a file."""

    filename: str
    workdir: Path
    unit: str | None
    schema: DeclaredSchema | None
    mapping: Mapping[str, str | None]
    previous: tuple[Table, ...]
    progress: Tell
    watching: Watching


@dataclass(frozen=True)
class TypedTable:
    """A finished table: its shape (digests are for whoever stores it), its two local files, and who saw their cells.

    `covered`: what its masked headings and its sheet's name were, by the place that a decision names.
    """

    table: Table
    parquet: Path
    cells: Path
    watch: Watch
    covered: Mapping[str, str] = field(default_factory=dict)


@dataclass
class OneTable:
    """Takes in one table. `name` is what it is called in the release, `before` its shape in the release before."""

    sheet: RawSheet
    found: Found
    request: Request
    name: str
    before: Table | None
    gather: Gather = field(default_factory=Gather)
    rest: Rest = field(default_factory=Rest)
    proposals: tuple[Proposal, ...] = ()

    def run(self) -> TypedTable:
        """Both passes over the rows. Raises Refused."""
        plan = self._plan()
        rows = self._first_pass(plan)
        self.writer = self._writer(plan.settle(self.gather))
        self._second_pass(self.writer, rows)
        self._remark()
        return TypedTable(self._table(), self.writer.parquet, self.writer.cells, self.writer.watch)

    @property
    def accepted(self) -> int:
        """Rows that were taken in."""
        return self.writer.accepted

    @property
    def rejected(self) -> int:
        """Rows that were refused, by the values in them or because they do not fit the table."""
        return self.writer.rejected + self.sheet.rejected

    def totals(self) -> list[dict[str, Any]]:
        """Rows of sums, as they stood; only of columns that are published whole."""
        columns = [one for one in self.writer.columns if not (one.masked or one.derived)]
        shown = [(column.field.name, column.sources[0]) for column in columns]
        found = []
        for total in self.rest.totals:
            heads = total.heads or self.rest.heads  # of a table that was reshaped: its sums stand under its own headers
            places = self._not_personal(heads) if heads else shown
            values = {name: total.cells[place] for name, place in places if total.cells[place]}
            sheet = total.sheet or self.sheet.name
            found.append({"table": self.name, "sheet": sheet, "row": total.row, "values": values})
        return found

    def _not_personal(self, heads: tuple[str, ...]) -> list[tuple[str, int]]:
        kinds = self.request.schema.personal.values() if self.request.schema else ()
        personal = {fold(header) for headers in kinds for header in headers}
        return [(head, at) for at, head in enumerate(heads) if head and fold(head) not in personal]

    def _plan(self) -> Plan:
        request = self.request
        if request.schema is not None:
            told = request.mapping, request.unit, self.gather, PurePath(request.filename).stem
            return DeclaredPlan(self.sheet, self.found, request.schema, *told)
        self._propose()
        return OpenPlan(self.sheet, self.found, request.mapping, self.before)

    def _propose(self) -> None:
        """Say which declared schema a table without one looks like; it is the steward who takes it."""
        self.proposals = list_proposals(self.found, self.sheet, PurePath(self.request.filename).stem)
        if not self.proposals:
            return
        first, second = self.proposals[0], self.proposals[1:2]
        code = "schema_proposed" if is_clear(self.proposals) else "schemas_proposed"
        params: dict[str, Any] = {"schema": first.schema, "title": first.title, "columns": first.columns}
        params |= {"fields": len(first.mapping), "share": round(100 * first.share)}
        for one in second:
            params |= {"other": one.schema, "other_title": one.title}
        self.gather.add(INFO, code, Place(self.sheet.name, self.found.header_row), **params)

    def _first_pass(self, plan: Plan) -> int:
        """Show the plan every data row; how many there are. Raises Refused where there are none."""
        rows, total = 0, max(1, self.sheet.rows)
        for count in ahead(plan.see, iter_data(self.sheet, self.found, self.rest), workers=1):
            rows += count
            self.request.progress(Progress(rows, fraction=READ + (_SEEN - READ) * min(1.0, rows / total)))
        if not rows and not self.rest.says_nothing:
            raise Refused("header_only", sheet=self.sheet.name, row=self.found.header_row)
        return rows

    def _writer(self, columns: tuple[Planned, ...]) -> TableWriter:
        parquet, cells = (self.request.workdir / f"{self.name}.{end}" for end in ("parquet", "arrow"))
        watch = self.request.watching(columns)
        return TableWriter(parquet, cells, columns, self.sheet, self.gather, watch, self.request.schema)

    def _second_pass(self, writer: TableWriter, rows: int) -> None:
        with writer.opened():
            for batch, found in ahead(writer.convert, iter_data(self.sheet, self.found, self.rest)):
                writer.add(batch, found)
                done = writer.accepted + writer.rejected
                share = _SEEN + (1 - _SEEN) * done / rows
                self.request.progress(Progress(done, writer.accepted, writer.rejected, share))
        self.rest.blank += writer.blank
        if writer.blank and not (writer.accepted or writer.rejected or self.rest.says_nothing):
            raise Refused("header_only", sheet=self.sheet.name, row=self.found.header_row)
        if writer.rejected and not writer.accepted:
            raise _all_refused(writer)

    def _remark(self) -> None:
        gather, rest, sheet = self.gather, self.rest, self.sheet.name
        if looks_like_data([header for header in self.found.headers if header]):
            gather.add(WARNING, "header_is_data", Place(sheet, self.found.header_row))
        if len(self.found.header_rows) > 1:
            rows = ", ".join(map(str, self.found.header_rows))
            gather.add(INFO, "header_joined", Place(sheet, self.found.header_rows[0]), rows=rows)
        for row, kind in self.found.between:
            gather.add(INFO, f"row_of_{kind}", Place(sheet, row))
        counts = (
            ("rows_blank", rest.blank),
            ("notes_found", len(rest.notes)),
            ("footers_left_out", rest.footers),
            ("headers_again", rest.headers_again),
            ("headings_left_out", rest.headings),
        )
        for code, count in counts:
            if count:
                gather.add(INFO, code, Place(sheet), count=count)
        if not self.writer.accepted:
            gather.add(INFO, "report_of_nothing", Place(sheet, self.found.header_row))
        if rest.totals:
            first = rest.totals[0]
            gather.add(INFO, "totals_found", Place(first.sheet or sheet, first.row), count=len(rest.totals))

    def _table(self) -> Table:
        sheet, found, writer = self.sheet, self.found, self.writer
        return Table(
            name=self.name,
            title=found.title or sheet.name or PurePath(self.request.filename).stem,
            fields=writer.fields,
            rows=writer.accepted,
            bytes=writer.parquet.stat().st_size,
            sheet=sheet.name,
            header_rows=found.header_rows if sheet.grid else (),
            unit=found.unit,
            origin=self._origin(),
        )

    def _origin(self) -> dict[str, Any]:
        """How the table was found, as JSON data."""
        found, rest, schema = self.found, self.rest, self.request.schema
        between = {kind: row for row, kind in found.between}
        return {
            "headers": {column.field.name: column.header for column in self.writer.columns},
            "banners": list(found.banners),
            "masked": [column.field.name for column in self.writer.columns if column.masked],
            "schema": schema.name if schema is not None else None,
            "key": list(schema.key) if schema is not None else [],
            "extent": self._extent(),
            "between": between,
            "formulas": {
                name: text for name, text in zip(found.headers, found.formulas, strict=False) if name and text
            },
            "left_out": [{name: text for name, text in vars(one).items() if text is not None} for one in rest.left_out],
            "totals": len(rest.totals),
            "notes": len(rest.notes),
            "blank_rows": rest.blank,
        }

    def _extent(self) -> str | None:
        """The A1 range from the first header row to the last row of data, over the published columns."""
        if not self.sheet.grid:
            return None
        if self.found.extent:
            return self.found.extent
        first = self.found.header_rows[0]
        if isinstance(self.sheet, ReshapedSheet):
            if self.sheet.sheets_from or not self.sheet.rows_from:
                return None  # a form has its rows from everywhere
            left, right = self.found.columns
            return f"{a1(first, left + 1)}:{a1(max(first, *self.sheet.rows_from), right + 1)}"
        places = [source for column in self.writer.columns for source in column.sources]
        return f"{a1(first, min(places) + 1)}:{a1(max(first, self.rest.last_row), max(places) + 1)}"


def _all_refused(writer: TableWriter) -> Refused:
    """The one sentence of a table that kept no row: where the first one broke."""
    fault = next(one for one in writer.gather.findings() if one.level == ERROR)
    place = {"sheet": fault.sheet, "row": fault.row, "column": fault.column, "cell": fault.cell, "raw": fault.raw}
    return Refused("no_row_accepted", count=writer.rejected, why=fault.message(), **place)
