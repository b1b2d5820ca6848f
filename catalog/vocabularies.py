"""Code lists with labels in three languages, kept as data: themes, frequencies, regions, land uses and the rest."""

from __future__ import annotations

import csv
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from catalog.errors import NotFound, nearest
from catalog.messages import DEFAULT_LANGUAGE, LANGUAGES

_DATA: Final = files("catalog").joinpath("data")
_SUFFIXES: Final = "市区县省"
_LONGEST_PLACE: Final = 60  # characters; what is longer is no place name
_OWN_LEVEL: Final = "本级"
_REGION_LISTS: Final = ("regions", "functional_areas")  # in this order: an area never hides a region


@dataclass(frozen=True)
class Term:
    """One code. `valid_from` (first month) and `valid_to` (the month it ended) are `YYYY-MM`; `successor` took over."""

    code: str
    labels: Mapping[str, str]  # language -> label, all three
    note: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    successor: str | None = None
    parent: str | None = None
    aliases: tuple[str, ...] = ()

    def label(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The label in that language, or in Simplified Chinese where the language is unknown."""
        return self.labels.get(language, self.labels[DEFAULT_LANGUAGE])


@dataclass(frozen=True)
class Vocabulary:
    """One code list, its terms in the order in which people are shown them."""

    name: str
    titles: Mapping[str, str]  # language -> title
    terms: tuple[Term, ...]

    def find_term(self, code: str) -> Term | None:
        """The term of that code, or None."""
        return _by_code(self.name).get(code)


def list_vocabularies() -> tuple[str, ...]:
    """The names of all code lists."""
    return tuple(_titles())


@cache
def get_vocabulary(name: str) -> Vocabulary:
    """The code list of that name. Raises NotFound."""
    titles = _titles()
    if name not in titles:
        raise NotFound("vocabulary_not_found", name=name, nearest=nearest(name, titles) or ", ".join(titles))
    return Vocabulary(name, titles[name], tuple(_iter_terms(name)))


@cache
def codes(name: str) -> frozenset[str]:
    """The codes of one list. Raises NotFound for an unknown list."""
    return frozenset(_by_code(name))


def label(name: str, code: str, language: str = DEFAULT_LANGUAGE) -> str:
    """The label of a code; a code that the list lacks is its own label, so that a facet never fails."""
    term = _by_code(name).get(code)
    return code if term is None else term.label(language)


def region_and_parents(code: str) -> tuple[str, ...]:
    """A region with all it counts for: `330602` gives itself, its city and its province; a functional area likewise."""
    area = _by_code("functional_areas").get(code)
    if area is not None:
        return (code, *region_and_parents(area.parent or ""))
    if not re.fullmatch(r"\d{6}(\d{3}){0,2}", code):
        return (code,) if code else ()
    wider = (code[:9] if len(code) == 12 else code, code[:6], code[:4] + "00", code[:2] + "0000")
    return tuple(dict.fromkeys((code, *wider)))


def current_region(code: str) -> str:
    """The region that has taken the place of a former one; a living or unknown one is its own."""
    term = _by_code("regions").get(code)
    return code if term is None or term.successor is None else current_region(term.successor)


def find_region(text: str) -> Term | None:
    """The region or functional area of that name, alias or code, also where province and city stand before it.

    `丽水市本级`, a city's own level, gives the city where no functional area has that name. A former region is
    answered as such: `current_region` follows its successors.
    """
    words = _folded(text[:_LONGEST_PLACE])
    found = _region_names().get(words)
    if found is not None:
        return found
    if words.endswith(_OWN_LEVEL):
        return find_region(words.removesuffix(_OWN_LEVEL))
    for cut in range(len(words) - 2, 1, -1):
        wider, rest = _region_names().get(words[:cut]), words[cut:]
        inner = find_region(rest) if wider is not None else None
        if wider is not None and inner is not None and wider.code in region_and_parents(inner.code):
            return inner
    return None


@cache
def _titles() -> dict[str, dict[str, str]]:
    return tomllib.loads(_DATA.joinpath("vocabularies.toml").read_text(encoding="utf-8"))


@cache
def _by_code(name: str) -> dict[str, Term]:
    return {term.code: term for term in get_vocabulary(name).terms}


def _iter_terms(name: str) -> Iterator[Term]:
    text = _DATA.joinpath("vocabularies", f"{name}.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield Term(
            code=row["code"],
            labels={language: row[language] for language in LANGUAGES},
            note=row.get("note") or None,
            valid_from=row.get("valid_from") or None,
            valid_to=row.get("valid_to") or None,
            successor=row.get("successor") or None,
            parent=row.get("parent") or None,
            aliases=tuple(filter(None, (row.get("aliases") or "").split("|"))),
        )


@cache
def _region_names() -> dict[str, Term]:
    """Every name of every region; a full name goes before a short one, a living region before a former one."""
    terms = [term for name in _REGION_LISTS for term in get_vocabulary(name).terms]
    names: dict[str, Term] = {}
    for term in terms:
        for name in (term.code, *term.labels.values()):
            names.setdefault(_folded(name), term)
    for term in sorted(terms, key=lambda one: one.valid_to is not None):
        for name in (*term.aliases, *_short_names(term)):
            names.setdefault(_folded(name), term)
    return names


def _short_names(term: Term) -> Iterator[str]:
    """绍兴 for 绍兴市: the name without its last character, where two are left."""
    for language in ("zh-Hans", "zh-Hant"):
        name = term.labels[language]
        if len(name) > 2 and name[-1] in _SUFFIXES + "縣區":
            yield name[:-1]


def _folded(text: str) -> str:
    return re.sub(r"[\s>,，/、·-]+", "", unicodedata.normalize("NFKC", text)).casefold()
