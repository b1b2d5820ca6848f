"""Which line of a list stands under which, where only their sums tell it and allow no other tree."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

_MOST_STEPS = 200_000  # of the search; a list that needs more is not told
_SEVERAL = 2

Vector = tuple[Decimal | None, ...]
Parents = list[int | None]
_State = tuple[int, tuple[Decimal, ...]]  # the next line, and the sum of the lines before it
_Reached = dict[_State, tuple[int, _State]]  # state -> in how many ways it is reached, and from which state


def parents_by_sums(
    figures: Sequence[Vector], whole: Vector | None, may: Sequence[bool] = (), must: Sequence[bool] = ()
) -> Parents | None:
    """Of each line the one that it stands under, which is the sum of all right under it; None where that is not sure.

    `whole` is the sum of all; without it the first line stands over all others. Where it is known, only those lines
    `may` stand over others, and those `must`.
    """
    values = [tuple(one or Decimal() for one in line) for line in figures]
    if not values or any(not any(line) or min(line) < 0 for line in values):
        return None  # a line of nothing may stand anywhere
    top = values[0] if whole is None else tuple(one or Decimal() for one in whole)
    return _Search(values, may, must).parents(top)


class _Search:
    """All trees whose lines over others are their sums, found from the last line to the first."""

    def __init__(self, values: Sequence[tuple[Decimal, ...]], may: Sequence[bool], must: Sequence[bool]) -> None:
        self._values, self._steps = values, 0
        self._may, self._must = may or [True] * len(values), must or [False] * len(values)
        self._ends: list[dict[int, int]] = [{} for _ in values]  # of each line: where its tree may end, how often
        self._reached: list[_Reached] = [{} for _ in values]

    def parents(self, top: tuple[Decimal, ...]) -> Parents | None:
        """The parent of each line, where only one tree gives the sum of all."""
        count = len(self._values)
        for at in reversed(range(count)):
            value = self._values[at]
            self._reached[at] = self._under(at + 1, value) if self._may[at] else {}
            ends = {end: ways for (end, total), (ways, _) in self._reached[at].items() if total == value}
            self._ends[at] = ends if self._must[at] else {at + 1: 1, **ends}
        roots = self._under(0, top)
        if self._steps > _MOST_STEPS or roots.get((count, top), (0, None))[0] != 1:
            return None
        return self._traced(roots, (count, top))

    def _under(self, start: int, whole: tuple[Decimal, ...]) -> _Reached:
        """What is reached from a line on, tree by tree, without going beyond the whole."""
        first: _State = (start, tuple(Decimal() for _ in whole))
        reached: _Reached = {first: (1, first)}
        waiting, at, last = {start: [first]}, start, start
        while at <= last and at < len(self._values) and self._steps <= _MOST_STEPS:
            for state in waiting.pop(at, ()):
                total = tuple(one + more for one, more in zip(state[1], self._values[at], strict=True))
                if any(one > most for one, most in zip(total, whole, strict=True)):
                    continue
                for end, ways in self._ends[at].items():
                    self._steps += 1
                    after, last = (end, total), max(last, end)
                    if after not in reached:
                        waiting.setdefault(end, []).append(after)
                    before = reached.get(after, (0, state))[0]
                    reached[after] = (min(_SEVERAL, before + ways * reached[state][0]), state)
            at += 1
        return reached

    def _traced(self, roots: _Reached, last: _State) -> Parents:
        """The tree, from the end of each line's own back to its beginning."""
        parents: Parents = [None] * len(self._values)
        waiting: list[tuple[int | None, _Reached, _State]] = [(None, roots, last)]
        while waiting:
            parent, reached, state = waiting.pop()
            while (before := reached[state][1]) != state:
                child, end = before[0], state[0]
                parents[child] = parent
                if end > child + 1:
                    waiting.append((child, self._reached[child], (end, self._values[child])))
                state = before
        return parents
