"""Which column of a table each declared field takes, by the headers and by what the steward answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from ingest.families import DeclaredField, DeclaredSchema
from ingest.headers import JOIN, fold, split_unit
from ingest.units import fitting

_REMEMBERED = 10_000  # headers and spellings
_WHOLES = ("合计", "小计", "总计", "总额", "累计", "累计数", "总数")
_AGAIN = 3  # characters of a last level that cannot stand at the end of what is over it by chance
_MEASURES = {"m2": ("面积",), "CNY": ("金额", "数额", "资金")}
# Who looked or counted, before what a column is: `监测季度`, `统计指标`.
_BEFORE = re.compile(
    r"^(?:监测|统计|数据|所属|报告|调查|观测)(?=(?:年度?|年份|季度?|月份|时间|时期|期间|城市|地区|区域|指标|指标名称)$)"
)
_PARTING = re.compile(r"[-:：()/、_\s]")


class Claims:
    """Which column each declared field takes: the steward's answer, else the first of its headers that is there."""

    def __init__(self, headers: tuple[str, ...], schema: DeclaredSchema, mapping: Mapping[str, str | None]) -> None:
        self._headers, self._schema = headers, schema
        self._taken: dict[str, int] = {}
        self.rivals: dict[int, tuple[str, int]] = {}
        self._pieces: dict[str, tuple[int, ...]] = {}
        self._shut: set[int] = set()  # columns that the steward wants left out
        self._measures = {name: one.unit for one in schema.fields for name in (one.name, *(one.ends or ()))}
        self.misfits: dict[int, str] = {}  # columns of a field's name, but of another measure -> the field
        self._answer({fold(header): name for header, name in mapping.items()})
        self._exact = {
            fold(spelling): name for name, spellings in reversed(spellings_by_name(schema)) for spelling in spellings
        }
        self._spelt = {name: set(map(fold, spellings)) for name, spellings in spellings_by_name(schema)}
        for name, spellings in spellings_by_name(schema):
            self._claim(name, spellings)
        self._claim_lone()
        self._pieces = {one.name: self._find_pieces(one) for one in schema.fields if one.pieces}
        self._find_rivals()

    def find(self, name: str) -> int | None:
        """The column of a field, or of an end of a range, by its place from 0; or None."""
        return self._taken.get(name)

    def take(self, place: int, name: str) -> None:
        """Note that a column is read for something of that name."""
        self.rivals.pop(place, None)
        self._taken[name] = place

    def leave_money(self) -> None:
        """Leave the columns of money that do not say themselves that theirs is the schema's: the table's is foreign."""
        for name, place in list(self._taken.items()):
            if (self._measures.get(name) or "").startswith("CNY") and "人民币" not in fold(self._headers[place]):
                self.misfits[place] = name
                del self._taken[name]

    def taken(self, apart: tuple[str, ...] = ()) -> set[int]:
        """The columns that fields have, those of the fields named apart."""
        return {place for name, place in self._taken.items() if name not in apart}

    def has(self, one: DeclaredField) -> bool:
        """Whether the field has a column, or can be made from others."""
        own = any(name in self._taken for name in (one.name, *(one.ends or ())))
        return own or bool(self.pieces(one) or self.sources(one))

    def pieces(self, one: DeclaredField) -> tuple[int, ...]:
        """The neighbouring columns that hold the field's value piece by piece."""
        return self._pieces.get(one.name, ())

    def under(self, one: DeclaredField) -> tuple[int, ...]:
        """The columns that nothing takes, under a heading that is the field's: its parts."""
        uppers = {place: self._headers[place].rpartition(JOIN)[0] for place in self.unknown()}
        spellings = (*one.headers, one.title)
        return tuple(at for at, upper in uppers.items() if upper and any(_matches(upper, each) for each in spellings))

    def stands_in(self, one: DeclaredField) -> str | None:
        """The field by which rows are told apart instead of a required one that has no column."""
        return next((name for name in one.instead if name in self._taken), None) if not self.has(one) else None

    def lacks(self, one: DeclaredField) -> bool:
        """Whether the field is required, and neither it nor one instead of it has a column."""
        return one.required and not self.has(one) and self.stands_in(one) is None

    def sources(self, one: DeclaredField) -> tuple[int, ...]:
        """The columns of the fields that this one can be made from."""
        found = tuple(self._taken[name] for name in one.source if name in self._taken)
        return found or tuple(self._taken[name] for name in (one.among,) if name in self._taken)

    def columns(self, one: DeclaredField) -> tuple[int, ...]:
        """The field's own column, else those that it is made from; of how a sale ended all, for what its own leaves."""
        own = (self._taken[one.name],) if one.name in self._taken else ()
        return (*own, *self.sources(one)) if one.reader == "outcome" else own or self.sources(one)

    def personal(self) -> dict[int, str]:
        """Columns of persons' data, and of which kind."""
        kinds = {fold(header): kind for kind, headers in self._schema.personal.items() for header in headers}
        free = self._free()
        return {
            place: kinds[name]
            for place, header in enumerate(self._headers)
            if place in free and (name := fold(header)) in kinds
        }

    def unknown(self) -> list[int]:
        """Columns that nothing in the schema speaks of."""
        known = {fold(header) for header in self._schema.lineage}
        spoken = set(self.personal()) | set(self.rivals)
        return [place for place in sorted(self._free() - spoken) if fold(self._headers[place]) not in known]

    def _free(self) -> set[int]:
        pieces = {place for places in self._pieces.values() for place in places}
        return set(range(len(self._headers))) - set(self._taken.values()) - self._shut - pieces

    def _find_pieces(self, one: DeclaredField) -> tuple[int, ...]:
        """Neighbours with just these headers, whatever stands over them, that nothing else takes."""
        last = [fold(header.rpartition(JOIN)[2]) for header in self._headers]
        count, wanted, free = len(one.pieces), list(map(fold, one.pieces)), self._free()
        for at in range(len(last) - count + 1):
            if last[at : at + count] == wanted and free.issuperset(range(at, at + count)):
                return tuple(range(at, at + count))
        return ()

    def _answer(self, answers: Mapping[str, str | None]) -> None:
        names = {name for name, _ in spellings_by_name(self._schema)}
        for place, header in enumerate(self._headers):
            if fold(header) not in answers:
                continue
            name = answers[fold(header)]
            if name is None:
                self._shut.add(place)
            elif name in names:
                self._taken.setdefault(name, place)

    def _claim(self, name: str, spellings: tuple[str, ...]) -> None:
        """Take the first column of the first spelling that is there, unless it is the name of a field without one."""
        if name in self._taken:
            return
        measure = self._measures.get(name)
        free = {place: self._headers[place] for place in sorted(self._free()) if self._is_open(name, place)}
        called = [(place, header, _above_measure(header, measure)) for place, header in free.items()]
        for spelling in spellings:
            for place, header, above in called:
                if not (_matches(header, spelling) or _matches(above, spelling)):
                    continue
                if not fits_measure(header, measure):
                    self.misfits.setdefault(place, name)
                    continue
                self._taken[name] = place
                return

    def _claim_lone(self) -> None:
        """What is the only column under a heading has its field: `预期收益 / 2025年起至项目全周期结束`."""
        for place in sorted(self._free()):
            above, _, lowest = self._headers[place].rpartition(JOIN)
            name = self._exact.get(fold(above)) if above else None
            if name is None or name in self._taken or not fits_measure(self._headers[place], self._measures.get(name)):
                continue
            beneath = [one for one in self._headers if one == above or one.startswith(above + JOIN)]
            if len(beneath) == 1 and fold(lowest) not in self._exact:
                self._taken[name] = place

    def _is_open(self, name: str, place: int) -> bool:
        """Whether a column is no other field's own: `预算单位` is the department's where that has no other column."""
        header = fold(self._headers[place])
        owner = self._exact.get(header, name)
        return owner == name or (owner in self._taken and header in self._spelt[name])

    def _find_rivals(self) -> None:
        """Columns of fields that others have; so is one of a whole range beside those of both of its ends."""
        for one in self._schema.fields:
            if one.ends and all(name in self._taken for name in (one.name, *one.ends)):
                self.rivals[self._taken.pop(one.name)] = (one.title, self._taken[one.ends[0]])
        titles = {one.name: one.title for one in self._schema.fields}
        for name, spellings in spellings_by_name(self._schema):
            for place in self._free() if name in self._taken else ():
                if any(_matches(self._headers[place], spelling) for spelling in spellings):
                    self.rivals.setdefault(place, (titles.get(name, name), self._taken[name]))


