"""Columns whose texts repeat travel as a dictionary of the different ones, so that each of them is looked at once.

A column of a raw batch is plain (`string`) or coded (`dictionary<int32, string>`); neither holds nulls, and every text
of a dictionary stands in some cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

CODED: Final = pa.dictionary(pa.int32(), pa.string())
_SHARE = 4  # cells for each different text from which a dictionary pays


def is_coded(column: Any) -> bool:
    """Whether the Arrow array is a dictionary and places in it."""
    return isinstance(column.type, pa.DictionaryType)


def repeats(column: Any) -> bool:
    """Whether a plain column says the same things again and again, so that a dictionary pays."""
    return bool(pc.count_distinct(column).as_py() * _SHARE <= len(column))


def plain(column: Any) -> Any:
    """The column with its text in each cell."""
    return column.dictionary_decode() if is_coded(column) else column


def plain_batch(batch: Any) -> Any:
    """The batch without dictionaries."""
    return pa.record_batch([plain(column) for column in batch.columns], names=batch.schema.names)


def different(column: Any) -> Any:
    """The texts to look at: of a coded column each once."""
    return column.dictionary if is_coded(column) else column


def each(column: Any, ask: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """What is asked of every cell, asked once of each different text."""
    found = ask(pl.Series(different(column)))
    return found.gather(pl.Series(column.indices)) if is_coded(column) else found


def coded_as(values: Any, column: Any) -> Any:
    """A coded column with other texts (or nulls) in place of those of its dictionary."""
    inner = values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(inner.indices.take(column.indices), inner.dictionary)


def emptied(column: Any, mask: Any) -> Any:
    """The column with nulls where an Arrow mask says so."""
    empty = pc.if_else(mask, None, plain(column))
    return empty.dictionary_encode() if is_coded(column) else empty


def kept_of(column: Any, mask: Any) -> Any:
    """The cells of a column that an Arrow mask keeps; a dictionary loses what only the others held."""
    kept = column.filter(mask)
    return kept.dictionary_decode().dictionary_encode() if is_coded(kept) else kept


def filtered(batch: Any, mask: Any) -> Any:
    """The rows of a batch that an Arrow mask keeps, column by column."""
    return pa.record_batch([kept_of(column, mask) for column in batch.columns], names=batch.schema.names)


@dataclass(frozen=True)
class Cells:
    """Cells of one column by their texts: different ones where the column is coded, else those of all cells.

    `counts` says how many cells hold each of `texts` (None: one). `rows` are the numbers of all rows of the column.
    """

    texts: pl.Series
    rows: pl.Series
    counts: pl.Series | None = None
    _column: Any = None
    _places: pl.Series | None = None  # of `texts` in the dictionary, or in the column; None where all are there

    @classmethod
    def of(cls, rows: Any, column: Any) -> Cells:
        """All the cells of a column; `rows` may be empty for who does not ask where they stand."""
        texts, numbers = pl.Series(different(column)), pl.Series(rows)
        if not is_coded(column):
            return cls(texts, numbers, None, column)
        found = column.indices.value_counts()
        counts = found.field("counts").take(pc.array_sort_indices(found.field("values")))
        return cls(texts, numbers, pl.Series(counts), column)

    def __len__(self) -> int:
        return len(self.texts)

    def filter(self, mask: pl.Series) -> Cells:
        """Those whose texts the mask keeps."""
        if mask.all():
            return self
        counts = None if self.counts is None else self.counts.filter(mask)
        return replace(self, texts=self.texts.filter(mask), counts=counts, _places=self._kept(mask))

    def count(self, mask: pl.Series) -> int:
        """How many cells hold a text that the mask keeps."""
        return int(mask.sum() if self.counts is None else self.counts.filter(mask).sum())

    def by_text(self) -> list[tuple[str, int]]:
        """Each different text with how many cells hold it, as they first come."""
        if self.counts is not None:
            return list(zip(self.texts.to_list(), self.counts.to_list(), strict=True))
        counted = pl.DataFrame({"text": self.texts}).group_by("text", maintain_order=True).len()
        return list(counted.iter_rows())

    def first(self, mask: pl.Series, count: int) -> list[tuple[int, str]]:
        """The first cells that hold a text that the mask keeps, as (row, text)."""
        places = self._kept(mask)
        if is_coded(self._column):
            places = pl.Series(self._column.indices).is_in(places.implode()).arg_true()
        places = places.head(count)
        texts = self._column.take(places.to_arrow().cast(pa.int64()))
        return list(zip(self.rows.gather(places).to_list(), texts.to_pylist(), strict=True))

    def _kept(self, mask: pl.Series) -> pl.Series:
        return mask.arg_true() if self._places is None else self._places.filter(mask)
