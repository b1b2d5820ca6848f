"""What a form says of its one record: the labels, and what stands beside, below or behind each of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from ingest.form_blocks import At, own_unit, plain_label, spoken
from ingest.form_names import Names
from ingest.headings import is_unit
from ingest.melt_texts import is_figure
from ingest.signatures import is_signature

_GOAL = re.compile(r"[\u4e00-\u9fff（）()]{2,14}(?:目标|完成情况|完成情况综述)")  # a label, not what it asks for
_LABEL = 24  # characters of one
_SHARED, _BY_WORDS = 1_000, 2_000  # ranks of labels that several fields go by, and of those that only sound like one

Row = tuple[int, list[str]]
Told = dict[str, tuple[str, At]]
Claim = tuple[int, tuple[str, ...], tuple[str, At]]  # how likely, for which fields, and what


class Labels:
    """The labels of one sheet's forms. `below` are the fields whose values stand under their labels too."""

    def __init__(
        self,
        rows: Sequence[Row],
        names: Names,
        below: Collection[str],
        personal: Mapping[str, str],
        is_header: Callable[[int], bool],
    ) -> None:
        self._rows, self._names, self._below, self._personal = rows, names, below, personal
        self._is_header = is_header
        self.units: dict[At, str] = {}  # by cell, the unit that its own label names
        self.persons: dict[str, int] = {}  # kind -> labels of persons that had something beside them

    def told(self, start: int, end: int, inside: Collection[int]) -> Told:
        """What the rows from `start` to before `end` (by place) say, those inside of tables apart."""
        claims: list[Claim] = []
        for line in range(start, end):
            cells = self._rows[line][1] if line not in inside else []
            for place, cell in enumerate(cells):
                if cell and not (place and cells[place - 1] == cell):
                    self._count_person(line, place)
                    claims += self._claims(line, place, end)
        return _settled(claims)

    def over(self, first: int, last: int) -> Told:
        """What lines above a form or a list say of it: `主管部门：样例市样例局`; the nearest of two."""
        told = Told()
        for line in range(first, last):
            told |= _settled(claim for place, _ in enumerate(self._rows[line][1]) for claim in self._above(line, place))
            told |= self._coded(line)
        return told

    def is_label(self, cell: str) -> bool:
        """Whether a text is the label of a field or of a person."""
        return bool(self._names.meant(cell)) or plain_label(cell) in self._personal

    def _above(self, line: int, place: int) -> Iterator[Claim]:
        cell = self._rows[line][1][place]
        yield from self._spoken(line, place)
        beside = self._beside(line, place) if cell.endswith((":", "：")) else None
        if beside and (names := self._names.meant(cell)):
            yield self._rank(names, cell), names, self._in_unit(names[0], cell, beside)

    def _coded(self, line: int) -> Told:
        """The name behind a code in a line that has no label, beside a unit of money at most."""
        number, cells = self._rows[line]
        texts = [(cell, (number, at)) for at, cell in enumerate(cells) if cell and not is_unit(cell)]
        fields = [one for one in self._names.fields.values() if one.coded]
        if len(texts) != 1:
            return {}
        found = ((one.name, re.fullmatch(one.coded, texts[0][0])) for one in fields)
        return {name: (match["name"], texts[0][1]) for name, match in found if match}

    def _claims(self, line: int, place: int, end: int) -> Iterator[Claim]:
        cell = self._rows[line][1][place]
        word = self._names.worded(cell)
        names = self._names.meant(cell) or ((word,) if word else ())
        if not names:
            yield from self._spoken(line, place)
        elif value := self._value(line, place, names[0], end):
            yield _BY_WORDS if word else self._rank(names, cell), names, self._in_unit(names[0], cell, value)

    def _in_unit(self, name: str, label: str, value: tuple[str, At]) -> tuple[str, At]:
        if unit := own_unit(label, self._names.fields[name]):
            self.units[value[1]] = unit
        return value

    def _rank(self, names: tuple[str, ...], cell: str) -> int:
        return self._names.rank(names[0], cell) + _SHARED * (len(names) > 1)

    def _spoken(self, line: int, place: int) -> Iterator[Claim]:
        """What a cell says that holds a label and its value."""
        number, cells = self._rows[line]
        label, value = spoken(cells[place])
        if (names := self._names.meant(label)) and not is_unit(cells[place]):
            yield self._rank(names, label), names, self._in_unit(names[0], label, (value, (number, place)))

    def _value(self, line: int, place: int, name: str, end: int) -> tuple[str, At] | None:
        beside = self._beside(line, place)
        if name not in self._below:
            return beside
        at = beside[1][1] if beside and self._is_head(line, beside[1][1]) else None if beside else place
        if at is not None and line + 1 < end and not self._is_header(line + 1):
            number, cells = self._rows[line + 1]
            if cells[at] and not self.is_label(cells[at]):
                return self._continued((cells[at], (number, at)), line + 1, end)
        return self._continued(beside, line, end) if beside else None

    def _continued(self, value: tuple[str, At], line: int, end: int) -> tuple[str, At]:
        """The value with the lines below it that nothing else claims: one goal a line."""
        texts, at, first = [value[0]], value[1][1], self._rows[line][1]
        for below in range(line + 1, end):
            cells = self._rows[below][1]
            if not cells[at] or self.is_label(cells[at]) or self._is_header(below):
                break
            if any(cells[left] and not self._goes_on(first[left], cells[left]) for left in range(at)):
                break
            if cells[at] != texts[-1]:
                texts.append(cells[at])
        return "\n".join(texts), value[1]

    def _goes_on(self, above: str, cell: str) -> bool:
        """Whether a cell is the same label as the one above it, or goes on with another value."""
        return cell == above or bool(above and not self._names.knows(above) and not self._names.knows(cell))

    def _is_head(self, line: int, place: int) -> bool:
        """Whether a text beside a label is one itself, in whatever words: another of those stands on its right."""
        cells = self._rows[line][1]
        others = (cell for cell in cells[place + 1 :] if cell and cell != cells[place])
        known = any(not self._below_names(cell).isdisjoint(self._below) for cell in others)
        return known or bool(_GOAL.fullmatch(cells[place]))

    def _below_names(self, cell: str) -> set[str]:
        return {*self._names.meant(cell), self._names.worded(cell) or ""}

    def _beside(self, line: int, place: int) -> tuple[str, At] | None:
        """What stands on the right of a label, unless that is a label too."""
        number, cells = self._rows[line]
        for other in range(place + 1, len(cells)):
            if cells[other] and cells[other] != cells[place]:
                return None if self.is_label(cells[other]) else (cells[other], (number, other))
        return None

    def unknown(self, start: int, end: int, inside: Collection[int], taken: Collection[At]) -> dict[str, At]:
        """The labels of figures that no field took, and where these stand; those of persons apart."""
        found: dict[str, At] = {}
        for line in range(start, end):
            number, cells = self._rows[line]
            if line in inside or any(map(self._is_personal, cells)) or is_signature([cell for cell in cells if cell]):
                continue
            for place, cell in enumerate(cells[1:], start=1):
                label = next((one for one in reversed(cells[:place]) if one and one != cell), "")
                if (number, place) in taken or not is_figure(cell) or is_figure(label) or cells[place - 1] == cell:
                    continue
                if 1 < len(label) <= _LABEL and not self.is_label(label):
                    found.setdefault(label.strip(":： "), (number, place))
        return found

    def _is_personal(self, cell: str) -> bool:
        return plain_label(spoken(cell)[0] or cell) in self._personal

    def _count_person(self, line: int, place: int) -> None:
        cells = self._rows[line][1]
        if alone := self._personal.get(plain_label(spoken(cells[place])[0])):
            self.persons[alone] = self.persons.get(alone, 0) + 1
        kind = self._personal.get(plain_label(cells[place]))
        if kind and any(cell and cell != cells[place] for cell in cells[place + 1 : place + 3]):
            self.persons[kind] = self.persons.get(kind, 0) + 1


def _settled(claims: Iterator[Claim] | Sequence[Claim]) -> Told:
    """The likeliest claim of each field; a label of several goes to one that has no other."""
    found = Told()
    for _, names, value in sorted(claims, key=lambda one: one[0]):
        name = next((one for one in names if one not in found), None)
        if name is not None:
            found[name] = value
    return found
