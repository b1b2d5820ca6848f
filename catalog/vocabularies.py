"""Code lists with labels in three languages, kept as data: themes, frequencies, regions, land uses and the rest."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from catalog.errors import NotFound, nearest
from catalog.messages import DEFAULT_LANGUAGE, LANGUAGES

_DATA: Final = files("catalog").joinpath("data")


@dataclass(frozen=True)
class Term:
    """One code. `valid_from` (first month) and `valid_to` (the month it ended) are `YYYY-MM`, or `YYYY` where only the
    year is known; `successor` took over."""

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
