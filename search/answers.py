"""What a question asks the rows for: one measure, one place, one period; and which cells are meant. Never a guess."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Any, Final

from catalog.regions import region_and_parents
from search.periods import Period, mentions
from search.tokens import fold
from search.units import Question, Unit

MOST_CANDIDATES: Final = 3
_SHORTEST_NAME: Final = 4  # characters
_NAME_PARTS: Final = re.compile(r"(?<=\d)[-‐-―_./](?=\d)|[^\W_]+")
_BETWEEN_NUMBERS: Final = re.compile(r"[‐-―_./]")
_MOST_PIECES: Final = 8  # of a question that may be a name together
_LETTERS: Final = {"q": "Q", "h": "H"}
Cell = Mapping[str, Any]  # field -> value, and `_row`


@dataclass(frozen=True)
class Wanted:
    """A measure of one schema: what the rows must have, and what the words said of each dimension.

    `value` and `period_field` name columns. Rows are of a place (`codes`, `places`), or of one of `names` in a column
    of `named`; `period` is None where the schema knows none. With `dated`, rows of the place whose date in one of these
    columns is in the period. `sentence` is the code of its template.
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
    dated: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """The names as they are compared."""
        return frozenset(map(key_of, self.names))


def key_of(name: str) -> str:
    """A name without what people leave out or write otherwise: blanks, brackets, width and script; 1-11 is not 11-1."""
    return _BETWEEN_NUMBERS.sub("-", "".join(_NAME_PARTS.findall(fold(name))))


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
        named, timed = "named" in known, bool(known.get("period", "period"))
        names = _names(question, text, measure["words"], timed=timed) if named else ()
        when = period if timed else None
        if (names or (place and not named)) and bool(when) == timed:
            found.append(_wanted(schema, known, measure, question, place, when, names))
        if place and period and "dated" in known and _says_no_more(question, known):
            found.append(_wanted(schema, known, measure, question, place, period, ()))
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
        dated=() if names else tuple(known.get("dated", ())),
    )


def _names(question: Question, text: str, measures: Sequence[str], *, timed: bool) -> tuple[str, ...]:
    """What may be a name: neighbouring pieces of a question, as written and folded, up to the words of the measure.

    Where rows have a time, a name is without one; where they have none, a time that is told is a part of the name.
    """
    joined = (*_joined(text), *_joined(question.text))
    found = dict.fromkeys(_before(name, measures) for name in joined)
    told = [key_of(unit.word) for unit in question.units if unit.kind == "period"]
    return tuple(name for name in found if len(name) >= _SHORTEST_NAME and _time_fits(name, told, timed=timed))


def _joined(text: str) -> Iterator[str]:
    pieces = text.split()[:_MOST_PIECES]
    return ("".join(pieces[first:last]) for first, last in combinations(range(len(pieces) + 1), 2))


def _time_fits(name: str, told: Sequence[str], *, timed: bool) -> bool:
    return not (told and mentions(fold(name))) if timed else all(one in key_of(name) for one in told)


def _before(name: str, words: Sequence[str]) -> str:
    """What stands before the first of the words."""
    places = [place for word in words if (place := name.find(word)) >= 0]
    return name[: min(places)].removesuffix("的") if places else name


def _says_no_more(question: Question, known: Mapping[str, Any]) -> bool:
    """Whether a question names nothing but measure, place and time: what else it says might tell rows apart."""
    words = [*known["dated_topic"], *(word for measure in known["measure"] for word in measure["words"])]
    said = [unit.word for unit in question.units if unit.kind not in ("region", "period")]
    return _said(question, known["dated_topic"]) and all(any(one in word for word in words) for one in said)


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
    together = question.text.replace(" ", "")
    return any(word in question.text or word in together for word in words)


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
