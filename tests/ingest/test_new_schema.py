"""docs/new-schema.md: its declarations take its tables in as it says, and its units are those that are understood."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingest import units
from ingest.families import load_schema
from tests.ingest.taking import Taker

PAGE = Path(__file__).parents[2].joinpath("docs/new-schema.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.+?)```\s+```csv\n(.+?)```\s+```json\n(.+?)```", PAGE, re.DOTALL)


def test_the_page_has_a_list_a_matrix_and_a_form() -> None:
    schemas = [load_schema(declared) for declared, _, _ in EXAMPLES]
    assert [(one.melt is not None, one.form is not None) for one in schemas] == [
        (False, False),
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize("example", EXAMPLES, ids=("list", "matrix", "form"))
def test_each_example_comes_out_as_it_is_printed(
    take: Taker, monkeypatch: pytest.MonkeyPatch, example: tuple[str, str, str]
) -> None:
    declared, table, printed = example
    monkeypatch.setattr("tests.ingest.taking.find_schema", lambda name: load_schema(declared))
    taken = take(table, "t.csv", schema="own")
    rows = [row for one in taken.outcome.tables for row in pq.read_table(one.parquet).to_pylist()]
    assert [_shown(row) for row in rows] == [json.loads(line) for line in printed.splitlines()]
    assert {one.level for one in taken.outcome.findings} <= {"info"}


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, int):
        return value
    text = str(value)
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"\d+\.\d+", text) else text


def test_all_units_stand_in_the_page() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE))
    understood: dict[str, list[str]] = {}
    for measure, _, spellings in units._TABLE:
        understood.setdefault(measure, []).extend(spellings)
    assert {measure: text.split(", ") for measure, text in listed.items()} == understood
