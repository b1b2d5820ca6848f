"""Which lines of a tree are projects, and which department, unit and codes hold for each of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.families.declared import Tree
from ingest.headers import fold
from ingest.nulls import null_kind, strip
from ingest.sum_trees import Parents

_WHOLE = "部门"  # behind the name of a department, all its units together

Cell = tuple[int, int]  # the place of a line, and a column
Told = dict[int, dict[str, Cell]]  # project, by place -> field -> where its text stands


@dataclass(frozen=True)
class Lines:
    """The lines of a tree, as their names and codes tell what they are.

    `place` is the column of the names, `codes` that of the codes, which may be those of projects too (`mixed_codes`);
    `sorts` has the code that sorts projects, which no other line has; it is empty where nothing does.
    """

    tree: Tree
    cells: Sequence[Sequence[str]]
    place: int
    codes: int | None
    mixed_codes: bool
    sorts: Sequence[str] = ()

    def expected(self) -> tuple[list[bool], list[bool]]:
        """Which lines may stand over others, and which do."""
        if self.sorts:
            over = [not code for code in self.sorts]
            return over, over
        places = range(len(self.cells))
        bodies = list(map(self.is_body, places))
        must = [body and (not self.mixed_codes or self.is_named_body(at)) for at, body in enumerate(bodies)]
        return [body or self.is_kind(at) for at, body in enumerate(bodies)], must

    def is_body(self, at: int) -> bool:
        """Whether a line over others is a department or unit: all of these have a code, if one has."""
        return bool(self.code(at)) if self._are_coded else self.is_named_body(at)

    def is_named_body(self, at: int) -> bool:
        """Whether a line has the name of a department or unit."""
        return re.search(self.tree.bodies, fold(self.name(at))) is not None

    def is_kind(self, at: int) -> bool:
        """Whether a line over others only sorts them."""
        return self._are_coded or self.is_named_kind(at)

    def is_named_kind(self, at: int) -> bool:
        """Whether a line has the name of a kind of projects."""
        return re.search(self.tree.kinds, fold(self.name(at))) is not None

    def code(self, at: int) -> str:
        """The code of a line; empty where it has none."""
        text = self.cells[at][self.codes] if self.codes is not None else ""
        return "" if null_kind(text) is not None else strip(text)

    def name(self, at: int) -> str:
        """The name of a line."""
        return strip(self.cells[at][self.place])

    @cached_property
    def _are_coded(self) -> bool:
        return any(self.code(at) for at in range(len(self.cells)))


@dataclass(frozen=True)
class Paths:
    """Tells projects from what they stand under."""

    lines: Lines
    parents: Parents

    def find(self) -> Told | None:
        """Where the fields of each project stand; None where that cannot be told."""
        inner = {parent for parent in self.parents if parent is not None}
        leaves = [at for at in range(len(self.parents)) if at not in inner]
        sorts = self._sorts(leaves)
        bodies = {at for at in inner - sorts if self.lines.is_body(at)}
        if not self._is_sound(inner - sorts, bodies, leaves):
            return None
        paths = {at: [one for one in self._above(at) if one in bodies] for at in leaves}
        if not all(paths.values()):
            return None
        several = any(len(path) > 1 for path in paths.values())
        return {at: self._told(at, path, sorts, several=several) for at, path in paths.items()}

    def _sorts(self, leaves: Sequence[int]) -> set[int]:
        """The lines right over projects that only say what their code means; none where these are units."""
        codes: dict[int, set[str]] = {}
        for at in leaves if self.lines.sorts else ():
            parent = self.parents[at]
            if parent is not None and self.parents[parent] is not None:
                codes.setdefault(parent, set()).add(self.lines.sorts[at])
        branches = set(range(len(self.parents))).difference(leaves)
        alone = all(len(some) == 1 for some in codes.values())
        alone = alone and codes.keys().isdisjoint(self.parents[at] for at in branches)
        return set(codes) if alone and not all(map(self.lines.is_named_body, codes)) else set()

    def _told(self, leaf: int, path: Sequence[int], sorts: set[int], *, several: bool) -> dict[str, Cell]:
        """Where a project's fields stand. One body above it is its unit, where no project has several."""
        tree, codes = self.lines.tree, self.lines.codes
        levels = [(tree.inner, path[0])] if not several or len(path) > 1 else []
        levels += [(tree.top, top)] if several and (top := self._named_as(path[-1])) is not None else []
        told = {name: (at, self.lines.place) for (name, _), at in levels}
        if codes is not None:
            told |= {code: (at, codes) for (_, code), at in levels if self.lines.code(at)}
            told |= {tree.leaf[1]: (leaf, codes)} if self.lines.code(leaf) and not self._is_repeated(leaf, path) else {}
        parent = self.parents[leaf]
        if tree.sorts and parent is not None and parent in sorts:
            told[tree.sorts[0]] = (parent, self.lines.place)  # its code stands beside the project
        return told

    def _named_as(self, at: int) -> int | None:
        """The line with the name of a department: of `某局部门` the unit `某局` under it, if that is there."""
        name = self.lines.name(at)
        if not name.endswith(_WHOLE):
            return at
        own = (one for one, parent in enumerate(self.parents) if parent == at and self.lines.name(one) + _WHOLE == name)
        return next(own, None)

    def _is_sound(self, inner: set[int], bodies: set[int], leaves: Sequence[int]) -> bool:
        """Whether all lines over others are known for what they are, and projects stand by themselves."""
        known = all(at in bodies or self.lines.is_kind(at) for at in inner)
        mixed = {self.parents[at] for at in bodies} & {self.parents[at] for at in leaves}
        units = sum(map(self.lines.is_named_body, leaves))
        own = all(self._is_own(at, bodies) or self._is_repeated(at, self._above(at)) for at in leaves)
        return known and own and not mixed and units * 2 < len(leaves) and all(map(self._fits, bodies))

    def _fits(self, at: int) -> bool:
        """Whether a body's code begins with that of the one above it, and its name is none of a kind of projects."""
        lines = self.lines
        above = next((code for one in self._above(at) if (code := lines.code(one))), "")
        named = lines.is_named_body(at) or not lines.is_named_kind(at)
        return named and lines.code(at).startswith(above)

    def _is_own(self, leaf: int, bodies: set[int]) -> bool:
        """Whether the code of a project is its own, in a column that is not of units alone, and like none of theirs."""
        lines = self.lines
        if not lines.code(leaf):
            return True
        return lines.mixed_codes and all(len(lines.code(leaf)) != len(lines.code(at)) for at in bodies)

    def _is_repeated(self, leaf: int, path: Sequence[int]) -> bool:
        """Whether the code of a project is no more than that of its unit."""
        nearest = next((code for one in path if (code := self.lines.code(one))), "")
        return nearest != "" and self.lines.code(leaf) == nearest

    def _above(self, at: int) -> list[int]:
        """The lines that a line stands under, the nearest first."""
        found: list[int] = []
        while (parent := self.parents[at]) is not None:
            found.append(at := parent)
        return found
