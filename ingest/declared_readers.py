"""The readers that a declared schema can ask for beyond those of plain types: ranges, codes, masks, outcomes."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ingest import nulls, persons, ranges
from ingest.families import DeclaredField
from ingest.headers import fold
from ingest.periods import period
from ingest.readers import (
    Converted,
    DateReader,
    DecimalReader,
    IntegerReader,
    MomentReader,
    Reader,
    TextReader,
    TruthReader,
    WordReader,
)
from ingest.units import Unit
from ingest.values import Unreadable

JOIN = "\x1f"  # between the cells of a field that is made from several columns
_YEAR_BRACKETS = (r"[\[(（【〔﹝［{]\s*((?:19|20)[0-9]{2})\s*[\])）】〕﹞］}]", "〔$1〕")


class SpanReader(DecimalReader):
    """One end (0 low, 1 high) of a range; null where it is open."""

    def __init__(self, end: int, measure: str | None, unit: Unit | None) -> None:
        super().__init__(measure, unit)
        self._end = end

    def read(self, text: str) -> Any:
        found = ranges.span(text)
        return found.high if self._end else found.low


class DaySpanReader(DateReader):
    """The first (0) or the last (1) day of a span of days."""

    def __init__(self, end: int) -> None:
        super().__init__(loose=True)
        self._end = end

    def read(self, text: str) -> Any:
        return ranges.days(text)[self._end]


class LongestReader(DecimalReader):
    """The longest of several terms."""

    def read(self, text: str) -> Decimal:
        return ranges.longest_term(text)


class CodeReader(WordReader):
    """The code that a spelling means."""

    def __init__(self, declared: DeclaredField) -> None:
        super().__init__(self._code)
        self._words, self._pattern = declared.spellings, declared.code_pattern

    def _code(self, text: str) -> str:
        whole = fold(nulls.strip(text).strip("|"))
        bare = re.sub(r"\([^()]*\)", "", whole)  # an aside does not change what is meant, nor does the class above
        for word in (whole, bare, bare.rpartition("-")[2]):
            if word in self._words:
                return self._words[word]
        if self._pattern and re.fullmatch(self._pattern, whole):
            return whole
        raise Unreadable("code_unknown", known="、".join(sorted(set(self._words.values()))[:30]))


class MaskReader(TextReader):
    """Text in which natural persons may stand: `masked` has cut them to their surname before it is read."""


def masked(texts: Any) -> Any:
    """An Arrow array of texts without the names of natural persons."""
    series = pl.Series(texts)
    suspect = series.str.contains(persons.SUSPECT)
    if not suspect.any():
        return texts
    coded = texts.filter(suspect.to_arrow()).dictionary_encode()
    words = pa.array([persons.mask(text) for text in coded.dictionary.to_pylist()], pa.string())
    return pc.replace_with_mask(texts, suspect.to_arrow(), words.take(coded.indices))


class OutcomeReader(Reader):
    """How a sale ended, from the words in its price and its buyer."""

    def convert(self, texts: Any) -> Converted:
        series = pl.Series("text", texts)
        text = pl.col("text")
        failed = pl.any_horizontal(
            text.str.split(JOIN).list.eval(pl.element().str.contains(nulls.UNSOLD_PATTERN)).list.any()
        )
        held = text.str.split(JOIN).list.eval(~pl.element().str.contains(nulls.PATTERN)).list.any()
        words = (
            pl.when(failed & text.str.contains(nulls.WITHDRAWN_PATTERN))
            .then(pl.lit("withdrawn"))
            .when(failed)
            .then(pl.lit("unsold"))
            .when(held)
            .then(pl.lit("sold"))
        )
        return Converted(series.to_frame().select(words).to_series().to_arrow().cast(pa.string()))


Make = Callable[[DeclaredField, Unit | None, int], Reader]
# By the declared reader, else by the declared type.
_MAKERS: dict[str, Make] = {
    "brackets": lambda declared, unit, end: TextReader(_YEAR_BRACKETS),
    "longest": lambda declared, unit, end: LongestReader(declared.unit, unit),
    "outcome": lambda declared, unit, end: OutcomeReader(),
    "masked": lambda declared, unit, end: MaskReader(unsold=declared.unsold),
    "string": lambda declared, unit, end: TextReader(unsold=declared.unsold),
    "integer": lambda declared, unit, end: IntegerReader(),
    "decimal": lambda declared, unit, end: DecimalReader(declared.unit, unit, unsold=declared.unsold),
    "date": lambda declared, unit, end: DateReader(loose=True),
    "datetime": lambda declared, unit, end: MomentReader(),
    "boolean": lambda declared, unit, end: TruthReader(),
    "period": lambda declared, unit, end: WordReader(period),
    "code": lambda declared, unit, end: CodeReader(declared),
    "range": lambda declared, unit, end: SpanReader(end, declared.unit, unit),
    "date_range": lambda declared, unit, end: DaySpanReader(end),
}


def make_reader(declared: DeclaredField, unit: Unit | None, end: int = 0, *, derived: bool = True) -> Reader:
    """The reader of a declared field; `derived` is False where the field has a column of its own."""
    name = declared.reader if declared.reader and (derived or declared.reader != "outcome") else declared.type
    return _MAKERS[name](declared, unit, end)
