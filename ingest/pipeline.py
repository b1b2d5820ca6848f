"""From a stored upload to typed rows: read, find the tables, and take in each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePath

from catalog.schema import Table
from ingest.covering import Covering
from ingest.extent import find_tables
from ingest.families import DeclaredSchema
from ingest.findings import ERROR, INFO, Finding, Refused
from ingest.formats.reading import Reading, read_file
from ingest.gather import Gather, Place
from ingest.joining import can_wait, has_rows, join_alike
from ingest.letters import check_letters
from ingest.lost_spans import as_meant
from ingest.memory import reuse_memory
from ingest.one_table import READ, OneTable, Request, TypedTable
from ingest.outcome import Outcome
from ingest.periods import find_period, period
from ingest.privacy.scan import TableScan
from ingest.progress import Progress, Tell
from ingest.proposal import tables_of
from ingest.raw import RawSheet
from ingest.records import read_records
from ingest.reshape import Asked, Part, fill, read_forms, reshape
from ingest.sections import over_all
from ingest.tables import Found, Rest
from ingest.turned import read_turned
from ingest.values import Unreadable

__all__ = ["Options", "Outcome", "Progress", "TypedTable", "take_in"]

# Why one of several tables may turn out to be none: a cover, a page of notes, a list beside the data.
_NO_TABLE = frozenset({"file_empty", "header_only", "required_missing", "schema_misfit", "matrix_unclear"})


@dataclass(frozen=True)
class Options:
    """What the steward says of a file beside it."""

    period: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    unit: str | None = None  # a comma list, each for the values of its measure: `公顷,万元`


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
    reuse_memory()
    request = Request(filename, workdir, options.unit, schema, mapping, previous, progress, TableScan)
    intake = _Intake(source, request, options)
    try:
        return intake.run()
    except Refused as refused:
        refused.also = intake.findings()
        raise


@dataclass
class _Intake:
    """One file on its way."""

    source: Path
    request: Request
    options: Options
    gather: Gather = field(default_factory=Gather)
    done: list[tuple[OneTable, TypedTable]] = field(default_factory=list)
    waiting: list[Part] = field(default_factory=list)
    trying: OneTable | None = None
    sheets: int = 0
    homes: dict[str | None, str] = field(default_factory=dict)  # by sheet, what stands over its first table
    covering: Covering = field(default_factory=Covering)

    def run(self) -> Outcome:
        """All the steps. Raises Refused."""
        reading = self._read()
        schema = self.request.schema
        if schema is not None and schema.form is not None:
            parts = read_forms(schema, reading.sheets, self.request.workdir, self._when(None), self.gather)
            for place, part in enumerate(parts):
                self._take_part(part, (place, len(parts)))
            return self._outcome(reading)
        sheets = reading.sheets if schema is None or schema.melt is not None else self._records(schema, reading.sheets)
        candidates = self._candidates(sheets)
        for place, (sheet, found) in enumerate(candidates):
            self._take(sheet, found, (place, len(candidates)))
        joined = join_alike(self._with_rows(self.waiting), self.request.workdir)
        for place, part in enumerate(joined):
            turn = place, len(joined)
            self._unless_none(part.sheet, partial(self._take_part, part, turn), last=place + 1 == len(joined))
        return self._outcome(reading)

    def findings(self) -> tuple[Finding, ...]:
        """Of the file, then of each table."""
        tried = [one for one, _ in self.done] + ([self.trying] if self.trying else [])
        return self.gather.findings() + tuple(finding for one in tried for finding in one.gather.findings())

    def _read(self) -> Reading:
        options, request = self.options, self.request
        told = {"sheet": options.sheet, "encoding": options.encoding}
        reading = read_file(self.source, request.filename, request.workdir, request.progress, **told)
        sheets, self.sheets = [as_meant(one, request.workdir) for one in reading.sheets], len(reading.sheets)
        self.gather.take(reading.findings + tuple(one for sheet in sheets for one in sheet.findings))
        return replace(reading, sheets=self.covering.sheets(sheets))

    def _records(self, schema: DeclaredSchema, sheets: Sequence[RawSheet]) -> Sequence[RawSheet]:
        """Take in the tables on their side and the records that are printed as forms; the sheets that hold none."""
        request = self.request
        sheets = [sheet for sheet in sheets if not self._turned(schema, sheet)]
        records, taken = read_records(schema, request.mapping, sheets)
        if taken:
            sheet, found, rest = records.table(request.workdir, taken[0], self.gather)
            self._take_part(fill(self._asked(schema, sheet, found, rest), self.gather), (0, 1))
        return [one for one in sheets if all(one is not other for other in taken)]

    def _turned(self, schema: DeclaredSchema, sheet: RawSheet) -> bool:
        """Take in the table of a sheet that lies on its side; whether it does."""
        turned = read_turned(schema, self.request.mapping, sheet, self.request.workdir, self.gather)
        if turned is not None:
            for part in reshape(self._asked(schema, *turned), self.gather):
                self._take_part(part, (0, 1))
        return turned is not None

    def _asked(self, schema: DeclaredSchema, sheet: RawSheet, found: Found, rest: Rest) -> Asked:
        request = self.request
        named, when, unit = PurePath(request.filename).stem, self._when(found, sheet.name), request.unit
        home = self.homes.setdefault(sheet.name, " ".join(filter(None, (found.title, *found.banners))))
        mapping, work = request.mapping, request.workdir
        return Asked(schema, sheet, found, rest, mapping, when, work, named, home, unit, alone=self.sheets == 1)

    def _candidates(self, sheets: Sequence[RawSheet]) -> list[tuple[RawSheet, Found]]:
        """All that looks like a table. Raises Refused where nothing does."""
        found: list[tuple[RawSheet, Found]] = []
        first: Refused | None = None
        for sheet in sheets:
            try:
                found += find_tables(sheet, self.request.workdir)
            except Refused as refused:
                first = first or _because_of_rows(sheet, refused)
                if len(sheets) > 1:
                    self._leave(sheet, refused)
        if not found and first is not None and not self.done:
            raise first
        several = [one for one in found if sum(map(bool, one[1].headers)) > 1]
        for sheet, _ in found if several else []:
            if all(sheet is not other for other, _ in several):
                self._leave(sheet, Refused("prose_only"))
        return self._of_schema(several or found)

    def _of_schema(self, tables: list[tuple[RawSheet, Found]]) -> list[tuple[RawSheet, Found]]:
        """Those of several tables that are of the schema; the others are named and left."""
        schema = self.request.schema
        if schema is None or len(tables) < 2:
            return tables
        fit = tables_of(schema, tables)
        for one in (sheet for (sheet, _), fits in zip(tables, fit, strict=True) if not fits):
            self._leave(one, Refused("schema_other", schema=schema.name))
        return [one for one, fits in zip(tables, fit, strict=True) if fits]

    def _leave(self, sheet: RawSheet, refused: Refused) -> None:
        self.gather.add(
            INFO, "sheet_is_no_table", Place(sheet.name), why=refused.finding.message(), name=sheet.name or ""
        )

    def _take(self, sheet: RawSheet, found: Found, turn: tuple[int, int]) -> None:
        """One table, the so many-th of so many; it may wait for others of its kind."""

        def take() -> None:
            check_letters(sheet, found, self.gather)
            for part in self._parts(sheet, found):
                if can_wait(part):
                    self.waiting.append(part)
                else:
                    self._take_part(part, turn)

        self._unless_none(sheet, take, last=turn[0] + 1 == turn[1] and not self.waiting)

    def _with_rows(self, parts: list[Part]) -> list[Part]:
        """Of several tables, those that have rows; the others report nothing."""
        full = [one for one in parts if has_rows(one)] if len(parts) > 1 else parts
        for part in parts if full else ():
            if all(part is not one for one in full):
                self.gather.add(INFO, "report_of_nothing", Place(part.sheet.name, part.found.header_row))
        return full or parts

    def _unless_none(self, sheet: RawSheet, take: Callable[[], None], *, last: bool) -> None:
        """Take a table in; one of several that fits nothing is named and left. Raises Refused."""
        try:
            take()
        except Refused as refused:
            if refused.finding.code not in _NO_TABLE or (last and not self.done):
                raise _because_of_rows(sheet, refused) from None
            self._leave(sheet, refused)
        self.trying = None

    def _tell(self, place: int, count: int) -> Tell:
        """How far one table is, told as how far the file is."""
        accepted, rejected = (sum(getattr(one, name) for one, _ in self.done) for name in ("accepted", "rejected"))

        def tell(now: Progress) -> None:
            share = READ + (1 - READ) * (place + (now.fraction - READ) / (1 - READ)) / count
            rows = (now.rows_read + accepted + rejected, now.rows_accepted + accepted, now.rows_rejected + rejected)
            self.request.progress(Progress(*rows, share))

        return tell

    def _parts(self, sheet: RawSheet, found: Found) -> tuple[Part, ...]:
        """The tables that the schema makes of one that was found. Raises Refused."""
        request = self.request
        if request.schema is None:
            return (Part(None, sheet, found, Rest()),)
        rest = Rest(named_totals=request.schema.melt is None, headed=request.schema.melt is None)
        return reshape(self._asked(request.schema, sheet, found, rest), self.gather)

    def _take_part(self, part: Part, turn: tuple[int, int]) -> None:
        """One table, typed and written. Raises Refused where it keeps no row."""
        name, before = self._name(part.sheet, len(self.done))
        if part.schema is not None and part.schema is not self.request.schema and self.request.schema is not None:
            name = part.schema.table if self.request.schema.form is not None else name
        mapping = {**part.mapping, **self.request.mapping}
        request = replace(self.request, schema=part.schema, mapping=mapping, progress=self._tell(*turn))
        found = self.covering.headings(part.found)
        self.trying = one = OneTable(part.sheet, found, request, name, before, rest=part.rest)
        self.done.append((one, self.covering.told(one, one.run())))
        self.trying = None

    def _name(self, sheet: RawSheet, place: int) -> tuple[str, Table | None]:
        """What the table is called, and what it was before: by its sheet, else by its place."""
        previous, schema = self.request.previous, self.request.schema
        taken = {table.name for _, (table) in ((one, typed.table) for one, typed in self.done)}
        same = [one for one in previous if one.sheet and one.sheet == sheet.name and one.name not in taken]
        before = next(
            iter(same), previous[place] if place < len(previous) and previous[place].name not in taken else None
        )
        if before is not None and schema is None:
            return before.name, before
        stem = schema.name.partition(".")[2] if schema is not None else "data"
        numbers = (stem, *(f"{stem}_{number}" for number in range(2, place + 3)))
        return next(name for name in numbers if name not in taken), before

    def _outcome(self, reading: Reading) -> Outcome:
        when = self._period()  # before the findings are gathered: it may be one
        tables = [one for one, _ in self.done]
        accepted, rejected = sum(one.accepted for one in tables), sum(one.rejected for one in tables)
        return Outcome(
            tables=tuple(typed for _, typed in self.done),
            findings=self.findings(),
            rows_read=accepted + rejected,
            rows_accepted=accepted,
            rows_rejected=rejected,
            encoding=reading.encoding,
            totals=[total for one in tables for total in one.totals()],
            notes=list(dict.fromkeys(note for one in tables for note in one.rest.notes)),
            period=when,
            proposals=next((one.proposals for one in tables if one.proposals), ()),
        )

    def _period(self) -> str | None:
        """The steward's period in its one spelling, else the one that a banner or the file's name speaks of."""
        if self.options.period:
            try:
                return period(self.options.period)
            except Unreadable:
                raise Refused("period_unreadable", value=self.options.period[:40]) from None
        first = self.done[0][0]
        when = self._when(first.found, first.sheet.name)
        if when:
            self.gather.add(INFO, "period_found", None, period=when)
        return when

    def _when(self, found: Found | None, sheet: str | None = None) -> str | None:
        """The period that the steward states, else that of a title, a banner, the sheet's name or the file's."""
        stated = self.options.period
        if stated:
            with suppress(Unreadable):
                return period(stated)
        above = (found.title or "", *found.banners, *over_all(found)) if found is not None else ()
        texts = (*above, sheet or "", PurePath(self.request.filename).stem)
        return next((one for text in texts if (one := find_period(text))), None)


def _because_of_rows(sheet: RawSheet, refused: Refused) -> Refused:
    """Where every row was refused, the first of them is the reason, not the emptiness that it leaves."""
    faults = [one for one in sheet.findings if one.level == ERROR]
    return Refused.because(faults[0]) if sheet.rejected and faults else refused
