"""Records printed as forms, a parcel or a plan a block: labels with values beside them, made rows of one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.claims import spellings_by_name
from ingest.families import DeclaredSchema
from ingest.findings import INFO, WARNING
from ingest.form_blocks import At, Block, plain_label, spoken
from ingest.gather import Gather, Place
from ingest.headers import clean, fold, split_unit
from ingest.headings import find_unit_of, is_table_number, is_unit
from ingest.nulls import strip
from ingest.origins import ReshapedSheet
from ingest.raw import RawSheet, RawWriter, first_rows
from ingest.signatures import without_persons
from ingest.tables import Found, Rest
from ingest.underheads import is_amount, is_number
from ingest.units import Unit

_H = r"[\u4e00-\u9fff]"
NUMBER = re.compile(  # of a document: 样告字〔2021〕1号, 样告(工)字[2021]1号; not the title that ends before it
    rf"(?<!公)(?!{_H}*公告{_H}{{3}}){_H}{{2,18}}(?:[（(]{_H}{{1,6}}[）)]{_H}{{0,8}})?"
    r"[〔﹝\[［【（(]\s*(?:19|20)\d{2}\s*[〕﹞\]］】）)]\s*第?\d{1,5}号"
)
_CITED = re.compile(r"根据|依据|按照|依照|遵照|批准|规定|印发|精神")
_MOST = 20_000  # rows of a sheet of records
_LONGEST = 24  # characters of a label
_FIELDS, _LINES = 3, 3  # so many labels of a schema, on so many rows, are a record
_NOWHERE = (0, 0)  # on this sheet
_ABOVE = 4  # rows over a block that may tell its number
SERIAL = re.compile(r"[(（]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）]?[、.．]?")

_NEXT = re.compile(r"表\d+")  # what the tables of a page are called

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class _Pair:
    """A label with its value: the field's name, the label and its unit, and where the value stood."""

    name: str
    label: str
    unit: Unit | None
    text: str
    at: At


