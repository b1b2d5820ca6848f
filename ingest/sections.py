"""Lines that name the region of what stands below them: of rows of a table (`一、花溪区`), of one table of several."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.raw import RawSheet
from ingest.regions import is_place, names_region, without_aside
from ingest.tables import Found

_COUNTED = (re.compile(r"[一二三四五六七八九十]{1,3}[、.．]"), re.compile(r"[(（][一二三四五六七八九十]{1,3}[)）]"))
_OWN = re.compile(r"[市省区县州盟旗]本?级|本级|[市县区]直")
_OTHER_TIME = re.compile(r"(?<![较比与同])(?:上一?[年季期月]|[去往历]年|同期)")

Line = tuple[int, int, str]  # row, column from 0, and what stands there
Cell = tuple[str, tuple[int, int]]  # a text, and where it stood


@dataclass(frozen=True)
class Sections:
    """The regions that some rows of a table stand under, by the rows of their names; blank where one holds no more."""

    lines: tuple[Line, ...] = ()

    def of(self, row: int) -> Cell | None:
        """The name that a row stands under, and where that stood; None where the table's own holds."""
        at = bisect_right(self.lines, row, key=lambda line: line[0]) - 1
        if at < 0 or not self.lines[at][2]:
            return None
        number, column, name = self.lines[at]
        return name, (number, column)


def find_sections(headings: Sequence[Line]) -> Sections:
    """What headings say of the rows below them; nothing where none of them is the name of a region."""
    names = [without_aside(text) for _, _, text in headings]
    if not any(map(is_place, names)):
        return Sections()
    return Sections(tuple(_lines(headings, names)))


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
