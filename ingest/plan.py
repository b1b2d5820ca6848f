"""How each published column is made from the columns of a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as default
from typing import Any, Protocol

import polars as pl
import pyarrow as pa

from catalog.schema import Field
from ingest.coded import plain
from ingest.declared_readers import MaskReader, masked
from ingest.gather import Gather
from ingest.readers import DecimalReader, Reader
from ingest.unit_readers import JOIN


@dataclass(frozen=True)
class Planned:
    """One published column: its field, the raw columns (from 0) it is made from, and who reads them."""

    field: Field
    sources: tuple[int, ...]
    reader: Reader
    header: str = ""
    lenient: bool = False  # a cell that cannot be read is only a warning
    vital: bool = False  # without it the row says nothing: a cell that cannot be read refuses the row
    derived: bool = False  # made from the columns of other fields
    dated: tuple[str, ...] = ()  # of a region made from its name: the fields that tell its time
    other_end: str | None = None  # of the low end of a range: the name of the high end
    how: Mapping[str, Any] = default(default_factory=dict)  # what `cells` must know to explain a value

    @property
    def masked(self) -> bool:
        """Whether natural persons are masked in it."""
        return isinstance(self.reader, MaskReader)

    def texts(self, batch: Any) -> Any:
        """The texts of the column in a batch of the sheet."""
        columns = [batch.column(source + 1) for source in self.sources]
        if len(columns) == 1:
            return columns[0]
        frame = pl.DataFrame({str(place): pl.Series(plain(column)) for place, column in enumerate(columns)})
        return frame.select(pl.concat_str(pl.all(), separator=JOIN)).to_series().to_arrow().cast(pa.string())

    def settled(self) -> Planned:
        """With the precision that the whole file asks for."""
        if not isinstance(self.reader, DecimalReader):
            return self
        self.reader.settle()
        return replace(self, field=replace(self.field, precision=self.reader.precision, scale=self.reader.scale))


class Plan(Protocol):
    """Sees the whole file once, then says what is published."""

    def see(self, batch: Any) -> int:
        """Take in one batch of data rows; how many it has."""
        ...

    def settle(self, gather: Gather) -> tuple[Planned, ...]:
        """The published columns, in order. Raises Refused."""
        ...


def find_pairs(columns: tuple[Planned, ...]) -> list[tuple[int, int]]:
    """The columns (by position) that are the low and the high end of one range, with one type for both."""
    places = {column.field.name: place for place, column in enumerate(columns)}
    pairs = []
    for place in places.values():
        other = columns[place].other_end
        if other is not None and other in places:
            pairs.append((place, places[other]))
    return pairs


def hide_persons(columns: tuple[Planned, ...], batch: Any) -> Any:
    """The batch with natural persons masked in the columns where they may stand; from here on nobody sees them."""
    for place in sorted({source for column in columns if column.masked for source in column.sources}):
        batch = batch.set_column(place + 1, batch.schema.field(place + 1), masked(batch.column(place + 1)))
    return batch


def raw_columns(columns: tuple[Planned, ...], batch: Any) -> dict[int, Any]:
    """The raw texts that are kept, by raw column: those of published fields."""
    used = sorted({source for column in columns for source in column.sources})
    return {source: batch.column(source + 1) for source in used}
