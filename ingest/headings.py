"""The head of a table: banners above it, one to four header rows joined into one name a column, and rows of numbers,
formulas, units or English names between header and data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.headers import JOIN, clean, fold, split_unit
from ingest.nulls import is_unsold, null_kind, strip
from ingest.periods import find_period
from ingest.raw import Merged
from ingest.underheads import BELOW, Row, is_formula, is_number, kind_below, words_of
from ingest.units import stated

_DEPTH = 4  # header rows at most
_UNIT = re.compile(
    r"[(（]?\s*(?<![\u3400-\u9fff])(?:计量|計量|计价|货币|貨幣|金额|金額|面积|面積)?\s*[单單]\s*位\s*[:：]\s*"
    r"(?P<unit>[^)）:：]{0,18}?[元亩畝顷頃米尺吨噸户戶个個宗套人次件项項%％²㎡㎞倍平方][;；,，、/][^)）:：]{1,12}|"
    r"[^)）:：]{0,18}?[元亩畝顷頃米尺吨噸户戶个個宗套人次件项項%％²㎡㎞2])\s*[)）]?(?=\s|$)"
)
_MONEY = re.compile(r"单位[:：]|币种")
_OTHER_MONEY = ("71", "81", "82")  # regions by GB/T 2260
_BETWEEN = re.compile(r"[,、;]")
_FOREIGN = re.compile(r"港[元币]|hk[d$]|美元|usd|us\$|澳门[元币]|欧元|日元|英镑|台币")
_LABELLED = re.compile(r"[^:：]{1,14}[:：].*", re.DOTALL)
_TABLE_NUMBER = re.compile(
    r"[(（]?\s*(?:附件|附表|附[录錄]|[参參]考表|表)\s*[-－—.\d一二三四五六七八九十０-９]*\s*[)）]?\s*[:：]?"
)
_PART = re.compile(r"其\s*中")
_STRETCHED = re.compile(r"\s+")
_SPACED = re.compile(r"[\u3400-\u9fff](?:\s+[\u3400-\u9fff])+")
_WIDE_GAP = re.compile(r"(?<=[\u3400-\u9fff])(?:[ \t\xa0]{2,}|\u3000+)(?=[\u3400-\u9fff])")
_GAP = 1  # rows from one to the next, where none is blank
_HEAD = 15  # rows in which the corner with the unit must be


@dataclass(frozen=True)
class Heading:
    """What stands above the data. `above` counts the rows of banners; each of the rest is by column, or empty."""

    above: int
    names: tuple[str, ...]
    header_rows: tuple[int, ...]
    between: tuple[tuple[int, str], ...] = ()  # rows under the header that are not data, and what they are
    numbers: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    english: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows all of it takes."""
        return self.above + len(self.header_rows) + len(self.between)


def find_heading(rows: Sequence[Row], merged: Sequence[Merged] = ()) -> Heading:
    """The head of the table that begins in these rows, none of them blank."""
    above = _above(rows, merged)
    heads = [rows[above]]
    while len(heads) < _DEPTH and above + len(heads) < len(rows) - 1:
        if not _continues(heads, rows[above + len(heads) :], merged):
            break
        heads.append(rows[above + len(heads)])
    names = list(_names(heads, merged))
    return _with_between(above, heads, names, rows[above + len(heads) :])


def is_unit(text: str) -> bool:
    """Whether a text only says what the table's unit is."""
    return _UNIT.fullmatch(strip(text)) is not None


def find_unit_words(text: str) -> str | None:
    """The unit that a text of a corner or title names, as it is written, or None."""
    found = _UNIT.search(text)
    return strip(found["unit"]) if found else None


def find_unit_of(texts: Sequence[str]) -> str | None:
    """The unit that one of the texts over a table says it is in: a corner, else the end of a title (`…表（万元）`)."""
    corners = (words for text in texts if (words := find_unit_words(text)))
    ends = (unit.name for text in texts if text.endswith((")", "）")) and (unit := split_unit(text)[1]))
    return next(corners, None) or next(ends, None)


def is_foreign(unit: str | None, above: Sequence[str], within: str | None) -> bool:
    """Whether a table's money is not the yuan: by its unit, a line over it, or the code of the region it lies in."""
    told = (unit or "", *(text for text in above if _MONEY.search(fold(text))))
    words = [word for text in told for word in _BETWEEN.split(fold(text))]
    own = [word for word in words if not _FOREIGN.search(word)]
    if any("人民币" in word for word in own):
        return False
    if (within or "").startswith(_OTHER_MONEY):
        return True
    return len(own) < len(words) and not any(stated(word, "CNY") for word in own)


