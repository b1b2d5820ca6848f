"""The region of each row where neither a column nor the title tells it: what its texts begin with (`某县…地块`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

from ingest.claims import Claims
from ingest.families import DeclaredField
from ingest.headers import fold
from ingest.nulls import strip
from ingest.origins import origin_of
from ingest.raw import RawSheet, rows_of
from ingest.regions import code_of, find_place, lies_in
from ingest.sections import Sections
from ingest.tables import Found, Rest, iter_data
from ingest.values import Unreadable

_PROVINCE = "0000"
_OF_A_ROAD = frozenset("路街巷桥道场政民")  # behind what then is no name of a region: `延安市路`, `中山市场`
# A district alone may be any city's way to call a part of it (`港口区`); one behind its city is not.
_DISTRICT_BEHIND = re.compile(r"..+?[省市州盟].+区")

Named = tuple[str, str]  # a name, and its code; none of one that several regions have


def spoken_regions(one: DeclaredField, sheet: RawSheet, found: Found, rest: Rest, claims: Claims) -> Sections:
    """For each row what its texts say of its region; nothing of one whose texts say nothing certain, or disagree."""
    folded = [fold(header) for header in found.headers]
    named = (_at(folded, text) if (known := claims.find(text)) is None else known for text in one.texts)
    places = [place for place in dict.fromkeys(named) if place is not None]
    if not places:
        return Sections()
    told: dict[int, set[tuple[int, str]]] = {}  # a row that was taken apart says it once for each of its parts
    for batch in iter_data(sheet, found, rest):
        for number, *cells in rows_of(batch):
            told.setdefault(origin_of(sheet, number, 0)[0], set()).add(_told([cells[at] for at in places], places))
    lines = [(row, *some.pop()) if len(some) == 1 else (row, 0, "") for row, some in told.items()]
    return Sections(tuple(sorted(lines))) if any(name for _, _, name in lines) else Sections()


def named_parts(one: DeclaredField, told: str, sheet: RawSheet, found: Found, rest: Rest, claims: Claims) -> Sections:
    """For each row the part of the told region that a text of it names alone (`某区`); nothing of other texts."""
    code = _within(told)
    places = [place for name in one.parts if (place := claims.find(name)) is not None]
    if not code or not places:
        return Sections()
    lines = [
        (number, *next(((at, text) for at in places if (text := strip(cells[at])) and _is_part(text, code)), (0, "")))
        for batch in iter_data(sheet, found, rest)
        for number, *cells in rows_of(batch)
    ]
    return Sections(tuple(lines)) if any(name for _, _, name in lines) else Sections()


def _is_part(text: str, code: str) -> bool:
    own = _within(text, code)
    return bool(own) and lies_in(own, code)


def _at(headers: Sequence[str], text: str) -> int | None:
    return headers.index(fold(text)) if fold(text) in headers else None


def _told(texts: Sequence[str], places: Sequence[int]) -> tuple[int, str]:
    """The column and the name of the one region, or the smallest of several within each other; blank where none is."""
    at, name, code = 0, "", ""
    for place, (own, its) in zip(places, map(_begins, texts), strict=True):
        known = its or (_within(own, code) if own and code else "")
        if not known or known == code or (code and lies_in(code, known)):
            continue
        if code and not lies_in(known, code):
            return 0, ""
        at, name, code = place, own if its else name + own, known
    return at, name


@lru_cache(10_000)
def _begins(text: str) -> Named:
    """The region that a text begins with, below a province; no code where only what it lies in can tell it."""
    words = strip(text).strip("|")
    place = find_place(words)
    if place is None or (place[1] or "").endswith(_PROVINCE):
        return "", ""
    name, code = place
    if fold(words).partition(name)[2][:1] in _OF_A_ROAD:
        return "", ""
    alone = name.endswith("区") and not _DISTRICT_BEHIND.fullmatch(name)
    return name, "" if code is None or alone else code


def _within(name: str, code: str | None = None) -> str:
    """The code of a name, in that region; blank where it has none there."""
    with suppress(Unreadable):
        return code_of(name, code)
    return ""