def spellings_by_name(schema: DeclaredSchema) -> list[tuple[str, tuple[str, ...]]]:
    """Every name that a column can be claimed for, with its headers in order of preference."""
    wanted: list[tuple[str, tuple[str, ...]]] = []
    for one in schema.fields:
        own = () if one.source and not one.headers else (one.title,)
        wanted.append((one.name, (*one.headers, *own)))
        if one.ends is not None:
            low, high = one.ends
            wanted.extend([(low, (*one.headers_low, low)), (high, (*one.headers_high, high))])
    return [(name, (*spellings, name)) for name, spellings in wanted]


def fits_measure(header: str, measure: str | None) -> bool:
    """Whether what a header says of its unit can be of the measure: a price by the 亩 is no price of the whole."""
    unit = split_unit(header)[1]
    return unit is None or measure is None or fitting(unit.name, measure) is not None


@lru_cache(_REMEMBERED)
def _plain(text: str) -> str:
    """A header without its unit and all that only parts its words."""
    return _PARTING.sub("", split_unit(text)[0])


def _matches(header: str, spelling: str) -> bool:
    """Whether a header is a spelling: itself, its unit apart, or one of several names joined by a stroke."""
    names, plains = _names_of(header)
    return not names.isdisjoint(_wanted_as(spelling)) or _plain(spelling) in plains


def _above_measure(header: str, measure: str | None) -> str:
    """What stands over a last level that only says what is measured, or the whole: `商服用地 / 面积（公顷）`.

    So is one that says again what stands over it: `项目总投资 / 总投资`, `已实现投资 / 已实现总投资`.
    """
    upper, _, last = header.rpartition(JOIN)
    name = split_unit(last)[0]
    again = len(name) >= _AGAIN and split_unit(upper)[0].endswith((name, name.replace("总", "", 1)))
    return upper if again or name in (*_WHOLES, *_MEASURES.get(measure or "", ())) else ""


@lru_cache(_REMEMBERED)
def _wanted_as(spelling: str) -> frozenset[str]:
    return frozenset({fold(spelling.replace(" / ", "/")), split_unit(spelling)[0]} - {""})


@lru_cache(_REMEMBERED)
def _names_of(header: str) -> tuple[frozenset[str], frozenset[str]]:
    """Whatever a header may be called by; and what is left of it without all that only parts its words."""
    levels = header.split(JOIN)  # a heading of several rows: its last levels may be the name
    ends = [split_unit(JOIN.join(levels[at:]))[0] for at in range(len(levels))]
    plains = frozenset(map(_plain, ends))  # `约定容积率 / 下限` and `约定容积率:下限` are `约定容积率下限`
    parts = [split_unit(part)[0].strip(":") for part in fold(levels[-1]).split("/")]
    parts += [_BEFORE.sub("", part.removeprefix("其中:")) for part in parts]
    return frozenset((fold(header), fold(levels[-1]), *ends, *parts)), plains
