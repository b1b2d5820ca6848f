"""The reference in docs/ is what the program says."""

from __future__ import annotations

import pytest

from portal.reference import FOLDER, pages


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_page_is_what_the_program_says(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "run: python -m portal.reference"


def test_there_is_no_page_that_nothing_makes() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.md")) == sorted(pages())
