"""How far the cells of a workbook are set in by their style, which calamine does not tell."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingest.formats.percents import cell_styles

_INDENT = re.compile(rb'<(?:\w+:)?alignment\b[^>]*\bindent="(\d{1,3})"')
_CELL = rb'<c r="([A-Z]{1,3})(\d{1,7})"(?=[^>]*\bs="(%s)")'
MOST = 20_000  # cells of a sheet; longer ones are no tables that people set in


def indent_styles(styles: bytes) -> dict[int, int]:
    """The cell styles of an XLSX (its `styles.xml`) that set in, by their place, and by how many steps."""
    found = [_INDENT.search(one) for one in cell_styles(styles)]
    return {at: level for at, one in enumerate(found) if one and (level := int(one[1]))}


class Indents:
    """The cells of one sheet that are set in: (row from 1, letters of the column) -> steps."""

    def __init__(self, levels: Mapping[int, int]) -> None:
        self._levels = levels
        ids = b"|".join(str(one).encode() for one in sorted(levels))
        self._pattern = re.compile(_CELL % ids) if ids else None
        self.cells: dict[tuple[int, str], int] = {}

    def see(self, chunk: bytes) -> None:
        """Note those of a piece of the sheet."""
        if self._pattern is not None and len(self.cells) < MOST:
            for letters, row, style in self._pattern.findall(chunk):
                self.cells[int(row), letters.decode()] = self._levels[int(style)]
