"""The second pass: texts become typed rows, into the Parquet of the release and the cells beside it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.schema import Field
from ingest import regions
from ingest.cells import CellsWriter, cells_schema
from ingest.checking import Checker
from ingest.code_readers import RegionReader
from ingest.coded import different, each, emptied, filtered, is_coded, kept_of, plain, repeats
from ingest.families import DeclaredSchema
from ingest.findings import ERROR, INFO, WARNING
from ingest.gather import Gather, Place
from ingest.nulls import PATTERN, UNSOLD_PATTERN
from ingest.origins import place_of
from ingest.plan import Planned, find_pairs, hide_persons, raw_columns
from ingest.raw import RawSheet
from ingest.readers import Converted
from ingest.watch import Watch

GROUP_ROWS = 65_536  # rows of a Parquet row group, about
GROUP_BYTES = 64 << 20
_FAILED = ["流", "止", "撤", "未成交"]  # one of these stands in every word of a failed sale
_BEHIND = 2  # threads: one writes, one shows the cells to who watches
_SAMPLE = 10_000  # rows by which a column's repetition is judged


@dataclass
class TableWriter:
    """Writes one table. `accepted` and `rejected` count its rows, `blank` those that hold nothing that is published."""

    parquet: Path
    cells: Path
    columns: tuple[Planned, ...]
    sheet: RawSheet
    gather: Gather
    watch: Watch
    schema: DeclaredSchema | None = None
    accepted: int = 0
    rejected: int = 0
    blank: int = 0
    _waiting: list[Any] = field(default_factory=list)
    _raw: list[tuple[Any, dict[int, Any]]] = field(default_factory=list)
    _behind: list[Future[None]] = field(default_factory=list)
    _lacking: set[str] = field(default_factory=set)  # required fields that some row has not
    _regions: dict[str, set[str | None]] = field(default_factory=dict)  # field of regions -> the codes in it

    def __post_init__(self) -> None:
        self._regions.update((one.field.name, set()) for one in self.columns if isinstance(one.reader, RegionReader))
        self._checker = Checker(self.columns, self.sheet, self.gather, self.schema, self.parquet.parent)

    @contextmanager
    def opened(self) -> Iterator[TableWriter]:
        """Open the files, and finish them whatever happens."""
        types = [(column.field.name, column.reader.arrow) for column in self.columns]
        self._schema = pa.schema(types)
        self._pairs = find_pairs(self.columns)
        self._cells = CellsWriter(self.cells, cells_schema(self.columns, self.sheet), self.sheet)
        self._writer: Any = None
        with ThreadPoolExecutor(_BEHIND) as self._pool:
            try:
                yield self
                self._flush()
                self._wait()
                self._checker.finish()
            finally:
                self._pool.shutdown()
                self._checker.close()
                self._cells.close()
                if self._writer is not None:
                    self._writer.close()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields as they were written: of regions the codes that are there, with their labels."""
        found = {name: regions.labels_of(filter(None, codes)) for name, codes in self._regions.items()}
        fields = [
            replace(one.field, nullable=one.field.nullable or one.field.name in self._lacking) for one in self.columns
        ]
        return tuple(replace(one, codes=found[one.name] or None) if one.name in found else one for one in fields)

    def convert(self, batch: Any) -> tuple[Any, list[Converted]]:
        """A batch of data rows without the names of persons, and its typed columns; on any thread."""
        batch = hide_persons(self.columns, batch)
        return batch, [column.reader.read_column(column.texts(batch)) for column in self.columns]

    def add(self, batch: Any, found: list[Converted]) -> None:
        """Take in a batch that was converted; these come in the order of the rows."""
        refused = self._tell_faults(batch, found)
        arrays = [one.values for one in found]
        self._exchange(batch, arrays)
        self._withdraw(batch, arrays)
        self._date_regions(arrays)
        names = [column.field.name for column in self.columns]
        typed, raw = pa.record_batch(arrays, names=names), raw_columns(self.columns, batch)
        rows = batch.column(0)
        if refused:
            kept = pc.invert(pc.is_in(rows, pa.array(sorted(refused), pa.int64())))
            typed, rows = filtered(typed, kept), rows.filter(kept)
            raw = {place: kept_of(texts, kept) for place, texts in raw.items()}
        self.rejected += len(refused)
        self._keep(*self._without_blank(typed, rows, raw))

    def _without_blank(self, typed: Any, rows: Any, raw: dict[int, Any]) -> tuple[Any, Any, dict[int, Any]]:
        """Without rows of which no published column has anything: a crawler's address alone is no row."""
        nothing = pa.array([True] * typed.num_rows, pa.bool_())
        for column in typed.columns:
            nothing = pc.and_(nothing, pc.is_null(column))
            if not pc.any(nothing).as_py():
                return typed, rows, raw
        for texts in raw.values():
            nothing = pc.and_(nothing, each(texts, lambda words: words.str.contains(PATTERN)).to_arrow())
        kept = pc.invert(nothing)
        self.blank += len(kept) - pc.sum(kept).as_py()
        return filtered(typed, kept), rows.filter(kept), {place: kept_of(one, kept) for place, one in raw.items()}

    def _keep(self, typed: Any, rows: Any, raw: dict[int, Any]) -> None:
        if not typed.num_rows:
            return
        self.accepted += typed.num_rows
        self._tell_blank(typed, rows)
        self._checker.check(typed, rows, raw)
        for name, codes in self._regions.items():
            codes.update(plain(pc.unique(typed.column(name))).to_pylist())
        self._raw.append((rows, raw))
        self._waiting.append(typed)
        if (
            sum(one.num_rows for one in self._waiting) >= GROUP_ROWS
            or sum(one.nbytes for one in self._waiting) >= GROUP_BYTES
        ):
            self._flush()

    def _tell_blank(self, typed: Any, rows: Any) -> None:
        """Say where a field that each row should have is blank; the row stays, and the field may be null."""
        for column, values in zip(self.columns, typed.columns, strict=True):
            name = column.field.name
            if values.null_count and not (column.field.nullable or column.derived):
                self._lacking.add(name)
                for row in rows.filter(pc.is_null(values)).to_pylist():
                    self.gather.add(WARNING, "required_blank", self._place(column, row), title=column.field.title)

    def _flush(self) -> None:
        """Write what waits as one row group, and show its cells, behind the back of the conversion; one at a time."""
        self._wait()
        table = pa.Table.from_batches(self._waiting, None if self._waiting else self._schema).unify_dictionaries()
        self._behind = [self._pool.submit(self._write, table, self._raw), self._pool.submit(self._show, self._raw)]
        self._waiting, self._raw = [], []

    def _wait(self) -> None:
        for one in self._behind:
            one.result()

    def _show(self, raw: list[tuple[Any, dict[int, Any]]]) -> None:
        for _, columns in raw:
            self.watch.see(columns)

    def _write(self, table: Any, raw: list[tuple[Any, dict[int, Any]]]) -> None:
        if self._writer is None:
            repeated = [name for name in table.schema.names if _repeats(table.column(name))]
            self._writer = pq.ParquetWriter(
                self.parquet,
                table.schema,
                compression="zstd",
                use_dictionary=repeated,
                write_statistics=[name for name in table.schema.names if not _is_text(table.column(name))],
                store_decimal_as_integer=True,
                store_schema=False,  # it would have readers make dictionaries
            )
        if table.num_rows:
            self._writer.write_table(table, row_group_size=table.num_rows)
        for rows, columns in raw:
            self._cells.write(rows, columns)

    def _tell_faults(self, batch: Any, found: list[Converted]) -> set[int]:
        """Say what could not be read; the numbers of the rows that are refused for it."""
        refused: set[int] = set()
        for column, converted in zip(self.columns, found, strict=True):
            for at, why in converted.faults.items():
                row, raw = batch.column(0)[at].as_py(), batch.column(column.sources[0] + 1)[at].as_py()
                level = (INFO if column.derived else WARNING) if column.lenient else ERROR
                self.gather.add(
                    level,
                    why.code,
                    self._place(column, row, raw),
                    value=raw[:60],
                    title=column.field.title,
                    **why.params,
                )
                if column.vital:
                    refused.add(row)
        return refused

    def _place(self, column: Planned, row: int, raw: str | None = None) -> Place:
        return place_of(self.sheet, row, column.sources[0], column.header, raw)

    def _exchange(self, batch: Any, arrays: list[Any]) -> None:
        """Put the ends of a range into order where they stood the wrong way round."""
        for low, high in self._pairs:
            wrong = pc.fill_null(pc.greater(arrays[low], arrays[high]), False)
            if not pc.any(wrong).as_py():
                continue
            for row in batch.column(0).filter(wrong).to_pylist():
                self.gather.add(
                    WARNING, "range_exchanged", self._place(self.columns[low], row), title=self.columns[low].field.title
                )
            arrays[low], arrays[high] = (
                pc.if_else(wrong, _as(arrays[high], arrays[low].type), arrays[low]),
                pc.if_else(wrong, _as(arrays[low], arrays[high].type), arrays[high]),
            )

    def _withdraw(self, batch: Any, arrays: list[Any]) -> None:
        """A price beside a buyer who is `流拍` is no price of a deal: null of that kind, and that is said."""
        buyers = [one for one in self.columns if one.reader.unsold and one.field.type == "string"]
        for buyer in buyers:
            texts = buyer.texts(batch)
            if not each(texts, lambda words: words.str.contains_any(_FAILED)).any():
                continue
            failed = each(texts, lambda words: words.str.contains(UNSOLD_PATTERN))
            for at, column in enumerate(self.columns):
                if not column.reader.unsold or column is buyer:
                    continue
                lost = pc.and_(failed.to_arrow(), pc.is_valid(arrays[at]))
                for row in batch.column(0).filter(lost).to_pylist():
                    self.gather.add(INFO, "price_unsold", self._place(column, row), title=column.field.title)
                arrays[at] = emptied(arrays[at], lost)

    def _date_regions(self, arrays: list[Any]) -> None:
        """A region of before a change of codes has the code that its name had then."""
        names = [one.field.name for one in self.columns]
        for at, column in enumerate(self.columns):
            time = next((names.index(name) for name in column.dated if name in names), None)
            if time is None:
                continue
            former = regions.former()
            if pl.Series(different(arrays[at])).is_in(list(former)).any():
                month = pl.Series("month", plain(arrays[time])).cast(pl.String).str.slice(0, 7)
                frame = pl.DataFrame({"code": pl.Series(plain(arrays[at])), "month": month})
                parts = [{new: told[part] for new, told in former.items()} for part in (0, 1)]
                old, since = (pl.col("code").replace_strict(part, default=None) for part in parts)
                then = pl.when(pl.col("month") < since).then(old).otherwise(pl.col("code"))
                dated = frame.select(then).to_series().to_arrow().cast(pa.string())
                arrays[at] = dated.dictionary_encode() if is_coded(arrays[at]) else dated


def _as(values: Any, type_: Any) -> Any:
    return values if values.type == type_ else values.cast(type_)


def _is_text(column: Any) -> bool:
    """Least and greatest texts cost a third of the writing, and no query asks for them."""
    return is_coded(column) or pa.types.is_string(column.type)


def _repeats(column: Any) -> bool:
    """Whether a column says the same things again and again, so that a dictionary pays."""
    return is_coded(column) or repeats(column.slice(0, _SAMPLE))
