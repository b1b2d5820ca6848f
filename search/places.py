"""Regions by every name that people write, as the portal of one place understands them: the near ones go first."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

from catalog.regions import current_region, is_aggregate, region_and_parents, stem_of
from catalog.vocabularies import Term, get_vocabulary
from search.tokens import fold_all
from search.wordlists import word_list

HOME: Final = "330600"  # the region whose portal it is, where nobody says
_PROVINCE: Final = 2  # digits
_NO_CODE: Final = ""
_CODE_LENGTH: Final = 6
_WHOLE: Final = 3  # characters that a county's name has at least, to be known all over the country
_LONGEST: Final = 11  # characters of the longest name of a province or city
_MEANINGS: Final = 2  # provinces and cities that one name is taken for: 吉林 is one of each
_MUNICIPALITIES: Final = ("11", "12", "31", "50")


@dataclass(frozen=True)
class Place:
    """A region. `codes` are its own and those that it took over, `texts` the words that stand for it in titles."""

    name: str
    codes: tuple[str, ...]
    texts: tuple[str, ...]


class _Row(NamedTuple):
    """A region with its names; `wide` are provinces and cities."""

    code: str
    name: str
    aliases: tuple[str, ...]
    living: bool
    wide: bool

    @property
    def written(self) -> tuple[str, ...]:
        """All that people write: names and their stems, but for short ones that are ordinary words."""
        whole = (self.name, *self.aliases)
        names = dict.fromkeys((*whole, *map(stem_of, whole)))
        return tuple(name for name in names if len(name) >= _WHOLE or (len(name) > 1 and name not in _ordinary()))


Names = Mapping[str, tuple[Place, ...]]


@lru_cache(maxsize=4)
def places(home: str = HOME, *, country: bool = True) -> Names:
    """Name as folded -> the regions that it may mean where nothing else is said.

    Provinces and cities by all their names; counties of the home city, then of its province, by all theirs; of the
    rest of the country by the whole name. A former region means what took its place. A name that several have alike
    means none of them, nor what it begins with: `朝阳区` is not the city of 朝阳. Without `country` no far county is
    in it.
    """
    known = _by_code()
    own = {stem_of(known[code].name): (_place(known[code]),) for code in region_and_parents(home) if code in known}
    found: dict[str, tuple[Place, ...]] = {}
    for names in (own, _counties(_city_of(home)), _wide_names(), _counties(home[:2]), _far_names() if country else {}):
        found = {**names, **found}
    return {name: several if len(several) == 1 or name in _wide_names() else () for name, several in found.items()}


def places_in(text: str, home: str = HOME) -> Names:
    """The names for a text as folded: of the provinces and cities that it names, all counties by all their names.

    Where it names a city of Taiwan, whose districts have no codes, the far counties that are called like them are not
    meant.
    """
    known = _wide_names()
    starts = (text[start : start + _LONGEST] for start in range(len(text) - 1))
    named = (known.get(piece[:size], ()) for piece in starts for size in range(2, len(piece) + 1))
    wide = {one.codes[0] if one.codes else _NO_CODE for meant in named for one in meant}
    return _beside(home, tuple(sorted(wide))) if wide else places(home)


def find_place(code: str) -> Place | None:
    """The region of that code, or what took the place of a former one."""
    row = _by_code().get(code) if code.isdecimal() else None
    return _followed(row) if row else None


@lru_cache(maxsize=500)
def _beside(home: str, wide: tuple[str, ...]) -> Names:
    inside: dict[str, tuple[Place, ...]] = {}
    for code in filter(None, wide):  # provinces before their cities: what lies nearest to what is named is meant
        inside |= {name: several for name, several in _counties(region_stem(code)).items() if len(several) == 1}
    return {**places(home, country=_NO_CODE not in wide), **inside}


def _city_of(home: str) -> str:
    """What the codes of the home city begin with: four digits, in a municipality two."""
    return home[:2] if home[:2] in _MUNICIPALITIES else home[:4]


@lru_cache(maxsize=500)
def _counties(within: str) -> dict[str, tuple[Place, ...]]:
    """Name -> the counties and functional areas that have it, of those whose codes begin with that.

    What is also the name of their city or province means that: `绍兴` is no short name of 绍兴县. Within a city a whole
    name counts though it is an ordinary word: `城区` of 晋城.
    """
    rows = [row for row in _rows() if not row.wide and _lies(row.code, within)]
    whole = len(within) > _PROVINCE
    named = ((row, dict.fromkeys((*row.written, row.name) if whole else row.written)) for row in rows)
    return _meanings((row, tuple(name for name in names if name not in _names_above(row.code))) for row, names in named)


def _names_above(code: str) -> set[str]:
    above = (_by_code().get(wider) for wider in region_and_parents(code)[1:])
    return {name for row in above if row and row.wide for name in row.written}


@cache
def _far_names() -> dict[str, tuple[Place, ...]]:
    """The whole names of all counties, and of functional areas those that they do not share."""
    counties = (row for row in _rows() if not row.wide)
    whole = ((row, (row.name, *(row.aliases if row.code.isdecimal() else ()))) for row in counties)
    return _meanings((row, tuple(filter(_is_telling, names))) for row, names in whole)


def _is_telling(name: str) -> bool:
    return len(name) >= _WHOLE and name not in _ordinary()


@cache
def _wide_names() -> dict[str, tuple[Place, ...]]:
    rows = (row for row in (*_rows(), *_others()) if row.wide and (row.living or current_region(row.code) != row.code))
    found = {name: several[:_MEANINGS] for name, several in _meanings((row, row.written) for row in rows).items()}
    return {**{row["name"]: found[row["city"]] for row in _table("nicknames")}, **found}


def _meanings(named: Iterable[tuple[_Row, tuple[str, ...]]]) -> dict[str, tuple[Place, ...]]:
    """A former region's name is left to a living one."""
    found: dict[str, list[Place]] = {}
    for row, names in sorted(named, key=lambda one: not one[0].living):
        place = _place(row) if row.living else _followed(row)
        for name in names:
            meant = found.setdefault(name, [])
            if place not in meant and (row.living or not meant):
                meant.append(place)
    return {name: tuple(meant) for name, meant in found.items()}


