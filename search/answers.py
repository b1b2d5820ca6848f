"""What a question asks the rows for: one measure, one place, one period; and which cells are meant. Never a guess."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from search.periods import Period
from search.units import Question

MOST_CANDIDATES: Final = 3
_LETTERS: Final = {"q": "Q", "h": "H"}
Cell = Mapping[str, Any]  # field -> value, and `_row`


@dataclass(frozen=True)
class Wanted:
    """A measure of one schema: what the rows must have, and what the words said of each dimension."""

    schema: str
    where: Mapping[str, str]
    titles: Mapping[str, str]
    money: bool
    fixed: Mapping[str, str]
    said: Mapping[str, str]  # dimension -> value
    otherwise: Mapping[str, str]
    dimensions: tuple[str, ...]
    codes: tuple[str, ...]
    places: tuple[str, ...]
    period: Period


def find_wanted(question: Question) -> list[Wanted]:
    """What is asked for, by schema; empty unless the words name one place, one period and a measure."""
    regions = [unit for unit in question.units if unit.kind == "region" and unit.codes]
    periods = [unit.period for unit in question.units if unit.kind == "period"]
    if len(regions) != 1 or len(periods) != 1 or periods[0] is None or len(regions[0].names) != 1:
        return []
    place, period = regions[0], periods[0]
    found = []
    for schema, known in _schemas().items():
        measure = next((one for one in known["measure"] if _said(question, one["words"])), None)
        if measure is not None:
            dimensions = known.get("dimension", {})
            found.append(
                Wanted(
                    schema, measure["where"], measure["title"], known["money"], known["fixed"],
                    _values(question, dimensions),
                    {name: one["otherwise"] for name, one in dimensions.items() if "otherwise" in one},
                    tuple(dimensions), place.codes, place.names, period,
                )
            )  # fmt: skip
    return found


def schemas() -> tuple[str, ...]:
    """The schemas whose rows can answer."""
    return tuple(_schemas())


def written(period: Period) -> str:
    """A period as rows write it: 2019, 2019-H1, 2019-Q3, 2019-09."""
    if not period.part:
        return str(period.year)
    kind, number = period.part[0], int(period.part[1:])
    return f"{period.year}-{number:02}" if kind == "m" else f"{period.year}-{_LETTERS[kind]}{number}"


def meant(wanted: Wanted, cells: Sequence[Cell]) -> list[Cell]:
    """The cells that the words leave: what was said, then what is meant where nothing was said and there is such."""
    left = [cell for cell in cells if all(cell.get(name) in (value, None) for name, value in wanted.said.items())]
    for name, value in {**wanted.fixed, **wanted.otherwise}.items():
        if name not in wanted.said:
            left = [cell for cell in left if cell.get(name) in (value, None)] or left
    return left


def nearest_period(asked: str, published: Iterable[str]) -> str | None:
    """The last published period of the same kind, where the asked one is later than all; None where it is not."""
    last = max((one for one in published if _kind(one) == _kind(asked)), default=None)
    return last if last is not None and last < asked else None


def _kind(period: str) -> str:
    """`2019-Q3` and `2018-Q1` are of one kind."""
    return "".join("0" if letter.isdecimal() else letter for letter in period)


def _said(question: Question, words: Iterable[str]) -> bool:
    return any(word in question.text for word in words)


def _values(question: Question, dimensions: Mapping[str, Any]) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, dimension in dimensions.items():
        values = [value for value, words in dimension["words"].items() if _said(question, words)]
        if len(values) == 1:
            said[name] = values[0]
    return said


@cache
def _schemas() -> dict[str, Any]:
    return tomllib.loads(files("search").joinpath("data/answers.toml").read_text(encoding="utf-8"))
