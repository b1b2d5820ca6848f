"""From text columns to typed ones: what is plain goes by the column, what is odd cell by cell, to one result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ingest import nulls, values
from ingest.coded import coded_as, different, is_coded
from ingest.spread import closed
from ingest.units import Unit, find_unit
from ingest.values import Unreadable

_MEMO = 100_000  # odd texts that a reader remembers
_UNSEEN: Final = object()
DAY = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-[0-9]{2}-[0-9]{2}"  # there was no year 0
MOMENT = DAY + r" [0-9]{2}:[0-9]{2}:[0-9]{2}"
Read = Callable[[str], Any]


@dataclass(frozen=True)
class Converted:
    """A typed column, and the positions (from 0) of the cells that are no value of the type, each with its reason."""

    values: Any
    faults: Mapping[int, Unreadable] = field(default_factory=dict)


class Reader:
    """Reads a column of one type. `plain` is what `fast` can take (and the blank); `read` is for every other text.

    The two agree: what `fast` makes of a plain text is what `read` would. A null of any kind is null.
    """

    plain = r"^$"
    arrow: Any = pa.string()
    sure = False  # whatever `fast` gives a value, plain or not, `read` would give the same
    unsold = False  # the words of a failed sale are nulls here

    def __init__(self) -> None:
        self._memo: dict[str, Any] = {}

    def fast(self, texts: pl.Series) -> Any:
        """An Arrow array of the plain texts; whatever else stands there may become null."""
        return pa.nulls(len(texts), self.arrow)

    def read(self, text: str) -> Any:
        """The value of one text that is not null. Raises Unreadable."""
        raise Unreadable("not_readable")

    def value(self, text: str) -> Any:
        """The value of any text: None for a null. Raises Unreadable."""
        if nulls.null_kind(text) is not None or (self.unsold and nulls.is_unsold(text)):
            return None
        return self.read(text)

    def read_column(self, texts: Any) -> Converted:
        """The typed column of an Arrow array of texts; where they are coded each is read once, and texts stay coded."""
        if not is_coded(texts):
            return self.convert(texts)
        found = self.convert(texts.dictionary)
        values = coded_as(found.values, texts) if self.arrow == pa.string() else found.values.take(texts.indices)
        if not found.faults:
            return Converted(values)
        codes = pl.Series(texts.indices)
        places = codes.is_in(list(found.faults)).arg_true()
        faults = zip(places.to_list(), codes.gather(places).to_list(), strict=True)
        return Converted(values, {at: found.faults[code] for at, code in faults})

    def convert(self, texts: Any) -> Converted:
        """The typed column of an Arrow array of strings."""
        series = pl.Series(texts)
        result = self.fast(series)
        blank = series.str.len_bytes() == 0
        if self.sure and result.null_count == blank.sum():
            return Converted(result)
        lost = pl.Series(pc.is_null(result)) & ~blank
        odd = ~series.str.contains(self.plain) | lost
        return self._with_odd(result, texts, odd) if odd.any() else Converted(result)

    def _with_odd(self, result: Any, texts: Any, odd: pl.Series) -> Converted:
        mask = odd.to_arrow()
        coded = texts.filter(mask).dictionary_encode()
        read = [self._remembered(text) for text in coded.dictionary.to_pylist()]
        found = pa.array([None if isinstance(value, Unreadable) else value for value in read], self.arrow)
        whole = pc.replace_with_mask(result, mask, found.take(coded.indices))
        bad = {code: value for code, value in enumerate(read) if isinstance(value, Unreadable)}
        places = zip(odd.arg_true().to_list(), coded.indices.to_pylist(), strict=True) if bad else ()
        return Converted(whole, {at: bad[code] for at, code in places if code in bad})

    def _remembered(self, text: str) -> Any:
        found = self._memo.get(text, _UNSEEN)
        if found is not _UNSEEN:
            return found
        try:
            found = self.value(text)
        except Unreadable as unreadable:
            found = unreadable
        if len(self._memo) >= _MEMO:
            self._memo.clear()
        self._memo[text] = found
        return found


class TextReader(Reader):
    """Text without the space around it; `tidy` may change a piece of it (brackets).

    `closes`: nor the blanks between characters of a short name that is set as wide as longer ones (`样  县`).

    `bars`: nor the strokes around one value that was written as a list of values.
    """

    closes = False

    def __init__(self, tidy: tuple[str, str] | None = None, *, unsold: bool = False, bars: bool = False) -> None:
        super().__init__()
        self._tidy, self.unsold = tidy, unsold
        self._around = nulls.SPACES + "|" if bars else nulls.SPACES

    def convert(self, texts: Any) -> Converted:
        trimmed = pc.utf8_trim(texts, self._around)
        if self._tidy:
            trimmed = pl.Series(trimmed).str.replace_all(*self._tidy).to_arrow().cast(pa.string())
        if self.closes:
            trimmed = closed(trimmed)
        null = self._nulls(trimmed)
        return Converted(pc.if_else(null, None, trimmed) if null is not None else trimmed)

    def _nulls(self, texts: Any) -> Any:
        """Which texts are nulls, None where none is; only short ones, and lists of nothing, need the look."""
        short = pc.less_equal(pc.binary_length(pc.utf8_trim(texts, nulls.SPACES + "|")), nulls.LONGEST)
        if not self.unsold and not pc.any(short).as_py():
            return None
        series = pl.Series(texts)
        null = series.str.contains(nulls.PATTERN)
        null = null | series.str.contains(nulls.UNSOLD_PATTERN) if self.unsold else null
        return null.to_arrow() if null.any() else None


class IntegerReader(Reader):
    """Whole numbers of at most 18 digits."""

    sure = True
    plain = r"^(?:-?(?:0|[1-9][0-9]{0,17}))?$"
    arrow = pa.int64()

    def fast(self, texts: pl.Series) -> Any:
        return texts.cast(pl.Int64, strict=False).to_arrow()

    def read(self, text: str) -> int:
        return values.whole(text)


class DecimalReader(Reader):
    """Exact numbers in the canonical unit `measure`; `unit` is that of the cells that name none.

    First `measure_digits` is shown the column of every batch, then `settle` makes the type wide enough for all of it.
    """

    plain = r"^(?:-?[0-9]{1,18}(?:\.[0-9]{1,20})?)?$"

    def __init__(self, measure: str | None = None, unit: Unit | None = None, *, unsold: bool = False) -> None:
        super().__init__()
        self.measure, self.unit, self.unsold = measure, unit, unsold
        power = 0 if unit is None else unit.power
        self._shift = power or 0
        if power is None:
            self.plain = r"^$"
        self._whole, self.scale, self.precision = 1, 0, values.MOST_DIGITS
        self._finest = values.MOST_DIGITS  # decimals that a cell may have
        self.plain_only: bool | None = None  # whether all the cells are plain or blank, once they were seen
        self.bare = False  # whether a number was seen that names no unit
        self.arrow = pa.decimal128(self.precision, self.scale)

    def measure_digits(self, texts: Any) -> None:
        """Widen the type so that it holds these cells."""
        texts = different(texts)
        series = pl.Series(texts)
        plain = series.str.contains(self.plain)
        self.plain_only = self.plain_only is not False and bool(plain.all())
        self._measure_plain(texts if self.plain_only else texts.filter(plain.to_arrow()))
        for text in series.filter(~plain).unique(maintain_order=True):
            value = self._remembered(text)
            if isinstance(value, Decimal):
                self.widen(value.adjusted() + 1, -int(value.as_tuple().exponent))

    def _measure_plain(self, texts: Any) -> None:
        """Digits by where the point stands: its place is -1 in a number without one."""
        self._measure_shifted(texts, self._shift)
        self.bare = self.bare or bool(pc.any(pc.greater(pc.binary_length(texts), 0)).as_py())

    def _measure_shifted(self, texts: Any, shift: int) -> None:
        """The digits of plain numbers in a unit that moves their point."""
        size, point = pc.binary_length(texts), pc.find_substring(texts, ".")
        broken = pc.greater_equal(point, 0)
        whole = pc.max(pc.if_else(broken, point, size)).as_py()
        fraction = pc.max(pc.if_else(broken, pc.subtract(size, point), 1)).as_py()
        if whole is not None:
            self.widen(whole + shift, fraction - 1 - shift)

    def widen(self, whole: int, scale: int) -> None:
        """Hold numbers of so many digits before and behind the point."""
        self._whole, self.scale = max(self._whole, whole), max(self.scale, scale)

    def settle(self) -> None:
        """Fix the type: 18 digits where they are enough, else 38; numbers that 38 cannot hold become faults."""
        digits = self._whole + self.scale
        self.sure = bool(self.plain_only) and digits <= values.MOST_DIGITS
        self.precision = 18 if digits <= 18 else values.MOST_DIGITS
        if digits > values.MOST_DIGITS:
            self.plain = r"^$"
            self.scale = max(0, values.MOST_DIGITS - self._whole)
        self._finest = self.scale
        self.arrow = pa.decimal128(self.precision, self.scale)
        self._memo.clear()

    def fast(self, texts: pl.Series) -> Any:
        return self._shifted(texts, self._shift)

    def _shifted(self, texts: pl.Series, shift: int) -> Any:
        """The digits as they stand; the decimal point is moved by the type, so nothing is computed."""
        scale = min(self.scale + shift, values.MOST_DIGITS)
        found = texts.cast(pl.Decimal(values.MOST_DIGITS, scale), strict=False).to_arrow()
        return pa.Array.from_buffers(self.arrow, len(found), found.buffers(), offset=found.offset)

    def read(self, text: str) -> Decimal | None:
        if find_unit(text.strip("|：:() ")) is not None:
            return None  # the form's own unit, and no number
        amount = values.amount(text)
        self.bare = self.bare or amount.unit is None
        found = values.measured(amount, self.measure, self.unit) or Decimal(0)
        if found.adjusted() >= values.MOST_DIGITS or -int(found.as_tuple().exponent) > self._finest:
            raise Unreadable("number_too_long")
        return found


class DateReader(Reader):
    """Days. `loose` also takes 20170103 and Excel's day numbers, where the column is known to hold dates."""

    plain = f"^(?:{DAY})?$"
    arrow = pa.date32()

    def __init__(self, *, loose: bool = False) -> None:
        super().__init__()
        self._loose = loose

    def fast(self, texts: pl.Series) -> Any:
        days = texts.str.to_date("%Y-%m-%d", strict=False)
        if (days <= max(values.SENTINELS)).any():
            days = days.set(days.is_in(list(values.SENTINELS)), None)
        return days.to_arrow()

    def read(self, text: str) -> Any:
        day = values.loose_day(text) if self._loose else values.day(text)
        return None if day in values.SENTINELS else day


class MomentReader(Reader):
    """Civil times; a date alone is its midnight."""

    plain = f"^(?:{MOMENT})?$"
    arrow = pa.timestamp("us")

    def fast(self, texts: pl.Series) -> Any:
        return texts.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us").to_arrow()

    def read(self, text: str) -> Any:
        try:
            return values.moment(text)
        except Unreadable as unreadable:
            if unreadable.code != "not_a_datetime":
                raise
            day = values.day(text)
            return None if day in values.SENTINELS else values.midnight(day)


class TruthReader(Reader):
    """true and false, 是 and 否."""

    arrow = pa.bool_()

    def read(self, text: str) -> bool:
        return values.truth(text)


class WordReader(Reader):
    """Text made by a rule of one's own (a period, a code, a masked name)."""

    def __init__(self, rule: Read) -> None:
        super().__init__()
        self._rule = rule

    def read(self, text: str) -> Any:
        return self._rule(text)
