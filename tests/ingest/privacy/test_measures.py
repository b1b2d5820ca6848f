"""How well the gate tells: every citizen's number is found however it is spelled, columns of other numbers pass."""

from __future__ import annotations

import random

import pyarrow as pa

from ingest.privacy.scan import ColumnScan
from tests.ingest.privacy.numbers import NUMBERS, SPELLINGS, citizens

CELLS = 4_000  # of each column; `python -m bench.privacy` looks at more


def hits_in(title: str, cells: list[str]) -> int:
    """How many cells would block a submission."""
    scan = ColumnScan(title)
    scan.see(pa.array(cells, pa.string()))
    return max(scan.cells.values(), default=0)


def test_columns_of_numbers_are_blocked_at_most_once_in_ten_thousand_cells() -> None:
    chance = random.Random(20190320)
    blocked = {title: hits_in(title, [make(chance) for _ in range(CELLS)]) for title, make in NUMBERS.items()}
    assert sum(blocked.values()) * 10_000 <= CELLS * len(NUMBERS), blocked


def test_every_citizens_number_is_found_in_every_spelling() -> None:
    found = {}
    for place, spell in enumerate(SPELLINGS):
        cells = [spell(one) for one in citizens(random.Random(place), 1_000)]
        found[place] = hits_in("备注", cells)
    assert found == dict.fromkeys(range(len(SPELLINGS)), 1_000)