@dataclass
class Records:
    """The records of the sheets that hold some, on their way into one table."""

    schema: DeclaredSchema
    mapping: Mapping[str, str | None]
    blocks: list[tuple[str, dict[str, _Pair]]] = field(default_factory=list)  # sheet, and the pairs by name
    persons: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    banners: list[str] = field(default_factory=list)
    number: dict[str, _Pair] = field(default_factory=dict)  # of the document, that the last heading of a sheet tells

    def __post_init__(self) -> None:
        by_name = spellings_by_name(self.schema)
        self.ranks = {name: [plain_label(word) for word in words] for name, words in by_name}
        self.names = {word: name for name, words in reversed(list(self.ranks.items())) for word in words}
        answers = {plain_label(header): name for header, name in self.mapping.items()}
        self.names = {**self.names, **{word: name for word, name in answers.items() if name}}
        for word, name in answers.items():
            if name is None:
                self.names.pop(word, None)
        self.kinds = {fold(head): kind for kind, heads in self.schema.personal.items() for head in heads}

    def holds(self, rows: Sequence[Row]) -> bool:
        """Whether rows are records: their labels stand one under the other, not side by side as headers do."""
        return self._hold(rows, self._pairs) or self._hold(rows, self._spoken)

    def _hold(self, rows: Sequence[Row], pairs: Callable[[Row], Iterator[_Pair]]) -> bool:
        found = [[pair.name for pair in pairs(row)] for row in rows]
        most = max((len(self._labels(cells)) for _, cells in rows), default=0)
        names = {name for one in found for name in one}
        return len(names) >= _FIELDS and sum(map(bool, found)) >= _LINES and most * 2 <= len(names) + 1

    def labels(self, rows: Sequence[Row]) -> dict[str, str]:
        """The labels of records and their fields; none where rows are no records."""
        both = (pair for row in rows for pair in (*self._pairs(row), *self._spoken(row)))
        return {pair.label: pair.name for pair in both} if self.holds(rows) else {}

    def read(self, sheet: RawSheet, rows: Sequence[Row]) -> None:
        """Add the records of a sheet."""
        apart = self._hold(rows, self._pairs)  # labels have cells of their own
        first = next(at for at, row in enumerate(rows) if any((self._pairs if apart else self._spoken)(row)))
        heading = [short for _, cells in rows[:first] for cell in cells if (short := _banner(cell))]
        goes_on = self.blocks and set(heading) <= set(self.banners) and _NEXT.fullmatch(sheet.name or "")
        self.banners += heading
        if first and not goes_on:  # else it goes on below the heading of the sheet before
            above = self._numbered(rows, first)
            self.number = {name: replace(pair, at=_NOWHERE) for name, pair in above.items()}
        block: dict[str, _Pair] = {}
        start, before = next(iter((self._pairs if apart else self._spoken)(rows[first]))).name, len(self.blocks)
        for at, row in enumerate(rows):
            for pair in self._pairs(row, self._head_over(rows, at)) if apart else self._spoken(row):
                if pair.name == start and block:
                    self._close(sheet, block)
                    block = {}
                if not block:
                    block |= self._numbered(rows, at) or self.number
                if pair.name not in block or self._rank(pair) < self._rank(block[pair.name]):
                    block[pair.name] = pair
            self._remark(row)
        self._close(sheet, block)
        if apart:
            self._add_spoken(rows, [block for _, block in self.blocks[before:]])

    def _close(self, sheet: RawSheet, block: dict[str, _Pair]) -> None:
        if block:
            self.blocks.append((sheet.name or "", block))

    def _rank(self, pair: _Pair) -> int:
        words = self.ranks.get(pair.name, [])
        return words.index(plain_label(pair.label)) if plain_label(pair.label) in words else len(words)

    def _numbered(self, rows: Sequence[Row], at: int) -> dict[str, _Pair]:
        """The number of the document, where a field takes it and it stands over the block or the first of the sheet."""
        names = [one.name for one in self.schema.fields if one.filled == "number"]
        for number, cells in (*reversed(rows[max(0, at - _ABOVE) : at]), *rows[:at]):
            for place, cell in enumerate(cells):
                if found := find_number(cell):
                    return {name: _Pair(name, "", None, found, (number, place)) for name in names}
        return {}

    def _labels(self, cells: Sequence[str]) -> dict[int, str]:
        """The places of labels and the fields they name; `下限：` after `约定容积率：` is `约定容积率下限`."""
        found, stem = dict[int, str](), ""
        for at, cell in enumerate(cells):
            word = plain_label(cell) if cell and len(cell) <= _LONGEST else ""
            if word in self.names:
                found[at], stem = self.names[word], word
            elif word and cell.endswith((":", "：")) and stem + word in self.names:
                found[at] = self.names[stem + word]
        return found

    def _pairs(self, row: Row, heads: Sequence[str] = ()) -> Iterator[_Pair]:
        """The labels of a row that have a value beside them; none where something else names the row."""
        number, cells = row
        labels = self._labels(cells)
        if not labels or any(cells[at] and not SERIAL.fullmatch(cells[at]) for at in range(min(labels))):
            return
        for at, name in labels.items():
            beside = next((to for to in range(at + 1, len(cells)) if cells[to] and cells[to] != cells[at]), None)
            if beside is None or beside in labels or fold(cells[beside]) in self.kinds:
                continue
            unit = split_unit(cells[at])[1] or (split_unit(heads[beside])[1] if beside < len(heads) else None)
            yield _Pair(name, clean(cells[at]).strip(":："), unit, cells[beside], (number, beside))

    def _spoken(self, row: Row) -> Iterator[_Pair]:
        """The labels of a row that have their value in the same cell: `二、公示期：2024年11月12日至17日`."""
        number, cells = row
        for at, cell in enumerate(cells):
            label, value = spoken(cell) if not at or cell != cells[at - 1] else ("", "")
            if name := self.names.get(plain_label(label)):
                yield _Pair(name, label, split_unit(label)[1], value, (number, at))

    def _add_spoken(self, rows: Sequence[Row], blocks: Sequence[dict[str, _Pair]]) -> None:
        """What is said once in a sheet, to all of its records; what is said of each, to the one below which it is."""
        spoken = [pair for row in rows for pair in self._spoken(row)]
        firsts = [min(pair.at[0] for pair in block.values() if pair.label) for block in blocks]
        for pair in spoken:
            once = sum(other.name == pair.name for other in spoken) == 1
            under = max((at for at, first in enumerate(firsts) if first <= pair.at[0]), default=0)
            for block in blocks if once else blocks[under : under + 1]:
                block.setdefault(pair.name, pair)

    def _head_over(self, rows: Sequence[Row], at: int) -> Sequence[str]:
        """The nearest row above that names columns and their units: `用地类型 | 面积（公顷）`."""
        for row in reversed(rows[:at]):
            words = [cell for cell in row[1] if cell]
            if len(words) > 1 and not any(map(is_number, words)) and any(split_unit(word)[1] for word in words):
                return () if any(self._pairs(row)) else row[1]
        return ()

    def _remark(self, row: Row) -> None:
        """Count the personal data of a row, and note the labels that the schema does not know."""
        cells, labels = row[1], self._labels(row[1])
        for at, cell in enumerate(cells):
            beside = next((one for one in cells[at + 1 : at + 3] if one and one != cell), "")
            kind = self.kinds.get(fold(cell))
            if kind and beside:
                self.persons[kind] = self.persons.get(kind, 0) + 1
            elif beside and at not in labels and _is_label(cell):
                self.unknown[clean(cell).strip(":：")] = None

    def table(self, workdir: Path, like: RawSheet, gather: Gather) -> tuple[ReshapedSheet, Found, Rest]:
        """All of the records as one sheet with a header."""
        names = [name for name, _ in spellings_by_name(self.schema) if any(name in block for _, block in self.blocks)]
        first = {name: next(block[name] for _, block in self.blocks if name in block) for name in names}
        made = Block(tuple(self._header(first[name]) for name in names))
        for sheet_name, block in self.blocks:
            row = next(pair.at[0] for pair in block.values() if pair.label)
            cells = [_cell(block[name], first[name]) if name in block else ("", (row, 0)) for name in names]
            made.add(sheet_name, row, cells, "")
        path = workdir / "records.arrow"
        with RawWriter(path, len(names)) as writer:
            for number, texts in enumerate(made.rows, start=1):
                writer.add(number, texts)
        self._tell(gather)
        sheet = ReshapedSheet(
            path,
            len(names),
            len(made.rows),
            like.name,
            like.grid,
            rows_from=tuple(made.rows_from),
            sheets_from=tuple(made.sheets_from),
            moved=made.moved,
        )
        titles = [text for text in self.banners if not (is_unit(text) or is_table_number(text))]
        unit = find_unit_of(self.banners)
        found = Found(made.headers, 1, next(iter(titles), None), unit, tuple(titles), (1,))
        return sheet, found, Rest(masks=[None], heads=made.headers)

    def _header(self, pair: _Pair) -> str:
        """The label as the header of a column, with its unit."""
        title = next((one.title for one in self.schema.fields if one.name == pair.name), pair.name)
        label = pair.label if plain_label(pair.label) in self.names else title
        return label if pair.unit is None or split_unit(label)[1] else f"{label}（{pair.unit.name}）"

    def _tell(self, gather: Gather) -> None:
        gather.add(INFO, "records_read", None, count=len(self.blocks))
        for kind, count in self.persons.items():
            gather.add(INFO, "column_dropped", Place(column=kind), count=count, kind=kind)
        if self.unknown:
            gather.add(
                WARNING, "columns_not_in_schema", None, count=len(self.unknown), headers="、".join(self.unknown)[:400]
            )


