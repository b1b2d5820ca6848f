"""What the bare numbers of a column are in, where header, corner or steward say it, or the schema has to assume it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from statistics import median

from ingest.claims import Claims
from ingest.families import DeclaredField, DeclaredSchema
from ingest.headers import split_unit
from ingest.tables import Found
from ingest.units import Unit, fitting, has_scales, stated
from ingest.values import Unreadable, amount, share_of

Rows = Sequence[tuple[int, Sequence[str]]]


class Units:
    """The units of a table's columns; `stated` are the steward's words, `look` gives the first rows."""

    def __init__(
        self, table: Found, schema: DeclaredSchema, claims: Claims, stated: str | None, look: Callable[[], Rows]
    ) -> None:
        self._table, self._schema, self._claims, self._stated, self._look = table, schema, claims, stated, look
        self.assumed: dict[int, tuple[DeclaredField, str]] = {}  # columns whose unit only the schema tells

    def of(self, one: DeclaredField, place: int) -> Unit | None:
        """The unit of bare numbers: the header's, the corner's, the steward's, else with a warning the schema's."""
        if one.unit is None or one.type not in ("decimal", "range"):
            return None
        header = split_unit(self._table.headers[place])[1]
        found = fitting(header.name, one.unit) if header else None
        found = found or stated(self._table.unit, one.unit) or stated(self._stated, one.unit)
        return found or self._assume(one, place) or self._canonical(one, one.unit, place)

    def _canonical(self, one: DeclaredField, measure: str, place: int) -> Unit | None:
        """The canonical unit; with a warning too where bare numbers may as well be in another (`万元`)."""
        unit = fitting(measure, measure)
        if unit is not None and has_scales(measure):
            self.assumed[place] = (one, unit.name)
        return unit

    def _assume(self, one: DeclaredField, place: int) -> Unit | None:
        """The unit of a column that nothing names: by the schema, which may tell it from the size of the numbers."""
        if one.assumed is None or one.unit is None:
            return None
        middle = self._middle(place)
        words = next((unit for unit, least in one.assumed_above.items() if middle > least), one.assumed)
        words = "比值" if self._is_share(one, place) else words
        self.assumed[place] = (one, words)
        return fitting(words, one.unit)

    def _is_share(self, one: DeclaredField, place: int) -> bool:
        """Whether bare numbers are what two other columns give without the hundred: 0.95, not 95."""
        ratios = (check for check in self._schema.checks if check.rule == "ratio" and check.fields[0] == one.name)
        check = next(ratios, None)
        above, below = (self._claims.find(name) for name in check.fields[1:]) if check else (None, None)
        if above is None or below is None:
            return False
        found = [share_of(row[place], row[above], row[below]) for _, row in self._look()]
        return True in found and False not in found

    def _middle(self, place: int) -> Decimal:
        """The median of the numbers without a unit near the top of the column."""
        numbers: list[Decimal] = []
        for _, row in self._look():
            with suppress(Unreadable):
                found = amount(row[place])
                numbers.extend([found.value] if found.unit is None else [])
        return median(numbers) if numbers else Decimal(0)
