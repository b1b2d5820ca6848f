"""Rows between header and data that are no data: column numbers, formulas, units, and names in English."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.nulls import null_kind, strip
from ingest.units import find_unit
from ingest.values import Unreadable, amount

BELOW = 8  # rows that are asked what a row above them is
_STARS = r"[*＊]{1,3}"  # under columns that are not numbered
_MARKER = re.compile(rf"{_STARS}|[甲乙丙丁戊己庚]|[栏欄行列项項]\s*次|序\s*[号號]|[编編][号號]|公\s*式|[计計]算公式")
_STEM = re.compile(rf"[甲乙丙丁戊己庚]|{_STARS}")
_NUMBERED = re.compile(r"(?P<open>[(（\[]?)\s*(?P<number>\d{1,3})\s*[)）\]]?\s*(?P<formula>[=＝].+)?")
_FORMULA = re.compile(r"[A-Z]{1,2}\d?\s*(?:[=＝]\s*[A-Z0-9＋+\-－—×*÷/()（）.％% ]+)?")
_ENGLISH = re.compile(r"[\x20-\x7e]*[A-Za-z]{2}[\x20-\x7e]*")
_COUNTER = re.compile(  # what is counted, or whatever stands in brackets: `（户）`
    r"[户个宗家件次辆所座套只头篇册张处项株台场例名]|人次|户次|[(（][^()（）\d]{1,5}[)）]"
)
_CHINESE = re.compile(r"[\u3400-\u9fff]")

Row = tuple[int, Sequence[str]]


def words_of(cells: Sequence[str]) -> list[str]:
    """The cells that hold something, without the space round them."""
    return [text for cell in cells if (text := strip(cell))]


def is_amount(text: str) -> bool:
    """Whether a cell is a number without a unit."""
    try:
        return amount(text).unit is None
    except Unreadable:
        return False


def is_number(text: str) -> bool:
    """Whether a cell is a bare number; years are not."""
    return is_amount(text) and not 1900 <= amount(text).value <= 2100


def is_formula(text: str) -> bool:
    """Whether a cell is a letter of a formula, or a formula: `B`, `A=B+C`."""
    return _FORMULA.fullmatch(text) is not None


def kind_below(header: Sequence[str], cells: Sequence[str], below: Sequence[Row]) -> str | None:
    """What a row under the header is, if it is not data: `numbers formulas units english`."""
    words = words_of(cells)
    if not words:
        return None
    if _are_numbers(cells, below):
        return "numbers"
    if any("=" in word or "＝" in word for word in words) and all(
        _FORMULA.fullmatch(word) or _MARKER.fullmatch(word) for word in words
    ):
        return "formulas"
    if _are_units(cells, below):
        return "units"
    return "english" if _are_english(header, cells, below) else None


def _are_numbers(cells: Sequence[str], below: Sequence[Row]) -> bool:
    """`(1) (2) (3)`, `甲 乙 1 2`, `** 1 2 3`, `栏次 1 2 3`; bare ones only where words stand under one of them."""
    places = [at for at, cell in enumerate(cells) if strip(cell)]
    words = [strip(cells[at]) for at in places]
    found = [_NUMBERED.fullmatch(word) for word in words]
    numbers = [int(one["number"]) for one in found if one]
    odd = [word for word, one in zip(words, found, strict=True) if one is None]
    if len(numbers) < 2 or numbers[0] > 2 or sorted(set(numbers)) != numbers:
        return False
    if not all(map(_MARKER.fullmatch, odd)):
        return False
    consecutive = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    if odd and all(map(_STEM.fullmatch, odd)) and not consecutive:
        return False  # `1 甲 10` is a row of data
    if odd or all(one["open"] or one["formula"] for one in found if one):
        return True
    # One number that is left out (`1 2 3 4 6`) is no less a count where names stand under two of them.
    wordy = sum(_wordy(below, at) for at, one in zip(places, found, strict=True) if one)
    if wordy and (consecutive or (wordy > 1 and numbers[0] == 1 and len(numbers) > 2)):
        return True
    return numbers[0] == 1 and len(numbers) > 2 and not odd and _names_below(below, set(places))


def _are_units(cells: Sequence[str], below: Sequence[Row]) -> bool:
    """Nothing but units, with a number under one of them: else they are what the column holds."""
    words = words_of(cells)
    known = [find_unit(word.strip("()（）")) is not None and not is_number(word) for word in words]
    if not any(known) or not all(one or _COUNTER.fullmatch(word) for one, word in zip(known, words, strict=True)):
        return False
    places = [at for at, cell in enumerate(cells) if strip(cell)]
    return any(strip(row[at]) and is_number(row[at]) for _, row in below[:BELOW] for at in places)


def _names_below(below: Sequence[Row], places: set[int]) -> bool:
    """Whether the rows below begin with a name, in a column that holds nothing here."""
    firsts = [next((at for at, cell in enumerate(cells) if strip(cell)), 0) for _, cells in below[:BELOW]]
    named = [bool(_CHINESE.search(cells[at])) for (_, cells), at in zip(below, firsts, strict=False)]
    return bool(firsts) and all(named) and places.isdisjoint(firsts)


def _wordy(below: Sequence[Row], at: int) -> bool:
    texts = [text for _, cells in below[:BELOW] if (text := strip(cells[at])) and null_kind(text) is None]
    return len(texts) > 1 and all(_CHINESE.search(text) for text in texts)


def _are_english(header: Sequence[str], cells: Sequence[str], below: Sequence[Row]) -> bool:
    """Names in English under Chinese ones, where the data below is Chinese or numbers again."""
    words, names = words_of(cells), words_of(header)
    if len(words) < max(2, len(names) * 2 // 3) or len(set(words)) < len(words) - 1:
        return False
    if not all(_ENGLISH.fullmatch(word) for word in words) or sum(
        bool(_CHINESE.search(one)) for one in names
    ) * 2 <= len(names):
        return False
    return any(
        not _ENGLISH.fullmatch(text)
        for _, row in below[:3]
        for at, cell in enumerate(row)
        if strip(cells[at]) and (text := strip(cell))
    ) and sum(len(word) > 4 for word in words) * 2 >= len(words)
