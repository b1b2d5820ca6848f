"""Lists in which units stand over their projects in one column: which rows name a unit, by what proves it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from ingest.families import DeclaredField
from ingest.form_blocks import At
from ingest.form_labels import Row, Told
from ingest.form_names import Names
from ingest.group_rows import SERIALS, find_counted, find_sums, gives
from ingest.headers import fold
from ingest.melt_texts import figure_of, is_figure

_MOST_ROWS = 2_000  # among which sums are looked for that nothing else tells
_SUMS = ("CNY", "percent")  # what a unit's row has figures of
_CODE = re.compile(r"^[(]?\d+[)]?[-_:]?")
_KINDS = ("项目", "专项")
# `单位名称（项目名称）`, `单位（专项）名称`, `部门/项目名称`: two headings, that of a unit first.
_MIXED = re.compile(
    r"(?P<over>[^-/、()]*(?:单位|部门)(?:名称|编码|代码)?(?:\([^()]*\))?)"
    r"[-/、(和及与]\(?(?P<own>(?:项目|专项)(?:名称|编码|代码)?)\)?(?:名称|编码|代码)?"
)
# `项目（单位）名称`, `项目名称/单位名称`: that of a project first.
_TURNED = re.compile(
    r"(?P<own>(?:项目|专项)(?:名称)?)[-/、(和及与](?P<over>(?:预算|实施|主管)?(?:单位|部门)(?:名称)?)\)?(?:名称)?(?<=名称|称\))"
)


@dataclass(frozen=True)
class Mixed:
    """The columns of a list with units over their projects.

    `link` is that of the names, `codes` those of codes of either, `sums` those of money, and `apart` those that say
    something of a project alone.
    """

    link: int
    codes: tuple[int, ...]
    sums: tuple[int, ...]
    apart: tuple[int, ...]
    serial: int | None = None


@dataclass
class Groups:
    """The rows that name a unit, and those of which nothing tells whether they do; by their numbers."""

    units: set[int]
    unsure: set[int]


def untangled(cells: Sequence[str], names: Names, link: str) -> tuple[list[str], str]:
    """Headings with what they say of projects alone, and what the one of the names calls the units; blank if nothing.

    Headings of codes are taken apart only beside such a one.
    """
    found = {at: one for at, cell in enumerate(cells) if (one := _mixed(fold(cell)))}
    named = [at for at, one in found.items() if link in names.meant(_name(one["own"]))]
    if not named:
        return list(cells), ""
    own = {at: _name(one["own"]) for at, one in found.items()}
    return [own.get(at, cell) for at, cell in enumerate(cells)], found[named[0]]["over"]


def _mixed(heading: str) -> re.Match[str] | None:
    return _MIXED.fullmatch(heading) or _TURNED.fullmatch(heading)


def _name(own: str) -> str:
    return own if own not in _KINDS else own + "名称"


def find_over(words: str, names: Names, link: str, columns: Collection[str], default: str) -> str:
    """The field of the rows of units: what the heading calls them, where no column of its own is there."""
    return next((name for name in names.meant(words) if name != link and name not in columns), default)


def raised(over: Told, name: str | None, fields: Sequence[str], units: Set[str]) -> Told:
    """What lines above a list tell: the unit that they name is the department of other units in its rows."""
    at = fields.index(name) if name in fields else 0
    if name is None or at == 0 or name not in over or fields[at - 1] in over or not units - {over[name][0]}:
        return over
    return {**over, fields[at - 1]: over[name]}


def parted(
    lines: Told,
    columns: Mapping[str, int],
    heads: Sequence[str],
    names: Names,
    over: Sequence[str],
    body: Sequence[Row],
    titled: tuple[str, At] | None,
) -> tuple[Told, dict[str, int]]:
    """What lines above a list and its columns tell: one headed `预算单位` may be of units.

    It is where a line names their department. One that names a unit does if names in the column begin with its name,
    else it may name who made the list; so does `titled`, the body that the title speaks of. `over` are the fields of
    both, from the top.
    """
    top, unit = over[-2:] if len(over) > 1 else ("", "")
    at, said = columns.get(top), lines.get(top) or lines.get(unit) or titled
    if at is None or said is None or unit in columns or unit not in names.meant(heads[at]):
        return lines, dict(columns)
    said_name, others = _bare_name(said[0]), {_bare_name(cells[at]) for _, cells in body if cells[at]}
    if others <= {said_name}:
        return lines, dict(columns)
    rest = {name: one for name, one in lines.items() if name != unit}
    if top not in lines and not any(name.startswith(said_name) for name in others):
        return rest, dict(columns)
    return {**rest, top: said}, {**{name: place for name, place in columns.items() if name != top}, unit: at}


def _bare_name(text: str) -> str:
    """A name without the code before it."""
    return _CODE.sub("", fold(text))


def mixed_columns(
    names: Names, link: str, columns: Mapping[str, int], inside: Iterable[int], heads: Sequence[str]
) -> Mixed:
    """What each column of such a list is for. `inside` are those of the table inside, which only projects have."""
    sums = tuple(at for name, at in columns.items() if names.fields[name].unit == "CNY")
    codes = tuple(at for name, at in columns.items() if _is_code(names.fields[name], link))
    left = {columns[link], *codes, *(at for name, at in columns.items() if names.fields[name].unit in _SUMS)}
    apart = ({*columns.values()} - left) | {*inside}
    serial = next((at for at, head in enumerate(heads[: columns[link]]) if fold(head) in SERIALS), None)
    return Mixed(columns[link], codes, sums, tuple(sorted(apart)), serial)


def _is_code(one: DeclaredField, link: str) -> bool:
    """Whether a field may be made from the name: it is that of the code."""
    return link in one.source


def find_groups(mixed: Mixed, rows: Sequence[Row]) -> Groups:
    """The rows that name a unit: a name alone, counted `一` over `1`, with a shorter code, or with sums of others."""
    named = [(number, cells) for number, cells in rows if cells[mixed.link]]
    bare = {at for at, (_, cells) in enumerate(named) if _is_bare(mixed, cells)}
    alone = {at for at in bare if not any(named[at][1][mixed.link + 1 :])}
    proven, unsure = _by_serial(mixed, named), set[int]()
    if proven is None:
        proven = _by_code(mixed, named, bare)
    if proven is None:
        proven = _by_sums(mixed, named, bare)
        unsure = bare - alone - proven if len(bare) < len(named) else set()
    if not proven | alone | unsure:
        proven = _by_spans(mixed, named)
    return Groups({named[at][0] for at in alone | proven}, {named[at][0] for at in unsure})


def are_projects(heading: str, mixed: Mixed, rows: Sequence[Row]) -> bool:
    """Whether all rows are projects: the heading names these first, and each row says something that only they have."""
    named = [cells for _, cells in rows if cells[mixed.link]]
    return _TURNED.fullmatch(fold(heading)) is not None and all(any(cells[at] for at in mixed.apart) for cells in named)


def _is_bare(mixed: Mixed, cells: Sequence[str]) -> bool:
    """Whether a row says nothing of a project: it has figures at most behind its name."""
    beside = (cell for cell in cells[mixed.link + 1 :] if cell)
    return not any(cells[at] for at in mixed.apart) and all(map(is_figure, beside))


def _by_serial(mixed: Mixed, rows: Sequence[Row]) -> set[int] | None:
    """Those that are counted in Chinese where the others are in digits; None where no row is."""
    serials = [cells[mixed.serial] for _, cells in rows] if mixed.serial is not None else []
    return find_counted(serials) or None


def _by_code(mixed: Mixed, rows: Sequence[Row], bare: Collection[int]) -> set[int] | None:
    """Those whose code is shorter than that of every project; None where a row has no code."""
    codes = [next((cells[at] for at in mixed.codes if cells[at]), "") for _, cells in rows]
    least = min((len(code) for at, code in enumerate(codes) if at not in bare), default=0)
    if not least or not all(codes[at] for at in bare):
        return None
    return {at for at in bare if len(codes[at]) < least}


def _by_sums(mixed: Mixed, rows: Sequence[Row], bare: Collection[int]) -> set[int]:
    """Those whose sums of money are what the rows below them give."""
    return {*find_sums([(at in bare, _figures(mixed, cells)) for at, (_, cells) in enumerate(rows)])}


def _by_spans(mixed: Mixed, rows: Sequence[Row]) -> set[int]:
    """Those that are the sum of the rows down to the next of them, where that tells of every row what it is."""
    found, at, longest = set[int](), 0, 0
    figures = [_figures(mixed, cells) for _, cells in rows[:_MOST_ROWS]]
    while at < len(rows):
        ends = range(at + 2, len(rows) + 1)
        end = next((end for end in ends if any(figures[at]) and gives(figures[at + 1 : end], figures[at])), None)
        if end is None:
            return set()
        found.add(at)
        longest, at = max(longest, end - at), end
    return found if longest > 2 else set()


def _figures(mixed: Mixed, cells: Sequence[str]) -> tuple[Decimal | None, ...]:
    return tuple(figure_of(cells[at]) for at in mixed.sums)
