"""The typed columns of a batch as checks look at them: what repeats is looked at once, what is derived is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import polars as pl
import pyarrow as pa

from ingest.coded import is_coded, plain

Ask = Callable[[pl.Series], pl.Series]


class TypedColumns:
    """The columns of one batch of typed rows, for all of its checks."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch
        self._coded: dict[str, Any] = {}
        self._plain: dict[str, pl.Series] = {}
        self._numbers: dict[str, pl.Series] = {}

    def frame(self, names: Iterable[str]) -> pl.DataFrame:
        """The values of these columns."""
        return pl.DataFrame({name: self.values(name) for name in names})

    def values(self, name: str) -> pl.Series:
        """The values of a column."""
        if name not in self._plain:
            self._plain[name] = pl.Series(name, plain(self._batch.column(name)))
        return self._plain[name]

    def numbers(self, names: Iterable[str]) -> pl.DataFrame:
        """These columns as floating numbers."""
        return pl.DataFrame({name: self.number(name) for name in names})

    def number(self, name: str) -> pl.Series:
        """The values of a column as floating numbers."""
        if name not in self._numbers:
            self._numbers[name] = self.values(name).cast(pl.Float64)
        return self._numbers[name]

    def each(self, name: str, ask: Ask) -> pl.Series:
        """What is asked of every value of a column, which is asked of each different one where values repeat.

        What is asked of a null must be null.
        """
        column = self._different(name)
        if not is_coded(column):
            return ask(self.values(name))
        return ask(pl.Series(column.dictionary)).gather(pl.Series(column.indices))

    def _different(self, name: str) -> Any:
        """The column, as a dictionary if its texts repeat or it holds days."""
        if name not in self._coded:
            column = self._batch.column(name)
            self._coded[name] = column.dictionary_encode() if pa.types.is_date(column.type) else column
        return self._coded[name]