def _lies(code: str, within: str) -> bool:
    return code.startswith(within) or (not code[0].isdecimal() and region_and_parents(code)[1].startswith(within))


@cache
def region_tokens(code: str) -> tuple[str, ...]:
    """What a dataset of that region is found by: the region, what took it over, and all that contain it."""
    wider = (*region_and_parents(code), *region_and_parents(current_region(code)))
    return tuple(dict.fromkeys(f"#{one}" for one in wider))


def region_stem(code: str) -> str:
    """What the codes of all regions inside one begin with; empty for what is no code of a region."""
    if not code.isdecimal() or len(code) < _CODE_LENGTH:
        return ""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def areas_within(code: str) -> tuple[str, ...]:
    """A region or functional area itself and the functional areas inside of it."""
    areas = (term.code for term in get_vocabulary("functional_areas").terms)
    return (code, *(area for area in areas if code in region_and_parents(area)))


@cache
def _place(row: _Row) -> Place:
    former = _former().get(row.code, ()) if row.code else ()
    codes = (row.code, *(one for one, _ in former)) if row.code else ()
    stem = stem_of(row.name)
    own = (row.name,) if stem in _ordinary() else (stem,)
    old = (*(one for _, one in former), *(one for one in row.aliases if one != stem_of(one)))
    return Place(row.name, codes, tuple(dict.fromkeys((*own, *old))))


def _followed(row: _Row) -> Place:
    """A former region means what has taken its place, which titles may still call by the old name."""
    return _place(_by_code()[current_region(row.code)])


@cache
def _former() -> dict[str, list[tuple[str, str]]]:
    """Code -> codes and names of the regions that it has taken over."""
    took: dict[str, list[tuple[str, str]]] = {}
    for term in get_vocabulary("regions").terms:
        if term.successor:
            took.setdefault(current_region(term.code), []).append((term.code, term.label()))
    return took


@cache
def _ordinary() -> frozenset[str]:
    return word_list("ordinary_places")


@cache
def _rows() -> tuple[_Row, ...]:
    named = [term for name in ("regions", "functional_areas") for term in get_vocabulary(name).terms]
    terms = [term for term in named if not is_aggregate(term)]
    return tuple(map(_row, terms, fold_all([term.label() for term in terms])))


@cache
def _by_code() -> dict[str, _Row]:
    return {row.code: row for row in _rows()}


def _row(term: Term, folded: str) -> _Row:
    """`folded` is the label as questions and titles are folded, where 乾县 becomes 干县."""
    aliases = term.aliases if folded == term.label() else (folded, *term.aliases)
    return _Row(term.code, term.label(), aliases, term.valid_to is None, term.code.endswith("00"))


def _others() -> Iterator[_Row]:
    """The cities and counties of Taiwan, which have no codes."""
    for row in _table("places"):
        yield _Row(_NO_CODE, row["name"], tuple(filter(None, row["aliases"].split("|"))), True, True)


def _table(name: str) -> Iterator[dict[str, str]]:
    text = files("search").joinpath(f"data/{name}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