def is_table_number(text: str) -> bool:
    """Whether a text only numbers the table: `附表1`, `附件3：`."""
    return _TABLE_NUMBER.fullmatch(strip(text)) is not None


def is_labelled(text: str) -> bool:
    """Whether a text is a line of a form's head or foot: `填报单位：…`."""
    return _LABELLED.fullmatch(strip(text)) is not None


def looks_like_data(cells: Sequence[str]) -> bool:
    """Whether more than half of the cells are numbers (years apart), as headers seldom are."""
    return sum(map(is_number, cells)) * 2 > len(cells)


def tidy(header: str) -> str:
    """A header on one line, without the spaces that only stretch it: `科      目` is `科目`."""
    text = clean(header)
    return _STRETCHED.sub("", text) if _SPACED.fullmatch(text) else _WIDE_GAP.sub("", text)


def _above(rows: Sequence[Row], merged: Sequence[Merged]) -> int:
    """How many rows of titles, units and form lines stand above the header; none where no row can be a header."""
    counts = Counter(count for _, cells in rows if (count := len(words_of(cells))) > 1)
    width = max(counts.items(), key=lambda one: (one[1], one[0]))[0] if counts else 1
    start = _after_unit(rows)
    for place, row in enumerate(rows[start:], start):
        if _is_banner(rows, place, width, merged):
            continue
        return place if place == 0 or not looks_like_data(words_of(row[1])) else 0
    return 0


def _after_unit(rows: Sequence[Row]) -> int:
    """Where the row under the unit's corner is: what stands over it can only be titles."""
    found = 0
    for place, (_, cells) in enumerate(rows[:_HEAD]):
        words = words_of(cells)
        if len(words) > 3 or any(map(is_number, words)):
            break
        if any(map(is_unit, words)):
            found = place + 1
    return found if found < len(rows) - 1 else 0


