"""Forms read as tables: one record a block, told by labels, and the tables inside it, told by their headers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from ingest.code_readers import CodeReader
from ingest.families import DeclaredSchema
from ingest.families.declared import Form, FormTable
from ingest.findings import INFO, WARNING, Refused, a1
from ingest.form_blocks import At, Block, find_form_unit, own_unit, plain_label, spoken
from ingest.form_heads import Header, find_header, goes_on, is_between, overlaid, set_apart, unit_heads
from ingest.form_labels import Labels, Told
from ingest.form_lines import left_out, whole_rows
from ingest.form_names import Names
from ingest.form_others import NO_BLOCK, Others
from ingest.form_signs import signed, signed_beside, within
from ingest.gather import Gather, Place
from ingest.headers import fold
from ingest.melt_texts import is_figure
from ingest.nulls import null_kind, strip
from ingest.periods import find_period, is_day, without_dates
from ingest.raw import RawSheet

_NO_NAME = re.compile(r"(?:指标\d*[:：]?|[.…·]+|[\d一二三四五六七八九十]+[、.．])?")
_ABOVE = 5  # rows above a block that may tell its year
_OVER = 6  # rows above a header that may tell its groups apart
_FIRST = 3  # cells of a row in which a block's label begins it, whatever stands before
_YEAR = re.compile(r"((?:19|20)\d{2})\s*年度?")

Row = tuple[int | str, ...]


class FormReading:
    """One sheet of forms on its way into the tables, by name."""

    def __init__(
        self,
        schema: DeclaredSchema,
        sheet: RawSheet,
        rows: list[Row],
        period: str | None,
        gather: Gather,
        blocks: dict[str, Block],
    ) -> None:
        assert schema.form is not None  # noqa: S101 - the caller asks only for schemas that are forms
        self.form: Form = schema.form
        self.schema, self.sheet, self.period, self.gather = schema, sheet, period, gather
        self.tables = {one.table: one for one in schema.tables}
        self.names = {one.table: Names(one) for one in schema.tables}
        self.rows = [(int(row[0]), [strip(str(cell)) for cell in row[1:]]) for row in rows]
        self.others = Others(schema.other, schema.name, self.rows)
        self.record = self.tables[self.form.record]
        self.inside = [(one, self.names[one.name]) for one in self.form.tables]
        personal = {fold(head): kind for kind, heads in schema.personal.items() for head in heads}
        self.labels = Labels(
            self.rows, self.names[self.form.record], self.form.below, personal, lambda at: bool(self.header(at))
        )
        self.starts = {*map(fold, self.form.start), *map(plain_label, self.form.start)}
        self.blocks = blocks
        self.unit = ""  # of the block that is read
        self._unread: dict[str, At] = {}  # labels of figures that belong to no field
        self._year: tuple[str, At] | None = None  # that the sheet's head tells

    def run(self, last: int) -> None:
        """Add the rows of every block that begins before the row `last` (by place). Raises Refused where none does."""
        starts = [at for at, (_, cells) in enumerate(self.rows[:last]) if self._begins(cells)]
        apart = {at for at in starts if self.others.over(at)}
        ends, befores = [*starts[1:], last], [-1, *starts]
        blocks = [one for one in zip(starts, ends, befores, strict=False) if one[0] not in apart]
        read = [self._read_block(*block) for block in blocks]
        if not any(read) and last == len(self.rows):
            self.others.refuse(self.sheet.name)
            raise Refused(NO_BLOCK, sheet=self.sheet.name, label="、".join(self.form.start))
        self.others.tell(self.gather, self.sheet.name)
        if self._unread:  # the figures may be anything, so they are not repeated
            labels = "、".join(f"{label} {a1(row, column + 1)}" for label, (row, column) in self._unread.items())
            where = Place(self.sheet.name)
            self.gather.add(INFO, "labels_not_in_schema", where, count=len(self._unread), labels=labels[:400])
        for kind, count in self.labels.persons.items():
            self.gather.add(INFO, "column_dropped", Place(self.sheet.name, column=kind), count=count, kind=kind)

    def _begins(self, cells: list[str]) -> bool:
        """Whether a row has the label of a block: among its first cells, or behind another label of the record."""
        at = next((place for place, cell in enumerate(cells) if self._starts(cell)), None)
        if at is None:
            return False
        before = [cell for cell in cells[:at] if cell]
        beside = next((cell for cell in cells[at + 1 :] if cell and cell != cells[at]), "")
        named = any(names.meant(beside) for names in self.names.values())  # the head of a list
        return (len(before) < _FIRST or self.labels.is_label(before[0])) and not named

    def _starts(self, cell: str) -> bool:
        return plain_label(cell) in self.starts or plain_label(spoken(cell)[0]) in self.starts

    def _read_block(self, start: int, end: int, before: int) -> bool:
        """Add what a block says; whether it says more than a name."""
        headers = self._headers(start, end)
        above = max(before + 1, start - _ABOVE)
        close = self.others.next_title(start, end, headers)
        self.unit = find_form_unit(self.rows[above:close])
        inside = {line for at, header in headers.items() for line in range(at, self._last(at, end, header, headers))}
        record = self.labels.told(start, close, inside)
        if not headers and record.keys() <= {self.form.link, "year"}:
            return False
        self._unread |= (
            self.labels.unknown(start, close, inside, {where for _, where in record.values()}) | self._unread
        )
        record = {**self.labels.over(above, start), **record}
        record.setdefault("year", self.year(start, above))
        link = record.get(self.form.link, ("", (self.rows[start][0], 0)))
        firsts: dict[str, Told] = {}
        for at, header in headers.items():
            for number, told in self.body(at, end, header, headers):
                firsts.setdefault(header.table.name, told)
                self.add(header.table.name, number, {**told, self.form.link: link})
            self._score(at, end, header, headers, record)
        for name, place in self.form.total.items():
            table, _, other = place.partition(".")
            if other in firsts.get(table, {}):
                record.setdefault(name, firsts[table][other])
        self.add(self.form.record, self.rows[start][0], record)
        return True

    def _headers(self, start: int, end: int) -> dict[int, Header]:
        """The headers of a block by the row that they begin in."""
        found: dict[int, Header] = {}
        at = start
        while at < end:
            header = self.header(at, end)
            if header is not None:
                found[at] = header
            at += header.depth if header is not None else 1
        return found

    def header(self, at: int, end: int | None = None) -> Header | None:
        """The table whose header begins in a row, with the row below where that goes on to name its columns."""
        one = find_header(self.inside, self.form.link, self.rows[at][1])
        if at + 1 >= (len(self.rows) if end is None else end) or not self.goes_on(at):
            return one
        below = find_header(self.inside, self.form.link, self.rows[at + 1][1])
        two = find_header(self.inside, self.form.link, self.overlaid(at, at + 1))
        if two is None or two.size < (one.size if one else 0) or two.size <= (below.size if below else 0):
            return one
        return Header(two.table, two.groups, 2)

    def goes_on(self, at: int) -> bool:
        """Whether the row below one of headings only goes on to name its columns."""
        return goes_on(self.rows[at][1], self.rows[at + 1][1], self.knows)

    def overlaid(self, top: int, last: int) -> list[str]:
        """The headings of the rows `top` to `last` (by place) as one row."""
        return overlaid([cells for _, cells in self.rows[top : last + 1]], self._spelt)

    def _spelt(self, cell: str) -> bool:
        return any(names.meant(cell) for names in self.names.values())

    def knows(self, cell: str) -> bool:
        """Whether a cell is a heading of any of the tables."""
        return any(names.knows(cell) for names in self.names.values())

    def body(self, at: int, end: int, header: Header, headers: dict[int, Header]) -> Iterator[tuple[int, Told]]:
        """The rows of a table in a form, by field."""
        held: list[Told] = [{} for _ in header.groups]
        lines, names = self._lines(at, end, header, headers), self.names[header.table.name]
        over = max(0, at - _OVER, *(one + 1 for one in headers if one < at))
        apart = set_apart(header, names, self.rows[over : at + header.depth])
        heads = self.overlaid(at, at + header.depth - 1) if len(header.groups) == 1 else []
        units = unit_heads([cells for _, cells in self.rows[at : at + header.depth]])
        for line, cells in whole_rows(self.rows, lines, header.down, header.table.whole):
            number = self.rows[line][0]
            rest = self.blocks[header.table.name].rest
            if header.table.label is None and left_out(header, names, rest, (number, cells), self.sheet.name):
                continue
            for place, group in enumerate(header.groups):
                told = self.told(names, group, units, (number, cells))
                for name in header.table.down:
                    if name in told and told[name][0] != held[place].get(name, ("",))[0]:
                        held[place] = {k: v for k, v in held[place].items() if _above(header.table.down, k, name)}
                    held[place].update({name: told[name]} if name in told else {})
                label = self._label(header, group, line - at, cells, number)
                told = signed_beside(names, heads, (number, cells), told | within(header.table, names, group, told))
                self._remark(header, told, label, number, cells)
                if self._says(header.table, group, {**told, **label}):
                    values = {name: value for name, value in told.items() if name not in header.table.down}
                    yield number, {**held[place], **values, **label, **apart[place]}

    def told(self, names: Names, columns: Mapping[str, int], heads: Sequence[str], row: tuple[int, list[str]]) -> Told:
        """What a row has in these columns, whose own headings may name units."""
        number, cells = row
        told = {name: (cells[at], (number, at)) for name, at in columns.items() if cells[at]}
        units = {(number, columns[name]): own_unit(heads[columns[name]], names.fields[name]) for name in told}
        self.labels.units.update({at: unit for at, unit in units.items() if unit})
        return told

    def _lines(self, at: int, end: int, header: Header, headers: dict[int, Header]) -> Iterator[int]:
        """The rows of a table without those between its header and its data."""
        last, head = self._last(at, end, header, headers), self.rows[at + header.depth - 1][1]
        data = False
        for line in range(at + header.depth, last):
            data = data or not is_between(head, self.rows[line][1], self.rows[line + 1 : last])
            if data:
                yield line

    def _says(self, table: FormTable, group: dict[str, int], told: Told) -> bool:
        """Whether a row holds something: its required fields among it, or what stands in for them."""
        fields = [one for one in self.tables[table.name].fields if one.required]
        needed = [
            one.name
            if one.name in group or one.name == table.label
            else next((name for name in one.instead if name in group), one.name)
            for one in fields
        ]
        full = table.label is None or any(
            null_kind(text) is None for name, (text, _) in told.items() if name != table.label
        )
        return bool(told) and full and all(name in told and not _NO_NAME.fullmatch(told[name][0]) for name in needed)

    def _label(self, header: Header, group: dict[str, int], below: int, cells: list[str], number: int) -> Told:
        """What the text left of a row's figures says they are; a first row without one may say it by its place."""
        table, first = header.table, min(group.values())
        if table.label is None:
            return {}
        place = next((place for place in range(first - 1, -1, -1) if cells[place]), None)
        if place is None and below == header.depth and table.alone and not any(cells[:first]):
            return {table.label: (table.alone, (0, 0))}  # it stands nowhere
        field = self.names[table.name].fields[table.label]
        if place is None or not CodeReader(field).means(cells[place]):
            return {}
        return {table.label: (cells[place], (number, place))}

    def _remark(self, header: Header, told: Told, label: Told, number: int, cells: list[str]) -> None:
        """Say which sums are left out because nothing knows what their row is called."""
        first = next((cell for cell in cells if cell), "")
        if header.table.label is None or label or not any(map(is_figure, (text for text, _ in told.values()))):
            return
        for text, (_, column) in told.values():
            where = Place(self.sheet.name, number, None, column + 1, self.sheet.grid, text)
            self.gather.add(WARNING, "figure_unplaced", where, label=first[:60])

    def _last(self, at: int, end: int, header: Header, headers: dict[int, Header]) -> int:
        """Where a table ends: at the next header, at its closing words, or with the block."""
        for line in range(at + header.depth, end):
            cells = [cell for cell in self.rows[line][1] if cell]
            closes = header.table.until and cells and re.search(header.table.until, fold(cells[0]))
            if line in headers or closes or (header.table.label and any(map(self._is_goal, cells))):
                return line
        return end

    def _is_goal(self, cell: str) -> bool:
        """Whether a cell is the label of what stands below it."""
        return not set(self.names[self.form.record].meant(cell)).isdisjoint(self.form.below)

    def _score(self, at: int, end: int, header: Header, headers: dict[int, Header], record: Told) -> None:
        """The score in the row of sums below the indicators, in the column of the scores."""
        line = self._last(at, end, header, headers)
        place = header.groups[0].get("score")
        if place is None or line >= end or line in headers or "score" not in self.names[self.form.record].fields:
            return
        number, cells = self.rows[line]
        first = next((cell for cell in cells if cell), "")
        if re.match(r"(?:总分|合计|总计|总得分|自评)", fold(first)) and cells[place]:
            record["score"] = (cells[place], (number, place))

    def year(self, start: int, first: int) -> tuple[str, At]:
        """The year that the rows above a block or a list tell, else the head of the sheet, else the file."""
        for line in range(start - 1, first - 1, -1):
            number, cells = self.rows[line]
            for place, cell in enumerate(cells):
                text = "" if not cell or is_day(cell) else without_dates(unicodedata.normalize("NFKC", cell))
                found = _YEAR.search(text)
                if year := found[1] if found else (find_period(text) or "")[:4]:
                    told = year, (number, place)
                    self._year = self._year or told
                    return told
        said = self.period or find_period(self.sheet.name or "") or ""
        return self._year or (said, (self.rows[start][0], 0))

    def add(self, table: str, number: int, told: Told) -> None:
        """One row of a table."""
        nothing, told = ("", (number, 0)), signed(self.tables[table].fields, told)
        cells = [told.get(one.name, nothing) for one in self.tables[table].fields]
        for one, (text, where) in zip(self.tables[table].fields, cells, strict=True):
            if self.form.boilerplate and text and re.search(self.form.boilerplate, text):
                place = Place(self.sheet.name, where[0], one.title, where[1] + 1, self.sheet.grid, text)
                self.gather.add(WARNING, "form_instruction_left", place, title=one.title)
        self.blocks[table].add(self.sheet.name or "", number, cells, self.unit, self.labels.units)


def _above(down: tuple[str, ...], name: str, changed: str) -> bool:
    """Whether a held field is above the one that changed, and so still holds."""
    return down.index(name) < down.index(changed)
