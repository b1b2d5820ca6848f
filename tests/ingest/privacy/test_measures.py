"""How well the gate tells: every citizen's number is found however it is spelled, columns of other numbers pass."""

from __future__ import annotations

import random

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

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


PERSONAL = ["13812345678", "330602199003070011", "王五", "权利人：张三", "0575-85112233", "甲", "", "wang@example.com"]


@given(st.lists(st.sampled_from(PERSONAL), min_size=1, max_size=60), st.sampled_from(["备注", "联系人", "身份证号"]))
def test_a_column_holds_the_same_whether_its_texts_are_coded_or_not(cells: list[str], title: str) -> None:
    plain, coded = ColumnScan(title), ColumnScan(title)
    for part in (cells[:20], cells[20:]):
        texts = pa.array(part, pa.string())
        plain.see(texts)
        coded.see(texts.dictionary_encode())
    assert (plain.cells, plain.examples, plain.first) == (coded.cells, coded.examples, coded.first)
