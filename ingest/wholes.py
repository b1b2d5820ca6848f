"""Checks over several rows of a table: parts and whole, a part and its limit, growth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.families import Check

SUMS_TO = "sums_to"  # the one rule that has groups without names in them
MOST_ROWS = 200_000  # past which these checks, made for tables that people read, are left out
Group = Mapping[str, tuple[int, float]]  # what the row says by `by` -> its position and its value


@dataclass(frozen=True)
class Broken:
    """A row (its position from 0) that breaks a check, with what stands in it and what should."""

    at: int
    found: float
    expected: float


def _adds_up(check: Check, group: Group) -> Iterator[Broken]:
    """The whole is the sum of its parts, less what goes off."""
    options = check.options
    parts, minus = (list(options.get(name, ())) for name in ("parts", "minus"))
    known = [name for name in parts if name in group]
    needed = len(parts) if minus else 1 if len(parts) > 2 else 2
    if options["whole"] not in group or len(known) < needed or (minus and not set(minus) <= set(group)):
        return
    at, found = group[options["whole"]]
    expected = sum(group[name][1] for name in known) - sum(group[name][1] for name in minus)
    if abs(found - expected) > check.tolerance:
        yield Broken(at, found, expected)


def _within(check: Check, group: Group) -> Iterator[Broken]:
    """A part is not above its limit."""
    part, most = group.get(check.options["part"]), group.get(check.options["most"])
    if part and most and part[1] > most[1] + check.tolerance:
        yield Broken(part[0], part[1], most[1])


def _growth(check: Check, group: Group) -> Iterator[Broken]:
    """A printed rate of growth is what the two levels give."""
    now, before, rate = (group.get(check.options[name]) for name in ("now", "before", "rate"))
    if now and before and rate and before[1]:
        expected = (now[1] - before[1]) * 100 / before[1]
        if abs(rate[1] - expected) > check.tolerance + 0.005:
            yield Broken(rate[0], rate[1], round(expected, 2))


def iter_wrong_sums(check: Check, rows: Any) -> Iterator[Broken]:
    """Groups of rows whose values do not sum to one of the sums that they may have; a lone row is no group."""
    shared = [name for name in check.options["group"] if name in rows.schema.names]
    if check.fields[0] not in rows.schema.names or rows.num_rows > MOST_ROWS:
        return
    groups: dict[tuple[Any, ...], list[tuple[int, float]]] = defaultdict(list)
    for at, (*group, value) in enumerate(
        zip(*(rows.column(name).to_pylist() for name in (*shared, check.fields[0])), strict=True)
    ):
        if value is not None:
            groups[tuple(group)].append((at, float(value)))
    sums = check.options["sums"]
    for values in groups.values():
        found = sum(value for _, value in values)
        if len(values) > 1 and all(abs(found - one) > check.tolerance for one in sums):
            yield Broken(values[0][0], round(found, 6), sums[0])


RULES: Mapping[str, Callable[[Check, Group], Iterator[Broken]]] = {
    "adds_up": _adds_up,
    "within": _within,
    "growth": _growth,
}


def iter_broken(check: Check, rows: Any, key: tuple[str, ...]) -> Iterator[Broken]:
    """What breaks the check in an Arrow table. Rows that agree in the key belong together, `by` and `across` apart."""
    if check.rule == SUMS_TO:
        yield from iter_wrong_sums(check, rows)
        return
    by = check.options["by"]
    told = [by] if isinstance(by, str) else list(by)
    names = set(rows.schema.names)
    if not {check.fields[0], *told} <= names or rows.num_rows > MOST_ROWS:
        return
    apart = {*told, *check.options.get("across", ())}
    shared = [name for name in check.options.get("group", key) if name in names and name not in apart]
    groups: dict[tuple[Any, ...], dict[str, tuple[int, float]]] = defaultdict(dict)
    sums: dict[tuple[Any, ...], dict[str, tuple[int, float]]] = defaultdict(dict)  # of all rows that say the same
    columns = [rows.column(name).to_pylist() for name in (*shared, *told, check.fields[0])]
    for at, cells in enumerate(zip(*columns, strict=True)):
        if cells[-1] is not None:
            said = "/".join(str(cell) for cell in cells[len(shared) : -1])
            group, every = groups[cells[: len(shared)]], sums[cells[: len(shared)]]
            before = every.get(said, (at, 0.0)) if said != check.options.get("whole") else (at, 0.0)
            group.setdefault(said, (at, float(cells[-1])))
            every[said] = (before[0], before[1] + float(cells[-1]))
    for group, every in zip(groups.values(), sums.values(), strict=True):
        broken = list(RULES[check.rule](check, group))
        # Several rows may say the same: parts of a part, or parts beside each other. Either way they add up.
        if broken and (check.rule != "adds_up" or every == group or any(RULES[check.rule](check, every))):
            yield from broken
