"""The readers that a declared schema can ask for beyond those of plain types: ranges, codes, masks, outcomes."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ingest import nulls, persons, ranges, values
from ingest.code_readers import CodeReader, ReachReader, RegionReader, SpokenReader, UsesReader
from ingest.coded import is_coded
from ingest.families import DeclaredField
from ingest.name_readers import CLASSED, LabelReader, NoNumberReader, PartReader
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
from ingest.unit_readers import JOIN, AnyUnitReader, LeastReader, PointsReader, UnitReader
from ingest.units import Unit
from ingest.values import Unreadable

# A use that a narrow column breaks, and the term behind one alone: `商业用地 40年`.
_USE = (
    r"([^地年房\d\s，,、；;）)])\s*[\r\n]+\s*([\x{3400}-\x{9FFF}])|^([^\d\r\n]*用地)[\s:：,，(（]*\d{2}\s*年[)）]?$",
    "$1$2$3",
)
_OPERATORS = (
    (r"≥|>=|≧|不低于|不少于|不小于|大于或?等于|至少|[^\d]*\d[\d.,]*\s*[^\d]{0,6}(?:及|或|\()?以上", ">="),
    (
        r"≤|<=|≦|不高于|不超过|不多于|不大于|小于或?等于|至多|[^\d]*\d[\d.,]*\s*[^\d]{0,6}(?:及|或|\()?(?:以[内下]|之内)",
        "<=",
    ),
    (
        r"(?:19|20)\d{2}(?:\s*年|[-./]\d{1,2}(?:[-./]\d{1,2}|[月前底]))|\d{1,2}月(?!以)",
        "text",
    ),  # a day, or a month, by which it is done
    (r"=|等于|[-+]?\d", "="),
)
_YEAR_BRACKETS = (r"[\[(（【〔﹝［{]\s*((?:19|20)[0-9]{2})\s*[\])）】〕﹞］}]", "〔$1〕")


class SpanReader(DecimalReader):
    """One end (0 low, 1 high) of a range; null where it is open. What is above `most` is of something else."""

    def __init__(self, end: int, measure: str | None, unit: Unit | None, most: int | None = None) -> None:
        super().__init__(measure, unit)
        self._end, self._most = end, most
        if most is not None:
            self.plain = rf"^(?:-?[0-9]{{1,{len(str(most)) - 1}}}(?:\.[0-9]{{1,20}})?)?$"
        self._is_open = False

    def head(self, header: str) -> None:
        """Heed a header that says of which end bare numbers are (`最大容积率`): they do not tell the other."""
        said = [end for end, words in enumerate(("最小|最低", "最大|最高")) if re.search(words, header)]
        self._is_open = len(said) == 1 and said[0] != self._end
        if self._is_open:
            self.plain = r"^$"

    def read(self, text: str) -> Any:
        found = ranges.span(text)
        if self._most is not None and max(found.low or 0, found.high or 0) > self._most:
            raise Unreadable("range_beyond", most=self._most)
        if self._is_open and found.low == found.high:
            return None
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

    among = False  # the terms stand among other words (`住宅用地70年`), which may be without any

    def read(self, text: str) -> Decimal | None:
        return None if self.among and "年" not in text else ranges.longest_term(text)


class MomentSpanReader(MomentReader):
    """The first (0) or the last (1) moment of a span."""

    plain = r"^$"

    def __init__(self, end: int) -> None:
        super().__init__()
        self._end = end

    def read(self, text: str) -> Any:
        return ranges.moments(text)[self._end]


class OperatorReader(WordReader):
    """How a target is compared, from the sign before its number: `≥50个` is `>=`; words without a number are text."""

    def __init__(self) -> None:
        super().__init__(self._sign)

    def _sign(self, text: str) -> str:
        words = values.tidy(text)
        for pattern, sign in _OPERATORS:
            if re.match(pattern, words):
                return sign
        return "text"


class MaskReader(TextReader):
    """Text in which natural persons may stand: `masked` has cut them to their surname before it is read."""


def masked(texts: Any) -> Any:
    """An Arrow array of texts without the names of natural persons."""
    if is_coded(texts):
        return pa.DictionaryArray.from_arrays(texts.indices, masked(texts.dictionary))
    series = pl.Series(texts)
    suspect = series.str.contains(persons.SUSPECT)
    if not suspect.any():
        return texts
    coded = texts.filter(suspect.to_arrow()).dictionary_encode()
    words = pa.array([persons.mask(text) for text in coded.dictionary.to_pylist()], pa.string())
    return pc.replace_with_mask(texts, suspect.to_arrow(), words.take(coded.indices))


class OutcomeReader(Reader):
    """How a sale ended, from the words in its price and its buyer; where it has a column of its own, what that says."""

    own: CodeReader | None = None  # reads its own column, which then comes first

    def convert(self, texts: Any) -> Converted:
        if self.own is None:
            return self._derived(texts)
        parts = pl.Series(texts).str.splitn(JOIN, 2).struct
        said, derived = (
            self.own.convert(parts.field("field_0").to_arrow()),
            self._derived(parts.field("field_1").fill_null("").to_arrow()),
        )
        return Converted(pc.coalesce(said.values, derived.values), said.faults)

    def _derived(self, texts: Any) -> Converted:
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


# Readers of cells of other fields, not of the field's own.
_DERIVED = ("operator", "spoken", "before_dash", "before_name")
Make = Callable[[DeclaredField, Unit | None, int], Reader]
# By the declared reader, else by the declared type.
_MAKERS: dict[str, Make] = {
    "brackets": lambda declared, unit, end: TextReader(_YEAR_BRACKETS, bars=True),
    "use": lambda declared, unit, end: TextReader(_USE, bars=True),
    "longest": lambda declared, unit, end: LongestReader(declared.unit, unit),
    "outcome": lambda declared, unit, end: OutcomeReader(),
    "masked": lambda declared, unit, end: MaskReader(unsold=declared.unsold),
    "string": lambda declared, unit, end: TextReader(unsold=declared.unsold, bars=True),
    "integer": lambda declared, unit, end: IntegerReader(),
    "decimal": lambda declared, unit, end: DecimalReader(declared.unit, unit, unsold=declared.unsold),
    "date": lambda declared, unit, end: DateReader(loose=True),
    "datetime": lambda declared, unit, end: MomentReader(),
    "boolean": lambda declared, unit, end: TruthReader(),
    "period": lambda declared, unit, end: WordReader(period),
    "code": lambda declared, unit, end: CodeReader(declared),
    "range": lambda declared, unit, end: SpanReader(end, declared.unit, unit, declared.most),
    "datetime_range": lambda declared, unit, end: MomentSpanReader(end),
    "least": lambda declared, unit, end: LeastReader(declared.unit, unit),
    "points": lambda declared, unit, end: PointsReader(declared.unit, unit),
    "any_unit": lambda declared, unit, end: AnyUnitReader(),
    "unit": lambda declared, unit, end: UnitReader(),
    "region": lambda declared, unit, end: RegionReader(declared),
    "reach": lambda declared, unit, end: ReachReader(declared),
    "uses": lambda declared, unit, end: UsesReader(declared),
    "no_number": lambda declared, unit, end: NoNumberReader(),
    "label": lambda declared, unit, end: LabelReader(),
    "operator": lambda declared, unit, end: OperatorReader(),
    "before_dash": lambda declared, unit, end: PartReader(0),
    "after_dash": lambda declared, unit, end: PartReader(1),
    "spoken": lambda declared, unit, end: SpokenReader(declared),
    "before_name": lambda declared, unit, end: PartReader(0, CLASSED),
    "after_code": lambda declared, unit, end: PartReader(1, CLASSED),
    "date_range": lambda declared, unit, end: DaySpanReader(end),
}


def make_reader(
    declared: DeclaredField,
    unit: Unit | None,
    end: int = 0,
    *,
    derived: bool = True,
    within: str | None = None,
    about: tuple[str, ...] = (),
) -> Reader:
    """The reader of a declared field; `derived` is False where the field has a column of its own.

    `within` is the code of the region that the table's title speaks of, `about` what stands over the table.
    """
    name = declared.reader if declared.reader and (derived or declared.reader not in _DERIVED) else declared.type
    reader = _MAKERS[name](declared, unit, end)
    if isinstance(reader, OutcomeReader) and not derived:
        reader.own = CodeReader(declared)
    if isinstance(reader, TextReader):
        reader.closes = True
    if isinstance(reader, RegionReader | ReachReader):
        reader.within = within
    if isinstance(reader, ReachReader):
        reader.about, reader.derived = about, derived
    return reader