def _is_banner(rows: Sequence[Row], place: int, width: int, merged: Sequence[Merged]) -> bool:
    number, cells = rows[place]
    words = words_of(cells)
    if len(cells) == 1 or (width == 1 and not is_unit(words[0]) and place + 1 < len(rows) and _is_column(rows[place:])):
        return False
    if len(words) == 1 or any(map(is_unit, words)):
        return True
    if sum(map(is_labelled, words)) * 2 > len(words) and len(words) <= max(2, width // 2):
        return True
    if is_table_number(words[0]) and len(words) < 4:
        return True
    if is_labelled(words[0]) and all(is_labelled(word) or find_period(word) for word in words):
        return True  # `填报单位：某市 | 2016年第2季度`
    if any(one.top == number < one.bottom for one in merged):
        return False  # it reaches down into the rows of names below
    spans = {(one.left): one.right - one.left + 1 for one in merged if one.top == number}
    covered = sum(spans.get(at, 1) for at, cell in enumerate(cells) if strip(cell))
    if covered * 10 >= width * 6 or looks_like_data(words):
        return False
    return not _is_under(rows[place], rows[place + 1 :])


def _is_column(rows: Sequence[Row]) -> bool:
    """Whether the table has one column only."""
    return all(len(words_of(cells)) <= 1 for _, cells in rows)


def _continues(heads: Sequence[Row], below: Sequence[Row], merged: Sequence[Merged]) -> bool:
    """Whether the first row below still belongs to the header."""
    number, cells = below[0]
    last, first = heads[-1][0], heads[0][0]
    if looks_like_data(words_of(cells)) or kind_below(heads[-1][1], cells, below[1:]) is not None:
        return False
    if any(first <= one.top <= last < number <= one.bottom for one in merged):
        return True
    for one in merged:
        inner = words_of(cells[one.left : one.right + 1])
        if one.top == last and one.right > one.left and len(inner) > 1 and not any(map(is_number, inner)):
            return True
    return _is_under(heads[-1], below)


def _is_under(upper: Row, below: Sequence[Row]) -> bool:
    """Without merged cells: whether names stand just where the row above is blank, or begins a group."""
    if len(below) < 2:
        return False
    above, cells = upper[1], below[0][1]
    names = [at for at, cell in enumerate(cells) if strip(cell)]
    blank = [at for at in names if at >= len(above) or not strip(above[at])]
    if not blank or len(names) < 2 or any(is_number(cells[at]) or null_kind(cells[at]) for at in names):
        return False
    starts = {at for at in names if at + 1 in blank}
    groups = {
        strip(cells[at]) for at in (*blank, *starts) if at in names
    }  # `面积 | 占比` under one, `面积` under another
    if any(at not in blank and at not in starts and strip(cells[at]) not in groups for at in names):
        return False
    return any(split_unit(cells[at])[1] for at in blank) or _numeric_below(below[1:], names)


def _numeric_below(rows: Sequence[Row], columns: Sequence[int]) -> bool:
    """Whether one of the columns holds mostly numbers in the next rows, down to a gap; letters of formulas apart."""
    gap = next((at for at in range(1, len(rows)) if rows[at][0] > rows[at - 1][0] + _GAP), len(rows))
    for at in columns:
        cells = [strip(cells[at]) for _, cells in rows[: min(gap, BELOW)]]
        texts = [
            text for text in cells if text and null_kind(text) is None and not is_formula(text) and not is_unsold(text)
        ]
        if texts and sum(map(is_number, texts)) * 2 > len(texts):
            return True
    return False


def _names(heads: Sequence[Row], merged: Sequence[Merged]) -> tuple[str, ...]:
    """One name a column: the texts of the header rows from top to bottom, each once."""
    levels = _with_wholes(_spread(heads, merged))
    names = []
    for texts in zip(*levels, strict=True):
        parts: list[str] = []
        for text in texts:
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        names.append(JOIN.join(parts))
    return tuple(names)


def _with_wholes(levels: list[list[str]]) -> list[list[str]]:
    """A part (`其中：…`) with nothing above it is one of what stands on its left."""
    for at in range(1, len(levels[0])):
        for depth, level in enumerate(levels[1:], start=1):
            upper = levels[depth - 1]
            if _PART.match(level[at]) and not any(one[at] for one in levels[:depth]):
                upper[at] = next((one[at - 1] for one in reversed(levels[:depth]) if one[at - 1]), "")
    return levels


def _spread(heads: Sequence[Row], merged: Sequence[Merged]) -> list[list[str]]:
    """The header rows with the text of merged cells in every cell that they cover."""
    levels = [[tidy(cell) for cell in cells] for _, cells in heads]
    places = {number: place for place, (number, _) in enumerate(heads)}
    ranges = [one for one in merged if one.top in places]
    for one in ranges:
        text = levels[places[one.top]][one.left]
        for number in range(one.top, min(one.bottom, heads[-1][0]) + 1):
            if number in places:
                level = levels[places[number]]
                level[one.left : one.right + 1] = [text] * len(level[one.left : one.right + 1])
    return levels if ranges or len(levels) == 1 else _spread_blanks(levels)


def _spread_blanks(levels: list[list[str]]) -> list[list[str]]:
    """Without merged cells: a blank cell over a name belongs to the group or the whole on its left."""
    for depth, level in enumerate(levels[:-1]):
        for at in range(1, len(level)):
            named = any(lower[at] for lower in levels[depth + 1 :])
            same = all(upper[at] == upper[at - 1] for upper in levels[:depth])
            if not level[at] and level[at - 1] and named and same:
                level[at] = level[at - 1]
    return levels


@dataclass
class _Between:
    """What the rows between header and data say."""

    rows: list[tuple[int, str]] = field(default_factory=list)
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)


def _with_between(above: int, heads: Sequence[Row], names: list[str], below: Sequence[Row]) -> Heading:
    found = _Between()
    for place, (number, cells) in enumerate(below[:-1]):
        kind = kind_below(names, cells, below[place + 1 :])
        if kind is None or kind in found.texts:
            break
        found.rows.append((number, kind))
        found.texts[kind] = tuple(map(clean, cells))
    for at, unit in enumerate(found.texts.get("units", ())):
        names[at] = f"{names[at]}（{unit.strip('()（）')}）" if unit and names[at] else names[at]
    return Heading(
        above,
        tuple(names),
        tuple(number for number, _ in heads),
        tuple(found.rows),
        found.texts.get("numbers", ()),
        found.texts.get("formulas", ()),
        found.texts.get("english", ()),
    )
