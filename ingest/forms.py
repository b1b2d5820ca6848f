"""Forms read as tables: one record a block, told by labels, and the tables inside it, told by their headers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ingest.families import DeclaredField, DeclaredSchema
from ingest.families.declared import Form, FormTable
from ingest.findings import INFO, WARNING, Refused
from ingest.form_blocks import At, Block, find_form_unit, plain_label, spellings_of, spoken
from ingest.form_heads import Header, aside_of, groups_of
from ingest.gather import Gather, Place
from ingest.headers import fold
from ingest.melt_texts import is_figure
from ingest.nulls import strip
from ingest.periods import find_period, without_dates
from ingest.raw import RawSheet

_NO_NAME = re.compile(r"(?:指标\d*[:：]?|[.…·]+|[\d一二三四五六七八九十]+[、.．])?")
_GOAL = re.compile(r"[\u4e00-\u9fff（）()]{2,14}(?:目标|完成情况|完成情况综述)")  # a label, not what it asks for
_ABOVE = 5  # rows above a block that may tell its year
_OVER = 6  # rows above a header that may tell its groups apart
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
        self.rows = [(int(row[0]), [strip(str(cell)) for cell in row[1:]]) for row in rows]
        self.record = self.tables[self.form.record]
        self.labels = {plain_label(head): one for one in self.record.fields for head in spellings_of(one)}
        self.personal = {fold(head): kind for kind, heads in schema.personal.items() for head in heads}
        self.blocks = blocks
        self.persons: dict[str, int] = {}
        self.unit = ""  # of the block that is read

    def run(self, last: int) -> None:
        """Add the rows of every block that begins before the row `last` (by place). Raises Refused where none does."""
        starts = [at for at, (_, cells) in enumerate(self.rows[:last]) if self._begins(cells)]
        if not starts and last == len(self.rows):
            raise Refused("form_without_block", sheet=self.sheet.name, label="、".join(self.form.start))
        for at, start in enumerate(starts):
            end = starts[at + 1] if at + 1 < len(starts) else last
            self._read_block(start, end, starts[at - 1] if at else -1)
        for kind, count in self.persons.items():
            self.gather.add(INFO, "column_dropped", Place(self.sheet.name, column=kind), count=count, kind=kind)

    def _begins(self, cells: list[str]) -> bool:
        starts = {fold(start) for start in self.form.start}
        return any(plain_label(cell) in starts or plain_label(spoken(cell)[0]) in starts for cell in cells[:3])

    def _read_block(self, start: int, end: int, before: int) -> None:
        headers = {at: header for at in range(start, end) if (header := self.header(self.rows[at][1]))}
        self.unit = find_form_unit(self.rows[max(before + 1, start - _ABOVE) : end])
        record = self._labelled(start, end, headers)
        record = {**self.over(max(before + 1, start - _ABOVE), start), **record}
        record.setdefault("year", self.year(start, max(before + 1, start - _ABOVE)))
        link = record.get(self.form.link, ("", (self.rows[start][0], 0)))
        firsts: dict[str, dict[str, tuple[str, At]]] = {}
        for at, header in headers.items():
            for number, told in self.body(at, end, header, headers):
                if header.table.name not in firsts:
                    firsts[header.table.name] = told
                self.add(header.table.name, number, {**told, self.form.link: link})
            self._score(at, end, header, headers, record)
        for name, place in self.form.total.items():
            table, _, other = place.partition(".")
            if other in firsts.get(table, {}):
                record.setdefault(name, firsts[table][other])
        self.add(self.form.record, self.rows[start][0], record)

    def header(self, cells: list[str]) -> Header | None:
        """The table whose header the row is: the one most of whose headers it has."""
        best: tuple[int, Header] | None = None
        for table in self.form.tables:
            groups = groups_of(table, self.tables[table.name], self.form.link, cells)
            size = max((len(group) for group in groups), default=0)
            if size >= table.least and (best is None or size > best[0]):
                best = size, Header(table, groups)
        return best[1] if best else None

    def body(
        self, at: int, end: int, header: Header, headers: dict[int, Header]
    ) -> Iterator[tuple[int, dict[str, tuple[str, At]]]]:
        """The rows of a table in a form, by field."""
        held: list[dict[str, tuple[str, At]]] = [{} for _ in header.groups]
        apart = self._apart(at, header, headers)
        for line in range(at + 1, self._last(at, end, header, headers)):
            number, cells = self.rows[line]
            for place, group in enumerate(header.groups):
                told = {name: (cells[col], (number, col)) for name, col in group.items() if cells[col]}
                for name in header.table.down:
                    if name in told and told[name][0] != held[place].get(name, ("",))[0]:
                        held[place] = {k: v for k, v in held[place].items() if _above(header.table.down, k, name)}
                    held[place].update({name: told[name]} if name in told else {})
                label = self._label(header.table, group, number, cells)
                self._remark(header, told, label, number, cells)
                values = {name: value for name, value in told.items() if name not in header.table.down}
                if self._says(header.table.name, values, label):
                    yield number, {**held[place], **values, **label, **apart[place]}

    def _apart(self, at: int, header: Header, headers: dict[int, Header]) -> list[dict[str, tuple[str, At]]]:
        """What sets each of the groups side by side apart, where the table has a field for it."""
        name, first = header.table.aside, max((one + 1 for one in headers if one < at), default=0)
        if name is None:
            return [{} for _ in header.groups]
        field = next(one for one in self.tables[header.table.name].fields if one.name == name)
        told = [aside_of(field, header, group, self.rows[max(first, at - _OVER) : at + 1]) for group in header.groups]
        return [{name: one} if one else {} for one in told]

    def _says(self, table: str, values: dict[str, tuple[str, At]], label: dict[str, tuple[str, At]]) -> bool:
        """Whether a row holds something: its required fields among it."""
        told = {**values, **label}
        needed = [one.name for one in self.tables[table].fields if one.required]
        return all(name in told and not _NO_NAME.fullmatch(told[name][0]) for name in needed)

    def _label(
        self, table: FormTable, group: dict[str, int], number: int, cells: list[str]
    ) -> dict[str, tuple[str, At]]:
        if table.label is None:
            return {}
        first = min(group.values())
        place = next((place for place in range(first - 1, -1, -1) if cells[place]), None)
        known = {field.name: field for field in self.tables[table.name].fields}[table.label].spellings
        if place is None or (known and fold(cells[place]) not in known):
            return {}
        return {table.label: (cells[place], (number, place))}

    def _remark(
        self,
        header: Header,
        told: dict[str, tuple[str, At]],
        label: dict[str, tuple[str, At]],
        number: int,
        cells: list[str],
    ) -> None:
        """Say which sums are left out because nothing knows what their row is called."""
        first = next((cell for cell in cells if cell), "")
        if header.table.label is None or label or not any(map(is_figure, (text for text, _ in told.values()))):
            return
        for text, (_, column) in told.values():
            where = Place(self.sheet.name, number, None, column + 1, self.sheet.grid, text)
            self.gather.add(WARNING, "figure_unplaced", where, label=first[:60])

    def _last(self, at: int, end: int, header: Header, headers: dict[int, Header]) -> int:
        """Where a table ends: at the next header, at its closing words, or with the block."""
        for line in range(at + 1, end):
            first = next((cell for cell in self.rows[line][1] if cell), "")
            closes = header.table.until and re.search(header.table.until, fold(first))
            if line in headers or closes:
                return line
        return end

    def _score(
        self, at: int, end: int, header: Header, headers: dict[int, Header], record: dict[str, tuple[str, At]]
    ) -> None:
        """The score in the row of sums below the indicators, in the column of the scores."""
        line = self._last(at, end, header, headers)
        place = header.groups[0].get("score")
        if place is None or line >= end or line in headers or "score" not in {one.name for one in self.record.fields}:
            return
        number, cells = self.rows[line]
        first = next((cell for cell in cells if cell), "")
        if re.match(r"(?:总分|合计|总计|总得分|自评)", fold(first)) and cells[place]:
            record["score"] = (cells[place], (number, place))

    def _labelled(self, start: int, end: int, headers: dict[int, Header]) -> dict[str, tuple[str, At]]:
        """What stands beside or below the labels of the record."""
        inside = {line for at, header in headers.items() for line in range(at, self._last(at, end, header, headers))}
        found: dict[str, tuple[int, tuple[str, At]]] = {}
        for line in range(start, end):
            if line in inside:
                continue
            cells = self.rows[line][1]
            for place, cell in enumerate(cells):
                if not cell or (place and cells[place - 1] == cell):
                    continue
                self._count_person(line, place)
                one = self.labels.get(plain_label(cell))
                for name, said in self._spoken(self.rows[line][0], [cell], place).items() if one is None else ():
                    found.setdefault(name, (0, said))
                value = self._value(line, place, one, end) if one is not None else None
                rank = self._rank(one, cell) if one is not None else 0
                if one is not None and value and (one.name not in found or rank < found[one.name][0]):
                    found[one.name] = rank, value
        return {name: value for name, (_, value) in found.items()}

    def _spoken(self, number: int, cells: list[str], first: int = 0) -> dict[str, tuple[str, At]]:
        """What cells say that hold a label and its value; `first` is the column of the first of them."""
        told = ((at, *spoken(cell)) for at, cell in enumerate(cells, first))
        known = ((self.labels.get(plain_label(label)), value, at) for at, label, value in told if label)
        return {one.name: (value, (number, at)) for one, value, at in known if one is not None}

    def over(self, first: int, last: int) -> dict[str, tuple[str, At]]:
        """What lines above a form or a list say of it: `主管部门：样例市样例局`; the nearest of two."""
        told: dict[str, tuple[str, At]] = {}
        for number, cells in self.rows[first:last]:
            told |= self._spoken(number, cells)
        return told

    def _rank(self, one: DeclaredField, cell: str) -> int:
        spelt = [plain_label(head) for head in spellings_of(one)]
        return spelt.index(plain_label(cell))

    def _value(self, line: int, place: int, one: DeclaredField, end: int) -> tuple[str, At] | None:
        beside = self._beside(line, place)
        if one.name not in self.form.below or line + 1 >= end or self.header(self.rows[line + 1][1]):
            return beside
        at = beside[1][1] if beside and self._is_head(line, beside[1][1]) else None if beside else place
        if at is None:
            return beside
        number, cells = self.rows[line + 1]
        text = cells[at]
        return (text, (number, at)) if text and not self._is_label(text) else beside

    def _is_head(self, line: int, place: int) -> bool:
        """Whether a text beside a label is one itself, in whatever words: another of those stands on its right."""
        cells = self.rows[line][1]
        known = (self.labels.get(plain_label(cell)) for cell in cells[place + 1 :] if cell and cell != cells[place])
        return any(one is not None and one.name in self.form.below for one in known) or bool(
            _GOAL.fullmatch(cells[place])
        )

    def _beside(self, line: int, place: int) -> tuple[str, At] | None:
        """What stands on the right of a label, unless that is a label too."""
        number, cells = self.rows[line]
        for other in range(place + 1, len(cells)):
            if cells[other] and cells[other] != cells[place]:
                return None if self._is_label(cells[other]) else (cells[other], (number, other))
        return None

    def _is_label(self, text: str) -> bool:
        return plain_label(text) in self.labels or plain_label(text) in self.personal

    def _count_person(self, line: int, place: int) -> None:
        cells = self.rows[line][1]
        if alone := self.personal.get(plain_label(spoken(cells[place])[0])):
            self.persons[alone] = self.persons.get(alone, 0) + 1
        kind = self.personal.get(plain_label(cells[place]))
        if kind and any(cell and cell != cells[place] for cell in cells[place + 1 : place + 3]):
            self.persons[kind] = self.persons.get(kind, 0) + 1

    def year(self, start: int, first: int) -> tuple[str, At]:
        for line in range(start, first - 1, -1):
            number, cells = self.rows[line]
            for place, cell in enumerate(cells):
                found = _YEAR.search(without_dates(unicodedata.normalize("NFKC", cell)))
                if found and line < start:
                    return found[1], (number, place)
        return self.period or find_period(self.sheet.name or "") or "", (self.rows[start][0], 0)

    def add(self, table: str, number: int, told: dict[str, tuple[str, At]]) -> None:
        nothing = ("", (number, 0))
        cells = [told.get(one.name, nothing) for one in self.tables[table].fields]
        for one, (text, where) in zip(self.tables[table].fields, cells, strict=True):
            if self.form.boilerplate and text and re.search(self.form.boilerplate, text):
                place = Place(self.sheet.name, where[0], one.title, where[1] + 1, self.sheet.grid, text)
                self.gather.add(WARNING, "form_instruction_left", place, title=one.title)
        self.blocks[table].add(self.sheet.name or "", number, cells, self.unit)


def _above(down: tuple[str, ...], name: str, changed: str) -> bool:
    """Whether a held field is above the one that changed, and so still holds."""
    return down.index(name) < down.index(changed)