def find_number(text: str) -> str | None:
    """The number of the document that a text over a table is or names; not of one that it only cites."""
    found = NUMBER.search(text)
    return found.group() if found and not _CITED.search(text[: found.end()]) else None


def read_records(
    schema: DeclaredSchema, mapping: Mapping[str, str | None], sheets: Sequence[RawSheet]
) -> tuple[Records, list[RawSheet]]:
    """The records of the sheets that hold some, and these sheets."""
    records, taken = Records(schema, mapping), []
    for sheet in sheets:
        if sheet.grid and sheet.rows <= _MOST:
            rows = [(number, list(map(strip, cells))) for number, cells in first_rows(sheet, _MOST)]
            if records.holds(rows):
                records.read(sheet, rows)
                taken.append(sheet)
    return records, taken


def _banner(cell: str) -> str:
    return without_persons(cell) if cell and not is_number(cell) else ""


def _is_label(cell: str) -> bool:
    return cell.endswith((":", "：")) and len(cell) <= _LONGEST


def _cell(pair: _Pair, first: _Pair) -> tuple[str, At]:
    """The value; with its label's unit where the first of its column is in another."""
    other = pair.unit is not None and first.unit is not None and pair.unit.name != first.unit.name
    return (pair.text + pair.unit.name if other and pair.unit and is_amount(pair.text) else pair.text), pair.at
