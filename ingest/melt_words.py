"""What the words of a matrix say of a figure: by its row and those above it, then its header, then the title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from ingest.code_readers import ReachReader
from ingest.families import DeclaredSchema
from ingest.families.declared import SHIFT, Melt, Word
from ingest.findings import Refused
from ingest.headers import fold
from ingest.melt_texts import part_of, when_of
from ingest.origins import place_of
from ingest.periods import a_year_before, period, shift_quarter, year_and_part
from ingest.raw import RawSheet
from ingest.tables import Found

_YEAR = re.compile(r"(?:19|20)\d{2}(?=年)")
_REMEMBERED = 100_000  # texts
_AT = ("row", "column", "title")
At = tuple[int, int]
Text = tuple[str, At]  # what stands somewhere, and where


@lru_cache(10_000)
def _year_of(text: str) -> str:
    found = _YEAR.search(text)
    return found.group() if found else ""


@dataclass(frozen=True)
class Said:
    """What one place says: the text, the code or value that it means, and where it stood."""

    text: str
    value: str
    where: At


@dataclass
class Sayings:
    """The words of one matrix. `filled` are fields that only its title tells, `kept` those with a column of their own.

    `spellings` gathers, by field, what each text that was met means.
    """

    melt: Melt
    found: Found
    period: str | None
    filled: Mapping[str, str]
    kept: frozenset[str]
    places: Mapping[int, tuple[str, str]] = field(default_factory=dict)  # columns of regions: field and name
    reaches: Mapping[str, ReachReader] = field(default_factory=dict)  # by field, what names of regions say of it
    spellings: dict[str, dict[str, str]] = field(default_factory=dict)
    # What the rows of this section say, and those of the sections above: field and value, and the first year of it.
    here: dict[tuple[str, str], str] = field(default_factory=dict)
    before: dict[tuple[str, str], str] = field(default_factory=dict)
    headed: frozenset[tuple[str, str]] = frozenset()  # what the headers of all columns say: field and value
    aside: frozenset[str] = frozenset()  # the fields that headers of other tables of the sheet say
    lined: frozenset[tuple[str, str]] = frozenset()  # what the labels of all rows say: field and value
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by field, its spellings (folded)
    latest: str = ""  # the last year that a header names
    met: dict[tuple[str, str, str], tuple[Word, ...]] = field(default_factory=dict)  # by field, text and kind of place
    title: str = ""  # all that stands over the table

    def __post_init__(self) -> None:
        headers = self.found.headers
        self.title = " ".join(filter(None, (self.found.title, *self.found.banners)))
        names = {word.field for word in self.melt.words if word.where == "beside" or word.among}
        found = ((name, self.find(name, one, "column")) for name in names for one in headers)
        self.headed = frozenset((name, word.value) for name, word in found if word is not None)
        if self.melt.period not in self.kept and not any(map(when_of, headers)):
            beside = self.found.beside
            self.aside = frozenset(name for name in names if any(self.find(name, one, "column") for one in beside))
        self.latest = max(map(_year_of, headers), default="")

    @cached_property
    def asked(self) -> list[str]:
        """The fields that have words, and of what a number needs those whose codes its row or header may spell."""
        spelt = (name for name in self.melt.needs if self.codes.get(name) and name not in self.kept)
        return list(dict.fromkeys([*(word.field for word in self.melt.words), *spelt]))

    def tell_lines(self, labels: Iterable[str]) -> None:
        """Take in what the labels of all rows say, where words ask for it."""
        names = {word.field for word in self.melt.words if word.among and word.where == "row"}
        each = set(labels) if names else set()
        self.lined = frozenset((name, value) for name in names for value in self.said_by(name, each))

    def said_by(self, name: str, labels: Iterable[str]) -> set[str]:
        """What the labels of rows say of a field."""
        return {word.value for label in set(labels) if (word := self.find(name, label, "row"))}

    def begin_section(self) -> None:
        """The rows from here on stand under a heading of their own."""
        self.before = {**self.here, **self.before}
        self.here = {}

    def of(self, labels: Sequence[Text], names: Sequence[Text], place: int) -> dict[str, Said]:
        """What is said of a figure in that column, by field; `labels` are its row's and those above it."""
        label_at, header = labels[0][1], self.found.headers[place]
        places = self._places_of(labels, names, place)
        said, also = dict[str, Said](), dict[str, str]()
        regions = [*(text for text, _ in names), *([self.places[place][1]] if place in self.places else [])]
        # What the title says of its own region (`舒城县本级`) is not said of others.
        elsewhere = {name for name, reader in self.reaches.items() if any(map(reader.is_other, regions))}
        year = next((found for text, _ in labels if (found := _year_of(text))), "")
        own_words = f"{fold(labels[0][0])} {fold(header)}"
        for name in self.asked:
            foreign = self._foreign(name, labels)
            for kind, text, where in places:
                if where in foreign:
                    continue
                own = _year_of(header) if kind == "column" else year
                word = None if kind == "title" and name in elsewhere else self.find(name, text, kind, own, own_words)
                named = self.reaches[name].said(text) if name in self.reaches and kind == "name" else None
                value = word.value if word is not None else named
                if value is not None:
                    said[name] = Said(self._spelt(name, value, (text, places[0][1])), value, where)
                    self.here.setdefault((name, value), year)
                    also.update(word.also if word is not None else {})
                    break
        shift = int(also.pop(SHIFT, "0"))
        said.update({name: Said(text, text, (0, 0)) for name, text in self.filled.items() if name not in self.kept})
        if place in self.places:
            name, text = self.places[place]
            said[name] = Said(text, text, (self.found.header_row, place))
        said.update({name: Said(value, value, label_at) for name, value in also.items() if name not in said})
        self._reach(said, names)
        if self.melt.period and self.melt.period not in self.kept:
            self._date(said, places, shift)
            self._compare(said)
        return said

    def _places_of(self, labels: Sequence[Text], names: Sequence[Text], place: int) -> list[tuple[str, str, At]]:
        """What stands round a figure, the nearest first: each with the kind of its place."""
        header, title = self.found.headers[place], self.title
        return [
            ("path", " < ".join(text for text, _ in labels), labels[0][1]),
            *(("name", text, where) for text, where in names),
            *(("row", text, where) for text, where in labels),
            ("under", f"{header} < {title}", (self.found.header_row, place)),
            ("column", header, (self.found.header_row, place)),
            ("title", title, (1, 0)),
            *(("else", text, where) for text, where in labels),
            ("over", title, (1, 0)),
            ("beside", header, (self.found.header_row, place)),
            *self._undated([header, *(text for text, _ in (*labels, *names))]),
        ]

    def _undated(self, texts: Sequence[str]) -> list[tuple[str, str, At]]:
        """The title, where nothing that stands nearer to a figure speaks of a time."""
        asked = any(word.where == "undated" for word in self.melt.words)
        if not asked or not self.period or any(self._when(text) or part_of(text) for text in texts):
            return []
        return [("undated", self.title, (1, 0))]

    def _foreign(self, name: str, labels: Sequence[Text]) -> frozenset[At]:
        """Where the labels stand that do not speak for a row which says such a field by itself."""
        silent = self.melt.own.get(name)
        if silent is None:
            return frozenset()
        speaks = next((at for at, (text, _) in enumerate(labels) if not re.search(silent, fold(text))), len(labels))
        return frozenset(where for _, where in labels[speaks + 1 :])

    def _reach(self, said: dict[str, Said], names: Sequence[Text]) -> None:
        """What the plain name of the region that a figure is of says, where nothing else does."""
        for name, reader in self.reaches.items():
            told = [*names, *((one.text, one.where) for at in reader.sources if (one := said.get(at)))]
            for text, where in told if name not in said else ():
                if (value := reader.of_name(text)) is not None:
                    said[name] = Said(self._spelt(name, value, (text,)), value, where)
                    break

    def _compare(self, said: dict[str, Said]) -> None:
        """Say which block a figure stands in by its own quarter beside the title's, where nothing else does."""
        asked, when = self.melt.relative, said.get(self.melt.period or "")
        if not asked or asked["field"] in {*said, *self.kept} or when is None or "-Q" not in (self.period or ""):
            return
        same, before = when.text == self.period, shift_quarter(when.text, 1) == self.period
        if value := asked["same"] if same else asked["before"] if before else "":
            said[asked["field"]] = Said(value, value, when.where)

    def find(self, name: str, text: str, kind: str, year: str = "", own: str = "") -> Word | None:
        """The first word for the field that the text of this kind of place, a label of that year, holds.

        `own` is what the figure's label and header say, where a figure is asked for.
        """
        for word in self._words(name, text, kind):
            if not self._holds(word, kind, year) or (word.but and re.search(word.but, own or fold(text))):
                continue
            if not word.after or any(self._is_before((name, value), year) for value in word.after):
                return word
        return None

    def _words(self, name: str, text: str, kind: str) -> tuple[Word, ...]:
        """The words for the field that stand in the text of this kind of place."""
        key = name, text, kind
        if key not in self.met:
            if len(self.met) >= _REMEMBERED:
                self.met.clear()
            folded = fold(text)
            places = (kind, "any") if kind in _AT else (kind,)
            likely = (word for word in self.melt.words if word.field == name and word.where in places)
            found = tuple(word for word in likely if re.search(word.pattern, folded, re.IGNORECASE))
            value = self.codes.get(name, {}).get(folded) if kind in ("row", "column") and not found else None
            self.met[key] = found if value is None else (Word(name, value, ""),)
        return self.met[key]

    def _spelt(self, name: str, value: str, texts: Sequence[str]) -> str:
        """The first of the texts that means this value only; a label may mean another where it comes again."""
        known = self.spellings.setdefault(name, {})
        return next(text for text in (*texts, value) if known.setdefault(fold(text), value) == value)

    def _holds(self, word: Word, kind: str, year: str) -> bool:
        """Whether what a word asks of other places is so."""
        if kind == "beside":
            return (word.field in self.aside and not year) or any(name == word.field for name, _ in self.headed)
        beside = self.lined if kind == "row" else self.headed
        if word.among and not any((word.field, value) in beside for value in word.among):
            return False
        return not word.earlier or self._is_earlier(year, kind)

    def _is_earlier(self, year: str, kind: str) -> bool:
        """Whether a label's year is before the one that the table is of; or a header's before that of another."""
        table = max((self.period or "")[:4], self.latest if kind == "column" else "")
        return bool(year) and year < table

    def _is_before(self, said: tuple[str, str], year: str) -> bool:
        """Whether a section above says so, of an earlier year where both speak of one."""
        first = self.before.get(said)
        return first is not None and (not first or not year or first < year)

    def _when(self, text: str) -> str | None:
        """The period that a text speaks of; what is of a year has no last day."""
        when = when_of(text)
        yearly = when and when.endswith("-12-31") and self.melt.yearly and re.search(self.melt.yearly, fold(text))
        return when[:4] if when and yearly else when

    def _date(self, said: dict[str, Said], places: Sequence[tuple[str, str, At]], shift: int) -> None:
        told = [(text, where) for kind, text, where in places if kind in _AT]
        spoken = ((self._when(text), where) for text, where in told)
        when, at = next((one for one in spoken if one[0]), (self.period, (self.found.header_row, 0)))
        part = next(((one, where) for text, where in told if (one := part_of(text))), None)
        if part and when and re.fullmatch(r"\d{4}(?:-(?:[QH][1-4]|\d{2}))?(?:/.*)?", when):
            named = period(year_and_part(when[:4], part[0], ""))
            later = len(named) == len(when) and named > when  # the last quarter beside the first is that of last year
            when, at = a_year_before(named) if later else named, part[1]
        if when:
            moved = shift_quarter(when, shift)
            said[self.melt.period or ""] = Said(moved, moved, at)


def spelt_codes(schema: DeclaredSchema) -> dict[str, dict[str, str]]:
    """By field, what its spellings, folded, mean."""
    return {one.name: {fold(text): code for text, code in one.spellings.items()} for one in schema.fields}


def refuse_lost_headers(sayings: Sayings, sheet: RawSheet, figures: Sequence[int]) -> None:
    """Refuse where the headers name fewer of the counted field's values than there are columns of figures."""
    name, headers = sayings.melt.count, sayings.found.headers
    lost = [place for place in figures if name and not sayings.find(name, headers[place], "column")]
    if lost and len(lost) < len(figures):
        row, count = sayings.found.header_row, len(figures)
        cell = place_of(sheet, row, lost[0], headers[lost[0]]).cell
        named = count - len(lost)
        raise Refused("matrix_header_lost", sheet=sheet.name, row=row, cell=cell, count=count, named=named)
