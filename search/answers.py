"""What a question asks the rows for: one measure, one place, one period; and which cells are meant. Never a guess."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from catalog.regions import region_and_parents
from search.periods import Period, mentions
from search.tokens import fold
from search.units import Question, Unit

MOST_CANDIDATES: Final = 3
_SHORTEST_NAME: Final = 4  # characters
_LETTERS: Final = {"q": "Q", "h": "H"}
Cell = Mapping[str, Any]  # field -> value, and `_row`


@dataclass(frozen=True)
class Wanted:
    """A measure of one schema: what the rows must have, and what the words said of each dimension.

    `value` and `period_field` name columns. Rows are of a place (`codes`, `places`), or of one of `names` in a column
    of `named`; `period` is None where the schema knows none. `sentence` is the code of its template.
    """

    schema: str
    value: str
    where: Mapping[str, str]
    titles: Mapping[str, str]
    sentence: str
    money: bool
    fixed: Mapping[str, str]
    said: Mapping[str, str]  # dimension -> value
    otherwise: Mapping[str, str]
    dimensions: tuple[str, ...]
    codes: tuple[str, ...]
    places: tuple[str, ...]
    period_field: str
    period: Period | None
    named: tuple[str, ...]
    names: tuple[str, ...]


def find_wanted(question: Question, text: str) -> list[Wanted]:
    """What is asked for, by schema; `text` is the question as it was written.

    Empty unless the words name a measure and one place and one period, or what the schema tells its rows by.
    """
    regions = _innermost([unit for unit in question.units if unit.kind == "region" and unit.codes])
    periods = [unit.period for unit in question.units if unit.kind == "period"]
    place = regions[0] if len(regions) == 1 and len(regions[0].names) == 1 else None
    period = periods[0] if len(periods) == 1 else None
    found = []
    for schema, known in _schemas().items():
        measure = next((one for one in known["measure"] if _said(question, one["words"])), None)
        if measure is None or not _said(question, known.get("topic", measure["words"])):
            continue
        names = _names(text, measure["words"], periods) if "named" in known else ()
        timed = known.get("period", "period")
        if (names or (place and "named" not in known)) and bool(period) == bool(timed) and len(periods) < 2:
            found.append(_wanted(schema, known, measure, question, place, period, names))
    return found


def _innermost(regions: Sequence[Unit]) -> list[Unit]:
    """Without those that contain another one: `福州 鼓楼区` asks for the district."""
    wider = {one: set(region_and_parents(one.codes[0])[1:]) for one in regions}
    return [one for one in regions if not any(one.codes[0] in wider[other] for other in regions)]


def _wanted(
    schema: str,
    known: Mapping[str, Any],
    measure: Mapping[str, Any],
    question: Question,
    place: Unit | None,
    period: Period | None,
    names: tuple[str, ...],
) -> Wanted:
    dimensions = known.get("dimension", {})
    return Wanted(
        schema=schema,
        value=measure.get("field", "value"),
        where=measure.get("where", {}),
        titles=measure["title"],
        sentence=known.get("sentence", "answer_cell"),
        money=measure.get("money", known["money"]),
        fixed=known["fixed"],
        said=_values(question, dimensions),
        otherwise={name: one["otherwise"] for name, one in dimensions.items() if "otherwise" in one},
        dimensions=tuple(dimensions),
        codes=place.codes if place and not names else (),
        places=place.names if place and not names else (),
        period_field=known.get("period", "period"),
        period=period,
        named=tuple(known.get("named", ())),
        names=names,
    )


def _names(text: str, measures: Sequence[str], periods: Sequence[Period | None]) -> tuple[str, ...]:
    """The pieces of a question that may be a name: as written, without the words of the measure."""
    pieces = dict.fromkeys(_without(piece, measures) for piece in text.split())
    return tuple(piece for piece in pieces if len(piece) >= _SHORTEST_NAME and not (periods and mentions(fold(piece))))


def _without(piece: str, words: Sequence[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        piece = piece.removesuffix(word).removesuffix("的")
    return piece


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
