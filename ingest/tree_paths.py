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

Cell = tuple[int, int]  # the place of a line, and a column
Told = dict[int, dict[str, Cell]]  # project, by place -> field -> where its text stands


@dataclass(frozen=True)
class Paths:
    """Tells projects from what they stand under.

    `cells` are the lines; `place` is the column of the names, `codes` that of the codes, which may be those of projects
    too (`mixed_codes`).
    """

    tree: Tree
    cells: Sequence[Sequence[str]]
    parents: Parents
    place: int
    codes: int | None
    mixed_codes: bool

    def find(self) -> Told | None:
        """Where the fields of each project stand; None where that cannot be told."""
        inner = {parent for parent in self.parents if parent is not None}
        leaves = [at for at in range(len(self.cells)) if at not in inner]
        bodies = {at for at in inner if self._is_body(at)}
        if not self._is_sound(inner, bodies, leaves):
            return None
        paths = {at: [one for one in self._above(at) if one in bodies] for at in leaves}
        several = any(len(path) > 1 for path in paths.values())
        if not all(paths.values()) or not all(self._is_own(at, bodies) for at in leaves if self._code(at)):
            return None
        return {at: self._told(at, path, several=several) for at, path in paths.items()}

    def _told(self, leaf: int, path: Sequence[int], *, several: bool) -> dict[str, Cell]:
        """Where a project's fields stand. One body above it is its unit, where no project has several."""
        levels = [(self.tree.inner, path[0])] if not several or len(path) > 1 else []
        levels += [(self.tree.top, path[-1])] if several else []
        told = {name: (at, self.place) for (name, _), at in levels}
        if self.codes is not None:
            told |= {code: (at, self.codes) for (_, code), at in levels if self._code(at)}
            told |= {self.tree.leaf[1]: (leaf, self.codes)} if self._code(leaf) else {}
        return told

    def _is_sound(self, inner: set[int], bodies: set[int], leaves: Sequence[int]) -> bool:
        """Whether all lines over others are known for what they are, and projects stand by themselves."""
        known = all(at in bodies or self._is_kind(at) for at in inner)
        mixed = {self.parents[at] for at in bodies} & {self.parents[at] for at in leaves}
        units = sum(bool(re.search(self.tree.bodies, fold(self._name(at)))) for at in leaves)
        return known and not mixed and units * 2 < len(leaves) and all(map(self._fits, bodies))

    def _is_body(self, at: int) -> bool:
        return bool(self._code(at)) if self._are_coded else bool(re.search(self.tree.bodies, fold(self._name(at))))

    def _is_kind(self, at: int) -> bool:
        return self._are_coded or bool(re.search(self.tree.kinds, fold(self._name(at))))

    def _fits(self, at: int) -> bool:
        """Whether a body's code begins with that of the one above it, and its name is none of a kind of projects."""
        if not self._are_coded:
            return True
        above = next((code for one in self._above(at) if (code := self._code(one))), "")
        name = fold(self._name(at))
        named = re.search(self.tree.bodies, name) is not None or re.search(self.tree.kinds, name) is None
        return named and self._code(at).startswith(above)

    def _is_own(self, leaf: int, bodies: set[int]) -> bool:
        """Whether the code of a project is its own, in a column that is not of units alone, and like none of theirs."""
        return self.mixed_codes and all(len(self._code(leaf)) != len(self._code(at)) for at in bodies)

    @cached_property
    def _are_coded(self) -> bool:
        return self.codes is not None and any(self._code(at) for at in range(len(self.cells)))

    def _code(self, at: int) -> str:
        text = self.cells[at][self.codes] if self.codes is not None else ""
        return "" if null_kind(text) is not None else strip(text)

    def _name(self, at: int) -> str:
        return strip(self.cells[at][self.place])

    def _above(self, at: int) -> list[int]:
        """The lines that a line stands under, the nearest first."""
        found: list[int] = []
        while (parent := self.parents[at]) is not None:
            found.append(at := parent)
        return found
