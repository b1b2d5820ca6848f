"""Regions by every name that people write: full, short, former and foreign to the list of codes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from catalog.vocabularies import current_region, get_vocabulary, region_and_parents

_SUFFIXES: Final = (
    "特别行政区", "自治区", "自治州", "地区", "新区", "省", "市", "区", "县", "盟",
)  # fmt: skip
_PEOPLES: Final = (
    "维吾尔", "壮族", "回族", "藏族", "羌族", "彝族", "苗族", "侗族", "布依族", "土家族", "哈尼族", "傣族", "景颇族",
    "傈僳族", "白族", "朝鲜族", "蒙古族", "哈萨克",
)  # fmt: skip
_SHORTEST: Final = 2
_CODE_LENGTH: Final = 6
_MEANINGS: Final = 2  # regions that one name is taken for: 吉林 is a province and a city


@dataclass(frozen=True)
class Place:
    """A region. `codes` are its own and those that it took over, `texts` the words that stand for it in titles."""

    name: str
    codes: tuple[str, ...]
    texts: tuple[str, ...]


@cache
def places() -> dict[str, tuple[Place, ...]]:
    """Name as folded -> the regions that it may mean; a former region's short name is left to a living one."""
    found: dict[str, list[Place]] = {}
    for name, code, aliases, living in sorted(_rows(), key=lambda row: not row[-1]):
        place = _place(name, code, aliases) if living else _followed(name, code)
        for written in dict.fromkeys((name, *aliases, *map(stem_of, (name, *aliases)))):
            meant = found.setdefault(written, [])
            if len(written) >= _SHORTEST and place not in meant and (living or not meant):
                meant.append(place)
    return {written: tuple(meant[:_MEANINGS]) for written, meant in found.items() if meant}


def stem_of(name: str) -> str:
    """绍兴 for 绍兴市, 广西 for 广西壮族自治区: the name as people say it."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= _SHORTEST:
            name = name[: -len(suffix)]
            break
    cut = min((place for people in _PEOPLES if (place := name.find(people)) >= _SHORTEST), default=len(name))
    return name[:cut]


@cache
def region_tokens(code: str) -> tuple[str, ...]:
    """What a dataset of that region is found by: the region, what took it over, and all that contain it."""
    wider = (*region_and_parents(code), *region_and_parents(current_region(code)))
    return tuple(dict.fromkeys(f"#{one}" for one in wider))


@cache
def label_of(code: str) -> str | None:
    """The name of a region that only our own list has."""
    return next((name for name, one, _ in _more() if one == code), None)


def region_stem(code: str) -> str:
    """What the codes of all regions inside one begin with; empty for what is no code of a region."""
    if not code.isdecimal() or len(code) < _CODE_LENGTH:
        return ""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def areas_within(code: str) -> tuple[str, ...]:
    """A region or functional area itself and the functional areas inside of it."""
    areas = (term.code for term in get_vocabulary("functional_areas").terms)
    return (code, *(area for area in areas if code in region_and_parents(area)))


def _place(name: str, code: str, aliases: tuple[str, ...] = ()) -> Place:
    former = _former().get(code, ()) if code else ()
    codes = (code, *(one for one, _ in former)) if code else ()
    old = (*(one for _, one in former), *(one for one in aliases if one != stem_of(one)))
    return Place(name, codes, (stem_of(name), *old))


def _followed(name: str, code: str) -> Place:
    """A former region means what has taken its place, which titles may still call by the old name."""
    now = current_region(code)
    term = get_vocabulary("regions").find_term(now)
    return _place(term.label() if term else name, now)


@cache
def _former() -> dict[str, list[tuple[str, str]]]:
    """Code -> codes and names of the regions that it has taken over."""
    took: dict[str, list[tuple[str, str]]] = {}
    for term in get_vocabulary("regions").terms:
        if term.successor:
            took.setdefault(current_region(term.code), []).append((term.code, term.label()))
    return took


def _rows() -> Iterator[tuple[str, str, tuple[str, ...], bool]]:
    for name in ("regions", "functional_areas"):
        for term in get_vocabulary(name).terms:
            if "汇总" not in (term.note or ""):
                aliases = tuple(one for one in term.aliases if len(one) >= _SHORTEST)
                yield term.label(), term.code, aliases, term.valid_to is None
    for name, code, aliases in _more():
        yield name, code, aliases, True


@cache
def _more() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    text = files("search").joinpath("data/places.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple((row["name"], row["code"], tuple(filter(None, row["aliases"].split("|")))) for row in rows)
