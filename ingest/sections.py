"""Lines that say of what stands below them which region or code it is of: rows (`一、花溪区`), one table of several."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.code_readers import CodeReader
from ingest.families import DeclaredField
from ingest.raw import RawSheet
from ingest.regions import is_place, names_region, without_aside
from ingest.tables import Found

_COUNTED = (re.compile(r"[一二三四五六七八九十]{1,3}[、.．]"), re.compile(r"[(（][一二三四五六七八九十]{1,3}[)）]"))
_OWN = re.compile(r"[市省区县州盟旗]本?级|本级|[市县区]直")
_LAND = re.compile(r"(?<=[\u3400-\u9fff]{2})(?:供应|供地|用地|地块|宗地|项目|部分)$")
_REST = "other"
_OTHER_TIME = re.compile(  # no base of an index (`2000年=100`), no comparison
    r"(?<![较比与同])(?:上一?[年季期月]|[去往历]年|(?<!年)同期)|(?:19|20)\d{2}\s*年?(?!\d|\s*(?:[=＝年]|为?\s*(?:基|100)))"
)

Line = tuple[int, int, str]  # row, column from 0, and what stands there
Cell = tuple[str, tuple[int, int]]  # a text, and where it stood


@dataclass(frozen=True)
class Sections:
    """What some rows of a table stand under, by the rows of the names; blank where one holds no more."""

    lines: tuple[Line, ...] = ()

    @property
    def rows(self) -> list[int]:
        """The rows of the names."""
        return [row for row, _, name in self.lines if name]

    def of(self, row: int) -> Cell | None:
        """The name that a row stands under, and where that stood; None where the table's own holds."""
        at = bisect_right(self.lines, row, key=lambda line: line[0]) - 1
        if at < 0 or not self.lines[at][2]:
            return None
        number, column, name = self.lines[at]
        return name, (number, column)


def sections_of(headings: Sequence[Line], lacking: Sequence[DeclaredField]) -> dict[str, Sections]:
    """By the titles of fields without a column, what lines between the rows say of them; no line speaks of two."""
    found: dict[str, Sections] = {}
    for one in lacking:
        if one.filled == "region":
            found[one.title] = _region_sections(headings)
        elif one.type == "code" and not (one.source or one.reader or one.code_pattern):
            found[one.title] = _code_sections(headings, CodeReader(one).code_of)
    rows = Counter(row for one in found.values() for row in one.rows)
    return {title: one for title, one in found.items() if one.rows and all(rows[row] == 1 for row in one.rows)}


def _region_sections(headings: Sequence[Line]) -> Sections:
    """What headings say of the rows below them; nothing where none of them is the name of a region."""
    names = [without_aside(text) for _, _, text in headings]
    if not any(map(is_place, names)):
        return Sections()
    return Sections(tuple(_lines(headings, names)))


def _code_sections(headings: Sequence[Line], code_of: Callable[[str], str | None]) -> Sections:
    """What the headings of one level say of the rows below them, where each of that level names a code.

    `code_of` is the code that a text means, or None. The rest (`其他`) is a code only beside others.
    """
    names = [_coded(without_aside(text), code_of) for _, _, text in headings]
    depths = [_depth(text) for _, _, text in headings]
    for level in sorted(set(depths)):
        codes = {code_of(name) for depth, name in zip(depths, names, strict=True) if depth == level}
        if None not in codes and codes != {_REST}:
            lines = zip(headings, depths, names, strict=True)
            said = ((row, at, name, depth) for (row, at, _), depth, name in lines if depth <= level)
            return Sections(tuple((row, at, name if depth == level else "") for row, at, name, depth in said))
    return Sections()


def _coded(name: str, code_of: Callable[[str], str | None]) -> str:
    """A name, without what it is said of where it means a code only then: `挂牌出让地块`."""
    return name if code_of(name) else _LAND.sub("", name)


def _lines(headings: Sequence[Line], names: Sequence[str]) -> Iterator[Line]:
    held = 0  # how far in the heading stands that names the region
    for (row, column, text), name in zip(headings, names, strict=True):
        depth = _depth(text)
        # Beside regions of the country's list stand zones that are in none, and the city's own level.
        if is_place(name) or names_region(name) or _OWN.fullmatch(name):
            held = depth
            yield row, column, name
        elif depth <= held:
            yield row, column, ""


def _depth(text: str) -> int:
    """How far in a heading stands, by how it is counted: `一、` over `（一）`."""
    return next((depth for depth, one in enumerate(_COUNTED) if one.match(text)), 0)


def below_one_title(tables: Sequence[tuple[RawSheet, Found]]) -> list[tuple[RawSheet, Found]]:
    """A title or a unit over the first of several tables is also that of the others that have none, or only a place."""
    first = tables[0][1]
    over = tuple(filter(None, (first.title, *first.banners)))
    made = []
    for sheet, found in tables:
        beside = tuple(name for _, other in tables if other is not found for name in other.headers if name)
        titled = replace(found, title=_title(found, first), unit=found.unit or first.unit)
        made.append((sheet, replace(titled, beside=beside, over=() if found is first else over)))
    return made


def over_all(found: Found) -> tuple[str, ...]:
    """What stands over the first table of the sheet, unless the table's own title speaks of another time than that."""
    return () if any(map(_OTHER_TIME.search, (found.title or "", *found.banners))) else found.over


def _title(found: Found, first: Found) -> str | None:
    if not (found.title and first.title) or found is first:
        return found.title or first.title
    own, shared = without_aside(found.title), without_aside(first.title)
    return f"{first.title} {own}" if is_place(own) and not is_place(shared) else found.title
